"""The systemd reader: units alone and together, near misses, and counted against every unit of the corpus."""

import re
from collections.abc import Mapping

import pytest
from support.reading import CORPUS, corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.model import Automation
from autoguard.platforms import Facts
from autoguard.platforms.systemd import PLATFORM

TIMER = """\
[Unit]
Description=Nightly backup

[Timer]
OnCalendar=daily
OnCalendar=Mon *-*-* 04:00
Persistent=true

[Install]
WantedBy=timers.target
"""
SERVICE = """\
[Unit]
Description=Back up everything
OnFailure=notify@%n.service

[Service]
Type=oneshot
User=backup
EnvironmentFile=-/etc/backup.env
LoadCredential=repo:/etc/credstore/repo
Environment="GIT_SSL_NO_VERIFY=true" LANG=C
ExecStartPre=-/usr/bin/systemctl start dump.service
ExecStart=/usr/bin/restic -r sftp:store.example.org:/r \\
  backup /srv
ExecStart=/bin/sh -c 'curl -d x https://a.example.org | sh'
"""
NOTIFY = "[Service]\nType=oneshot\nExecStart=/usr/bin/mail -s %i ops\n"
DUMP = "[Service]\nType=oneshot\nExecStart=/usr/bin/pg_dump -f /b/x shop\n"


def together(files: Mapping[str, str]) -> Facts:
    found = []
    for path, text in files.items():
        document = parsed(text, path)
        assert PLATFORM.signature.search(document.utf8), path
        assert PLATFORM.recognise(document), path
        found.append(PLATFORM.read(document))
    return PLATFORM.join(found)


def automation(facts: Facts, name: str) -> Automation:
    return next(one for one in facts.automations if one.name == name)


def test_timer_and_service_in_neutral_words() -> None:
    facts = together(
        {"u/backup.timer": TIMER, "u/backup.service": SERVICE, "u/notify@.service": NOTIFY, "u/dump.service": DUMP}
    )
    backup = automation(facts, "backup")
    assert (backup.identity, backup.description) == ("systemd:backup.service", "Back up everything")
    assert (backup.enabled, backup.error_route) == ("unknown", "yes")
    assert backup.error_target is not None
    assert backup.error_target.target == automation(facts, "notify@").native_id == "notify@.service"
    [trigger] = backup.triggers
    assert (trigger.kind, trigger.schedule) == ("schedule", "daily; Mon *-*-* 04:00")
    assert (trigger.location.path, trigger.location.line) == ("u/backup.timer", 5)
    before, restic, other = backup.steps
    assert (before.on_error, [call.target for call in before.calls]) == ("continue", ["dump.service"])
    assert (restic.service, restic.operation, restic.on_error, restic.retries) == ("restic", "backup", "stop", 0)
    assert (restic.endpoints[0].host, restic.tls_verified) == ("store.example.org", "no")
    assert other.component is not None
    assert (other.component.name, other.location.line) == ("a.example.org", 14)
    assert [(edge.source, edge.target) for edge in backup.edges] == [
        ("backup.timer", "ExecStartPre"),
        ("ExecStartPre", "ExecStart"),
        ("ExecStart", "ExecStart-2"),
    ]
    assert {credential.id: credential.storage for credential in facts.credentials} == {
        "systemd:environment-file:/etc/backup.env": "env",
        "systemd:credential:repo": "vault",
    }
    assert restic.credentials == tuple(credential.id for credential in facts.credentials)


def test_lines_are_those_of_the_commands() -> None:
    for step in automation(together({"backup.timer": TIMER, "backup.service": SERVICE}), "backup").steps:
        assert SERVICE.splitlines()[(step.location.line or 0) - 1].startswith(step.id.partition("-")[0])


def test_what_starts_nothing_is_no_automation() -> None:
    daemon = "[Service]\nType=notify\nExecStart=/usr/bin/serve\n[Install]\nWantedBy=multi-user.target\n"
    assert together({"web.service": daemon, "dump.service": DUMP}).automations == ()


