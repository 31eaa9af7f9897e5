"""Safe access to what untrusted documents hold: every helper accepts anything and returns the type it promises."""

from collections.abc import Iterator
from typing import Any

_MAX_TEXT = 200


def mapping(value: Any) -> dict[str, Any]:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any, limit: int = _MAX_TEXT) -> str:
    """`value` as one short line where it is a scalar, else ""."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return ""
    return " ".join(str(value).split())[:limit]


def string(value: Any) -> str:
    """`value` where it is a string, else ""."""
    return value if isinstance(value, str) else ""


def strings(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every string below `value` with its path, in document order, without recursion."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [(path, value)]
    while stack:
        where, item = stack.pop()
        if isinstance(item, str):
            yield where, item
        elif isinstance(item, dict):
            stack.extend(((*where, key), child) for key, child in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend(((*where, index), item[index]) for index in range(len(item) - 1, -1, -1))


def dig(value: Any, *keys: str | int) -> Any:
    """The value at `keys`, or None where the way there ends early."""
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
            value = value[key]
        else:
            return None
    return value
