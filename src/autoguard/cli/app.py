"""All commands in one place."""

from typing import Annotated

import typer

from autoguard import __version__
from autoguard.cli import baseline, checks, explain, inventory, plugins, policy, report, scan

app = typer.Typer(
    name="autoguard",
    help="Audit everything that a firm has automated: n8n, Make, Power Automate, CI, cron and more in one report.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"autoguard {__version__}")
        raise typer.Exit


@app.callback()
def autoguard(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Audit everything that a firm has automated: n8n, Make, Power Automate, CI, cron and more in one report."""


app.command()(scan.scan)
app.command()(inventory.inventory)
app.command()(report.report)
app.command()(explain.explain)
app.add_typer(checks.app, name="checks")
app.add_typer(policy.app, name="policy")
app.add_typer(baseline.app, name="baseline")
app.add_typer(plugins.app, name="plugins")
