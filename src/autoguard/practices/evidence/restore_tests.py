"""Records of restore tests: JSON with what was restored, when, and whether it came back whole."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from autoguard.dates import is_day
from autoguard.model import Practice
from autoguard.platforms._values import mapping, text
from autoguard.practices import EvidenceReader
from autoguard.syntax.parsed import OtherFormatError, Parsed

KIND = "restore-test"


def read(parsed: Parsed) -> Iterable[Practice]:
    """The record in a document, if it is one. A test that failed or came back incomplete is no evidence of success."""
    try:
        value = mapping(parsed.json.value)
    except OtherFormatError:
        return
    date, automation = text(value.get("date")), text(value.get("automation"))
    if not is_day(date[:10]) or "result" not in value:
        return
    yield Practice(
        kind=KIND,
        scope=automation or "organisation",
        present="yes" if text(value["result"]).lower() == "ok" and _is_whole(value) else "no",
        strength=3,
        date=date[:10],
        details={"done_by": text(value.get("done_by"))},
        locations=(parsed.at(parsed.json),),
    )


def _is_whole(value: Mapping[str, Any]) -> bool:
    """Whether everything came back; where it says how much was expected, a count that is missing is not enough."""
    if "items_expected" not in value:
        return True
    expected, restored = _count(value["items_expected"]), _count(value.get("items_restored"))
    return expected is not None and restored is not None and restored >= expected


def _count(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


EVIDENCE = EvidenceReader(name=KIND, signature=re.compile(rb'"items_restored"|"restored_to"'), read=read)
