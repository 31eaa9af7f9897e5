"""JSON with positions, at the speed of the standard library's C scanner.

Values come from one C parse. Positions are found when they are asked for: a container's children are stepped over with
the same C scanner, which says where each ends, so the answer is the grammar's and not that of a search for a name.
Finding the places of all nodes of a workflow costs about two further C parses, seven times less than a tree-sitter
parse of the same file.
"""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # the C string scanner that json.loads itself uses
from typing import Any

from autoguard.errors import UnreadableError
from autoguard.syntax.lines import Lines

_DECODER = json.JSONDecoder()
_SCAN = _DECODER.scan_once  # type: ignore[attr-defined]  # set in the constructor, used by raw_decode
_SPACE = re.compile(r"[ \t\n\r]*")
# Strings and comments that never end are taken to the end of the line or the text: to try again at every quote in them
# would cost their length squared.
_STRING = r'"(?:[^"\\\n]++|\\.)*+"?'
_COMMENT = re.compile(_STRING + r"|//[^\n]*|/\*(?:.*?\*/|.*)", re.DOTALL)
_TRAILING_COMMA = re.compile(_STRING + r"|,(?=\s*+[}\]])", re.DOTALL)


_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)
"""A whole surrogate pair, half of one alone, or any other escape."""
_REPLACEMENT = r"\ufffd"


class JsonTree:
    """A JSON document. `trailing_line` is the line from 1 on which more text follows the first value, 0 for none."""

    __slots__ = ("_lines", "_offsets", "_start", "_text", "trailing_line", "value")

    def __init__(self, text: str, *, comments: bool = False) -> None:
        """Parse `text`; with `comments`, `//`, `/* */` and trailing commas are blanked out first.

        Raises:
            UnreadableError: not JSON (with the line), nested too deep, or a number too long to read.
        """
        if comments:
            text = _TRAILING_COMMA.sub(_blank, _COMMENT.sub(_blank, text))
        if _HALF.search(text):
            # No encoding can write half of a pair; its replacement has the same length, so all places stay.
            text = _ESCAPE.sub(lambda match: _REPLACEMENT if match[1] else match[0], text)
        self._text = text
        self._start = _skip(text, 0)
        self._lines = Lines(text)
        self._offsets: dict[tuple[str | int, ...], dict[str | int, int]] = {}
        try:
            self.value, end = _SCAN(text, self._start)
        except StopIteration as stop:
            raise UnreadableError(
                f"is not valid JSON: line {self.position_at(int(stop.value))[0]} expects a value"
            ) from None
        except json.JSONDecodeError as error:
            raise UnreadableError(f"is not valid JSON: line {error.lineno}: {_plain(error.msg)}") from None
        except RecursionError:
            raise UnreadableError("is JSON that is nested too deep to read") from None
        except ValueError:
            raise UnreadableError("is JSON with a number that is too long to read") from None
        rest = _skip(text, end)
        self.trailing_line = self.position_at(rest)[0] if rest < len(text) else 0

    def position(self, *path: str | int) -> tuple[int, int]:
        """Line and column from 1 of the value at `path`; where it does not exist, those of its nearest ancestor."""
        return self.position_at(self.offset(*path))

    def offset(self, *path: str | int) -> int:
        """Character offset of the value at `path`, or of its nearest ancestor."""
        offset = self._start
        for depth, key in enumerate(path):
            children = self._children(path[:depth], offset)
            if key not in children:
                break
            offset = children[key]
        return offset

    def position_at(self, offset: int) -> tuple[int, int]:
        """Line and column from 1 of a character offset."""
        return self._lines.position(offset)

    def _children(self, path: tuple[str | int, ...], offset: int) -> dict[str | int, int]:
        found = self._offsets.get(path)
        if found is None:
            found = _child_offsets(self._text, offset)
            self._offsets[path] = found
        return found


def _child_offsets(text: str, offset: int) -> dict[str | int, int]:
    # The document parsed once, so the grammar holds here; a scalar has no children.
    children: dict[str | int, int] = {}
    opening = text[offset]
    if opening not in "{[":
        return children
    index = _skip(text, offset + 1)
    position = 0
    while text[index] not in "}]":
        if opening == "{":
            key, index = scanstring(text, index + 1, True)  # noqa: FBT003 - C function without keywords
            index = _skip(text, _skip(text, index) + 1)
        else:
            key, position = position, position + 1
        children[key] = index
        index = _skip(text, _SCAN(text, index)[1])
        if text[index] == ",":
            index = _skip(text, index + 1)
    return children


def _skip(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


def _blank(match: re.Match[str]) -> str:
    token: str = match.group()
    return token if token.startswith('"') else re.sub(r"[^\n]", " ", token)


def _plain(message: str) -> str:
    # Where the standard library puts a place behind its message, that ends in "at".
    told = re.sub(r"( starting)? at$", "", message)
    return told[:1].lower() + told[1:]


def parse_json(text: str) -> Any:
    """The value of a JSON text whose positions nobody needs, or None where it is none."""
    try:
        return JsonTree(text).value
    except UnreadableError:
        return None
