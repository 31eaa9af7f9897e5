"""Spans of a text that are taken, looked up in the logarithm of their number."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Spans:
    """Spans of offsets, the end not included; those that meet are one."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        """Take the first spans, in any order."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            self.add(start, end)

    def meet(self, start: int, end: int) -> bool:
        """Whether a span shares an offset with one of these."""
        before, behind = self._meeting(start, end)
        return before < behind

    def add(self, start: int, end: int) -> None:
        """Take a further span; an empty one takes nothing."""
        if start >= end:
            return
        before, behind = self._meeting(start, end)
        if before < behind:
            start, end = min(start, self._starts[before]), max(end, self._ends[behind - 1])
        self._starts[before:behind] = [start]
        self._ends[before:behind] = [end]

    def _meeting(self, start: int, end: int) -> tuple[int, int]:
        # They lie apart, so their starts and their ends have one order.
        return bisect_right(self._ends, start), bisect_left(self._starts, end)
