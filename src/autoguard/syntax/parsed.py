"""One document as every reader sees it: decoded once, parsed once, and only when somebody asks."""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from autoguard.errors import UnreadableError
from autoguard.model import Document, Location
from autoguard.syntax import Tree
from autoguard.syntax.ini_tree import Entry, parse_ini
from autoguard.syntax.json_tree import JsonTree
from autoguard.syntax.text import decode

if TYPE_CHECKING:
    from autoguard.syntax.xml_tree import Element
    from autoguard.syntax.yaml_tree import YamlTree

_YAML_SUFFIXES = (".yml", ".yaml")
_JSON_START = re.compile(r"\s*[{\[]")
_XML_START = re.compile(r"\s*<")


class OtherFormatError(Exception):
    """The document is not written in the format that was asked for; it may well be fine in another."""


class Parsed:
    """A document with its text and trees, each made on first use and kept.

    `json`, `yaml` and `xml` raise `OtherFormatError` where the text does not look like that format at all, and
    `UnreadableError` where it looks like it and is broken.
    """

    def __init__(self, document: Document) -> None:
        """Take a document; nothing is decoded yet."""
        self.document = document
        self.path = document.path

    @cached_property
    def name(self) -> str:
        """The file's own name in lower case."""
        return re.split(r"[/!]", self.path)[-1].lower()

    @cached_property
    def folder(self) -> str:
        """The folder the document lies in, "" at the root; inside an archive, with the archive's name."""
        return self.path.rpartition("/")[0]

    @cached_property
    def text(self) -> str:
        """The text without byte-order mark.

        Raises:
            UnreadableError: the bytes are no text.
        """
        return decode(self.document.data)

    @cached_property
    def utf8(self) -> bytes:
        """The text as UTF-8 bytes, for matching patterns without copying what already is UTF-8."""
        data = self.document.data
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return self.text.encode("utf-8", errors="replace")
        return data if b"\0" not in data[:8192] else self.text.encode("utf-8", errors="replace")

    @cached_property
    def json(self) -> JsonTree:
        """The document as JSON."""
        if not _JSON_START.match(self.text):
            raise OtherFormatError
        return JsonTree(self.text)

    @cached_property
    def yaml(self) -> "list[YamlTree]":
        """The document's YAML documents. Files under another name than `.yml` or `.yaml` are never called broken."""
        from autoguard.syntax.yaml_tree import parse_yaml  # noqa: PLC0415 - many trees hold no YAML

        try:
            return parse_yaml(self.text)
        except UnreadableError:
            if self.name.endswith(_YAML_SUFFIXES):
                raise
            raise OtherFormatError from None

    @cached_property
    def xml(self) -> "Element":
        """The root element of the document as XML."""
        if not _XML_START.match(self.text):
            raise OtherFormatError
        from autoguard.syntax.xml_tree import parse_xml  # noqa: PLC0415 - most trees hold no XML, and SAX is slow to import

        return parse_xml(self.text)

    @cached_property
    def ini(self) -> tuple[Entry, ...]:
        """The `key=value` entries of the document, as systemd reads them."""
        return parse_ini(self.text)

    def at(self, tree: Tree, *keys: str | int) -> Location:
        """Where the value at `keys` of one of this document's trees stands."""
        line, column = tree.position(*keys)
        return Location(self.path, line, column)

    def at_line(self, line: int | None) -> Location:
        """A line of this document."""
        return Location(self.path, line)