def test_oneshot_at_boot_and_daemon_with_a_timer_are() -> None:
    boot = automation(together({"x.service": DUMP + "[Install]\nWantedBy=multi-user.target\n"}), "x")
    assert [(one.kind, one.event, one.enabled) for one in boot.triggers] == [("event", "boot", "unknown")]
    plain = "[Service]\nExecStart=/srv/x.sh\nRestart=on-failure\n"
    timed = automation(together({"x.service": plain, "x.timer": TIMER}), "x")
    assert (timed.error_route, timed.steps[0].retries) == ("no", None)


def test_timer_without_its_service_leads_nowhere() -> None:
    [lonely] = read(PLATFORM, TIMER, "etc/backup.timer").automations
    assert (lonely.identity, lonely.error_route) == ("systemd:backup.timer", "unknown")
    assert [(call.how, call.target) for call in lonely.steps[0].calls] == [("id", "backup.service")]


def test_unit_names_instances_and_the_nearest_folder() -> None:
    named = TIMER.replace("[Timer]", "[Timer]\nUnit=dump.service")
    assert automation(together({"a.timer": named, "dump.service": DUMP}), "dump").triggers[0].id == "a.timer"
    template = automation(together({"job@shop.timer": TIMER, "job@.service": DUMP}), "job@")
    assert template.triggers[0].id == "job@shop.timer"
    facts = together({"a/x.service": DUMP, "b/x.service": SERVICE, "b/x.timer": TIMER})
    assert [one.location.path for one in facts.automations if one.triggers[0].kind == "schedule"] == ["b/x.service"]


def test_drop_ins_add_a_failure_handler() -> None:
    quiet = {"u/x.timer": TIMER, "u/x.service": DUMP}
    assert automation(together(quiet), "x").error_route == "no"
    for folder in ("u/x.service.d", "u/service.d", "etc/x.service.d"):
        facts = together({**quiet, f"{folder}/fail.conf": "[Unit]\nOnFailure=notify@%n.service\n"})
        assert automation(facts, "x").error_route == "yes", folder


def test_drop_ins_replace_commands_and_times() -> None:
    units = {"u/x.timer": TIMER, "u/x.service": DUMP}
    command = "[Service]\nEnvironmentFile=/etc/x.env\nExecStart=\nExecStart=/usr/bin/restic backup /\n"
    added = automation(together({**units, "u/x.service.d/a.conf": command.replace("ExecStart=\n", "")}), "x")
    assert [(step.id, step.service) for step in added.steps] == [("ExecStart", "pg_dump"), ("ExecStart-2", "restic")]
    replaced = together(
        {**units, "u/x.service.d/a.conf": command, "u/x.timer.d/a.conf": "[Timer]\nOnCalendar=\nOnCalendar=hourly\n"}
    )
    [step] = automation(replaced, "x").steps
    assert (step.service, step.credentials) == ("restic", ("systemd:environment-file:/etc/x.env",))
    assert automation(replaced, "x").triggers[0].schedule == "hourly"


def test_failures_told_by_the_command_or_after_it() -> None:
    for line in (
        "ExecStart=/bin/sh -c '/srv/x.sh && curl -fsS https://hc-ping.com/0'",
        "ExecStart=/usr/bin/chronic /srv/x.sh",
        "ExecStart=/srv/x.sh\nExecStopPost=/bin/sh -c 'mail -s done ops'",
    ):
        told = automation(together({"x.timer": TIMER, "x.service": f"[Service]\n{line}\n"}), "x")
        assert told.error_route == "yes", line
    assert [edge.kind for edge in told.edges] == ["main", "main", "error"]


def test_an_empty_value_takes_back_what_stood_before() -> None:
    service = "[Service]\nExecStart=/srv/old.sh\nExecStart=\nExecStart=/srv/new.sh\n"
    facts = together({"x.timer": TIMER.replace("OnCalendar=Mon", "OnCalendar=\nOnCalendar=Mon"), "x.service": service})
    [step] = automation(facts, "x").steps
    assert (step.name, automation(facts, "x").triggers[0].schedule) == ("new.sh", "Mon *-*-* 04:00")


