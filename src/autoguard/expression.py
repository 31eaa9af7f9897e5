"""Conditions of checks, in CEL, typed against the facts of their subject. The only module that imports CEL.

Three outcomes: true, false, and unknown where the answer hangs on a fact that is not known. CEL gives this for nothing:
a variable that is left out of the activation is an error, which `&&` and `||` absorb where the other side decides. An
error comes back as a value that is truthy, so its type is looked at first.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from cel_expr_python import cel

from autoguard.facts import Fact, FactType, SubjectKind, subject_kind
from autoguard.model import SubjectType

LIMIT = "limit_"
"""Beginning of the names by which conditions read the limits of the policy.

Limits whose name ends in `_share` are fractions, all others whole numbers: CEL does not compare the two.
"""
_TYPES: dict[FactType, Any] = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "float": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "strings": cel.Type.List(cel.Type.STRING),
}
_MISSING = "UNKNOWN: No value with name"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ExpressionError(Exception):
    """A condition that is not valid, or that failed on values it should have been able to handle."""


class Condition:
    """A compiled condition. `names` are the facts it reads."""

    __slots__ = ("_compiled", "names", "text")

    def __init__(self, text: str, names: frozenset[str], compiled: Any) -> None:
        """Use `compile_condition`."""
        self.text = text
        self.names = names
        self._compiled = compiled

    def holds(self, activation: Any) -> bool | None:
        """True, False, or None where a fact that decides is not known.

        Raises:
            ExpressionError: any other failure while evaluating.
        """
        result = self._compiled.eval(activation)
        kind = result.type()
        if kind == cel.Type.BOOL:
            return bool(result.value())
        message = str(result.value())
        if message.startswith(_MISSING):
            return None
        raise ExpressionError(f"{self.text!r}: {message.splitlines()[0]}")


def compile_condition(text: str, subject: SubjectType, limits: Iterable[str] = ()) -> Condition:
    """A condition on the facts of that kind of subject and on the named limits.

    Raises:
        ExpressionError: not CEL, an unknown fact, a wrong type, or a word that the fact can never be.
    """
    return _compile(text, subject, tuple(sorted(limits)))


def make_activation(values: Mapping[str, Any], subject: SubjectType, limits: Mapping[str, float]) -> Any:
    """The values of one subject's facts, with the limits, in the form that conditions evaluate."""
    named = {LIMIT + name: float(value) if _is_share(name) else int(value) for name, value in limits.items()}
    return _environment(subject, tuple(sorted(limits))).Activation({**values, **named})


def names_in(text: str) -> frozenset[str]:
    """All names in an expression, string literals left out."""
    return frozenset(_WORD.findall(_STRING.sub('""', text)))


@cache
def _environment(subject: SubjectType, limits: tuple[str, ...]) -> Any:
    variables = {fact.name: _TYPES[fact.type] for fact in subject_kind(subject).facts}
    variables.update({LIMIT + name: cel.Type.DOUBLE if _is_share(name) else cel.Type.INT for name in limits})
    return cel.NewEnv(variables=variables)


@cache
def _compile(text: str, subject: SubjectType, limits: tuple[str, ...]) -> Condition:
    try:
        compiled = _environment(subject, limits).compile(text)
    except RuntimeError as error:
        raise ExpressionError(_plain(str(error)) + _suggestion(str(error), subject, limits)) from None
    if compiled.return_type() != cel.Type.BOOL:
        raise ExpressionError(f"gives {compiled.return_type().name()}, not true or false")
    kind = subject_kind(subject)
    for fact in kind.facts:
        _check_words(text, fact)
    return Condition(text, names_in(text) & _names(kind, limits), compiled)


def _is_share(limit: str) -> bool:
    return limit.endswith("_share")


def _names(kind: SubjectKind, limits: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fact.name for fact in kind.facts) | {LIMIT + name for name in limits}


def _check_words(text: str, fact: Fact) -> None:
    # A fact that can only be one of some words must not be compared with another: it would never be equal.
    if not fact.values:
        return
    name = re.escape(fact.name)
    patterns = (
        rf"\b{name}\s*[=!]=\s*(\"[^\"]*\"|'[^']*')",
        rf"(\"[^\"]*\"|'[^']*')\s*(?:[=!]=|in)\s*{name}\b",
        rf"\b{name}\s+in\s+\[([^\]]*)\]",
        rf"\b{name}\.contains\((\"[^\"]*\")\)",
    )
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            for literal in _STRING.findall(match[1]):
                if literal[1:-1] not in fact.values:
                    raise ExpressionError(f"{fact.name} is never {literal}; it is one of: {', '.join(fact.values)}")


def _suggestion(message: str, subject: SubjectType, limits: tuple[str, ...]) -> str:
    unknown = re.search(r"undeclared reference to '(\w+)'", message)
    names = _names(subject_kind(subject), limits)
    # A limit is a number and most facts are none: the one is hardly ever meant for the other.
    alike = [name for name in names if unknown and name.startswith(LIMIT) == unknown[1].startswith(LIMIT)]
    near = get_close_matches(unknown[1], alike, n=1) if unknown else []
    return f"; did you mean {near[0]}?" if near else ""


def _plain(message: str) -> str:
    first = message.removeprefix("INVALID_ARGUMENT: ERROR: <input>:").splitlines()[0]
    place, _, rest = first.partition(": ")
    rest = rest.removesuffix(" (in container '')")
    return f"column {place.partition(':')[2]}: {rest}" if place.partition(":")[2].isdigit() else first
