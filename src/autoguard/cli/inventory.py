"""`autoguard inventory`: what exists, without judging."""

import sys
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from autoguard.cli import _options as options


def inventory(
    sources: options.Sources = None,
    *,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["table", "json"], typer.Option("-f", "--format", help="A table to read, or JSON by the contract.")
    ] = "table",
    output: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it at run time
        typer.Option("-o", "--output", metavar="FILE", help="Write the result to this file."),
    ] = None,
    config: options.Config = None,
    today: options.Today = "",
    jobs: options.Jobs = 0,
    no_plugins: options.NoPlugins = False,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Do not end with 3 when something could not be read.")
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """List what exists, without judging."""
    from autoguard.cli import INCOMPLETE, _output, _run  # noqa: PLC0415 - heavy imports wait until a command runs
    from autoguard.render._inventory_table import render_table  # noqa: PLC0415 - as above
    from autoguard.render.json import render_inventory  # noqa: PLC0415 - as above

    wanted = _run.Wanted(
        sources=sources or [], config=config, today=today, jobs=jobs, external_plugins=not no_plugins, quiet=quiet
    )
    session = _run.start(wanted)
    with _output.progress(quiet=quiet) as ticker:
        estate = _run.read(session, ticker)
    text = render_inventory(estate.inventory) if format == "json" else render_table(estate.inventory)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
    raise typer.Exit(INCOMPLETE if _output.is_incomplete(estate.inventory) and not allow_incomplete else 0)