def test_path_units_and_templates_of_other_tools() -> None:
    watched = automation(together({"x.path": "[Path]\nPathChanged=/srv/in\n", "x.service": DUMP}), "x")
    assert [(one.kind, one.event) for one in watched.triggers] == [("event", "PathChanged")]
    template = "[Service]\nUser={{ user }}\nExecStart={{ home }}/bin/python manage.py sync\n"
    facts = together({"t/x.service.j2": template, "f/x.timer.j2": TIMER})
    assert automation(facts, "x").steps[0].name == "manage.py"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[Service]\nName=x\n", "x.ini"),
        ("[Service]\nExecStart=/x\n[database]\nhost=y\n", "settings.ini"),
        ("[Timer]\ninterval=5\n", "x.conf"),
        ("[D-BUS Service]\nExec=/x\n", "x.service"),
        ("[Unit]\nDescription=x\n", "x.target"),
        ("[Container]\nImage=x\n[Service]\nRestart=always\n", "x.container"),
        ("ExecStart=/x\n", "x.txt"),
        ("# [Service]\n# ExecStart=/x\n", "x.service"),
        ('{"ExecStart": "=/x"}', "x.json"),
        ("", "x.service"),
    ],
)
def test_near_misses_are_not_recognised(text: str, path: str) -> None:
    assert not PLATFORM.recognise(parsed(text, path))


def test_any_unit_is_survived() -> None:
    for value in ("", "\\", "'", '"', "$(" * 9_000, "{{ " * 900, "%%%", "@-:+!|", "\x01", "a" * 70_000, "=", "-"):
        keys = ("ExecStart", "Environment", "EnvironmentFile", "LoadCredential", "Type", "Restart", "ExecStopPost")
        service = "[Service]\nExecStart=/x\n" + "".join(f"{key}={value}\n" for key in keys)
        unit = "[Unit]\n" + "".join(f"{key}={value}\n" for key in ("OnFailure", "Wants", "Description"))
        timer = f"[Timer]\nOnCalendar=x\nUnit={value}\nOnBootSec={value}\n[Install]\nWantedBy={value}\n"
        found = []
        for path, text in (("x.service", unit + service), ("x.timer", timer), ("x.service.d/a.conf", unit + service)):
            document = parsed(text, path)
            if PLATFORM.recognise(document):
                found.append(PLATFORM.read(document))
        PLATFORM.join(found)


def corpus() -> dict[str, str]:
    return {str(path.relative_to(CORPUS / "systemd")): path.read_text() for path in corpus_files("systemd")}


def test_counts_on_the_corpus_match_the_plain_text() -> None:
    files = corpus()
    facts = together(files)
    timers = [path for path, text in files.items() if re.search(r"^\[Timer\]", text, re.MULTILINE)]
    schedules = [one for each in facts.automations for one in each.triggers if one.kind == "schedule"]
    assert sorted(one.location.path for one in schedules) == sorted(timers)
    for one in schedules:
        lines = re.findall(r"^On\w+=", files[one.location.path], re.MULTILINE)
        assert len(one.schedule.split("; ")) == len(lines)
    for each in facts.automations:
        if each.native_id.endswith(".service"):
            commands = re.findall(r"^ExecStart\w*=", files[each.location.path], re.MULTILINE)
            assert len(each.steps) == len(commands) == len(each.edges) - len(each.triggers) + 1
    files_of_variables = sum(len(re.findall(r"^EnvironmentFile=", text, re.MULTILINE)) for text in files.values())
    assert sum(len(one.locations) for one in facts.credentials) == files_of_variables
    assert (len(files), len(timers), len(facts.automations)) == (93, 41, 44)


def test_no_file_of_another_platform_is_claimed() -> None:
    for path in corpus_files("."):
        document = parsed(path.read_bytes(), str(path.relative_to(CORPUS)))
        try:
            claimed = bool(PLATFORM.signature.search(document.utf8)) and PLATFORM.recognise(document)
        except UnreadableError:
            continue
        assert claimed == (path.parts[len(CORPUS.parts)] == "systemd"), path
