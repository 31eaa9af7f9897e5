"""Facts of gaps: what should have been read and was not."""

from typing import get_args

from autoguard.facts import Fact, SubjectKind
from autoguard.model import Gap, Location, Subject
from autoguard.model.inventory import GapKind

FACTS = (
    Fact("path", "string", "the source that could not be read", lambda item, _: item.path),
    Fact("reason", "string", "why", lambda item, _: item.reason),
    Fact("kind", "string", "what sort of gap", lambda item, _: item.kind, values=get_args(GapKind)),
)


def _subject(gap: Gap) -> Subject:
    return Subject("gap", gap.path, gap.path, gap.path)


def _locations(gap: Gap) -> tuple[Location, ...]:
    return (Location(gap.path),)


KIND = SubjectKind("gap", FACTS, lambda estate: estate.inventory.gaps, _subject, _locations)
