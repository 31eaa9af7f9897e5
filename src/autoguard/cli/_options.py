"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Optional

import typer

Sources = Annotated[
    Optional[list[Path]],  # noqa: UP045 - typer reads it at run time
    typer.Argument(
        metavar="SOURCE", help="Files, folders or archives to read; the working folder by default.", show_default=False
    ),
]
Config = Annotated[
    Optional[Path],  # noqa: UP045 - as above
    typer.Option("--config", metavar="FILE", help="The autoguard.yaml that counts, instead of the one found here."),
]
Policy = Annotated[
    str, typer.Option("-p", "--policy", metavar="NAME|FILE", help="How strictly: default, starter, ci, strict.")
]
Select = Annotated[
    Optional[list[str]],  # noqa: UP045 - as above
    typer.Option("--select", metavar="CHECK|DOMAIN", help="Ask only these; may be given again."),
]
Ignore = Annotated[
    Optional[list[str]],  # noqa: UP045 - as above
    typer.Option("--ignore", metavar="CHECK|DOMAIN", help="Do not ask these; may be given again."),
]
Today = Annotated[
    str, typer.Option("--today", metavar="DATE", help="Judge as of this day (YYYY-MM-DD) instead of the real one.")
]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Processes to read with; 0 takes one for each processor.")]
NoPlugins = Annotated[bool, typer.Option("--no-plugins", help="Leave out plugins of other packages.")]
Checks = Annotated[
    Optional[list[Path]],  # noqa: UP045 - as above
    typer.Option("--checks", metavar="DIR", help="A folder with checks of your own, laid out like checks/."),
]
TrustConfig = Annotated[
    bool,
    typer.Option("--trust-config", help="Honour waivers and choices of an autoguard.yaml inside the scanned tree."),
]
Online = Annotated[
    bool, typer.Option("--online", help="Allow look-ups of public facts, such as known vulnerabilities.")
]
SecretsOnly = Annotated[
    bool,
    typer.Option("--secrets-only", help="Look for secrets and nothing else: no automations, no practices, no tools."),
]
Verify = Annotated[
    bool,
    typer.Option(
        "--verify",
        help="Ask vendors whether found secrets work: one read-only call for each, to its vendor's own host alone.",
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing but the result.")]
Verbose = Annotated[int, typer.Option("-v", "--verbose", count=True, help="Show known and waived findings as well.")]
