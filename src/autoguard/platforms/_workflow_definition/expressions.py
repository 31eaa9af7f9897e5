"""What an expression of the definition language takes at run time: `@triggerBody()?['x']`, `@{body('Get_items')}`.

Grammar: learn.microsoft.com, "Reference guide to workflow expression functions" (read 2026-11-24). A text is an
expression as a whole when it begins with one `@`, and in parts where it holds `@{...}`; `@@` is a plain `@`.
"""

import re
from typing import Literal, NamedTuple

_EMBEDDED = re.compile(r"@\{((?:'[^']*+'|[^'{}]++)*+)\}")
_TAIL = r"(?P<tail>(?:\??\.\w{1,60}|\??\[(?:'[^'\]]{0,60}'|\d{1,9})\]){0,6})"
_CALL = re.compile(
    r"\b(?P<function>triggerBody|triggerOutputs|triggerFormDataValue|triggerFormDataMultiValues|triggerMultipartBody|"
    r"trigger|body|actionBody|outputs|actionOutputs|actions|formDataValue|formDataMultiValues|multipartBody|result|"
    r"items|item|variables)\s*\(\s*(?:'(?P<name>(?:[^']|''){1,200})'(?:\s*,\s*'[^']{0,80}')?|\d{0,9})\s*\)" + _TAIL,
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\bworkflowContext\s*\.\s*(?:(?P<trigger>trigger)\b|actions\s*(?:\.\s*(?P<name>\w{1,200})|"
    r"\[\s*[\"'](?P<quoted>[^\"']{1,200})[\"']\s*\]))"
)
_MAX_REFERENCES = 40
_MAX_LENGTH = 80
_MAX_TEXT = 20_000
_MAX_CODE = 200_000
Kind = Literal["trigger", "action", "loop", "item", "variable"]


class Reference(NamedTuple):
    """What is taken: from the trigger, a named action, a named loop's or the current item, or a variable."""

    kind: Kind
    name: str
    text: str


def expressions(value: str) -> list[str]:
    """The parts of a text that are computed at run time."""
    value = value[:_MAX_TEXT]
    if _is_whole(value):
        return [value[1:]]
    return _EMBEDDED.findall(value) if "@{" in value else []


def is_dynamic(value: str) -> bool:
    """Whether any part of a text is computed at run time."""
    return bool(expressions(value))


def without_expressions(value: str) -> str:
    """The fixed parts of a text."""
    return "" if _is_whole(value) else _EMBEDDED.sub("", value[:_MAX_TEXT])


def references(value: str) -> list[Reference]:
    """The references in a text, without repetition; none where it is fixed."""
    found: dict[Reference, None] = {}
    for expression in expressions(value):
        for match in _CALL.finditer(expression):
            found.setdefault(_reference(match))
            if len(found) >= _MAX_REFERENCES:
                return list(found)
    return list(found)


def code_references(code: str) -> list[Reference]:
    """What an inline script takes from the run: `workflowContext.trigger`, `workflowContext.actions.Name`."""
    found: dict[Reference, None] = {}
    for match in _CODE.finditer(code[:_MAX_CODE]):
        if match["trigger"]:
            found.setdefault(Reference("trigger", "", "workflowContext.trigger"))
        else:
            name = match["name"] or match["quoted"]
            found.setdefault(Reference("action", name, f"workflowContext.actions.{name}"[:_MAX_LENGTH]))
        if len(found) >= _MAX_REFERENCES:
            break
    return list(found)


def _is_whole(value: str) -> bool:
    return value.startswith("@") and not value.startswith(("@@", "@{"))


def _reference(match: "re.Match[str]") -> Reference:
    function = match["function"].lower()
    name = (match["name"] or "").replace("''", "'")
    shown = f"{match['function']}('{name}')" if name else f"{match['function']}()"
    kind: Kind = "action"
    if function.startswith("trigger"):
        kind, name = "trigger", ""
    elif function == "item":
        kind, name = "item", ""
    elif function in ("items", "variables"):
        kind = "loop" if function == "items" else "variable"
    return Reference(kind, name, (shown + match["tail"])[:_MAX_LENGTH])
