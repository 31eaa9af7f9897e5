"""From bytes to text, trusting no declaration.

Byte-order marks first, then UTF-8, then UTF-16 by its pattern of zero bytes, then Latin-1. What an XML declaration or
a file name says about the encoding is used only where nothing else fits: of 21 real Windows task files ten claim
UTF-16 and are UTF-8.
"""

import codecs
import re

from autoguard.errors import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 8192
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,40})[\"']")
_SINGLE_BYTE = frozenset({"iso-8859-1", "iso-8859-15", "latin-1", "latin1", "windows-1252", "cp1252"})


def is_binary(data: bytes) -> bool:
    """Whether the first bytes are no text in any encoding that `decode` knows."""
    if any(data.startswith(mark) for mark, _ in _MARKS):
        return False
    head = data[:_SAMPLE]
    return b"\0" in head and _utf16_without_mark(head) is None


def decode(data: bytes) -> str:
    """The text of `data` without its byte-order mark.

    Raises:
        UnreadableError: it holds zero bytes and is no Unicode text, or a byte-order mark promises an encoding that the
            bytes break.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise UnreadableError(f"starts with a {encoding} byte-order mark but is not {encoding} text") from None
    if b"\0" in data[:_SAMPLE]:
        encoding16 = _utf16_without_mark(data[:_SAMPLE])
        if encoding16 is None:
            raise UnreadableError("is binary, not text")
        return data.decode(encoding16, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _DECLARED.match(data)
        name = declared.group(1).decode("ascii").lower() if declared else ""
        return data.decode(name if name in _SINGLE_BYTE else "latin-1", errors="replace")


def _utf16_without_mark(head: bytes) -> str | None:
    # Latin text in UTF-16 has a zero in every second byte; 70 % leaves room for other scripts in between.
    if len(head) < 4:  # noqa: PLR2004 - shorter than two characters tells nothing
        return None
    half = len(head) // 2
    if head[1::2].count(0) >= 0.7 * half and head[0::2].count(0) <= 0.05 * half:
        return "utf-16-le"
    if head[0::2].count(0) >= 0.7 * half and head[1::2].count(0) <= 0.05 * half:
        return "utf-16-be"
    return None
