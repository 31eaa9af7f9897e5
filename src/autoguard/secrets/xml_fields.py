"""Fields of an XML document: attributes, elements, and settings that are named by an attribute or a neighbour."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from autoguard.secrets.fields import OUTER, Field, decoded_base64
from autoguard.syntax.lines import line_starts
from autoguard.syntax.parsed import Parsed
from autoguard.syntax.xml_tree import Element

_NAMES = ("name", "key", "id", "Name", "Key", "Id", "displayName")
_VALUES = frozenset({"value", "default", "Value", "Default"})
_INNER = frozenset({"value", "string", "literal", "data"})
_SHORTEST = 4
_NEAR = 20_000
"""Bytes behind the start of an element's line in which its values are looked for."""


def xml_fields(parsed: Parsed) -> Iterator[Field]:
    """Every text of an XML document.

    Formats: .NET's app.config (`add key value`, `setting name` with a `value` inside), Apple's property lists (`key`
    before `string`), Java's properties in XML (`entry key`), FileZilla's `encoding="base64"`.

    Raises:
        OtherFormatError: no XML.
        UnreadableError: broken XML.
    """
    data = parsed.utf8
    places = _Places(data)
    stack: list[tuple[tuple[str, ...], Element]] = [((), parsed.xml)]
    while stack:
        names, element = stack.pop()
        own = next((element.attributes[name] for name in _NAMES if element.attributes.get(name)), "")
        transparent = element.name.lower() in _INNER and not own
        inner = names if transparent else (*names, own or element.name)[-OUTER:]
        for name, value in element.attributes.items():
            if name not in _NAMES:
                called = inner if name in _VALUES and own else (*names, element.name, name)[-OUTER:]
                yield from _field(called, value, places.of(value, element.line))
        encoded = element.attributes.get("encoding") == "base64"
        text = element.text.strip()
        shown = (decoded_base64(text) or "") if encoded else text
        # An element that is named for itself may be called by an attribute as well.
        for called in dict.fromkeys((inner, inner if transparent else (*names, element.name)[-OUTER:])):
            yield from _field(called, shown, places.of(text, element.line))
        key = ""
        below = []
        for child in element.children:
            if child.name == "key" and not child.children:
                key = child.text.strip()
                continue
            below.append(((*inner, key)[-OUTER:] if key else inner, child))
            key = ""
        stack.extend(reversed(below))


def _field(names: tuple[str, ...], value: str, place: "_Place") -> Iterator[Field]:
    if len(value) >= _SHORTEST and names:
        yield Field(names, value, place)


class _Place:
    __slots__ = ("_line", "_places", "_value")

    def __init__(self, places: "_Places", value: str, line: int) -> None:
        self._places, self._value, self._line = places, value, line

    def __call__(self) -> tuple[int, int]:
        return self._places.span(self._value, self._line)


class _Places:
    """Where values stand: near the start of their element, as they are or with entities."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts: list[int] = []

    def of(self, value: str, line: int) -> _Place:
        return _Place(self, value, line)

    def span(self, value: str, line: int) -> tuple[int, int]:
        if not self._starts:
            self._starts = line_starts(self._data)
        start = self._starts[min(line, len(self._starts)) - 1]
        for written in (value, escape(value), escape(value, {'"': "&quot;", "'": "&apos;"})):
            raw = written.encode()
            found = self._data.find(raw, start, start + _NEAR + len(raw))
            if found >= 0:
                return found, found + len(raw)
        return start, start + 1
