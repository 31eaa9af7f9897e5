"""Words and operators of shell text.

Grammar: POSIX.1-2024, Shell Command Language, sections 2.2 (quoting), 2.3 (tokens) and 2.7 (redirection); process
substitution and `&>` from the Bash manual.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_LOOKAHEAD = 200_000
_OPERATOR = re.compile(r"&&|\|\||&>>|&>|\|&|;;&?|;&|\d{0,2}(?:<<<|<<-?|>>|>\||>&|<&|<>|>|<)(?!\()|[|&;()\n]")
_BREAKS = frozenset(" \t\r\n|&;()<>")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or an operator. `inner` are the texts of command substitutions inside a word."""

    text: str
    operator: bool = False
    inner: tuple[str, ...] = ()


class Scanner:
    """Words and operators of one text, each character looked at a bounded number of times."""

    def __init__(self, text: str, *, operators: bool) -> None:
        """Scan `text`; without `operators` only blanks and quotes divide it."""
        self._text = text
        self._at = 0
        self._operators = operators
        self._documents: list[str] = []
        self._unclosed = False
        self._lookahead = _MAX_LOOKAHEAD

    def tokens(self) -> Iterator[Token]:
        """Every word and operator in order; a here-document comes as `<<` and its text, before its line ends."""
        text, size = self._text, len(self._text)
        after_document = False
        while self._at < size:
            char = text[self._at]
            if char in " \t\r" or (char == "\n" and not self._operators):
                self._at += 1
                continue
            if char == "\\" and text[self._at + 1 : self._at + 2] == "\n":
                self._at += 2
                continue
            if char == "#" and self._operators:
                end = text.find("\n", self._at)
                self._at = size if end < 0 else end
                continue
            match = _OPERATOR.match(text, self._at) if self._operators else None
            if match is not None:
                self._at = match.end()
                if match.group() == "\n" and self._documents:
                    yield from self._bodies()
                after_document = match.group().lstrip("0123456789") in ("<<", "<<-")
                if not after_document:
                    yield Token(match.group(), operator=True)
                continue
            token = self._word()
            if after_document:
                self._documents.append(token.text)
                after_document = False
                continue
            yield token

    def _bodies(self) -> Iterator[Token]:
        for marker in self._documents:
            match = re.compile(rf"^\t*{re.escape(marker)}[ \t\r]*$", re.MULTILINE).search(self._text, self._at)
            end = match.start() if match else len(self._text)
            yield Token("<<", operator=True)
            yield Token(self._text[self._at : end])
            self._at = match.end() if match else end
        self._documents.clear()

    def _word(self) -> Token:
        text, size = self._text, len(self._text)
        parts: list[str] = []
        inner: list[str] = []
        while self._at < size:
            char = text[self._at]
            if char in _BREAKS and (self._operators or char in " \t\r\n"):
                if not (char in "<>" and text[self._at + 1 : self._at + 2] == "("):
                    break
                parts.append(self._substitution(2, inner))
            elif char == "\\":
                following = text[self._at + 1 : self._at + 2]
                parts.append("" if following == "\n" else following)
                self._at += 2
            elif char == "'":
                parts.append(self._single())
            elif char == '"':
                parts.append(self._double(inner))
            elif char == "$" and text[self._at + 1 : self._at + 2] == "(":
                parts.append(self._substitution(2, inner))
            elif char == "`":
                parts.append(self._backticks(inner))
            else:
                parts.append(char)
                self._at += 1
        return Token("".join(parts), inner=tuple(inner))

    def _single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            self._at += 1
            return "'"
        found = self._text[self._at + 1 : end]
        self._at = end + 1
        return found

    def _double(self, inner: list[str]) -> str:
        if self._unclosed:
            self._at += 1
            return '"'
        text, start = self._text, self._at
        parts: list[str] = []
        self._at += 1
        while self._at < len(text):
            char = text[self._at]
            if char == '"':
                self._at += 1
                return "".join(parts)
            if char == "\\":
                parts.append(text[self._at + 1 : self._at + 2])
                self._at += 2
            elif char == "$" and text[self._at + 1 : self._at + 2] == "(":
                parts.append(self._substitution(2, inner))
            elif char == "`":
                parts.append(self._backticks(inner))
            else:
                parts.append(char)
                self._at += 1
        self._unclosed = True
        self._at = start + 1
        return '"'

    def _substitution(self, opening: int, inner: list[str]) -> str:
        start = self._at + opening
        end = self._closing(start)
        opened = self._text[self._at : start]
        if end < 0:
            self._at = start
            return opened
        body = self._text[start:end]
        if not (opened == "$(" and body.startswith("(")):  # $(( )) is arithmetic
            inner.append(body)
        self._at = end + 1
        return opened + ")"

    def _closing(self, start: int) -> int:
        depth = 1
        quote = ""
        at = start
        while at < len(self._text) and self._lookahead > 0:
            self._lookahead -= 1
            char = self._text[at]
            if char == "\\" and quote != "'":
                at += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        return -1

    def _backticks(self, inner: list[str]) -> str:
        end = self._text.find("`", self._at + 1)
        if end < 0:
            self._at += 1
            return "`"
        inner.append(self._text[self._at + 1 : end])
        self._at = end + 1
        return "$()"
