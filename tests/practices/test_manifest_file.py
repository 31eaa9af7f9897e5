"""The format of `autoguard.yaml`: every key, and a mistake in each of them, with its file and line."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from practices.complete import COMPLETE
from pydantic import BaseModel
from support.reading import parsed

from autoguard.errors import UsageError
from autoguard.practices.manifest import Manifest, parse_manifest
from autoguard.practices.manifest_file import ManifestFile

LINES = COMPLETE.splitlines()
KEY = re.compile(r"^( *(?:- )?)(\w+):(.*)$")
FREE = (
    "sites", "exit", "encryption", "ai", "baseline", "target", "actual", "outcomes", "gdpr", "key_escrow", "tabletop",
    "security_attestations", "consultations", "risk", "sign_off", "limits", "severity_overrides",
)  # fmt: skip
"""What lies below these is the firm's own."""
IDS = ("id", "ref", "role", "isco08", "soc")


def read(text: str) -> Manifest:
    return parse_manifest(parsed(text, "autoguard.yaml"))


def mistakes(text: str) -> list[str]:
    with pytest.raises(UsageError) as caught:
        read(text)
    return str(caught.value).splitlines()


def with_line(number: int, line: str) -> str:
    return "\n".join((*LINES[: number - 1], line, *LINES[number:])) + "\n"


def keys() -> list[tuple[int, str, str, str]]:
    """Every key of the format as line, indentation, name and value."""
    found = ((number, KEY.match(line)) for number, line in enumerate(LINES, start=1))
    return [(number, match[1], match[2], match[3].strip()) for number, match in found if match]


def scalars() -> list[tuple[int, str, str, str]]:
    return [key for key in keys() if key[3] and not key[3].startswith("{")]


def fields(model: type[BaseModel], place: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        here = f"{place}{field.alias or name}"
        yield here
        for inner in models(field.annotation):
            yield from fields(inner, f"{here}.")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def used(value: Any, place: str = "") -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield f"{place}{name}"
        for item in inner if isinstance(inner, list) else [inner]:
            if name not in FREE:
                yield from used(item, f"{place}{name}.")


def test_a_manifest_may_use_every_key() -> None:
    content = read(COMPLETE).content.model_dump(by_alias=True, exclude_unset=True)
    assert {*used(content)} == {*fields(ManifestFile)}


def test_values_arrive_as_they_were_written() -> None:
    content = read(COMPLETE).content
    [entry], [role], [waiver] = content.automations, content.roles, content.waivers
    assert (role.isco08, role.soc, role.contract_hours) == ("4229", "43-4151", 30)
    assert (entry.continuity.rto_h, entry.continuity.rpo_h, entry.continuity.mtpd_h) == (4, 12, 24)
    assert (entry.kpi.baseline, entry.workforce[0].hours_saved_week) == ({"hours": 10}, 8)
    assert content.training.awareness[0].register_ == "docs/register.md"
    assert (waiver.until, waiver.fingerprint) == ("2027-01-31", "0123456789abcdef")
    assert content.vendors[0].dpa_signed == "2024-11-04"


@pytest.mark.parametrize(("number", "before", "name", "value"), keys())
def test_a_misspelt_key_is_named_with_its_line_and_the_right_one(
    number: int, before: str, name: str, value: str
) -> None:
    found = mistakes(with_line(number, f"{before}{name}x: {value}"))
    [told] = [line for line in found if "unknown key" in line]
    assert re.fullmatch(rf"autoguard\.yaml:{number}: unknown key (\w+\.)*{name}x; did you mean {name}\?", told)


@pytest.mark.parametrize(("number", "before", "name", "value"), [key for key in scalars() if key[2] not in IDS])
def test_a_value_of_another_kind_is_named_with_its_line(number: int, before: str, name: str, value: str) -> None:
    assert value
    found = mistakes(with_line(number, f"{before}{name}: [[]]"))
    assert all(re.match(rf"autoguard\.yaml:{number}: (\w+\.)*{name}\b.*: (Input|Value) ", line) for line in found), (
        found
    )


@pytest.mark.parametrize("value", ["[[]]", "", "{a: b}"])
@pytest.mark.parametrize(("number", "before", "name"), [key[:3] for key in scalars() if key[2] in IDS[:3]])
def test_an_id_is_a_text_or_a_number(number: int, before: str, name: str, value: str) -> None:
    [told] = mistakes(with_line(number, f"{before}{name}: {value}"))
    assert told.startswith(f"autoguard.yaml:{number}: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("  workers_reps: reps", "  workers_reps: council"),
        ("    headcount: 2", "    headcount: -1"),
        ("    contract_hours: 30", "    contract_hours: 0"),
        ("    criticality: high", "    criticality: severe"),
        ("    store: vault", "    store: drawer"),
        ("    phase: pilot", "    phase: rollout"),
        ("    criticality: critical", "    criticality: vital"),
        ("      - what: definitions", "      - what: everything"),
        ("        hours_saved_week: 8", "        hours_saved_week: -1"),
        ("        basis: measured", "        basis: guessed"),
        ("        task_share: 0.4", "        task_share: 1.5"),
        ("  fail_on: high", "  fail_on: serious"),
        ("  severity_overrides: {no-kpi: low}", "  severity_overrides: {no-kpi: minor}"),
        ("    reason: nothing to measure yet", "    reason: none"),
        ("    until: 2027-01-31", "    until: next year"),
        ("  reviewed: 2026-10-05", "  reviewed: 05.10.2026"),
        ("    - date: 2026-03-01", "    - date: 2026-3-1"),
    ],
)  # fmt: skip
def test_a_value_that_nothing_means_is_an_error_at_its_line(old: str, new: str) -> None:
    number = LINES.index(old) + 1
    name = new.strip("- ").partition(":")[0]
    for told in mistakes(with_line(number, new)):
        assert told.startswith(f"autoguard.yaml:{number}: ")
        assert name in told


