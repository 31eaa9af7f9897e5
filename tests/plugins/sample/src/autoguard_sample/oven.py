"""Programs of a bread oven: JSON with `oven` and `program`."""

import re

from autoguard.model import Automation, Step, Trigger
from autoguard.platforms import Facts, Platform
from autoguard.syntax.parsed import Parsed


def recognise(parsed: Parsed) -> bool:
    """A mapping with an oven and its program."""
    value = parsed.json.value
    return isinstance(value, dict) and isinstance(value.get("oven"), str) and isinstance(value.get("program"), list)


def read(parsed: Parsed) -> Facts:
    """One automation for each oven."""
    tree = parsed.json
    name = tree.value["oven"]
    steps = tuple(
        Step(id=str(index), kind="other", name=str(step), location=parsed.at(tree, "program", index))
        for index, step in enumerate(tree.value["program"])
    )
    trigger = Trigger(id="start", kind="schedule", location=parsed.at(tree, "oven"))
    found = Automation(f"oven:{name}", f"oven:{name}", "oven", name, parsed.at(tree), "yes", (trigger,), steps)
    return Facts((found,))


PLATFORM = Platform("oven", "Bread oven", re.compile(rb'"oven"\s*:'), recognise, read)
