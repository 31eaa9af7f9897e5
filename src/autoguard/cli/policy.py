"""`autoguard policy`: how strictly is asked."""

from typing import Annotated

import typer

app = typer.Typer(help="Policies: how strictly is asked.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_policies() -> None:
    """List the policies that are shipped."""
    from tabulate import tabulate  # noqa: PLC0415 - heavy imports wait until a command runs

    from autoguard.policy import load_policy, policy_names  # noqa: PLC0415 - as above

    found = [load_policy(name) for name in policy_names()]
    typer.echo(
        tabulate([[one.id, one.fail_on, one.title] for one in found], headers=["policy", "fails on", "what for"])
    )


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="NAME|FILE")] = "default") -> None:
    """Show a policy with everything that it takes from those it extends."""
    import yaml  # noqa: PLC0415 - heavy imports wait until a command runs

    from autoguard.plain import to_plain  # noqa: PLC0415 - as above
    from autoguard.policy import load_policy  # noqa: PLC0415 - as above

    typer.echo(yaml.safe_dump(to_plain(load_policy(name)), sort_keys=False, allow_unicode=True).rstrip())
