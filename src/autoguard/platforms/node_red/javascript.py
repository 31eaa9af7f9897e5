"""JavaScript as far as settings and function nodes need it: tokens without comments, and the properties of objects."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_TOKENS_OF_VALUE = 60
"""A value is looked at no further than this: what decides its kind stands at its beginning."""

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<comment>//[^\n]*|/\*(?:.*?\*/|.*\Z)|\A#![^\n]*)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<template>`(?:[^`\\]|\\.)*`)"
    r"|(?P<name>[A-Za-z_$][\w$]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<punct>\.\.\.|=>|[=!]==?|\|\||&&|\?\?|.)",
    re.DOTALL,
)
# Bounded, so that a text of nothing but slashes and brackets costs no more than its length times a constant.
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,100}\]){1,200}/[a-z]{0,8}")
_VALUE_BEFORE = frozenset({"string", "template", "number", "regex"})
_OPERATOR_WORDS = frozenset({"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do"})
_OPENING = ("(", "[", "{")
_CLOSING = (")", "]", "}")


class Token(NamedTuple):
    """A piece of a program: its kind, its text as written and its character offset."""

    kind: str
    text: str
    offset: int


class Property(NamedTuple):
    """A property that a program sets: the tokens of its value, the offset of its name, how many brackets it is in."""

    value: tuple[Token, ...]
    offset: int
    depth: int = 0


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a program, without white space and comments; strings, templates and patterns are one token each."""
    return (token for token in _scan(text) if token.kind not in ("space", "comment"))


@lru_cache(maxsize=4)
def without_comments(text: str) -> str:
    """The program with a space in the place of each comment, so that words in comments are not mistaken for code."""
    return "".join(" " if token.kind == "comment" else token.text for token in _scan(text))


def unquoted(token: Token) -> str:
    """The name that a token spells as a property key: an identifier or a quoted one."""
    return token.text[1:-1] if token.kind == "string" else token.text if token.kind == "name" else ""


def properties(program: list[Token], names: frozenset[str]) -> dict[str, Property]:
    """The properties of those names that object literals or assignments set.

    The outermost one counts, since a name may mean something else inside another option; of several the last one wins,
    as at run time.
    """
    found: dict[str, Property] = {}
    depth = 0
    for index, token in enumerate(program):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        name = unquoted(token)
        if name not in names or (name in found and found[name].depth < depth):
            continue
        before = program[index - 1].text if index else ""
        after = program[index + 1].text if index + 1 < len(program) else ""
        if (before in ("{", ",") and after == ":") or (before == "." and after == "="):
            found[name] = Property(_value(program, index + 2), token.offset, depth)
        elif before in ("{", ",") and after in (",", "}", "("):
            # `{name}` and `{name(a) {}}`: what it is stands elsewhere.
            found[name] = Property((token,), token.offset, depth)
    return found


def exports_closed_object(program: list[Token]) -> bool:
    """Whether the module exports an object literal that stands here as a whole, so that absence of a key is a fact."""
    texts = [token.text for token in program]
    for index in range(len(texts) - 3):
        if texts[index : index + 4] == ["module", ".", "exports", "="]:
            start = index + 4
            if start < len(texts) and program[start].kind == "name":
                start = _declared_at(texts, texts[start])
            return start < len(texts) and texts[start] == "{" and not _is_spread(texts, start) and "assign" not in texts
    return False


def _scan(text: str) -> Iterator[Token]:
    index, before = 0, Token("punct", "", 0)
    while index < len(text):
        match = _REGEX.match(text, index) if text[index] == "/" and _starts_pattern(before) else None
        if match is None or text.startswith(("//", "/*"), index):
            match = _TOKEN.match(text, index)
            if match is None:
                return
        token = Token(match.lastgroup or "regex", match.group(), index)
        yield token
        if token.kind not in ("space", "comment"):
            before = token
        index = match.end()


def _starts_pattern(before: Token) -> bool:
    if before.kind in _VALUE_BEFORE:
        return False
    if before.kind == "name":
        return before.text in _OPERATOR_WORDS
    return before.text not in _CLOSING


def _value(program: list[Token], start: int) -> tuple[Token, ...]:
    depth = 0
    taken: list[Token] = []
    for token in program[start : start + MAX_TOKENS_OF_VALUE]:
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
        if depth < 0 or (depth == 0 and token.text in (",", ";")):
            break
        taken.append(token)
    return tuple(taken)


def _declared_at(texts: list[str], name: str) -> int:
    for index in range(len(texts) - 2):
        if texts[index] in ("const", "let", "var") and texts[index + 1] == name and texts[index + 2] == "=":
            return index + 3
    return len(texts)


def _is_spread(texts: list[str], start: int) -> bool:
    depth = 0
    for text in texts[start:]:
        if text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1
            if depth == 0:
                return False
        elif text == "..." and depth == 1:
            return True
    return True
