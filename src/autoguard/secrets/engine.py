"""The patterns of all kinds and of all assignments over the bytes: one pass for all, each confirmed in a window."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from autoguard.patterns import PatternSet
from autoguard.secrets import Kind, assignments
from autoguard.secrets.assignments import Assignment, assignment, is_reference_at, is_telling, neighbours
from autoguard.secrets.encodings import Part, encoded_parts, encoded_triggers
from autoguard.secrets.names import is_public, normal_name

WINDOW = 4096
"""Bytes before a match's end in which it must begin; private keys are the longest."""
_AFTER = 512
_NAME_WINDOW = 250
_VALUE_WINDOW = 800
_MAX_NAMES = 20_000
"""Names whose kinds are remembered; most names stand in many documents."""


class Engine:
    """The patterns of all kinds, ready to match."""

    def __init__(self, kinds: Sequence[Kind], *, hyperscan: bool = True) -> None:
        """Compile nothing yet; the first scan does."""
        self.by_form = tuple(kind for kind in kinds if kind.pattern)
        self.by_name = tuple(kind for kind in kinds if kind.name)
        self.assignments = len(assignments.PATTERNS)
        self._named: dict[tuple[str, ...], list[tuple[Kind, re.Pattern[str]]]] = {}
        forms = [kind.pattern.encode() for kind in self.by_form]
        triggers = [pattern.encode() for pattern in assignments.TRIGGERS]
        encodings = encoded_triggers(word for kind in kinds for word in kind.keywords)
        self.patterns = PatternSet("kinds", [*forms, *triggers, *encodings], hyperscan=hyperscan)
        self.first_assignment = len(forms)
        self.first_encoding = len(forms) + len(triggers)

    @cached_property
    def _fields(self) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
        return [(re.compile(kind.name), re.compile(kind.value)) for kind in self.by_name]

    def of_field(self, names: tuple[str, ...], value: str) -> list[Kind]:
        """The kinds that a field of that name, seen from the outside in, may hold with that value."""
        known = self._named.get(names)
        if known is None:
            if len(self._named) >= _MAX_NAMES:
                self._named.clear()
            known = self._named[names] = self._of_names(names)
        return [kind for kind, of_value in known if of_value.fullmatch(value)]

    def _of_names(self, names: tuple[str, ...]) -> list[tuple[Kind, "re.Pattern[str]"]]:
        name, own = normal_name(*names), normal_name(*names[-1:])
        public = is_public(own)
        return [
            (kind, of_value)
            for kind, (of_name, of_value) in zip(self.by_name, self._fields, strict=True)
            if not (kind.generic and public) and of_name.search(own if kind.generic else name)
        ]

    def scan(self, data: bytes) -> "Hits":
        """Every match of every kind that its form tells, and where fields may be assigned."""
        return Hits(self, data, self.patterns.ends(data))


class Hits:
    """What one pass over the bytes gave; nothing is confirmed before it is asked for."""

    __slots__ = ("_data", "_ends", "_engine")

    def __init__(self, engine: Engine, data: bytes, ends: dict[int, list[int] | None]) -> None:
        """Use `Engine.scan`."""
        self._engine = engine
        self._data = data
        self._ends = ends

    def kinds(self) -> Iterator[tuple[Kind, "re.Match[bytes]"]]:
        """Every match of every kind, by kind and then by place."""
        engine = self._engine
        for index in sorted(self._ends):
            if index >= len(engine.by_form):
                return
            pattern = engine.patterns.pattern(index)
            for match in _matches(pattern, self._ends[index], self._data, WINDOW, _AFTER):
                yield engine.by_form[index], match

    @property
    def apart(self) -> bool:
        """Whether there are fields with a telling name whose value only the tree knows."""
        first = self._engine.first_assignment + self._engine.assignments + 1
        return any(first <= index < self._engine.first_encoding for index in self._ends)

    def neighbours(self) -> Iterator[tuple[str, str]]:
        """Telling names in JSON with the values that stand near them; which belongs to which the tree knows."""
        index = self._engine.first_assignment + self._engine.assignments
        if index in self._ends:
            ends, pattern = self._ends[index], self._engine.patterns.pattern(index)
            places = [match.end() for match in pattern.finditer(self._data)] if ends is None else ends
            for end in places:
                yield from neighbours(self._data, end)

    def assignments(self) -> Iterator[Assignment]:
        """Every assignment to a field with a telling name."""
        first = self._engine.first_assignment
        for offset in range(self._engine.assignments):
            if first + offset in self._ends:
                ends = self._ends[first + offset]
                if ends is not None:
                    ends = [end for end in ends if not is_reference_at(self._data, end)]
                pattern = assignments.pattern(offset)
                for match in _matches(pattern, ends, self._data, _NAME_WINDOW, _VALUE_WINDOW, is_telling):
                    yield assignment(match)

    def encoded(self) -> list[Part]:
        """The parts that are written in an encoding and hold something telling."""
        first = self._engine.first_encoding
        ends = {index - first: places for index, places in self._ends.items() if index >= first}
        patterns = self._engine.patterns
        return encoded_parts(self._data, ends, lambda index: patterns.pattern(first + index)) if ends else []


def _matches(
    pattern: "re.Pattern[bytes]",
    ends: list[int] | None,
    data: bytes,
    before: int,
    behind: int,
    is_wanted: Callable[["re.Match[bytes]"], bool] = bool,
) -> Iterator["re.Match[bytes]"]:
    after = 0
    if ends is None:
        yield from _overlapping(pattern, data, 0, len(data), is_wanted)
        return
    for end in sorted(ends):
        if end <= after:
            continue
        for match in _overlapping(pattern, data, max(after, end - before), end + behind, is_wanted):
            if match.end() >= end:
                # The character that ends one value may begin the next line.
                after = max(match.end("secret"), end)
                yield match
                break


def _overlapping(
    pattern: "re.Pattern[bytes]", data: bytes, start: int, end: int, is_wanted: Callable[["re.Match[bytes]"], bool]
) -> Iterator["re.Match[bytes]"]:
    # What is not wanted may have taken the beginning of what is, so the search goes on behind its first character.
    while match := pattern.search(data, start, end):
        wanted = is_wanted(match)
        start = max(match.end("secret"), match.start() + 1) if wanted else match.start() + 1
        if wanted:
            yield match
