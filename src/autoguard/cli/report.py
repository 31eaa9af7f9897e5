"""`autoguard report`: a stored result in another format, without a new scan."""

from pathlib import Path
from typing import Annotated, Optional

import typer


def report(
    result: Annotated[Path, typer.Argument(metavar="RESULT.json", help="What `autoguard scan -f json` wrote.")],
    format: Annotated[  # noqa: A002 - the option's name
        Optional[list[str]],  # noqa: UP045 - typer reads it at run time
        typer.Option(
            "-f", "--format", metavar="FORMAT[=FILE]", help="console, json, sarif, html, markdown; may be given again."
        ),
    ] = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option("-o", "--output", metavar="FILE", help="Write the result to this file."),
    ] = None,
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Show known and waived findings as well.")
    ] = 0,
) -> None:
    """Render a stored result again, in any format."""
    from autoguard.catalog import load_catalog  # noqa: PLC0415 - heavy imports wait until a command runs
    from autoguard.cli import _output  # noqa: PLC0415 - as above
    from autoguard.plugins import check_rooms, load_plugins  # noqa: PLC0415 - as above
    from autoguard.policy import load_policy, policy_names  # noqa: PLC0415 - as above
    from autoguard.render import RenderContext  # noqa: PLC0415 - as above
    from autoguard.secrets.redaction import Redactor  # noqa: PLC0415 - as above
    from autoguard.stored import load_assessment  # noqa: PLC0415 - as above

    assessment = load_assessment(result)
    registry = load_plugins()
    policy = assessment.provenance.policy
    width, color = _output.terminal()
    context = RenderContext(
        load_catalog(check_rooms(registry)).checks,
        load_policy(policy if policy in policy_names() else "default"),
        width,
        color,
        verbose,
    )
    chosen = _output.parse_formats(format or [], output, registry)
    _output.write(assessment, chosen, context, Redactor({}), quiet=False)
