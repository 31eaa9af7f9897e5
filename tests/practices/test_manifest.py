"""What a manifest declares: which automation each entry speaks of, and what its words are worth as evidence."""

import json

import pytest
from practices.declared import assessed, estate, manifest_of, outcomes, practice
from support.estate import assessment_of, node, workflow

from autoguard.bearings import Bearings
from autoguard.model import Declared, Location
from autoguard.practices.manifest import Manifest


def orders(name: str = "Orders", **changes: str) -> str:
    return json.dumps(
        workflow(name, [node("Night", "scheduleTrigger"), node("Set", "set")], ("Night", "Set"), **changes)
    )


FILES = {"exports/orders.json": orders(), "exports/mails.json": orders("Mails")}
BY_HAND = "# By hand\n" + "Take the orders by telephone. " * 8


def declared(files: dict[str, str], text: str | Manifest) -> dict[str, Declared | None]:
    return {one.name: one.declared for one in estate(files, text).automations}


def entry(text: str, files: dict[str, str] | None = None) -> Declared:
    found = declared({**FILES, **(files or {})}, f"automations: [{{id: orders, name: Orders, {text}}}]\n")["Orders"]
    assert found is not None
    return found


# Which automation an entry speaks of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id: x, name: Orders", ["Orders"]),
        ("id: wf-Orders", ["Orders"]),
        ("id: n8n:wf-Orders", ["Orders"]),
        ("id: x, source: exports/orders.json", ["Orders"]),
        ("id: x, source: ./exports/../exports/orders.json", ["Orders"]),
        ("id: x, source: exports", ["Orders", "Mails"]),
        ("id: x, source: exports/", ["Orders", "Mails"]),
        ("id: x, source: exports, name: Mails", ["Mails"]),
        ("id: x, platform: n8n, name: Orders", ["Orders"]),
        ("id: x, platform: cron, name: Orders", []),
        ("id: x, name: orders", []),
        ("id: x, name: Order", []),
        ("id: x", []),
        ("id: x, source: export", []),
        ("id: x, source: exports/order", []),
        ("id: wf-Orders, source: exports/mails.json, name: Orders", []),
    ],
)
def test_which_automations_an_entry_speaks_of(text: str, names: list[str]) -> None:
    found = declared(FILES, f"automations: [{{{text}, owner: anna}}]\n")
    assert [name for name in ("Orders", "Mails") if found[name] is not None] == names


def test_a_platform_may_be_written_with_an_underscore() -> None:
    flow = {"flows.json": json.dumps([{"id": "t1", "type": "tab", "label": "Line"},
                                      {"id": "n1", "type": "inject", "z": "t1", "wires": [[]], "repeat": "60"}])}  # fmt: skip
    assert declared(flow, "automations: [{id: x, platform: node_red, name: Line}]\n")["Line"] is not None
    assert declared(flow, "automations: [{id: x, platform: n8n, name: Line}]\n")["Line"] is None


def test_a_source_may_be_an_archive_or_lie_in_one() -> None:
    files = {"all.zip!/orders.json": orders(), "all.zip!/mails.json": orders("Mails")}
    for source in ("all.zip", "all.zip!/orders.json"):
        found = declared(files, f"automations: [{{id: x, source: '{source}'}}]\n")
        assert found["Orders"] is not None
    assert declared(files, "automations: [{id: x, source: all}]\n") == {"Orders": None, "Mails": None}


def test_paths_lead_from_the_folder_of_the_manifest() -> None:
    text = "automations: [{id: x, source: ../exports/orders.json, continuity: {runbook: by-hand.md}}]\n"
    roots = (("exports/", "/tree/exports"), ("docs/", "/tree/docs"))
    manifest = manifest_of(text, bearings=Bearings("/tree/docs", roots))
    found = declared({"exports/orders.json": orders(), "docs/by-hand.md": BY_HAND}, manifest)["Orders"]
    assert found is not None
    assert found.runbook == "by-hand.md"
    elsewhere = manifest_of(text, bearings=Bearings("/elsewhere/docs", roots))
    assert declared({"exports/orders.json": orders()}, elsewhere)["Orders"] is None


