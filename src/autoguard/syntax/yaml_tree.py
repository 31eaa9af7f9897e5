"""YAML with positions, bounded against bombs, with unknown tags kept as plain values.

libyaml composes recursively in C, so nesting is checked before it runs: 100,000 levels end the process otherwise.
Aliases are counted as if they were written out, so that a document that expands to billions of values is refused while
it is still small.
"""

import re
from typing import Any, Self

import yaml

from autoguard.errors import TemplateError, UnreadableError
from autoguard.syntax import MAX_DEPTH
from autoguard.syntax.lines import Lines

MAX_EXPANDED = 2_000_000
"""Values a document may have with every alias written out."""
MAX_NODES = 1_000_000
"""Values that may be written in a text; each becomes an object of some hundred bytes."""

_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_LEADING = re.compile(r"^[ \-?:]{200}", re.MULTILINE)
_TEMPLATE = re.compile(
    r"^[ \t]*+(?:-[ \t]++|[\w.-]{1,80}:[ \t]++)?(?:\{\{[^{}\n]{1,300}\}\}|\{%[^%\n]{1,300}%\}|<%[^%\n]{1,300}%>)",
    re.MULTILINE,
)
"""A tag of Jinja, Go, Liquid or ERB at the beginning of a line or of a value; elsewhere it may be part of a text."""


_CONSTRUCTED = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))
"""What becomes more than text. Dates stay text: they are compared as text, and 2026-02-30 must not end the reading."""
_LONGEST_NUMBER = 100
"""Characters; numbers to base 60 (`1:30`) cost their length squared."""


class Tagged(str):
    """A scalar with a tag that YAML itself does not know, such as `!secret name`. `tag` is the tag."""

    __slots__ = ("tag",)
    tag: str

    def __new__(cls, value: str, tag: str) -> Self:
        """The scalar's text with its tag beside it."""
        made = super().__new__(cls, value)
        made.tag = tag
        return made


class YamlTree:
    """One document of a YAML text. Keys `on`, `yes`, `off` and the like stay text where they are keys."""

    __slots__ = ("_lines", "_node", "value")

    def __init__(self, node: yaml.Node, lines: Lines) -> None:
        """Take a composed node; use `parse_yaml` to get trees from text."""
        self._node = node
        self._lines = lines
        self.value = _value(node, _Constructor())

    def position(self, *path: str | int) -> tuple[int, int]:
        """Line and column from 1 of the value at `path`; where it does not exist, those of its nearest ancestor."""
        node = self._node
        mark = node.start_mark
        for key in path:
            found = _child(node, key)
            if found is None:
                break
            node, mark = found
        return self._lines.position(mark.index)

    def repeated_keys(self) -> list[tuple[str, int]]:
        """Keys twice in one mapping, with the line of the second; YAML forbids them and parsers take the last."""
        found: list[tuple[str, int]] = []
        seen_nodes: set[int] = set()
        stack = [self._node]
        while stack:
            node = stack.pop()
            if id(node) in seen_nodes:
                continue
            seen_nodes.add(id(node))
            if isinstance(node, yaml.SequenceNode):
                stack.extend(node.value)
            elif isinstance(node, yaml.MappingNode):
                names: set[str] = set()
                for name, child in node.value:
                    if isinstance(name, yaml.ScalarNode) and name.tag != "tag:yaml.org,2002:merge":
                        if name.value in names:
                            found.append((name.value, self._lines.position(name.start_mark.index)[0]))
                        names.add(name.value)
                    stack.append(child)
        return sorted(found, key=lambda item: item[1])

    def is_block_scalar(self, *path: str | int) -> bool:
        """Whether the value at `path` is written as a block (`|` or `>`), so that its text starts on the next line."""
        node = self._node
        for key in path:
            found = _child(node, key)
            if found is None:
                return False
            node = found[0]
        return isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")


def parse_yaml(text: str) -> list[YamlTree]:
    """The documents of a YAML text.

    Raises:
        UnreadableError: not YAML (with the line), a template of another language, nested too deep, too many values, or
            an alias bomb.
    """
    _check_size(text)
    try:
        nodes = [node for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if node is not None]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        if _TEMPLATE.search(text):
            raise TemplateError("is a template of another language and was not read") from None
        raise UnreadableError(f"is not valid YAML: line {line}: {_without_names(error.problem)}") from None
    except (yaml.YAMLError, ValueError) as error:
        # ReaderError names the offending character by its code; nothing of the content is repeated.
        position = getattr(error, "position", None)
        raise UnreadableError(
            "is not valid YAML: it holds a character that YAML does not allow"
            + (f" at offset {position}" if position is not None else "")
        ) from None
    for node in nodes:
        _check_expansion(node)
    lines = Lines(text)
    return [YamlTree(node, lines) for node in nodes]


