"""`autoguard checks`: what is asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from autoguard.cli import _options as options

if TYPE_CHECKING:
    from autoguard.catalog import Catalog
    from autoguard.plugins import Registry

app = typer.Typer(help="Checks: what is asked.", no_args_is_help=True, rich_markup_mode=None)
Domain = Annotated[
    Optional[str],  # noqa: UP045 - typer reads it at run time
    typer.Argument(metavar="DOMAIN", help="Only this domain.", show_default=False),
]


@app.command("list")
def list_checks(domain: Domain = None, checks: options.Checks = None, no_plugins: options.NoPlugins = False) -> None:
    """List all checks, and how old the tables are that some of them use."""
    from tabulate import tabulate  # noqa: PLC0415 - heavy imports wait until a command runs

    from autoguard.tables import table_dates  # noqa: PLC0415 - as above

    _, catalog = _load(checks, no_plugins=no_plugins)
    found = [one for one in catalog.checks.values() if domain in (None, one.domain)]
    rows = [[one.id, one.domain, one.severity.base, one.severity.worst, one.subject, one.title] for one in found]
    typer.echo(tabulate(rows, headers=["check", "domain", "severity", "at worst", "subject", "question"]))
    typer.echo(f"\n{len(found)} checks")
    for name, day in table_dates().items():
        typer.echo(f"table {name}: as of {day}")


@app.command()
def lint(checks: options.Checks = None, no_plugins: options.NoPlugins = False) -> None:
    """Look for conditions that do not compile, words that are never true, and missing examples."""
    from autoguard.catalog_lint import lint as find_problems  # noqa: PLC0415 - heavy imports wait until a command runs

    registry, catalog = _load(checks, no_plugins=no_plugins)
    problems = find_problems(catalog, _limits(), _probes(registry), registry.names("platforms"))
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{len(catalog.checks)} checks, {len(problems)} problems", err=True)
    raise typer.Exit(1 if problems else 0)


@app.command()
def test(checks: options.Checks = None, no_plugins: options.NoPlugins = False) -> None:
    """Run the examples of all checks and of all kinds of secrets."""
    from autoguard.catalog_examples import (  # noqa: PLC0415 - heavy imports wait until a command runs
        run_check_examples,
        run_kind_examples,
    )
    from autoguard.plugins import check_rooms  # noqa: PLC0415 - as above
    from autoguard.secrets.kinds import load_kinds  # noqa: PLC0415 - as above

    registry, catalog = _load(checks, no_plugins=no_plugins)
    runs = [
        *run_check_examples(catalog, _limits(), _probes(registry)),
        *run_kind_examples(load_kinds([*check_rooms(registry), *(checks or [])], examples=True)),
    ]
    wrong = [run for run in runs if not run.right]
    for run in wrong:
        typer.echo(f"{run.place}: {run.name}: must be {run.expected}, is {run.actual}")
    typer.echo(f"{len(runs)} examples, {len(wrong)} wrong", err=True)
    raise typer.Exit(1 if wrong else 0)


def _load(extra: list[Path] | None, *, no_plugins: bool) -> "tuple[Registry, Catalog]":
    from autoguard.catalog import load_catalog  # noqa: PLC0415 - heavy imports wait until a command runs
    from autoguard.plugins import check_rooms, load_plugins  # noqa: PLC0415 - as above

    registry = load_plugins(external=not no_plugins)
    return registry, load_catalog([*check_rooms(registry), *(extra or [])])


def _limits() -> Any:
    from autoguard.policy import load_policy  # noqa: PLC0415 - heavy imports wait until a command runs

    return load_policy("default").limits


def _probes(registry: "Registry") -> dict[str, Any]:
    return {probe.name: probe for probe in registry.all("probes")}