def test_the_first_entry_that_speaks_of_an_automation_counts() -> None:
    text = "automations:\n  - {id: a, name: Orders, owner: anna}\n  - {id: b, source: exports, owner: ben}\n"
    found = estate(FILES, text).automations
    assert {one.name: one.owner for one in found} == {"Orders": "anna", "Mails": "ben"}
    assert {one.name: one.declared.location for one in found if one.declared} == {
        "Orders": Location("autoguard.yaml", 3),
        "Mails": Location("autoguard.yaml", 4),
    }


def test_what_is_not_declared_is_told() -> None:
    text = "automations: [{id: a, name: Orders}]\n"
    assert outcomes(assessed(FILES, text), "undeclared-automation") == (1, 1, 0)


# What an entry says


def test_the_words_of_an_entry() -> None:
    text = (
        "owner: anna, deputy: ben, criticality: critical, purpose: p, phase: pilot, data: [a, b],"
        "continuity: {rto_h: 4, rpo_h: 12, fallback_person: ben}, backups: [{what: data}, {what: config}],"
        "kpi: {baseline: {h: 1}, target: {h: 2}, cost_year: 9, benefit_year: 90},"
        "workforce: [{role: a, hours_saved_week: 3}, {role: b, hours_saved_week: 4}, {role: c}]"
    )
    assert entry(text) == Declared(
        "orders", "anna", "ben", "critical", "p", "pilot", ("a", "b"), fallback_person="ben", rto_hours=4, rpo_hours=12,
        backups=("data", "config"), kpi_baseline=True, kpi_target=True, hours_saved_week=7, cost_year=9,
        benefit_year=90, location=Location("autoguard.yaml", 2),
    )  # fmt: skip


def test_somebody_elses_manifest_does_not_say_how_much_it_matters() -> None:
    text = "automations: [{id: orders, name: Orders, owner: anna, criticality: low}]\n"
    [own] = [one for one in estate(FILES, manifest_of(text)).automations if one.name == "Orders"]
    [foreign] = [one for one in estate(FILES, manifest_of(text, own=False)).automations if one.name == "Orders"]
    assert (own.criticality, own.owner) == ("low", "anna")
    assert (foreign.criticality, foreign.owner) == ("normal", "anna")


@pytest.mark.parametrize(
    ("files", "written"),
    [
        ({"docs/by-hand.md": BY_HAND}, True),
        ({"docs/by-hand.md": "# To be written\n"}, False),
        ({"docs/by-hand.json": BY_HAND}, False),
        ({"by-hand.md": BY_HAND}, False),
        ({}, False),
    ],
)
@pytest.mark.parametrize("field", ["manual_fallback", "runbook"])
def test_a_document_that_is_named_must_be_there_and_say_something(
    field: str, files: dict[str, str], written: bool  # noqa: FBT001
) -> None:  # fmt: skip
    found = entry(f"continuity: {{{field}: docs/by-hand.md}}", files)
    assert getattr(found, field) == ("docs/by-hand.md" if written else "")
    assert found.missing_documents == (() if written else ("docs/by-hand.md",))


RESTORE = {"date": "2026-11-04", "automation": "orders", "items_expected": 3, "items_restored": 3, "result": "ok"}


@pytest.mark.parametrize(
    ("change", "named", "age"),
    [
        ({}, "", 20),
        ({"automation": "other"}, "", None),
        ({"automation": "other"}, "evidence/r.json", 20),
        ({"automation": "other"}, "./evidence/r.json", 20),
        ({"automation": "other"}, "evidence/s.json", None),
        ({"result": "failed"}, "evidence/r.json", None),
        ({"items_restored": 2}, "evidence/r.json", None),
        ({"date": "2026-11-25"}, "evidence/r.json", None),
    ],
)
def test_which_restore_test_counts(change: dict[str, object], named: str, age: int | None) -> None:
    files = {"evidence/r.json": json.dumps(RESTORE | change)}
    assert entry(f"restore_tests: [{named}]" if named else "", files).restore_test_age_days == age