@pytest.mark.parametrize(
    "old",
    ["    until: 2027-01-31", "  reviewed: 2026-10-05", "    - date: 2026-03-01", "    left_on: 2026-08-31"],
)
def test_a_day_that_no_calendar_has_is_an_error_at_its_line(old: str) -> None:
    number = LINES.index(old) + 1
    [told] = mistakes(with_line(number, re.sub(r"\d\d-\d\d$", "02-30", old)))
    assert told.startswith(f"autoguard.yaml:{number}: ")


@pytest.mark.parametrize(
    ("drop", "place"),
    [
        ("version: 1", "version"),
        ("  name: Corner Shop", "organisation.name"),
        ("      reason: switched off in 2024", "scope.exclude.0.reason"),
        ("    title: Order desk", "roles.0.title"),
        ("    service: Bookkeeping", "vendors.0.service"),
        ("    reason: nothing to measure yet", "waivers.0.reason"),
        ("    owner: anna", "waivers.0.owner"),
        ("    until: 2027-01-31", "waivers.0.until"),
    ],
)
def test_what_must_be_given(drop: str, place: str) -> None:
    number = len(LINES) - LINES[::-1].index(drop)
    [told] = mistakes(with_line(number, "# left out"))
    assert re.match(rf"autoguard\.yaml:\d+: {re.escape(place)}: is missing$", told)


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    found = mistakes("version: 1\nwaivers:\n  - {check: a}\npeple: []\norganisation: {name: A, headcount: many}\n")
    assert [line.split(":")[1] for line in found] == ["3", "3", "3", "4", "5"]


@pytest.mark.parametrize("text", ["", "- version: 1\n", "version\n", "version: 1\n---\nversion: 1\n", "null\n"])
def test_a_manifest_is_one_mapping(text: str) -> None:
    [told] = mistakes(text)
    assert told == "autoguard.yaml:1: must hold exactly one YAML mapping; start with `version: 1`"


def test_a_key_that_is_given_twice_is_no_choice() -> None:
    with pytest.raises(Exception, match="version") as caught:
        read("version: 1\nversion: 1\n")
    assert "2" in str(caught.value)
