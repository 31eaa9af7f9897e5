"""The expressions of GitHub Actions, `${{ ... }}`: which contexts a result can hold text of.

Grammar: docs.github.com, "Evaluate expressions in workflows and actions" and "Contexts reference" (read 2026-11-24).
A value that is only compared (`==`, `contains(...)`) gives true or false and no text; of `a && b` only `b` can be text
that somebody chose, because `a` is the result only where it is empty or false.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_BLOCK = re.compile(r"\$\{\{(.{0,4000}?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\],.*]))"
)
_LOOSE = re.compile(r"\b(?:github|inputs|env|steps|needs|matrix|secrets|vars)(?:\.[\w*-]+)+", re.IGNORECASE)
_YES_OR_NO = frozenset(
    {"contains", "startswith", "endswith", "hashfiles", "success", "failure", "always", "cancelled"}
)  # fmt: skip
_MAX_DEPTH = 40
_MAX_BLOCKS = 200

Path = tuple[str, ...]
"""A context and the way into it, in lower case; `*` stands for every or any element."""


class Reference(NamedTuple):
    """A context that a text takes a value from, as it is written."""

    path: Path

    @property
    def text(self) -> str:
        """The usual spelling, with dots."""
        return ".".join(self.path)[:120]


def blocks(text: str) -> Iterator[str]:
    """The insides of all `${{ }}` in a text."""
    for count, match in enumerate(_BLOCK.finditer(text)):
        if count >= _MAX_BLOCKS:
            return
        yield match.group(1)


def references(text: str) -> list[Reference]:
    """The contexts whose text can end up in `text` where it is evaluated, without repetition, in order."""
    found: dict[Reference, None] = {}
    for block in blocks(text):
        for path in _Parser(block).paths():
            found.setdefault(Reference(path))
    return list(found)


def holds_expression(text: str) -> bool:
    """Whether a text is computed at run time."""
    return "${{" in text


class _BrokenError(Exception):
    pass


class _Parser:
    """Recursive descent over one expression, bounded in depth; text that it cannot read is searched for contexts."""

    def __init__(self, block: str) -> None:
        self._block = block
        self._tokens: list[tuple[str, str]] = []
        self._at = 0

    def paths(self) -> list[Path]:
        try:
            self._tokens = list(self._scan())
            found = self._or(0)
        except _BrokenError:
            found, self._at = [], -1
        if self._at < len(self._tokens) or self._at < 0:
            return [tuple(match.group().lower().split(".")) for match in _LOOSE.finditer(self._block)]
        return found

    def _scan(self) -> Iterator[tuple[str, str]]:
        at, text = 0, self._block.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise _BrokenError
            yield match.lastgroup or "", match.group(match.lastgroup or 0)
            at = match.end()

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, sign: str) -> bool:
        if self._peek() == sign and self._tokens[self._at][0] == "sign":
            self._at += 1
            return True
        return False

    def _or(self, depth: int) -> list[Path]:
        found = self._and(depth)
        while self._take("||"):
            found = [*found, *self._and(depth)]
        return found

    def _and(self, depth: int) -> list[Path]:
        found = self._comparison(depth)
        while self._take("&&"):
            found = self._comparison(depth)
        return found

    def _comparison(self, depth: int) -> list[Path]:
        found = self._unary(depth)
        while self._peek() in ("==", "!=", "<", ">", "<=", ">="):
            self._at += 1
            self._unary(depth)
            found = []
        return found

    def _unary(self, depth: int) -> list[Path]:
        if depth > _MAX_DEPTH:
            raise _BrokenError
        if self._take("!"):
            self._unary(depth + 1)
            return []
        return self._primary(depth)

    def _primary(self, depth: int) -> list[Path]:
        if depth > _MAX_DEPTH or self._at >= len(self._tokens):
            raise _BrokenError
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "name":
            if self._take("("):
                arguments = self._arguments(depth)
                self._way(depth, [])
                return [] if text.lower() in _YES_OR_NO else arguments
            if text.lower() in ("true", "false", "null", "nan", "infinity"):
                return []
            return [self._way(depth, [text.lower()])]
        if kind == "sign" and text == "(":
            found = self._or(depth + 1)
            if not self._take(")"):
                raise _BrokenError
            self._way(depth, [])
            return found
        if kind in ("string", "number"):
            return []
        raise _BrokenError

    def _arguments(self, depth: int) -> list[Path]:
        found: list[Path] = []
        while not self._take(")"):
            found.extend(self._or(depth + 1))
            if not self._take(",") and self._peek() != ")":
                raise _BrokenError
        return found

    def _way(self, depth: int, path: list[str]) -> Path:
        while True:
            if self._take("."):
                if self._at >= len(self._tokens):
                    raise _BrokenError
                kind, text = self._tokens[self._at]
                if kind != "name" and text != "*":
                    raise _BrokenError
                self._at += 1
                path.append(text.lower())
            elif self._take("["):
                kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
                self._or(depth + 1) if text != "*" else self._take("*")
                if not self._take("]"):
                    raise _BrokenError
                path.append(text[1:-1].replace("''", "'").lower() if kind == "string" else "*")
            else:
                return tuple(path)
