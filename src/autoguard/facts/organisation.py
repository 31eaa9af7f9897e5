"""Facts of the organisation: the practices around its automations, from the manifest and from evidence."""

from collections.abc import Callable
from typing import Any

from autoguard.estate import Estate
from autoguard.facts import Fact, SubjectKind, known
from autoguard.model import Location, Subject

ORGANISATION = "organisation"


def _practice(kind: str) -> Callable[[Any, Estate], bool | None]:
    """Whether a practice is there: unknown where neither the manifest nor evidence speaks of it."""

    def read(_: Any, estate: Estate) -> bool | None:
        practice = estate.practice(kind)
        return known(practice.present) if practice else None

    return read


def _strength(kind: str) -> Callable[[Any, Estate], int]:
    def read(_: Any, estate: Estate) -> int:
        practice = estate.practice(kind)
        return practice.strength if practice else 0

    return read


def _age(kind: str) -> Callable[[Any, Estate], int | None]:
    def read(_: Any, estate: Estate) -> int | None:
        practice = estate.practice(kind)
        return estate.age_days(practice.date) if practice else None

    return read


def _places(kind: str) -> Callable[[Any, Estate], tuple[Location, ...]]:
    def read(_: Any, estate: Estate) -> tuple[Location, ...]:
        practice = estate.practice(kind)
        return practice.locations if practice else ()

    return read


def _detail(kind: str, key: str) -> Callable[[Any, Estate], Any]:
    def read(_: Any, estate: Estate) -> Any:
        practice = estate.practice(kind)
        return practice.details.get(key) if practice else None

    return read


def _percent(item: Any, estate: Estate) -> int | None:
    share = _detail("workforce-effect", "largest_share")(item, estate)
    return None if share is None else round(float(share) * 100)


FACTS = (
    Fact("automations", "int", "number of automations found", lambda _, estate: len(estate.inventory.automations)),
    Fact(
        "has_manifest",
        "bool",
        "the firm declares how it runs its automations (autoguard.yaml)",
        lambda _, estate: estate.practice("manifest") is not None,
    ),
    Fact(
        "has_backup",
        "bool",
        "automations and their credentials are backed up",
        _practice("backup"),
        optional=True,
        places=_places("backup"),
    ),
    Fact(
        "backup_strength",
        "int",
        "evidence for the backup: 0 none, 1 said, 2 document, 3 job that was read, 4 verified",
        _strength("backup"),
    ),
    Fact(
        "largest_share",
        "float",
        "largest part of a role's hours that automations take over, 0 to 1",
        _detail("workforce-effect", "largest_share"),
        optional=True,
    ),
    Fact(
        "largest_share_percent",
        "int",
        "the same as a whole percentage, for texts",
        _percent,
        optional=True,
    ),
    Fact(
        "retraining_plan",
        "bool",
        "people whose work changes are retrained: hours, budget or programme are declared",
        _practice("retraining-plan"),
        optional=True,
        places=_places("retraining-plan"),
    ),
    Fact(
        "retraining_hours",
        "float",
        "hours of retraining for each person concerned",
        _detail("retraining-plan", "hours_per_person"),
        optional=True,
    ),
    Fact(
        "has_incident_contact", "bool", "it is written down whom to call", _practice("incident-contact"), optional=True
    ),
    Fact("trained", "bool", "staff took awareness training", _practice("awareness-training"), optional=True),
    Fact(
        "training_age_days",
        "int",
        "days since the last awareness training",
        _age("awareness-training"),
        optional=True,
        places=_places("awareness-training"),
    ),
)


def _locations(item: Any) -> tuple[Location, ...]:
    return tuple(item)


def _each(estate: Estate) -> list[Any]:
    if not estate.inventory.automations:
        return []
    manifest = estate.practice("manifest")
    return [manifest.locations if manifest else ()]


KIND = SubjectKind(
    "organisation",
    FACTS,
    _each,
    lambda _: Subject("organisation", ORGANISATION, "the organisation", ORGANISATION),
    _locations,
)
