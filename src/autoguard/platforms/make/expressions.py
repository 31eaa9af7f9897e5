"""What a mapped value takes from other modules: `{{1.email}}`, `{{lower(3.data[].name)}}`, ``{{4.`0`}}``.

Grammar: help.make.com, "Mapping" and the blueprints of integromat/make-skills (read 2026-11-24). Modules are referred
to by their number; names that are no plain words stand in backticks.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_NAME = r"(?:[A-Za-z_]\w{0,60}|`[^`]{1,60}`)"
_REFERENCE = re.compile(
    rf"(?<![\w.`\"'])(?:(?P<module>\d{{1,6}})(?P<tail>(?:\.{_NAME}(?:\[\d{{0,6}}\])?){{1,6}})"
    rf"|(?P<input>var\.input\.{_NAME}))"
)
_WHOLE = re.compile(r"^\s*(\d{1,6})\s*$")
_MAX_REFERENCES = 40
_MAX_LENGTH = 80
INPUTS = "var.input"
"""Source of a value that the caller of a scenario hands over."""


class Reference(NamedTuple):
    """A module's number (or `INPUTS`), and the text of the reference alone."""

    module: str
    text: str


def references(value: str) -> list[Reference]:
    """The references in a mapped value, without repetition; none where it is fixed text."""
    if "{{" not in value:
        return []
    found: dict[Reference, None] = {}
    for inner in _mapped(value):
        whole = _WHOLE.match(inner)
        if whole:
            found.setdefault(Reference(str(int(whole.group(1))), whole.group(1)))
        for match in _REFERENCE.finditer(inner):
            if match["input"]:
                found.setdefault(Reference(INPUTS, match["input"][:_MAX_LENGTH]))
            else:
                number = str(int(match["module"]))
                found.setdefault(Reference(number, (number + match["tail"])[:_MAX_LENGTH]))
            if len(found) >= _MAX_REFERENCES:
                return list(found)
    return list(found)


def _mapped(value: str) -> Iterator[str]:
    # By hand and not by a pattern, which would take quadratic time on braces that never close.
    start = value.find("{{")
    while start >= 0:
        end = value.find("}}", start)
        if end < 0:
            return
        yield value[start + 2 : end]
        start = value.find("{{", end)
