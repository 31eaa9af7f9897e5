"""Evidence for practices: what proves something, what only looks like it, and days that prove nothing."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from practices.declared import assessed, outcomes
from support.estate import READER, TODAY, inventory_of, node, workflow

from autoguard.estate import Estate
from autoguard.model import Automation, Document, Inventory, Location, Practice, Step, Trigger
from autoguard.practices.evidence.backup_jobs import derive

RECORD = {
    "date": "2026-10-14",
    "automation": "orders",
    "items_expected": 12,
    "items_restored": 12,
    "result": "ok",
    "done_by": "anna",
}
SAVED = (
    "restic backup /srv",
    "/usr/bin/restic -r sftp:store:/r --password-file /etc/key backup /srv",
    "sudo borg create ::now /srv",
    "borgmatic",
    "kopia snapshot create /srv",
    "velero backup create nightly",
    "pgbackrest --stanza=main backup",
    "duplicity /srv file:///store",
    "rclone sync /srv store:copy",
    "rsnapshot daily",
    "pg_dump shop > /store/shop.sql",
    "docker exec db pg_dump shop > /store/shop.sql",
    "mysqldump shop | gzip > /store/shop.gz",
    "wal-g backup-push /data",
    "n8n export:workflow --all --output=/store",
    "restic check && restic backup /srv",
)
LOOKS_LIKE_IT = (
    "restic snapshots",
    "restic forget --keep-daily 7 --prune",
    "restic restore latest --target /tmp/backup",
    "borg list",
    "borgmatic list",
    "pgbackrest check",
    "duplicity verify file:///store /srv",
    "duplicity collection-status file:///store",
    "rclone ls store:copy",
    "litestream restore /data/shop.db",
    "wal-g backup-list",
    "n8n import:workflow --input=/store",
    "echo restic backup",
    "/usr/local/bin/tidy /srv/backup",
)


def practices(path: str, content: str | bytes) -> tuple[Practice, ...]:
    return READER.read(Document(path, content.encode() if isinstance(content, str) else content)).practices


def jobs(inventory: Inventory) -> list[Practice]:
    return [one for one in inventory.practices if one.kind == "backup"]


# Backup jobs


@pytest.mark.parametrize("command", SAVED)
def test_a_scheduled_job_that_makes_a_copy_is_a_backup(command: str) -> None:
    [found] = jobs(inventory_of({"etc/cron.d/copy": f"# nightly\n0 3 * * * root {command}\n"}))
    assert (found.present, found.strength, found.scope) == ("yes", 3, "organisation")
    assert {place.line for place in found.locations} == {2}


@pytest.mark.parametrize("command", LOOKS_LIKE_IT)
def test_a_job_that_only_speaks_of_backups_is_none(command: str) -> None:
    assert jobs(inventory_of({"etc/cron.d/copy": f"0 3 * * * root {command}\n"})) == []


@pytest.mark.parametrize(
    "command", ["kopia snapshot list", "velero backup get", "velero schedule get", "rsnapshot configtest"]
)
def test_a_job_that_lists_copies_is_no_backup(command: str) -> None:
    assert jobs(inventory_of({"etc/cron.d/copy": f"0 3 * * * root {command}\n"})) == []


@pytest.mark.parametrize(
    "command", ["resticprofile --name prod backup", "resticprofile prod.backup", "duplicati-cli backup x y"]
)
def test_other_ways_to_write_a_backup_job(command: str) -> None:
    assert len(jobs(inventory_of({"etc/cron.d/copy": f"0 3 * * * root {command}\n"}))) == 1


def test_a_job_that_nothing_starts_is_no_backup() -> None:
    service = "[Service]\nExecStart=/usr/bin/restic backup /srv\n"
    timer = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n"
    folder = "etc/systemd/system"
    assert jobs(inventory_of({f"{folder}/copy.service": service})) == []
    assert len(jobs(inventory_of({f"{folder}/copy.service": service, f"{folder}/copy.timer": timer}))) == 1
    assert jobs(inventory_of({"etc/cron.d/copy": "#0 3 * * * root restic backup /srv\n"})) == []


JOB = Automation(
    "cron:a", "cron:a", "cron", "copy", Location("a"), "yes", (Trigger("t", "schedule"),),
    (Step("s", "shell", service="restic", operation="backup"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (JOB, 1),
        (replace(JOB, enabled="unknown"), 1),
        (replace(JOB, enabled="no"), 0),
        (replace(JOB, triggers=()), 0),
        (replace(JOB, triggers=(Trigger("t", "manual"), Trigger("u", "webhook"))), 0),
        (replace(JOB, triggers=(Trigger("t", "schedule", enabled="no"),)), 0),
        (replace(JOB, steps=()), 0),
    ],
)
def test_a_job_that_is_switched_off_is_no_backup(job: Automation, expected: int) -> None:
    assert len(list(derive([job]))) == expected


def test_a_job_that_was_read_is_worth_more_than_a_promise() -> None:
    said = "automations: [{id: orders, backups: [{what: definitions}]}]\n"
    silent = {"etc/cron.d/a": "0 3 * * * root /usr/bin/true\n"}
    proved = {"etc/cron.d/a": "0 3 * * * root restic backup /srv\n"}
    assert outcomes(assessed(silent, ""), "no-backup") == (0, 1, 0)
    assert outcomes(assessed(silent, said), "no-backup") == (1, 0, 0)
    assert outcomes(assessed(proved, ""), "no-backup") == (1, 0, 0)


# Records of restore tests


def test_a_complete_restore_is_evidence() -> None:
    [found] = [one for one in practices("r.json", json.dumps(RECORD)) if one.kind == "restore-test"]
    assert found == Practice(
        "restore-test", "orders", "yes", 3, "2026-10-14", {"done_by": "anna"}, (Location("r.json", 1, 1),)
    )


@pytest.mark.parametrize(
    ("change", "present"),
    [
        ({}, "yes"),
        ({"result": "OK"}, "yes"),
        ({"items_restored": 13}, "yes"),
        ({"date": "2026-10-14T03:00:00Z"}, "yes"),
        ({"items_restored": 11}, "no"),
        ({"items_restored": 0}, "no"),
        ({"result": "failed"}, "no"),
        ({"result": "not ok"}, "no"),
        ({"result": ""}, "no"),
        ({"result": None}, "no"),
        ({"result": True}, "no"),
    ],
)
def test_what_came_back_decides(change: dict[str, Any], present: str) -> None:
    [found] = [one for one in practices("r.json", json.dumps(RECORD | change)) if one.kind == "restore-test"]
    assert (found.present, found.date) == (present, "2026-10-14")


@pytest.mark.parametrize("change", [{"items_restored": None}, {"items_expected": "12", "items_restored": "3"},
                                    {"items_expected": 12.0, "items_restored": 3.0}])  # fmt: skip
def test_an_incomplete_restore_is_none_however_it_is_written(change: dict[str, Any]) -> None:
    [found] = [one for one in practices("r.json", json.dumps(RECORD | change)) if one.kind == "restore-test"]
    assert found.present == "no"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({name: value for name, value in RECORD.items() if name != "date"}),
        json.dumps({name: value for name, value in RECORD.items() if name != "result"}),
        json.dumps(RECORD | {"date": "14.10.2026"}),
        json.dumps(RECORD | {"date": None}),
        json.dumps(RECORD | {"date": 20261014}),
        json.dumps([RECORD]),
        json.dumps({"tests": [RECORD]}),
        f'A text about "items_restored": {RECORD["date"]}\n',
    ],
)
def test_what_is_no_record_is_no_evidence(text: str) -> None:
    found = READER.read(Document("r.json" if text[0] in "[{" else "r.txt", text.encode()))
    assert [one for one in found.practices if one.kind == "restore-test"] == []
    assert found.gaps == ()


def test_a_record_that_was_cut_off_is_a_gap() -> None:
    found = READER.read(Document("r.json", json.dumps(RECORD)[:-4].encode()))
    assert (found.practices, len(found.gaps)) == ((), 1)


# Documents


@pytest.mark.parametrize("name", ["runbook.md", "RUNBOOK.MD", "runbook.txt", "runbook.rst", "runbook.adoc"])
def test_a_document_that_says_something(name: str) -> None:
    text = "# Orders\n\nReviewed: 2026-05-01\n\n## By hand\n" + "Take the orders by telephone. " * 8
    [found] = practices(f"docs/{name}", text)
    assert found == Practice(
        "document", f"docs/{name}", "yes", 2, "2026-05-01", {"headings": 2, "length": len(text)},
        (Location(f"docs/{name}", 1),),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["# To be written\n", "x" * 199, "\n" * 500 + "x"])
def test_a_document_that_says_nothing(text: str) -> None:
    [found] = practices("docs/runbook.md", text)
    assert found.present == "no"
    assert practices("docs/runbook.md", "x" * 200)[0].present == "yes"


@pytest.mark.parametrize("path", ["docs/runbook.json", "docs/runbook.md.bak", "docs/runbook", "docs/runbook.py"])
def test_what_is_no_document(path: str) -> None:
    assert practices(path, "Take the orders by telephone. " * 20) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Reviewed: 2026-05-01", "2026-05-01"),
        ("**Last reviewed:** 2026-05-01", "2026-05-01"),
        ("- last_updated: 2026-05-01", "2026-05-01"),
        ("| Date | 2026-05-01 |", "2026-05-01"),
        ("date: 2026-05-01T10:00", "2026-05-01"),
        ("We reviewed it on 2026-05-01", ""),
        ("It was last reviewed: 2026-05-01", ""),
        ("Reviewed: 1 May 2026", ""),
        ("Reviewed: 26-05-01", ""),
    ],
)
def test_when_a_document_was_reviewed(line: str, expected: str) -> None:
    [found] = practices("docs/runbook.md", f"# Orders\n{line}\n" + "Take the orders by telephone. " * 8)
    assert found.date == expected


# Days


@pytest.mark.parametrize(
    ("day", "age"),
    [
        ("2026-11-24", 0),
        ("2026-11-23", 1),
        ("2026-11-20T10:00:00Z", 4),
        ("2026-11-25", None),
        ("2027-11-24", None),
        ("2026-13-45", None),
        ("2026-02-30", None),
        ("2026", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_day_to_come_and_one_that_cannot_be_read_are_not_known(day: str, age: int | None) -> None:
    assert Estate(Inventory(), TODAY).age_days(day) == age


WF = json.dumps(workflow("Orders", [node("Night", "scheduleTrigger"), node("Set", "set")], ("Night", "Set")))
NO_TEST, NO_TRAINING = "no-restore-test", "no-awareness-training"


def restored(criticality: str, *days: str) -> tuple[int, int, int]:
    files = {f"evidence/{day}.json": json.dumps(RECORD | {"date": day}) for day in days}
    text = f"automations: [{{id: orders, name: Orders, criticality: {criticality}}}]\n"
    return outcomes(assessed({"orders.json": WF, **files}, text), NO_TEST)


@pytest.mark.parametrize(
    ("criticality", "days", "expected"),
    [
        ("critical", ["2026-11-24"], (1, 0, 0)),
        ("critical", ["2026-08-26"], (1, 0, 0)),
        ("critical", ["2026-08-25"], (0, 1, 0)),
        ("high", ["2026-08-25"], (1, 0, 0)),
        ("high", ["2025-11-24"], (1, 0, 0)),
        ("high", ["2025-11-23"], (0, 1, 0)),
        ("high", ["2020-01-01", "2026-10-01"], (1, 0, 0)),
        ("high", [], (0, 1, 0)),
        ("high", ["2026-11-25"], (0, 1, 0)),
        ("high", ["2026-11-25", "2026-11-01"], (1, 0, 0)),
    ],
)
def test_a_restore_test_counts_for_a_time(criticality: str, days: list[str], expected: tuple[int, int, int]) -> None:
    assert restored(criticality, *days) == expected


@pytest.mark.parametrize("day", ["2026-13-45", "2026-02-30", "2026-00-00"])
def test_a_restore_test_of_an_impossible_day_is_none(day: str) -> None:
    assert restored("high", day) == (0, 1, 0)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2026-11-24"], (1, 0, 0)),
        (["2025-11-24"], (1, 0, 0)),
        (["2025-11-23"], (0, 1, 0)),
        (["2024-01-01", "2026-06-01"], (1, 0, 0)),
        (["2026-11-25"], (0, 0, 1)),
        ([], (0, 1, 0)),
    ],
)
def test_a_training_counts_for_a_year(days: list[str], expected: tuple[int, int, int]) -> None:
    text = "training: {awareness: [" + ", ".join(f"{{date: {day}}}" for day in days) + "]}\n"
    assert outcomes(assessed({"orders.json": WF}, text), NO_TRAINING) == expected


def test_a_training_to_come_does_not_hide_the_last_one() -> None:
    text = "training: {awareness: [{date: 2026-06-01}, {date: 2027-03-01}]}\n"
    assert outcomes(assessed({"orders.json": WF}, text), NO_TRAINING) == (1, 0, 0)


def test_evidence_grows_old_by_itself() -> None:
    text = "training: {awareness: [{date: 2026-06-01}]}\n"
    assert outcomes(assessed({"orders.json": WF}, text, date(2027, 6, 1)), NO_TRAINING) == (1, 0, 0)
    assert outcomes(assessed({"orders.json": WF}, text, date(2027, 6, 2)), NO_TRAINING) == (0, 1, 0)
