"""JSON by the contract."""

import json
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

from autoguard.model import Assessment, Inventory
from autoguard.plain import shallow
from autoguard.printable import printable
from autoguard.render import RenderContext, Renderer, _contract

_OPEN_LEVELS = 4


def render(assessment: Assessment, _: RenderContext) -> str:
    """The assessment as JSON text."""
    return dump(_contract.assessment(assessment))


def render_inventory(inventory: Inventory) -> str:
    """The inventory alone, in the place it has in an assessment."""
    return dump({"schema": _contract.SCHEMA, "inventory": inventory})


def dump(value: Any) -> str:
    """JSON text with one finding, automation or credential a line, which both programs and `diff` read well.

    Control characters and lone surrogates are escaped, so that a terminal and every parser can hold it.
    """
    return printable("".join(_lines(value, 0))) + "\n"


def _lines(value: Any, depth: int) -> Iterator[str]:
    # Only the upper levels are written by hand: everything below an item goes through the C encoder in one call, and
    # becomes plain piece by piece, so that a large estate is never in memory twice.
    if is_dataclass(value) and depth < _OPEN_LEVELS:
        value = shallow(value)
    if not value or depth >= _OPEN_LEVELS or not isinstance(value, dict | list | tuple):
        yield json.dumps(value, ensure_ascii=False, default=shallow)
        return
    indent = " " * (depth + 1)
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    items = value.items() if isinstance(value, dict) else (("", item) for item in value)
    comma = opening + "\n"
    for key, item in items:
        yield comma + indent + (json.dumps(key) + ": " if opening == "{" else "")
        yield from _lines(item, depth + 1 if opening == "{" else _OPEN_LEVELS)
        comma = ",\n"
    yield "\n" + " " * depth + closing


RENDERER = Renderer("json", "JSON by the contract, for other programs", ".json", render)
