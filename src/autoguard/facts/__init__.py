"""The flat, typed facts that the conditions of checks speak of, one module a kind of subject.

A fact whose value is not known is left out of the activation, so that every condition which needs it comes out as
unknown instead of wrong.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from autoguard.estate import Estate
from autoguard.model import Hop, Known, Location, Subject, SubjectType

FactType = Literal["bool", "int", "float", "string", "strings"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `read` returns None where it is not known; `values` lists all words a string fact can be.

    `optional` facts may be unknown; for each of them that a condition reads, a check shows an example without it.
    `path` gives the way through the graph that proves the fact, `places` where it is written down.
    """

    name: str
    type: FactType
    doc: str
    read: Callable[[Any, Estate], Any]
    values: tuple[str, ...] = ()
    optional: bool = False
    path: Callable[[Any, Estate], tuple[Hop, ...]] | None = None
    places: Callable[[Any, Estate], tuple[Location, ...]] | None = None


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of subject: its facts, how to list all subjects of an estate, and how to name and place one."""

    type: SubjectType
    facts: tuple[Fact, ...]
    each: Callable[[Estate], Iterable[Any]]
    subject: Callable[[Any], Subject]
    locations: Callable[[Any], tuple[Location, ...]]

    def by_name(self) -> Mapping[str, Fact]:
        """The facts by name."""
        return {fact.name: fact for fact in self.facts}


@cache
def subject_kind(subject: SubjectType) -> SubjectKind:
    """The facts and subjects of that type."""
    kind: SubjectKind = importlib.import_module(f"autoguard.facts.{subject}").KIND
    return kind


def subject_types() -> tuple[SubjectType, ...]:
    """All kinds of subjects a check may have."""
    return get_args(SubjectType)


def activation(kind: SubjectKind, item: Any, estate: Estate, needed: frozenset[str]) -> dict[str, Any]:
    """The values of the needed facts for one subject, without those that are not known."""
    values: dict[str, Any] = {}
    for fact in kind.facts:
        if fact.name in needed:
            value = fact.read(item, estate)
            if value is not None:
                values[fact.name] = value
    return values


def known(value: Known) -> bool | None:
    """yes, no and unknown as True, False and None."""
    return None if value == "unknown" else value == "yes"


def unless_unknown(value: str) -> str | None:
    """A word of the model, or None where the word is `unknown`."""
    return None if value == "unknown" else value


def fold(values: Iterable[Known]) -> bool | None:
    """Whether any is yes: True as soon as one is, None where one is unknown and none is yes, else False."""
    unknown = False
    for value in values:
        if value == "yes":
            return True
        unknown = unknown or value == "unknown"
    return None if unknown else False


def unique(items: Iterable[str]) -> list[str]:
    """The non-empty items without repetition, in order."""
    return list(dict.fromkeys(item for item in items if item))


def each_part(estate: Estate, part: Literal["triggers", "steps"]) -> Iterator[tuple[Any, Any]]:
    """Every automation with each of its triggers or steps."""
    for automation in estate.inventory.automations:
        for item in getattr(automation, part):
            yield automation, item
