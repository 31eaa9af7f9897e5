"""All patterns over the bytes in one pass: hyperscan, or `re` pattern by pattern where its wheel is missing.

Both give the same matches: hyperscan only says where a match of which pattern may end, and `re` confirms it inside a
window around that place. The compiled database is kept in the user's cache; it depends on hyperscan's version, the
machine and the patterns, is written in one step for this user alone, and is made again on any error.
"""

import contextlib
import hashlib
import os
import platform
import re
import tempfile
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from autoguard.folders import cache_folder
from autoguard.secrets import Kind

WINDOW = 4096
"""Bytes before a match's end in which it must begin; private keys are the longest."""
_AFTER = 512
MAX_HITS = 20_000
"""Matches per document; a file with more is not one that people write."""


class Engine:
    """The patterns of all kinds, ready to match."""

    def __init__(self, kinds: Sequence[Kind], *, use_hyperscan: bool = True) -> None:
        """Compile nothing yet; the first scan does."""
        self.kinds = tuple(kinds)
        self._confirm = [re.compile(kind.pattern.encode()) for kind in kinds]
        self._use_hyperscan = use_hyperscan

    def scan(self, data: bytes) -> Iterator[tuple[Kind, "re.Match[bytes]"]]:
        """Every match of every kind, by kind and then by place."""
        for index, ends in sorted(self._ends(data).items()):
            yield from ((self.kinds[index], match) for match in self._matches(index, ends, data))

    def _ends(self, data: bytes) -> dict[int, list[int] | None]:
        if not data:
            return {}
        database = self._database
        if database is None:
            return dict.fromkeys(range(len(self.kinds)))
        found: dict[int, list[int] | None] = {}
        left = MAX_HITS

        def on_match(index: int, _start: int, end: int, _flags: int, _context: Any) -> bool | None:
            nonlocal left
            left -= 1
            ends = found.setdefault(index, [])
            if ends is not None:
                ends.append(end)
            return True if left <= 0 else None

        with contextlib.suppress(Exception):  # hyperscan reports its own halt as an error
            database.scan(data, match_event_handler=on_match)
        return found

    def _matches(self, index: int, ends: list[int] | None, data: bytes) -> Iterator["re.Match[bytes]"]:
        pattern = self._confirm[index]
        if ends is None:
            yield from pattern.finditer(data)
            return
        after = 0
        for end in sorted(ends):
            if end <= after:
                continue
            for match in pattern.finditer(data, max(after, end - WINDOW), end + _AFTER):
                if match.end() >= end:
                    after = match.end()
                    yield match
                    break

    @cached_property
    def _database(self) -> Any:
        if not self._use_hyperscan or not self.kinds:
            return None
        try:
            import hyperscan  # noqa: PLC0415 - optional where no wheel exists
        except ImportError:
            return None
        path = cache_folder() / f"patterns-{self._key()}.hs"
        return _load(hyperscan, path) or self._compile(hyperscan, path)

    def _compile(self, hyperscan: Any, path: Path) -> Any:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=[kind.pattern.encode() for kind in self.kinds],
            ids=list(range(len(self.kinds))),
            elements=len(self.kinds),
            flags=[0] * len(self.kinds),
        )
        _store(path, hyperscan.dumpb(database))
        return database

    def _key(self) -> str:
        try:
            engine = version("hyperscan")
        except PackageNotFoundError:
            engine = "unknown"
        parts = (engine, platform.machine(), platform.processor(), *(kind.pattern for kind in self.kinds))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _load(hyperscan: Any, path: Path) -> Any:
    try:
        if path.stat().st_uid != os.getuid():
            return None
        database = hyperscan.loadb(path.read_bytes(), hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except Exception:  # noqa: BLE001 - a database of another version or a damaged one is simply made again
        return None
    return database


def _store(path: Path, data: bytes) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".patterns-")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(path)
        for old in path.parent.glob("patterns-*.hs"):
            if old != path:
                old.unlink(missing_ok=True)
