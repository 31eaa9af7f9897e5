"""What a plugin may add. Every hook returns a list of `Lazy` parts; the work behind one starts when it is first used.

A plugin is a Python package with an entry point in the group `autoguard` that names a module (or object) with any of
these functions, each marked with `autoguard.hooks.hookimpl`. The built-in parts come through the same hooks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pluggy

if TYPE_CHECKING:
    from autoguard.platforms import Platform
    from autoguard.practices import EvidenceReader
    from autoguard.probes import Probe
    from autoguard.render import Renderer
    from autoguard.tools import Tool

GROUP = "autoguard"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Lazy(Generic[Part]):
    """A part's name and how to get it. `load` imports what it needs when it is called, not before."""

    name: str
    load: Callable[[], Part]


@hookspec
def autoguard_platforms() -> "list[Lazy[Platform]]":  # type: ignore[empty-body]
    """Readers for further platforms."""


@hookspec
def autoguard_check_rooms() -> list[Lazy[Path]]:  # type: ignore[empty-body]
    """Folders of check files, laid out like the top-level folder `checks/`."""


@hookspec
def autoguard_probes() -> "list[Lazy[Probe]]":  # type: ignore[empty-body]
    """Predicates that check files may name in `probe:`."""


@hookspec
def autoguard_connectors() -> list[Lazy[Any]]:  # type: ignore[empty-body]
    """Readers of vendors' APIs for `autoguard pull`."""


@hookspec
def autoguard_renderers() -> "list[Lazy[Renderer]]":  # type: ignore[empty-body]
    """Output formats for `--format`."""


@hookspec
def autoguard_tools() -> "list[Lazy[Tool]]":  # type: ignore[empty-body]
    """External scanners that run as processes of their own."""


@hookspec
def autoguard_evidence() -> "list[Lazy[EvidenceReader]]":  # type: ignore[empty-body]
    """Readers of evidence for practices: backup jobs, restore-test records, registers."""
