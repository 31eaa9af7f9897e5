"""External scanners of their own field, behind one interface: run as a process, read, never trusted when they skip.

A tool gets copies of the documents it wants in an empty folder, so that it sees the bytes that all readers saw, also
those from archives, and nothing of the scanned tree can configure it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoguard.model import Document, Location, Severity, ToolRun
from autoguard.model.inventory import Confidence

TIME_LIMIT = 120.0
"""Seconds a tool may take."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """One thing a tool reports. `rule` is its own id; `subject` what the rule speaks of where that is not a place."""

    rule: str
    message: str
    severity: Severity
    confidence: Confidence
    location: Location
    subject: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """Something that a tool could not look at: what, why, and where it stands."""

    what: str
    reason: str
    location: Location


@dataclass(frozen=True, slots=True)
class ToolReport:
    """How a tool fared, what it found and what it could not look at.

    `ignored` are settings of a foreign tree, with their number, that would have silenced it and did not count.
    """

    run: ToolRun
    results: tuple[ToolResult, ...] = ()
    skipped: tuple[Skip, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """What the user allowed: `online` permits look-ups of public facts, `own_tree` honours a project's own ignores."""

    online: bool = False
    own_tree: bool = False
    time_limit: float = TIME_LIMIT


@dataclass(frozen=True, slots=True)
class Tool:
    """An external scanner. `wants(document)` picks its input; `run(documents, folder, options)` does the work.

    `honours_ignores` says that a comment in its input can silence it.
    """

    name: str
    wants: Callable[[Document], bool]
    run: Callable[[Sequence[Document], Path, ToolOptions], ToolReport]
    honours_ignores: bool = False