def test_the_latest_restore_test_counts() -> None:
    files = {f"r{month}.json": json.dumps(RESTORE | {"date": f"2026-{month}-24"}) for month in ("08", "10", "09")}
    assert entry("", files).restore_test_age_days == 31


# What the firm says as a whole


@pytest.mark.parametrize(
    ("text", "kind", "present"),
    [
        ("automations: [{id: a, backups: [{what: data}]}]", "backup", "yes"),
        ("automations: [{id: a}]", "backup", "no"),
        ("continuity: {incident: {contact: anna}}", "incident-contact", "yes"),
        ("continuity: {incident: {phone: extension 9}}", "incident-contact", "yes"),
        ("continuity: {incident: {insurer: a mutual}}", "incident-contact", "no"),
        ("vendors: [{id: ledger, service: Books}]", "vendor-register", "yes"),
        ("", "vendor-register", "no"),
        ("training: {awareness: [{date: 2026-05-01}]}", "awareness-training", "yes"),
        ("training: {role_based: [{date: 2026-05-01}]}", "awareness-training", "no"),
        ("workforce_policy: {retraining: {hours_per_person: 20}}", "retraining-plan", "yes"),
        ("workforce_policy: {retraining: {budget_per_person: 300}}", "retraining-plan", "yes"),
        ("workforce_policy: {retraining: {programmes: [books]}}", "retraining-plan", "yes"),
        ("workforce_policy: {notice_days: 60}", "retraining-plan", "no"),
        ("workforce_policy: {retraining: {hours_per_person: 0}}", "retraining-plan", "no"),
    ],
)
def test_what_is_said_is_evidence_of_the_lowest_strength(text: str, kind: str, present: str) -> None:
    found = practice(estate({}, f"{text}\n"), kind)
    assert (found.present, found.strength, found.scope) == (present, 1, "organisation")


def test_practices_carry_their_days_and_places() -> None:
    text = (
        "organisation: {name: Shop, reviewed: 2026-10-05}\n"
        "training:\n  awareness: [{date: 2026-05-01}, {date: 2025-05-01}]\n"
        "workforce_policy: {document: docs/policy.md, retraining: {hours_per_person: 20}}\n"
    )
    found = estate({"docs/policy.md": f"Reviewed: 2026-02-01\n{BY_HAND}"}, text)
    assert practice(found, "manifest").date == "2026-10-05"
    training = practice(found, "awareness-training")
    assert (training.date, training.locations) == ("2026-05-01", (Location("autoguard.yaml", 3),))
    plan = practice(found, "retraining-plan")
    assert (plan.strength, plan.date, plan.details) == (2, "2026-02-01", {"hours_per_person": 20})


@pytest.mark.parametrize(
    ("hours", "share"),
    [
        (["a: 6"], 0.1),
        (["a: 6", "a: 12"], 0.3),
        (["a: 6", "b: 9"], 0.25),
        (["a: 90"], 1.0),
        (["nobody: 9"], None),
        (["empty: 9"], None),
        ([], None),
    ],
)
def test_the_largest_part_of_a_roles_hours(hours: list[str], share: float | None) -> None:
    roles = (
        "roles: [{id: a, title: A, headcount: 2, contract_hours: 30}, {id: b, title: B, contract_hours: 36},"
        " {id: empty, title: E, headcount: 0}]\n"
    )
    entries = ", ".join(
        f"{{id: x{number}, workforce: [{{role: {item.split(': ')[0]}, hours_saved_week: {item.split(': ')[1]}}}]}}"
        for number, item in enumerate(hours)
    )
    found = [
        one for one in estate({}, f"{roles}automations: [{entries}]\n").practices if one.kind == "workforce-effect"
    ]
    assert [one.details["largest_share"] for one in found] == ([] if share is None else [pytest.approx(share)])


def test_without_a_manifest_nothing_is_known_rather_than_missing() -> None:
    assessment = assessment_of(FILES)
    assert outcomes(assessment, "undeclared-automation") == (0, 0, 2)
    assert outcomes(assessment, "no-backup") == (0, 0, 1)
    assert outcomes(assessed(FILES, ""), "undeclared-automation") == (0, 2, 0)
    assert outcomes(assessed(FILES, ""), "no-backup") == (0, 1, 0)
