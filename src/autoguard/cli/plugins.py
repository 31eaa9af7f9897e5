"""`autoguard plugins`: what is installed."""

from typing import Annotated

import typer

app = typer.Typer(help="Plugins: what other packages add.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _plugins() -> None:
    """Plugins: what other packages add."""


@app.command("list")
def list_plugins(
    no_plugins: Annotated[bool, typer.Option("--no-plugins", help="Show the built-in parts alone.")] = False,
) -> None:
    """List installed plugins and all parts by kind."""
    from autoguard.plugins import load_plugins  # noqa: PLC0415 - heavy imports wait until a command runs

    registry = load_plugins(external=not no_plugins)
    typer.echo("plugins: " + (", ".join(registry.plugins) or "none"))
    for kind in sorted(registry.parts):
        typer.echo(f"{kind.replace('_', ' ')}: {', '.join(registry.names(kind)) or 'none'}")
    for warning in registry.warnings:
        typer.echo(f"warning: {warning}", err=True)
