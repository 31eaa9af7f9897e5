"""The cron reader: on small crontabs, near misses, and counted against every crontab of the corpus."""

import re

import pytest
from support.reading import CORPUS, corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.model import Automation
from autoguard.platforms.cron import PLATFORM

USER = """\
SHELL=/bin/bash
MAILTO=ops@example.org

# Nightly copy of the shop
15 2 * * * /usr/bin/pg_dump shop | gzip > /backup/shop.gz
*/5 * * * 1-5 cd /srv/app && . ./.env && python3 sync.py >> /var/log/sync.log 2>&1
#0 4 * * sun restic forget --prune
@reboot /usr/local/bin/tunnel.sh >/dev/null 2>&1
MAILTO=""
@daily certbot renew
"""
SYSTEM = """\
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
0 3 * * 7 www-data curl -fsSk https://shop.example.org/cron > /dev/null
"""


def jobs(text: str, path: str = "crontab") -> tuple[Automation, ...]:
    found: tuple[Automation, ...] = read(PLATFORM, text, path).automations
    return found


def test_jobs_in_neutral_words() -> None:
    dump, sync, forget, tunnel, certbot = jobs(USER)
    assert (dump.name, dump.enabled, dump.error_route, dump.owners) == ("Nightly copy of the shop", "yes", "yes", ())
    [trigger], [step] = dump.triggers, dump.steps
    assert (trigger.kind, trigger.schedule, trigger.untrusted, trigger.exposed) == (
        "schedule",
        "15 2 * * *",
        "no",
        "no",
    )
    assert (step.kind, step.service, step.reads, step.writes, step.retries) == ("shell", "pg_dump", "yes", "yes", 0)
    assert [(edge.source, edge.target, edge.kind) for edge in dump.edges] == [("schedule", "command", "main")]
    assert (sync.name, sync.error_route) == ("sync.py", "unknown")
    assert (forget.enabled, forget.steps[0].operation) == ("no", "forget")
    assert (tunnel.triggers[0].kind, tunnel.triggers[0].event, tunnel.error_route) == ("event", "reboot", "no")
    assert (certbot.triggers[0].schedule, certbot.error_route) == ("@daily", "no")


def test_lines_are_those_of_the_jobs() -> None:
    for automation in jobs(USER):
        line = USER.splitlines()[(automation.location.line or 0) - 1]
        schedule = automation.triggers[0].schedule or "@reboot"
        assert line.lstrip("#").startswith(schedule)


def test_files_of_variables_are_credentials() -> None:
    facts = read(PLATFORM, USER, "crontab")
    [credential] = facts.credentials
    assert (credential.storage, credential.holder, credential.locations[0].line) == ("env", "./.env", 6)
    assert facts.automations[1].steps[0].credentials == (credential.id,)


@pytest.mark.parametrize("path", ["etc/crontab", "host/etc/cron.d/shop", "crontab"])
def test_system_form_has_a_user(path: str) -> None:
    first, second = jobs(SYSTEM, path)
    # The user column is no part of the command, and a user of the machine is nobody who answers for the job.
    assert (first.owners, second.owners) == ((), ())
    assert "root" not in first.steps[0].name
    assert (second.steps[0].service, second.steps[0].tls_verified) == ("curl", "no")
    assert second.steps[0].endpoints[0].host == "shop.example.org"


def test_identity_survives_schedule_values_and_neighbours() -> None:
    before = jobs("0 1 * * * mysqldump -ppa shop\n0 2 * * * /srv/a.sh 1\n")
    after = jobs("# new\n9 9 * * * /srv/b.sh\n0 5 * * 1 /srv/a.sh 2\n30 1 * * * mysqldump -pbe shop\n")
    assert {job.identity for job in before} <= {job.identity for job in after}
    twice = jobs("0 1 * * * /srv/a.sh 1\n0 2 * * * /srv/a.sh 2\n")
    assert len({job.identity for job in twice}) == 2


def test_percent_signs_end_the_command() -> None:
    [job] = jobs("0 1 * * * mail -s x ops%curl -k https://a.example.org\n")
    assert (job.steps[0].service, job.steps[0].endpoints) == ("mail", ())
    [escaped] = jobs("0 1 * * * restic backup --tag $(date +\\%F)\n")
    assert escaped.steps[0].service == "restic"


@pytest.mark.parametrize(
    "comment",
    [
        "# * * * * * command to be executed",
        "# *  *  *  *  *  user-name command to be executed",
        "# m h  dom mon dow   command",
        "# 0 5 * * 1 tar -zcf /var/backups/home.tgz /home/",
        "# 1 2 3 4 5 things to know about this file",
        "# 0 0 * * * every midnight we rest",
        "# 0 0 * * * /path/to/script.sh",
        "# 90 0 * * * /srv/x.sh",
    ],
)
def test_prose_is_no_job_that_was_switched_off(comment: str) -> None:
    assert len(jobs(f"{comment}\n0 1 * * * /srv/x.sh\n")) == 1


