"""The patterns of all kinds over the bytes: candidates in one pass, each confirmed inside a window."""

import re
from collections.abc import Iterator, Sequence

from autoguard.patterns import PatternSet
from autoguard.secrets import Kind

WINDOW = 4096
"""Bytes before a match's end in which it must begin; private keys are the longest."""
_AFTER = 512


class Engine:
    """The patterns of all kinds, ready to match."""

    def __init__(self, kinds: Sequence[Kind], *, hyperscan: bool = True) -> None:
        """Compile nothing yet; the first scan does."""
        self.kinds = tuple(kinds)
        self._confirm = [re.compile(kind.pattern.encode()) for kind in kinds]
        self._patterns = PatternSet("kinds", self._confirm, hyperscan=hyperscan)

    def scan(self, data: bytes) -> Iterator[tuple[Kind, "re.Match[bytes]"]]:
        """Every match of every kind, by kind and then by place."""
        for index, ends in sorted(self._patterns.ends(data).items()):
            yield from ((self.kinds[index], match) for match in self._matches(index, ends, data))

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
