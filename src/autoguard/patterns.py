"""Many patterns over the same bytes in one pass.

hyperscan says which pattern may end where; where its wheel is missing, or it cannot express a pattern, `re` looks for
that pattern by itself. The compiled database is kept in the user's cache: it depends on hyperscan's version, the
machine and the patterns, and is made again on any error.
"""

import contextlib
import hashlib
import os
import platform
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from autoguard.compiled import store
from autoguard.folders import cache_folder

MAX_HITS = 20_000
"""Matches of one pattern in one document that are kept; where there are more, `re` looks for that pattern again."""


class PatternSet:
    """Patterns that are searched together. `name` is that of the cached database."""

    def __init__(
        self, name: str, patterns: Sequence[bytes], *, first_only: bool = False, hyperscan: bool = True
    ) -> None:
        """Compile nothing yet; the first search does. With `first_only`, one match of each pattern is enough."""
        self._name = name
        self._patterns = tuple(patterns)
        self._compiled: dict[int, re.Pattern[bytes]] = {}
        self._first_only = first_only
        self._use_hyperscan = hyperscan

    def ends(self, data: bytes) -> dict[int, list[int] | None]:
        """For each pattern that may match, by its index, where its matches may end; None where only `re` can tell."""
        if not data or not self._patterns:
            return {}
        database = self._database
        if database is None:
            return dict.fromkeys(range(len(self._patterns)))
        found: dict[int, list[int] | None] = dict.fromkeys(self._slow)

        def on_match(index: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            ends = found.setdefault(index, [])
            if ends is not None:
                ends.append(end)
                if len(ends) > MAX_HITS:
                    found[index] = None

        database.scan(data, match_event_handler=on_match)
        return found

    def prepare(self) -> None:
        """Load or make the database now, so that processes which are copied from this one have it."""
        _ = self._database

    def which(self, data: bytes) -> list[int]:
        """The indices of the patterns that match."""
        found = self.ends(data)
        return [index for index in sorted(found) if found[index] or self.pattern(index).search(data)]

    def pattern(self, index: int) -> "re.Pattern[bytes]":
        """A pattern by its index, compiled when it is first needed: most never are."""
        found = self._compiled.get(index)
        if found is None:
            found = self._compiled[index] = re.compile(self._patterns[index])
        return found

    @cached_property
    def _slow(self) -> tuple[int, ...]:
        """Patterns that hyperscan has no form for, such as those with look-around."""
        return tuple(
            index for index, one in enumerate(self._patterns) if re.search(rb"\(\?(?:[=!]|<[=!])|\\[1-9]", one)
        )

    @cached_property
    def _database(self) -> Any:
        if not self._use_hyperscan:
            return None
        try:
            import hyperscan  # noqa: PLC0415 - optional where no wheel exists
        except ImportError:
            return None
        path = cache_folder() / f"{self._name}-{self._key()}.hs"
        with contextlib.suppress(Exception):  # a database of another version or a damaged one is simply made again
            return _load(hyperscan, path)
        try:
            return self._compile(hyperscan, path)
        except hyperscan.HyperscanError:
            return None

    def _compile(self, hyperscan: Any, path: Path) -> Any:
        fast = [index for index in range(len(self._patterns)) if index not in self._slow]
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=[self._patterns[index] for index in fast],
            ids=fast,
            elements=len(fast),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH if self._first_only else 0] * len(fast),
        )
        store(path, hyperscan.dumpb(database))
        return database

    def _key(self) -> str:
        parts = (_version(), platform.machine(), platform.processor(), str(self._first_only))
        return hashlib.sha256(b"\0".join(("\0".join(parts).encode(), *self._patterns))).hexdigest()[:32]


def _version() -> str:
    # The wheel's own module says it; the package's metadata take longer to find than the database takes to load.
    import hyperscan  # noqa: PLC0415 - only called where it is there

    return str(getattr(hyperscan, "__version__", "unknown"))


def with_flags(pattern: "re.Pattern[bytes]") -> bytes:
    """The text of a compiled pattern with its flags written in front, as every engine reads them."""
    letters = "".join(
        letter for flag, letter in ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s")) if pattern.flags & flag
    )
    return (f"(?{letters})".encode() if letters else b"") + pattern.pattern


def _load(hyperscan: Any, path: Path) -> Any:
    if path.stat().st_uid != os.getuid():
        raise PermissionError(path.name)
    database = hyperscan.loadb(path.read_bytes(), hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database