@pytest.mark.parametrize(
    "comment", ["#0 1 * * * /srv/x.sh", "## 0 1 * * * rsync -a a b:", "# @daily ./x.sh", "#\t5 4 * * * cd /srv && ./x"]
)
def test_commented_jobs_are_switched_off(comment: str) -> None:
    assert [job.enabled for job in jobs(f"{comment}\n0 1 * * * /srv/y.sh\n")] == ["no", "yes"]


def test_a_comment_that_is_a_command_is_no_title() -> None:
    for comment in ("# mysqldump -phunter2 shop", "# see https://u:p@a.example.org", "# KEY=hunter2", "#####"):
        assert [job.name for job in jobs(f"{comment}\n0 1 * * * /srv/x.sh\n")] == ["x.sh"]


def test_title_is_the_first_line_of_the_comment_above() -> None:
    assert jobs("# Copy the shop\n# as root because of the keys\n0 1 * * * /srv/x.sh\n")[0].name == "Copy the shop"
    assert jobs("# Copy the shop\n\n0 1 * * * /srv/x.sh\n")[0].name == "x.sh"
    assert jobs("# About this file\n# m h dom mon dow command\n0 1 * * * /srv/x.sh\n")[0].name == "x.sh"


def test_the_form_that_fits_the_lines_counts() -> None:
    [job] = jobs("# min hour day month weekday user command\n0 1 * * * /srv/x.sh > /srv/log\n", "etc/crontab")
    assert (job.owners, job.steps[0].name) == ((), "x.sh")


def test_a_crontab_that_cron_refuses_is_a_gap() -> None:
    with pytest.raises(UnreadableError, match="line 2"):
        PLATFORM.recognise(parsed("0 1 * * * /srv/x.sh\n_ */3 * * * /srv/y.sh\n", "etc/crontab"))


def test_random_delays_and_ranges() -> None:
    found = jobs("0~59 3 * * * /srv/a.sh\n0 4 1-7/2 jan,jul mon-fri sleep $((RANDOM \\% 900)); /srv/b.sh\n")
    assert [job.name for job in found] == ["a.sh", "b.sh"]


def test_anacrontab() -> None:
    [job] = jobs("START_HOURS_RANGE=3-22\n7 25 cron.weekly nice run-parts /etc/cron.weekly\n", "etc/anacrontab")
    assert job.triggers[0].schedule == "every 7 days"


def test_a_dot_in_cron_d_may_switch_it_off() -> None:
    [job] = jobs("0 1 * * * root /srv/x.sh\n", "etc/cron.d/shop.disabled")
    assert job.enabled == "unknown"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("KEY=value\nOTHER=1\n", ".env"),
        ("#!/bin/sh\nset -e\nrsync -a a b\n", "job.sh"),
        ("1 2 3 4 5 six\n0 1 2 3 4 five\n", "table.txt"),
        ("0 1 * * * /srv/x.sh\nand some prose\n", "notes.txt"),
        ("* * * * * not a job line because * follows\nx\n", "notes.md"),
        ("# 0 1 * * * /srv/x.sh\n", "notes.txt"),
        ("99 1 * * * /srv/x.sh\n", "crontab"),
        ("0 1 * * /srv/x.sh\n", "crontab"),
        ("25 17 * * * %(z_cron)s clean\n", "crontab"),
        ('{"cron": "0 1 * * *"}', "x.json"),
        ("on:\n  schedule:\n    - cron: '0 1 * * *'\n", "x.yml"),
        ("", "crontab"),
    ],
)
def test_near_misses_are_not_recognised(text: str, path: str) -> None:
    assert not PLATFORM.recognise(parsed(text, path))


def test_any_text_is_survived() -> None:
    for text in ("\x01", "@daily", "* " * 5_000, "0 1 * * * " + "$(" * 20_000, "A=" * 9_000, "#" * 60_000,
                 "0 1 * * * \t", "@daily root", "0 1 * * * é" * 900, "# \\\n" * 9_000, ", , , , , x"):  # fmt: skip
        document = parsed(text, "crontab")
        if PLATFORM.recognise(document):
            PLATFORM.read(document)


def test_counts_on_the_corpus_match_the_plain_lines() -> None:
    count = 0
    for path in corpus_files("cron"):
        text = path.read_text()
        expected = [line for line in text.splitlines() if re.match(r"(?:[*\d]\S*[ \t]+){5}\S|@[a-z]+[ \t]", line)]
        found = [job for job in jobs(text, str(path.relative_to(CORPUS / "cron"))) if job.enabled != "no"]
        assert [text.splitlines()[(job.location.line or 0) - 1] for job in found] == expected
        count += len(found)
    assert count == 10


def test_no_file_of_another_platform_is_claimed() -> None:
    for path in corpus_files("."):
        document = parsed(path.read_bytes(), str(path.relative_to(CORPUS)))
        try:
            claimed = bool(PLATFORM.signature.search(document.utf8)) and PLATFORM.recognise(document)
        except UnreadableError:
            continue
        assert claimed == (path.parts[len(CORPUS.parts)] == "cron"), path