def _without_names(problem: str | None) -> str:
    # libyaml quotes the alias or tag it stumbled over, which may be a secret that begins with `*` or `!`.
    told = problem or "cannot be read"
    return re.sub(r"\s*(['\"]).*\1", "", told) if re.search(r"alias|anchor|tag", told) else told


def _check_size(text: str) -> None:
    deep = text.count("[") + text.count("{") >= MAX_DEPTH or _LEADING.search(text)
    # Every value is written with at least one of these beside it.
    if not deep and (len(text) < MAX_NODES or sum(map(text.count, ",\n:[{-?&!")) < MAX_NODES):
        return
    depth = nodes = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, _OPENING):
                depth += 1
                if depth > MAX_DEPTH:
                    raise UnreadableError("is YAML that is nested too deep to read")
            elif isinstance(event, _CLOSING):
                depth -= 1
                continue
            nodes += 1
            if nodes > MAX_NODES:
                raise UnreadableError(f"is YAML with more than {MAX_NODES:,} values")
    except (yaml.YAMLError, ValueError):
        return  # the composer reports the same error with its place


def _check_expansion(root: yaml.Node) -> None:
    measured: dict[int, tuple[int, int]] = {}
    open_nodes: set[int] = set()

    def measure(node: yaml.Node) -> tuple[int, int]:
        """Values and levels of a node with every alias written out."""
        key = id(node)
        if key in measured:
            return measured[key]
        if key in open_nodes:
            raise UnreadableError("is YAML in which an alias contains itself")
        open_nodes.add(key)
        size, depth = 1, 0
        for child in _children(node):
            inner, levels = measure(child)
            size, depth = size + inner, max(depth, levels)
        open_nodes.discard(key)
        if size > MAX_EXPANDED:
            raise UnreadableError("is YAML whose aliases expand beyond all measure (an alias bomb)")
        if depth >= MAX_DEPTH:
            raise UnreadableError("is YAML that is nested too deep to read")
        measured[key] = size, depth + isinstance(node, yaml.CollectionNode)
        return measured[key]

    measure(root)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


class _Constructor(yaml.constructor.SafeConstructor):
    """Scalars as PyYAML's safe constructor reads them."""


def _value(node: yaml.Node, constructor: _Constructor, made: dict[int, Any] | None = None) -> Any:
    made = {} if made is None else made
    key = id(node)
    if key in made:
        return made[key]
    value: Any
    if isinstance(node, yaml.SequenceNode):
        value = [_value(child, constructor, made) for child in node.value]
    elif isinstance(node, yaml.MappingNode):
        value = _mapping(node, constructor, made)
    else:
        value = _scalar(node, constructor)
    made[key] = value
    return value


def _mapping(node: yaml.MappingNode, constructor: _Constructor, made: dict[int, Any]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    inherited: dict[str, Any] = {}
    for name, child in node.value:
        if name.tag == "tag:yaml.org,2002:merge":
            merged = _value(child, constructor, made)
            for other in merged if isinstance(merged, list) else [merged]:
                for key, value in other.items() if isinstance(other, dict) else ():
                    inherited.setdefault(key, value)
        else:
            # Keys stay text: YAML 1.1 reads the `on` of every CI workflow as True.
            text = name.value if isinstance(name, yaml.ScalarNode) else repr(name.start_mark.line)
            mapping[text] = _value(child, constructor, made)
    return {**inherited, **mapping} if inherited else mapping


def _scalar(node: yaml.Node, constructor: _Constructor) -> Any:
    if node.tag == "tag:yaml.org,2002:str":
        return node.value
    if not node.tag.startswith("tag:yaml.org,2002:"):
        return Tagged(node.value, node.tag)
    if node.tag not in _CONSTRUCTED or len(node.value) > _LONGEST_NUMBER:
        return node.value
    try:
        return constructor.construct_object(node)
    except Exception:  # noqa: BLE001 - a tag that the text does not fit makes PyYAML raise whatever it stumbles over
        return node.value


def _child(node: yaml.Node, key: str | int) -> tuple[yaml.Node, yaml.Mark] | None:
    if isinstance(node, yaml.MappingNode):
        for name, child in reversed(node.value):
            if isinstance(name, yaml.ScalarNode) and name.value == key:
                return child, name.start_mark
        for name, child in node.value:
            if name.tag == "tag:yaml.org,2002:merge":
                for other in child.value if isinstance(child, yaml.SequenceNode) else [child]:
                    found = _child(other, key) if isinstance(other, yaml.MappingNode) else None
                    if found is not None:
                        return found
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and 0 <= key < len(node.value):
        child = node.value[key]
        return child, child.start_mark
    return None
