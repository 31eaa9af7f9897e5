"""What an n8n expression refers to: `={{ $json.body.email }}`, `$('Webhook').item.json`, `$node["Webhook"]`.

Grammar: docs.n8n.io, "Expressions" and "Built-in methods and variables" (read 2026-11-24). A parameter is an expression
when its text begins with `=`; code nodes use the same variables without it.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_REFERENCE = re.compile(
    r"\$\(\s*(?P<quote>[\"'`])(?P<node>.{1,200}?)(?P=quote)\s*\)(?P<tail1>[\w$.\[\]\"'?()]{0,80})"
    r"|\$node\s*(?:\[\s*[\"'](?P<node2>.{1,200}?)[\"']\s*\]|\.(?P<node3>\w{1,80}))(?P<tail2>[\w$.\[\]\"'?]{0,80})"
    r"|\$items\(\s*[\"'](?P<node4>.{1,200}?)[\"']"
    r"|(?P<here>\$json|\$input|\$binary|\$items\b|\bitems?\[\d|\bitem\.json)(?P<tail3>[\w$.\[\]\"'?]{0,80})"
    r"|(?P<ai>\$fromAI\b)",
)
_MAX_REFERENCES = 40
HERE = "*"
"""Source of a value that arrives from whatever step comes before."""
MODEL = "$fromAI"
"""Source of a value that a language model fills in."""


class Reference(NamedTuple):
    """What an expression takes: the node's name, `HERE` or `MODEL`, and the text of the reference alone."""

    node: str
    text: str


def references(value: str, syntax: Literal["parameter", "code"] = "parameter") -> list[Reference]:
    """The references in a parameter or in program text, without repetition; none where a parameter is fixed text."""
    if syntax == "parameter":
        if not value.startswith("="):
            return []
        value = " ; ".join(_between_braces(value)) or value[1:]
    found: dict[Reference, None] = {}
    for match in _REFERENCE.finditer(value):
        node = match["node"] or match["node2"] or match["node3"] or match["node4"]
        if node:
            found.setdefault(Reference(node, f"$('{node[:60]}')"))
        elif match["ai"]:
            found.setdefault(Reference(MODEL, MODEL))
        else:
            found.setdefault(Reference(HERE, (match["here"] + (match["tail3"] or ""))[:80].rstrip(".?([")))
        if len(found) >= _MAX_REFERENCES:
            break
    return list(found)


def _between_braces(value: str) -> Iterator[str]:
    # One step per pair, so that a text of nothing but opening braces costs no more than any other.
    start = value.find("{{")
    while start >= 0:
        end = value.find("}}", start + 2)
        if end < 0:
            return
        yield value[start + 2 : end]
        start = value.find("{{", end + 2)


def is_dynamic(value: str) -> bool:
    """Whether a parameter is computed at run time."""
    return value.startswith("=") and "{{" in value
