"""Fields of a document as its grammar has them: names from the outside in, values with their escapes undone."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autoguard.errors import UnreadableError
from autoguard.syntax.parsed import OtherFormatError, Parsed

_TELLING = re.compile(rb"(?i)pass|pwd|secret|token|key|kennwort|credential")
OUTER = 3
"""How many names a field is called by: its own and those of what it lies in."""
MAX_FIELDS = 2_000_000
"""Values of one document that are looked at."""
VALUE_NAMES = frozenset(
    {
        "value", "val", "content", "default", "defaultvalue", "default_value", "stringvalue", "string_value",
        "plaintext", "plain_text", "text", "string", "data", "#text", "to", "valuevalue",
    }
)  # fmt: skip
"""Names, in lower case, of a field that only holds the value of what it lies in or of what is named beside it."""
SIBLINGS = ("name", "key", "keyValue", "field", "header", "property", "variable", "variableName", "id", "p")
"""Fields that name the value beside them."""


@dataclass(frozen=True, slots=True)
class Field:
    """A text in a tree: its names from the outside in, and, when asked, the bytes that hold it.

    Where the document itself declares a value to be encoded, it is decoded here.
    """

    names: tuple[str, ...]
    value: str
    place: Callable[[], tuple[int, int]]


def fields(parsed: Parsed) -> Iterator[Field]:
    """Every text of a document in a format whose grammar is known here; nothing where it is of another or broken."""
    try:
        yield from _reader(parsed)(parsed)
    except (OtherFormatError, UnreadableError):
        return


def is_table(parsed: Parsed) -> bool:
    """Whether it is a table that may hold a secret: its cells stand in rows and columns, so that no text tells."""
    return parsed.name.endswith((".csv", ".tsv")) and bool(_TELLING.search(parsed.utf8))


def _reader(parsed: Parsed) -> Callable[[Parsed], Iterator[Field]]:
    from autoguard.secrets import json_fields, table_fields, xml_fields, yaml_fields  # noqa: PLC0415 - where needed

    start = parsed.utf8[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if is_table(parsed):
        return table_fields.table_fields
    if start == b"<":
        return xml_fields.xml_fields
    if start in (b"{", b"[") and not parsed.name.endswith((".toml", ".ini", ".cfg", ".conf", ".yml", ".yaml")):
        return json_fields.json_fields
    if parsed.name.endswith((".yml", ".yaml")):
        return yaml_fields.yaml_fields
    return _none


def _none(_: Parsed) -> Iterator[Field]:
    return iter(())


def decoded_base64(value: str) -> str | None:
    """The text that a base64 value holds (RFC 4648, either alphabet, with or without padding), or None."""
    compact = "".join(value.split()).translate(_URL_SAFE)
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True).decode("utf-8")
    except (ValueError, binascii.Error):
        return None


_URL_SAFE = str.maketrans("-_", "+/")
