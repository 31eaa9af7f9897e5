"""A waiver covers what it says and nothing more."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from practices.declared import manifest_of
from support.estate import assessment_of, inventory_of, node, request, workflow

from autoguard.assess import assess
from autoguard.config import waivers_of
from autoguard.model import Assessment, ToolRun
from autoguard.tools import ToolReport
from autoguard.triage import Waiver

SHELL, MONEY = "webhook-reaches-shell", "insecure-transport"
PLAIN = {"url": "http://supplier.example.eu/api"}


def flow(name: str) -> dict[str, Any]:
    nodes = [
        node("Hook", "webhook"),
        node("Run", "executeCommand", {"command": "ls"}),
        node("Ask", "httpRequest", PLAIN),
    ]
    return workflow(name, nodes, ("Hook", "Run"), ("Run", "Ask"))


FILES = {
    "flows/a.json": flow("Orders"),
    "flows/b.json": flow("orders"),
    "flows-old/c.json": flow("[prod] Orders"),
    "flows/deep/d.json": flow("Mails"),
}
WAIVER = Waiver(SHELL, "we like it so", "anna", "2027-01-01", place="autoguard.yaml:3")
ALL: Assessment = assessment_of(FILES)
PRINTS = {one.subject.name.partition(" / ")[0]: one.fingerprint for one in ALL.findings if one.check == SHELL}


def waived(*waivers: Waiver, files: dict[str, Any] | None = None, **changes: Any) -> list[tuple[str, str]]:
    """Check and automation of every finding that the waivers cover."""
    assessment = assessment_of(files or FILES, waivers=waivers, **changes)
    return sorted(
        (one.check, one.subject.name.partition(" / ")[0]) for one in assessment.findings if one.status == "waived"
    )


def names(**changes: Any) -> list[str]:
    found = waived(replace(WAIVER, **changes))
    assert {check for check, _ in found} <= {SHELL}
    return [name for _, name in found]


EVERY = ["Mails", "Orders", "[prod] Orders", "orders"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, EVERY),
        ({"path": "flows/a.json"}, ["Orders"]),
        ({"path": "flows-old/*"}, ["[prod] Orders"]),
        ({"path": "*/c.json"}, ["[prod] Orders"]),
        ({"path": "a.json"}, []),
        ({"path": "flows"}, []),
        ({"path": "flows/A.json"}, []),
        ({"path": "flows/a.jso"}, []),
        ({"subject": "Orders / Hook"}, ["Orders"]),
        ({"subject": "Orders"}, []),
        ({"subject": "Orders*"}, ["Orders"]),
        ({"subject": "O?ders / *"}, ["Orders"]),
        ({"path": "flows/a.json", "subject": "Mails / Hook"}, []),
        ({"path": "flows/a.json", "subject": "Orders / Hook"}, ["Orders"]),
        ({"fingerprint": PRINTS["Mails"]}, ["Mails"]),
        ({"fingerprint": PRINTS["Mails"][:-1]}, []),
        ({"fingerprint": PRINTS["Mails"], "path": "flows/a.json"}, []),
        ({"fingerprint": PRINTS["Mails"], "path": "flows/deep/d.json"}, ["Mails"]),
        ({"check": "webhook-reaches"}, []),
        ({"check": "webhook-*"}, []),
        ({"check": "access"}, []),
    ],
)
def test_a_waiver_covers_what_it_says(changes: dict[str, str], expected: list[str]) -> None:
    assert names(**changes) == expected


def test_a_name_with_brackets_means_itself() -> None:
    assert names(subject="[prod] Orders / Hook") == ["[prod] Orders"]


def test_every_check_is_meant_only_where_that_is_said() -> None:
    everywhere = waived(replace(WAIVER, check="*"))
    assert {check for check, _ in everywhere} == {one.check for one in ALL.findings}
    [(check, name)] = waived(replace(WAIVER, check="*", fingerprint=PRINTS["Orders"]))
    assert (check, name) == (SHELL, "Orders")


def test_a_waiver_for_a_path_covers_no_finding_that_has_a_place_elsewhere() -> None:
    [finding] = [one for one in ALL.findings if one.check == MONEY]
    assert {place.path for place in finding.locations} == {*FILES}
    assert waived(replace(WAIVER, check=MONEY, path="flows/*")) == []
    assert len(waived(replace(WAIVER, check=MONEY, path="flows*"))) == 1


def test_a_waiver_for_a_path_covers_no_finding_without_a_place() -> None:
    report = ToolReport(ToolRun("pip-audit", "1", "absent", "pip-audit is not installed", 1))
    assert waived(replace(WAIVER, check="*", path="nowhere/*"), tool_reports=(report,)) == []


def test_an_open_question_can_be_waived_and_is_still_counted_as_open() -> None:
    assessment = assessment_of(FILES, waivers=(replace(WAIVER, check="no-backup"),))
    [finding] = [one for one in assessment.findings if one.check == "no-backup"]
    assert (finding.outcome, finding.status) == ("unknown", "waived")
    [count] = [one for one in assessment.checks if one.id == "no-backup"]
    assert (count.unknown, count.passed) == (1, 0)
    assert assessment.score.coverage == ALL.score.coverage


def test_a_waiver_leaves_finding_and_assured_score_as_they_are() -> None:
    assessment = assessment_of(FILES, waivers=(WAIVER,))
    before = {one.fingerprint: one.severity for one in ALL.findings}
    assert {one.fingerprint: one.severity for one in assessment.findings} == before
    assert assessment.score == ALL.score
    [found] = {one.waiver for one in assessment.findings if one.check == SHELL}
    assert found == "we like it so (anna, until 2027-01-01)"


@pytest.mark.parametrize(
    ("until", "covers"),
    [("2026-11-24", True), ("2026-11-23", False), ("2025-12-31", False), ("2026-12-01", True)],
)
def test_a_waiver_ends(until: str, covers: bool) -> None:  # noqa: FBT001
    found = assessment_of(FILES, waivers=(replace(WAIVER, until=until),))
    assert bool([one for one in found.findings if one.status == "waived"]) is covers
    note = f"autoguard.yaml:3: waiver for {SHELL} expired on {until} and no longer counts"
    assert found.ignored_settings == (() if covers else (note,))


def test_an_ended_waiver_does_not_stand_in_the_way_of_a_valid_one() -> None:
    assert len(waived(replace(WAIVER, until="2026-01-01"), WAIVER)) == 4


def test_a_waiver_that_covers_nothing_is_told() -> None:
    found = assessment_of(FILES, waivers=(replace(WAIVER, path="nowhere"),))
    assert found.ignored_settings == (f"autoguard.yaml:3: waiver for {SHELL} matches no finding",)


def test_the_clock_is_the_one_that_is_given() -> None:
    waiver = replace(WAIVER, until="2026-11-30")
    for today, status in ((date(2026, 11, 30), "waived"), (date(2026, 12, 1), "open")):
        found = assess(inventory_of(FILES), request(waivers=(waiver,), today=today))
        assert {one.status for one in found.findings if one.check == SHELL} == {status}


def test_waivers_know_where_they_are_written() -> None:
    text = (
        "waivers:\n"
        "  - {check: a, reason: because of it, owner: anna, until: 2027-01-01}\n"
        "  - check: b\n    path: p\n    subject: s\n    fingerprint: f\n"
        "    reason: because of it\n    owner: ben\n    until: 2027-01-02\n"
    )
    assert waivers_of(manifest_of(text), "here.yaml") == (
        Waiver("a", "because of it", "anna", "2027-01-01", place="here.yaml:3"),
        Waiver("b", "because of it", "ben", "2027-01-02", "p", "s", "f", "here.yaml:4"),
    )
