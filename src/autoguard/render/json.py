"""JSON by the contract."""

import json
from typing import Any

from autoguard.model import Assessment, Inventory
from autoguard.render import RenderContext, Renderer, _contract


def render(assessment: Assessment, _: RenderContext) -> str:
    """The assessment as JSON text."""
    return dump(_contract.assessment(assessment))


def render_inventory(inventory: Inventory) -> str:
    """The inventory alone, in the place it has in an assessment."""
    return dump({"schema": _contract.SCHEMA, "inventory": _contract.inventory(inventory)})


def dump(value: Any) -> str:
    """JSON text that a terminal and every parser can hold: control characters and surrogates are escaped."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", errors="backslashreplace").decode() + "\n"


RENDERER = Renderer("json", "JSON by the contract, for other programs", ".json", render)
