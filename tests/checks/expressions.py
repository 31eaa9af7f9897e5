"""Conditions of checks changed on purpose: a small tokenizer for CEL, and the changes that a test must notice.

An expression is a tree of `||` over `&&` over single conditions; what stands in brackets and strings belongs to the
condition around it. That is all of CEL's grammar that a change here depends on: `? :` is not used in checks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, get_args

from autoguard.model import SEVERITIES, Check, SeverityRule, SeveritySpec
from autoguard.model.inventory import Confidence

_CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
_CONFIDENT = ("tool", "credential")
"""Subjects that come with a confidence of their own."""
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<operator>\|\||&&|==|!=|<=|>=|<|>|!)
    |(?P<open>[(\[])
    |(?P<close>[)\]])
    |(?P<other>[.,+*/-])""",
    re.VERBOSE,
)
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_EDGE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


class Token(NamedTuple):
    """A piece of an expression, where it begins, and in how many brackets it stands."""

    kind: str
    text: str
    start: int
    depth: int


class Change(NamedTuple):
    """A changed expression, and what was changed, in words."""

    what: str
    text: str


@dataclass(frozen=True)
class Mutant:
    """A check that is broken on purpose."""

    what: str
    check: Check

    @property
    def id(self) -> str:
        """The check and the change."""
        return f"{self.check.id}: {self.what}"


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, without white space.

    Raises:
        ValueError: a character that no condition of a check may hold.
    """
    found: list[Token] = []
    at = depth = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError(f"cannot read {text[at:]!r} in {text!r}")
        depth -= match.lastgroup == "close"
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], at, depth))
        depth += match.lastgroup == "open"
        at = match.end()
    return found


def split(text: str, operator: str) -> list[str]:
    """The operands of an operator outside of all brackets, each without white space around it."""
    places = [token.start for token in tokens(text) if token.text == operator and token.depth == 0]
    edges = [-len(operator), *places, len(text)]
    return [text[begin + len(operator) : end].strip() for begin, end in pairwise(edges)]


def changes(text: str) -> Iterator[Change]:
    """Every change of an expression: operands left out, conditions turned round, limits moved to their other side."""
    for operator in ("||", "&&"):
        parts = split(text, operator)
        if len(parts) > 1:
            for index, part in enumerate(parts):
                rest = [*parts[:index], *parts[index + 1 :]]
                yield Change(f"without {part}", f" {operator} ".join(rest))
                for change in changes(part):
                    yield Change(change.what, f" {operator} ".join([*parts[:index], change.text, *parts[index + 1 :]]))
            return
    inner = _inside(text)
    if inner is not None:
        yield from (Change(what, f"({changed})") for what, changed in changes(inner))
    else:
        yield from _changed(text)


def mutants(check: Check) -> Iterator[Mutant]:
    """Every way in which a check is broken here, each once."""
    seen: set[str] = set()
    for mutant in _mutants(check):
        content = str(mutant.check)
        if content not in seen and content != str(check):
            seen.add(content)
            yield mutant


def _mutants(check: Check) -> Iterator[Mutant]:
    if check.when:
        for what, text in (*_whole(check.when), Change("never", "false"), *changes(check.when)):
            yield Mutant(f"when {what}", replace(check, when=text))
    if check.applies:
        for what, text in (*_whole(check.applies), *changes(check.applies)):
            yield Mutant(f"applies {what}", replace(check, applies=text))
    yield from _severities(check)
    yield from _rules(check)
    if check.subject not in _CONFIDENT:
        for word in _CONFIDENCES:
            yield Mutant(f"confidence {word}", replace(check, confidence=word))
    yield Mutant("path left out", replace(check, path=()))
    yield Mutant("platforms left out", replace(check, platforms=()))
    yield Mutant("supersedes left out", replace(check, supersedes=()))
    yield Mutant("group left out", replace(check, group=""))
    left_out = tuple(check.parameters.get("except", ()))
    for word in left_out:
        fewer = {**check.parameters, "except": [other for other in left_out if other != word]}
        yield Mutant(f"except without {word}", replace(check, parameters=fewer))


def _severities(check: Check) -> Iterator[Mutant]:
    spec = check.severity
    for severity in SEVERITIES:
        yield Mutant(f"base {severity}", replace(check, severity=replace(spec, base=severity)))
        for name, rules in (("raise", spec.raises), ("lower", spec.lowers)):
            for index, rule in enumerate(rules):
                changed = (*rules[:index], replace(rule, to=severity), *rules[index + 1 :])
                yield Mutant(f"{name} {index} to {severity}", _with(check, name, changed))


def _rules(check: Check) -> Iterator[Mutant]:
    spec = check.severity
    for name, rules in (("raise", spec.raises), ("lower", spec.lowers)):
        for index, rule in enumerate(rules):
            yield Mutant(f"{name} {index} never", _with(check, name, (*rules[:index], *rules[index + 1 :])))
            for what, text in (*_whole(rule.when), *changes(rule.when)):
                changed = (*rules[:index], replace(rule, when=text), *rules[index + 1 :])
                yield Mutant(f"{name} {index} {what}", _with(check, name, changed))


def _with(check: Check, name: str, rules: tuple[SeverityRule, ...]) -> Check:
    spec = check.severity
    raises, lowers = (rules, spec.lowers) if name == "raise" else (spec.raises, rules)
    return replace(check, severity=SeveritySpec(spec.base, raises, lowers))


def _whole(text: str) -> tuple[Change, Change]:
    return Change("turned round", f"!({text})"), Change("always", "true")


def _inside(text: str) -> str | None:
    """What stands in a pair of brackets that holds the whole expression."""
    found = tokens(text)
    closed = all(token.depth > 0 for token in found[1:-1])
    return text[1:-1] if found[0].text == "(" and found[-1].text == ")" and closed else None


def _changed(text: str) -> Iterator[Change]:
    """A single condition turned round, its limit moved, and words left out of its lists."""
    found = tokens(text)
    comparison = next((token for token in found if token.depth == 0 and token.text in _OPPOSITE), None)
    if found[0].text == "!":
        yield Change(f"{text} turned round", text[1:].strip())
    elif comparison is None:
        yield Change(f"{text} turned round", f"!({text})")
    else:
        for other in (_OPPOSITE[comparison.text], _EDGE.get(comparison.text)):
            if other is not None:
                end = comparison.start + len(comparison.text)
                yield Change(f"{text} with {other}", text[: comparison.start] + other + text[end:])
    yield from _without_words(text)


def _without_words(text: str) -> Iterator[Change]:
    for literal in re.finditer(r"\[([^\[\]]*)\]", text):
        words = split(literal[1], ",")
        for word in words if len(words) > 1 else ():
            rest = ", ".join(other for other in words if other != word)
            yield Change(f"without {word}", text[: literal.start(1)] + rest + text[literal.end(1) :])
