"""A hook that raises, and one that gives something else than it must."""

from typing import Any

from autoguard.hooks import hookimpl


@hookimpl
def autoguard_platforms() -> list[Any]:
    """Raise."""
    raise RuntimeError("boom")


@hookimpl
def autoguard_renderers() -> list[Any]:
    """Give a plain string."""
    return ["not a part"]
