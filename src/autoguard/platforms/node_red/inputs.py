"""Values that arrive in a message and land where they can do harm: a command, a query, a path, an address, a page.

The message is JavaScript's `msg`; templates are mustache, in which `{{x}}` is escaped for HTML, `{{{x}}}` and `{{&x}}`
are not. Field names and what an empty field stands for: the nodes' own sources as named in `nodes.py`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

from autoguard.model import Input, StepKind
from autoguard.platforms._values import mapping, sequence, string, text
from autoguard.platforms.node_red.javascript import Token, tokens, without_comments

Into = Literal["command", "code", "query", "url", "path", "prompt", "html"]

HERE = "*"
"""Source of a value that arrives from whatever node comes before."""
MAX_CODE = 100_000
"""Program text is looked at no further than this."""
_MAX_INPUTS = 40
_MAX_TEXT = 80
_NOTHING = (Token("", "", 0), Token("", "", 0))
# Atomic, so that an assignment to a property is not read as the use of a shorter one.
_MESSAGE = re.compile(r"\bmsg(?>(?:\??\.[A-Za-z_$][\w$]{0,40}|\[\s*[\"'][\w .-]{1,40}[\"']\s*\]){1,5})(?!\s*=(?![=>]))")
_MUSTACHE = re.compile(r"\{\{(?P<raw>[{&])?\s*(?P<name>[^{}#^/!>&\s][^{}]{0,80}?)\s*\}\}")
_SQL_WORD = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|CALL|EXEC|WITH)\s", re.IGNORECASE)
_SQL_TEXT = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|CALL|EXEC|WITH)\s", re.IGNORECASE)
_EVAL = re.compile(r"(?<![.\w])eval\s*\(|\bnew\s+Function\s*\(|\bvm\s*\.\s*run\w*\s*\(")
_RUNS = re.compile(r"\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync)\s*\(")
_MARKUP = re.compile(r"<\s*(?:!doctype|html|body|div|script|p|a|span|table|h[1-6]|form)\b", re.IGNORECASE)
_BOUND_MARKUP = re.compile(r"(?:ng-bind-html|v-html)\s*=\s*[\"']\s*([\w.$\[\]]{1,80})")
_FIELDS: dict[str, Into] = {"url": "url", "filename": "path"}
"""Message properties that the node after a template takes for more than data."""
_QUERY_FIELDS = ("query", "sql", "sqlquery", "statement")
_EMPTY_QUERY = {"postgresql": "msg.query", "influxdb in": "msg.query", "MSSQL": "msg.payload"}
_QUERY_IN_TOPIC = frozenset({"mysql", "Stackhero-MySQL", "postgres"})


def inputs_of(node: dict[str, Any], kind: StepKind) -> tuple[Input, ...]:
    """The values that land in a sensitive place of a node, without repetition."""
    found: dict[Input, None] = {}
    for one in _inputs(node, kind):
        found.setdefault(one)
        if len(found) >= _MAX_INPUTS:
            break
    return tuple(found)


def code_of(node: dict[str, Any]) -> str:
    """The program of a function node, with what it runs at start and end, without comments."""
    parts = (string(node.get(field))[:MAX_CODE] for field in ("func", "initialize", "finalize"))
    return "\n".join(without_comments(part) for part in parts if part)


def file_name(node: dict[str, Any]) -> str:
    """The message property that names the file of a file node, or "" where the name is fixed."""
    kind, name = text(node.get("filenameType")), text(node.get("filename"), _MAX_TEXT)
    if kind == "msg" or (not kind and not name):
        return f"msg.{name or 'filename'}"
    return "jsonata" if kind == "jsonata" else ""


def writes_out(node: dict[str, Any], reference: str) -> bool:
    """Whether a node sets that property of the message, such as `msg.topic`, and only to texts written out in it."""
    name = reference.removeprefix("msg.")
    if node.get("type") == "change":
        rules = [mapping(rule) for rule in sequence(node.get("rules")) if mapping(rule).get("p") == name]
        return bool(rules) and all(rule.get("t") == "set" and rule.get("tot") == "str" for rule in rules)
    if node.get("type") != "function":
        return False
    program = list(tokens(code_of(node)))
    ends = [_end_of_assignment(program, index) for index in range(len(program)) if _assigns(program, index, name)]
    return bool(ends) and all(ends)


def _assigns(program: list[Token], index: int, name: str) -> bool:
    return [token.text for token in program[index : index + 4]] == ["msg", ".", name, "="]


def _end_of_assignment(program: list[Token], index: int) -> bool:
    value, after = (*program[index + 4 : index + 6], *_NOTHING)[:2]
    fixed = value.kind == "string" or (value.kind == "template" and "${" not in value.text)
    return fixed and after.text not in ("+", ".", "?", "(", "[", "||", "&&", "??")


def _inputs(node: dict[str, Any], kind: StepKind) -> Iterator[Input]:
    reader = _READERS.get(node["type"]) or _KIND_READERS.get(kind)
    return reader(node) if reader is not None else iter(())


def _from_function(node: dict[str, Any]) -> Iterator[Input]:
    return _from_code(code_of(node))


def _from_exec(node: dict[str, Any]) -> Iterator[Input]:
    # Flows from before the option existed behave as if it were on (90-exec.js).
    added = node.get("addpay", True)
    if added:
        yield Input(f"msg.{text(added, _MAX_TEXT) or 'payload'}", HERE, "command")


def _from_request(node: dict[str, Any]) -> Iterator[Input]:
    url = string(node.get("url"))
    return _mustache(url, "url") if url.strip() else iter((Input("msg.url", HERE, "url"),))


def _from_file(node: dict[str, Any]) -> Iterator[Input]:
    if file_name(node):
        yield Input(file_name(node), HERE, "path")


def _from_widget(node: dict[str, Any]) -> Iterator[Input]:
    for match in _BOUND_MARKUP.finditer(string(node.get("format") or node.get("content"))[:MAX_CODE]):
        yield Input(match[1], HERE, "html")


def _from_prompt(_: dict[str, Any]) -> Iterator[Input]:
    yield Input("msg.payload", HERE, "prompt")


def _from_code(code: str) -> Iterator[Input]:
    places: list[tuple[Into, int]] = [("query", offset) for offset in _built_queries(code)]
    places.extend(("code", match.start()) for match in _EVAL.finditer(code))
    if "child_process" in code:
        places.extend(("command", match.start()) for match in _RUNS.finditer(code))
    for into, start in places[:_MAX_INPUTS]:
        end = code.find(";", start)
        statement = code[start : end if end > 0 else len(code)]
        # A variable in between hides which property it was: then every one that the code reads may be meant.
        for reference in _MESSAGE.finditer(statement if _MESSAGE.search(statement) else code):
            yield Input(re.sub(r"\s+", "", reference[0])[:_MAX_TEXT], HERE, into)


def _built_queries(code: str) -> Iterator[int]:
    before: Token | None = None
    for token in tokens(code) if _SQL_WORD.search(code) else ():
        if before is not None and token.text == "+" and _SQL_TEXT.match(before.text, 1):
            yield before.offset
        if token.kind == "template" and "${" in token.text and _SQL_TEXT.match(token.text, 1):
            yield token.offset
        before = token if token.kind == "string" else None


def _from_template(node: dict[str, Any]) -> Iterator[Input]:
    if text(node.get("syntax")) == "plain":
        return
    template = string(node.get("template"))[:MAX_CODE]
    into = _FIELDS.get(text(node.get("field")))
    if into is None and (node.get("format") == "sql" or _SQL_TEXT.match(template)):
        into = "query"
    if into is not None:
        yield from _mustache(template, into)
    elif node.get("format") == "html" or _MARKUP.search(template):
        yield from _mustache(template, "html", raw_only=True)


def _from_query(node: dict[str, Any]) -> Iterator[Input]:
    node_type = node["type"]
    if node_type == "sqlite":
        if text(node.get("sqlquery")) in ("", "msg.topic", "batch"):
            yield Input("msg.topic", HERE, "query")
        return
    if node_type in _QUERY_IN_TOPIC:
        yield Input("msg.topic", HERE, "query")
        return
    statements = [string(node.get(field)) for field in _QUERY_FIELDS if string(node.get(field)).strip()]
    if not statements and node_type in _EMPTY_QUERY:
        yield Input(_EMPTY_QUERY[node_type], HERE, "query")
    for statement in statements:
        yield from _mustache(statement, "query")


def _mustache(template: str, into: Into, *, raw_only: bool = False) -> Iterator[Input]:
    for match in _MUSTACHE.finditer(template):
        # Environment entries and context are set by the flow's authors, not by the message.
        outside = match["name"].startswith(("env.", "flow.", "global.", "flow[", "global["))
        if not outside and (match["raw"] or not raw_only):
            yield Input(f"msg.{match['name']}"[:_MAX_TEXT], HERE, into)


_READERS: dict[str, Callable[[dict[str, Any]], Iterator[Input]]] = {
    "function": _from_function,
    "exec": _from_exec,
    "template": _from_template,
    "http request": _from_request,
    "file": _from_file,
    "file in": _from_file,
    "ui_template": _from_widget,
    "ui-template": _from_widget,
}
_KIND_READERS: dict[StepKind, Callable[[dict[str, Any]], Iterator[Input]]] = {
    "database": _from_query,
    "ai": _from_prompt,
    "agent": _from_prompt,
}
