"""Records of restore tests: JSON with what was restored, when, and whether it came back whole."""

import re
from collections.abc import Iterable

from autoguard.model import Practice
from autoguard.platforms._values import dig, mapping, text
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
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", date) or "result" not in value:
        return
    expected, restored = dig(value, "items_expected"), dig(value, "items_restored")
    whole = not (isinstance(expected, int) and isinstance(restored, int)) or restored >= expected
    yield Practice(
        kind=KIND,
        scope=automation or "organisation",
        present="yes" if text(value["result"]).lower() == "ok" and whole else "no",
        strength=3,
        date=date[:10],
        details={"done_by": text(value.get("done_by"))},
        locations=(parsed.at(parsed.json),),
    )


EVIDENCE = EvidenceReader(name=KIND, signature=re.compile(rb'"items_restored"|"restored_to"'), read=read)
