"""From character offsets to lines, as editors and git count them: only a line feed ends a line."""

import re
from bisect import bisect_right


def line_starts(text: bytes) -> list[int]:
    """The offset of each line of a text in bytes."""
    return [0, *(match.end() for match in re.finditer(b"\n", text))]


class Lines:
    """The starts of a text's lines, found on the first question."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        """Take a text; nothing is counted yet."""
        self._text = text
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column from 1 of a character offset."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
