"""Fields of a JSON document as its grammar has them: names from the outside in, values with their escapes undone."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autoguard.errors import UnreadableError
from autoguard.syntax.json_tree import JsonTree
from autoguard.syntax.parsed import OtherFormatError, Parsed

_NAMES = ("name", "key", "field", "header")
_VALUES = ("value", "val", "content")
_OUTER = 3
"""How many names a field is called by: its own and those of what it lies in."""
_MAX_VALUES = 2_000_000
"""Values of one document that are looked at."""
_SHORTEST, _LONGEST = 4, 4_000
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A text in a tree: its names from the outside in, and, when asked, the bytes that hold it."""

    names: tuple[str, ...]
    value: str
    place: Callable[[], tuple[int, int]]


def json_fields(parsed: Parsed) -> Iterator[Field]:
    """Every text in a JSON document; nothing where it is no JSON or broken."""
    try:
        tree = parsed.json
    except (OtherFormatError, UnreadableError):
        return
    for names, path, value in _texts(tree.value):
        yield Field(names, value, lambda path=path, value=value: _span(parsed, tree, path, value))  # type: ignore[misc]


def _span(parsed: Parsed, tree: JsonTree, path: _Path, value: str) -> tuple[int, int]:
    before = parsed.text[: tree.offset(*path) + 1]
    start = len(before.encode("utf-8", "replace")) + (len(BOM_UTF8) if parsed.utf8.startswith(BOM_UTF8) else 0)
    return start, start + len(value.encode("utf-8", "replace"))


def _texts(root: Any) -> Iterator[tuple[tuple[str, ...], _Path, str]]:
    # One iterator a level: a list of millions of values must not become a second one here.
    stack: list[Iterator[tuple[tuple[str, ...], _Path, Any]]] = [iter([((), (), root)])]
    for _ in range(_MAX_VALUES):
        entry = next(stack[-1], None)
        while entry is None:
            stack.pop()
            if not stack:
                return
            entry = next(stack[-1], None)
        names, path, value = entry
        if isinstance(value, dict | list):
            stack.append(_inside(names, path, value))
        elif isinstance(value, str) and names and _SHORTEST <= len(value) <= _LONGEST:
            yield names, path, value


def _inside(names: tuple[str, ...], path: _Path, value: Any) -> Iterator[tuple[tuple[str, ...], _Path, Any]]:
    if isinstance(value, list):
        yield from ((names, (*path, index), item) for index, item in enumerate(value))
        return
    named = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), "")
    for key, item in value.items():
        # A name and a value beside each other are a field of that name.
        own = named if named and key in _VALUES else key
        yield (*names, own)[-_OUTER:], (*path, key), item
