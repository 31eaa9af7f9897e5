"""Parts of a text that are written in an encoding: base64, hexadecimal, percent, escapes, entities.

Nothing is decoded on suspicion. The engine looks for what telling words look like when they are encoded: in base64 a
word has three forms, by the place of its first byte in a group of three (RFC 4648, section 4), and those stand in no
ordinary text.
"""

import base64
import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autoguard.secrets.assignments import unescaped

MAX_DEPTH = 3
"""How often what was decoded is decoded again."""
_SHORTEST = 5
_LONGEST_PART = 2_000_000
_LONGEST_LINE = 20_000
_PRINTABLE = 0.7
"""The share of readable characters from which bytes are taken for text; what stood before it decodes to none."""
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_STEMS = (
    "password", "Password", "PASSWORD", "passwd", "PASSWD", "secret", "Secret", "SECRET", "token", "Token", "TOKEN",
    "api_key", "API_KEY", "apiKey", "ApiKey", "apikey", "PRIVATE KEY", "Authorization", "_PASS=", "_KEY=", "kennwort",
)  # fmt: skip
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_HEX = b"0123456789abcdefABCDEF"
_ESCAPED = rb"\\u00[2-7][0-9a-fA-F]|\\/\\/|(?:\\x[2-7][0-9a-fA-F]){4}"
_PERCENT = rb"(?i)%(?:25)?(?:22|3A|3D)[^\s\"'<>]{4}"
_ENTITIES = rb"&(?:quot|apos|#34|#39|#x22|#x27);|&amp;[A-Za-z_-]{0,40}(?:sig|key|token|secret|pass)[A-Za-z_-]{0,20}="


@dataclass(frozen=True, slots=True)
class Part:
    """An encoded part of a text: its span in bytes and what it says."""

    start: int
    end: int
    data: bytes


_Sought = tuple[Part | None, int]
"""The part around a telling form, where it can be read, and where the search goes on."""


def encoded_triggers(keywords: Iterable[str]) -> tuple[bytes, ...]:
    """One RE2-safe pattern for each encoding, in the order in which `encoded_parts` is told of them."""
    stems = sorted({*_STEMS, *(word for word in keywords if len(word) >= _SHORTEST)})
    in_base64 = {form for stem in stems for form in _base64_forms(stem.encode())}
    in_base64 |= {form for stem in _STEMS for form in _base64_forms(stem.encode("utf-16-le"))}
    in_hex = {form for stem in stems for form in (stem.encode().hex(), stem.encode().hex().upper())}
    return (_any_of(in_base64), _any_of(in_hex), _ESCAPED, _PERCENT, _ENTITIES)


def _base64_forms(stem: bytes) -> Iterator[str]:
    # What stands before the word in its group of three bytes is unknown, and so are the characters that depend on it.
    for before, unknown in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * before + stem).decode().rstrip("=")
        form = encoded[unknown : (before + len(stem)) * 8 // 6]
        if len(form) >= _SHORTEST:
            yield form


def _any_of(forms: Iterable[str]) -> bytes:
    return ("(?:" + "|".join(re.escape(form) for form in sorted(forms)) + ")").encode()


def encoded_parts(
    data: bytes, ends: Mapping[int, Sequence[int] | None], pattern: Callable[[int], re.Pattern[bytes]]
) -> list[Part]:
    """The encoded parts of a text. `ends` says for each encoding where its telling forms end, None where unknown.

    `pattern` gives the pattern of an encoding.
    """
    parts: list[Part] = []
    for index, find in enumerate(_FINDERS):
        if index not in ends:
            continue
        found = ends[index]
        places = [match.end() for match in pattern(index).finditer(data)] if found is None else found
        after = 0
        for place in sorted(places):
            if place > after:
                # What cannot be read is not tried again for each telling form in it.
                part, after = find(data, place)
                if part is not None:
                    parts.append(part)
    return parts


def _base64_part(data: bytes, place: int) -> _Sought:
    start, end = _run(data, place, _BASE64)
    run = data[start:end].translate(_STANDARD)
    # A path or a word that touches the encoded text is made of the same characters.
    for phase in range(4):
        body = run[phase:]
        whole = len(body) - (len(body) % 4 == 1)
        text = _readable(base64.b64decode(body[:whole] + b"=" * (-whole % 4)))
        if text is not None:
            return Part(start + phase, end, text), end
    return None, end


def _hex_part(data: bytes, place: int) -> _Sought:
    start, end = _run(data, place, _HEX)
    for phase in range(2):
        body = data[start + phase : end]
        text = _readable(bytes.fromhex(body[: len(body) // 2 * 2].decode()))
        if text is not None:
            return Part(start + phase, end, text), end
    return None, end


def _percent_part(data: bytes, place: int) -> _Sought:
    start, end = _word(data, place, b" \t\r\n\"'<>`")
    return Part(start, end, urllib.parse.unquote_to_bytes(data[start:end].replace(b"+", b" "))), end


def _escaped_part(data: bytes, place: int) -> _Sought:
    start, end = _word(data, place, b"\r\n\"'`")
    text = unescaped(data[start:end].decode("utf-8", "replace"))
    return Part(start, end, text.encode("utf-8", "replace")), end


def _entities_part(data: bytes, place: int) -> _Sought:
    import html  # noqa: PLC0415 - a table of two thousand names that most trees do without

    start, end = _word(data, place, b'<>\r\n"')
    text = html.unescape(data[start:end].decode("utf-8", "replace"))
    return Part(start, end, text.encode("utf-8", "replace")), end


_FINDERS: tuple[Callable[[bytes, int], _Sought], ...] = (
    _base64_part,
    _hex_part,
    _escaped_part,
    _percent_part,
    _entities_part,
)
_STANDARD = bytes.maketrans(b"-_", b"+/")


def _run(data: bytes, place: int, alphabet: bytes) -> tuple[int, int]:
    before = data[max(0, place - _LONGEST_PART) : place]
    behind = data[place : place + _LONGEST_PART]
    return place - len(before) + len(before.rstrip(alphabet)), place + len(behind) - len(behind.lstrip(alphabet))


def _word(data: bytes, place: int, ends: bytes) -> tuple[int, int]:
    before = data[max(0, place - _LONGEST_LINE) : place]
    behind = data[place : place + _LONGEST_LINE]
    start = max((before.rfind(bytes((one,))) for one in ends), default=-1) + 1
    stops = [at for at in (behind.find(bytes((one,))) for one in ends) if at >= 0]
    return place - len(before) + start, place + min(stops, default=len(behind))


def _readable(decoded: bytes) -> bytes | None:
    if b"\0" in decoded[:200]:
        # PowerShell's -EncodedCommand is UTF-16 with the lower byte first.
        if decoded[1:200:2].count(0) < _PRINTABLE * len(decoded[1:200:2]):
            return None
        decoded = decoded[: len(decoded) // 2 * 2].decode("utf-16-le", "replace").encode()
    if not decoded:
        return None
    text = decoded.decode("utf-8", "replace")
    bad = len(_UNREADABLE.findall(text))
    # What could not be read stood before the text or behind it: what is left begins a line of its own.
    return _UNREADABLE.sub("\n", text).encode() if bad <= (1 - _PRINTABLE) * len(text) else None
