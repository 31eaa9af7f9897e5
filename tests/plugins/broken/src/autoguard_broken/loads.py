"""A part that cannot be loaded."""

from typing import Any

from autoguard.hooks import Lazy, hookimpl


def _load() -> Any:
    raise ImportError("boom")


@hookimpl
def autoguard_platforms() -> list[Lazy[Any]]:
    """A platform whose module is missing."""
    return [Lazy("unloadable", _load)]
