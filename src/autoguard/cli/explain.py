"""`autoguard explain`: one check in full."""

from typing import Annotated

import typer


def explain(
    check: Annotated[str, typer.Argument(metavar="CHECK", help="Id of a check, such as open-webhook.")],
    no_plugins: Annotated[bool, typer.Option("--no-plugins", help="Leave out plugins of other packages.")] = False,
) -> None:
    """Show a check in full: why, how, and the fix."""
    from difflib import get_close_matches  # noqa: PLC0415 - only needed here

    from autoguard.catalog import load_catalog  # noqa: PLC0415 - heavy imports wait until a command runs
    from autoguard.errors import UsageError  # noqa: PLC0415 - as above
    from autoguard.explain import explanation  # noqa: PLC0415 - as above
    from autoguard.plugins import check_rooms, load_plugins  # noqa: PLC0415 - as above

    catalog = load_catalog(check_rooms(load_plugins(external=not no_plugins)))
    found = catalog.find(check)
    if found is None:
        near = get_close_matches(check, catalog.checks, n=1)
        raise UsageError(f"there is no check {check}" + (f"; did you mean {near[0]}?" if near else ""))
    typer.echo(explanation(found))
