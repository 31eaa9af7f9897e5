"""Text formats with positions: every tree answers `position(path)` for a value that it holds."""

from typing import Any, Protocol

MAX_DEPTH = 200
"""Nesting beyond this is taken for an attack: no real export comes near it."""


class Tree(Protocol):
    """A parsed document: plain Python values and the place of each."""

    value: Any

    def position(self, *path: str | int) -> tuple[int, int]:
        """Line and column from 1 of the value at `path`; where it does not exist, those of its nearest ancestor."""
        ...
