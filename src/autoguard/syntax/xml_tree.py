"""XML with positions, without entities, read from text whose encoding was settled before."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXParseException, handler, xmlreader

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from autoguard.errors import UnreadableError
from autoguard.syntax import MAX_DEPTH

MAX_ELEMENTS = 2_000_000
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


@dataclass(slots=True)
class Element:
    """An element: local name without namespace, attributes by local name, text directly inside, children, line."""

    name: str
    namespace: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        """The first direct child of that local name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator["Element"]:
        """Every element of that local name below this one, in document order."""
        stack = list(reversed(self.children))
        while stack:
            element = stack.pop()
            if element.name == name:
                yield element
            stack.extend(reversed(element.children))

    def value(self, name: str) -> str:
        """Text of the child of that name or the attribute of that name, stripped; "" where there is neither."""
        child = self.child(name)
        return child.text.strip() if child is not None else self.attributes.get(name, "").strip()


def parse_xml(text: str) -> Element:
    """The root element of an XML text.

    Raises:
        UnreadableError: not well-formed (with the line), entities or external references, nested too deep, or too
            large.
    """
    # A declaration may name an encoding that the bytes do not have; the text is decoded, so it is dropped. Its line
    # breaks stay, so that lines still count right.
    text = _DECLARATION.sub(lambda match: "\n" * match.group().count("\n"), text, count=1)
    builder = _Builder()
    # One piece: expat starts again at a token's begin for every piece that does not end it.
    parser = create_parser(bufsize=len(text) + 1, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    parser.setFeature(handler.feature_namespaces, 1)
    parser.setContentHandler(builder)
    parser.setErrorHandler(handler.ErrorHandler())
    source = xmlreader.InputSource()
    source.setCharacterStream(io.StringIO(text))
    try:
        parser.parse(source)
    except SAXParseException as error:
        reason = f"is not valid XML: line {error.getLineNumber()}: {error.getMessage()}"
        raise UnreadableError(reason) from None
    except DefusedXmlException:
        raise UnreadableError("is XML with entities or external references, which are not expanded") from None
    if builder.root is None:
        raise UnreadableError("is not valid XML: it has no element")
    return builder.root


class _Builder(handler.ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._stack: list[Element] = []
        self._parts: list[list[str]] = []
        self._count = 0
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 - name given by SAX
        self._locator = locator

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802, ARG002 - as above
        self._count += 1
        if len(self._stack) >= MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise UnreadableError("is XML that is nested too deep or has too many elements to read")
        namespace, local = name
        attributes = {key[1]: value for key, value in attrs.items()}
        element = Element(local, namespace or "", attributes, self._locator.getLineNumber())
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self.root = element
        self._stack.append(element)
        self._parts.append([])

    def characters(self, content: str) -> None:
        if self._parts:
            self._parts[-1].append(content)

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802, ARG002 - as above
        self._stack.pop().text = "".join(self._parts.pop())
