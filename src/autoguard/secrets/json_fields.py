"""Fields of a JSON document."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any

from autoguard.secrets.fields import MAX_FIELDS, OUTER, SIBLINGS, VALUE_NAMES, Field
from autoguard.syntax.json_tree import JsonTree
from autoguard.syntax.parsed import Parsed

_SHORTEST = 4
_Path = tuple[str | int, ...]


def json_fields(parsed: Parsed) -> Iterator[Field]:
    """Every text in a JSON document.

    Raises:
        OtherFormatError: no JSON.
        UnreadableError: broken JSON.
    """
    tree = parsed.json
    for names, path, value in texts(tree.value):
        yield Field(names, value, lambda path=path, value=value: _span(parsed, tree, path, value))  # type: ignore[misc]


def _span(parsed: Parsed, tree: JsonTree, path: _Path, value: str) -> tuple[int, int]:
    start = tree.offset(*path) + 1
    if not parsed.text.isascii():
        start = len(parsed.text[:start].encode("utf-8", "replace"))
    start += len(BOM_UTF8) if parsed.utf8.startswith(BOM_UTF8) else 0
    return start, start + len(value.encode("utf-8", "replace"))


def texts(root: Any) -> Iterator[tuple[tuple[str, ...], _Path, str]]:
    """Every text below `root` with its names and its path."""
    # One iterator a level: a list of millions of values must not become a second one here.
    stack: list[Iterator[tuple[tuple[str, ...], _Path, Any]]] = [iter([((), (), root)])]
    for _ in range(MAX_FIELDS):
        entry = next(stack[-1], None)
        while entry is None:
            stack.pop()
            if not stack:
                return
            entry = next(stack[-1], None)
        names, path, value = entry
        if isinstance(value, dict | list):
            stack.append(_inside(names, path, value))
        elif isinstance(value, str) and len(value) >= _SHORTEST:
            yield names or ("",), path, value


def _inside(names: tuple[str, ...], path: _Path, value: Any) -> Iterator[tuple[tuple[str, ...], _Path, Any]]:
    if isinstance(value, list):
        yield from ((names, (*path, index), item) for index, item in enumerate(value))
        return
    named = next((value[key] for key in SIBLINGS if isinstance(value.get(key), str)), "")
    for key, item in value.items():
        if str(key).lower() not in VALUE_NAMES:
            yield (*names, key)[-OUTER:], (*path, key), item
        elif named and isinstance(item, str):
            # A name and a value beside each other are a field of that name.
            yield (*names, named)[-OUTER:], (*path, key), item
        else:
            yield names or (key,), (*path, key), item
