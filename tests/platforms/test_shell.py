"""Command lines in neutral words: what they do, whom they talk to, and who learns of their failures."""

import re
import time

import pytest

from autoguard.platforms._shell import look_at, look_at_other
from autoguard.platforms._shell.runs import runs
from autoguard.platforms._shell.words import commands


@pytest.mark.parametrize(
    ("line", "service", "operation", "reads", "writes"),
    [
        ("restic -r /srv/repo backup /home", "restic", "backup", "no", "yes"),
        ("borg create ::{now} /etc", "borg", "create", "no", "yes"),
        ("pg_dump shop > /backup/shop.sql", "pg_dump", "", "yes", "yes"),
        ("aws --profile p s3 cp a s3://b/c", "aws", "s3 cp", "yes", "yes"),
        ("aws ec2 describe-instances", "aws", "ec2 describe-instances", "yes", "no"),
        ("git -C /srv push origin main", "git", "push", "no", "yes"),
        ("n8n export:workflow --all --output=/b", "n8n", "export:workflow", "yes", "no"),
        ("curl -d a=b https://api.example.org/x", "curl", "POST", "no", "yes"),
        ("curl -sX DELETE https://api.example.org/x", "curl", "DELETE", "no", "yes"),
        ("wget -q https://api.example.org/x", "wget", "GET", "yes", "no"),
        ("mysql -e 'SELECT 1'", "mysql", "", "yes", "no"),
        ("mysql -e 'DELETE FROM t'", "mysql", "", "no", "yes"),
        ("/usr/local/bin/borg-backup.sh", "borg", "backup", "unknown", "unknown"),
        ("/usr/local/bin/borg-exporter.sh", "", "", "unknown", "unknown"),
        ("find /tmp -mtime +3 -delete", "", "", "no", "yes"),
        ("cd /srv && echo done", "", "", "no", "no"),
        ("/usr/bin/install a b", "", "", "no", "yes"),
        ("/home/me/dotfiles/install", "", "", "unknown", "unknown"),
    ],
)
def test_what_a_command_line_does(line: str, service: str, operation: str, reads: str, writes: str) -> None:
    facts = look_at(line)
    assert (facts.service, facts.operation, *facts.effect) == (service, operation, reads, writes)


def test_a_runner_forgets_its_files_and_a_host_keeps_them() -> None:
    assert look_at("rm -rf build", place="host").effect.writes == "yes"
    assert look_at("rm -rf build", place="runner").effect.writes == "no"


@pytest.mark.parametrize(
    ("line", "programs"),
    [
        ("A=1 sudo -u www timeout 10 nice -n 5 restic backup", ["restic"]),
        ("bash -lc 'cd /x && git pull'", ["cd", "git"]),
        ("flock -n /run/l -c 'rsync a b:c'", ["rsync"]),
        ("flock -w 5 /run/l rsync a b:c", ["rsync"]),
        ("ssh -p 22 me@host 'tar c / | gzip'", ["ssh", "tar", "gzip"]),
        ("docker exec -t -u app web php artisan x", ["docker", "php"]),
        ("find . -exec rm {} +", ["find", "rm"]),
        ("cat <<'EOF' | sh\nnot `run`\nEOF\nls", ["cat", "run", "not", "ls"]),
        ("echo 'a | b' # don't | count", ["echo"]),
        ("f() { true; }\nf", ["true", "f"]),
        ("echo $(date +%s) `id`", ["date", "id", "echo"]),
        ("echo ${{ secrets.X }} | tee y", ["echo", "tee"]),
        ("/opt/{{ name }}/bin/python run.py", ["python"]),
        ("case $x in a) ls;; esac", ["case", "ls"]),
    ],
)
def test_programs_behind_wrappers_quotes_and_substitutions(line: str, programs: list[str]) -> None:
    assert [run.program for run in runs(commands(line)) if not run.passes_on] == programs


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("scp -r a deploy@files.example.org:/srv", "files.example.org"),
        ("rsync -a . backup.example.org:x", "backup.example.org"),
        ("git push git@git.example.org:o/r.git", "git.example.org"),
        ("ssh -i k root@box.example.org ls", "box.example.org"),
        ("pg_dump --host=db.example.org x", "db.example.org"),
        ("curl https://user:pw@api.example.org/x?key=1", "api.example.org"),
        ("restic -r sftp:me@store.example.org:/r backup", "store.example.org"),
    ],
)
def test_hosts(line: str, host: str) -> None:
    assert [one.host for one in look_at(line).endpoints] == [host]


def test_a_computed_address_is_dynamic_and_text_is_none() -> None:
    assert [one.dynamic for one in look_at('curl -fsS "$URL"').endpoints] == [True]
    assert look_at("echo see https://docs.example.org").endpoints == ()


@pytest.mark.parametrize(
    "line",
    [
        "curl -sSkL https://a.example.org",
        "curl --insecure https://a.example.org",
        "wget --no-check-certificate https://a.example.org",
        "ssh -o StrictHostKeyChecking=no h",
        "rsync -e 'ssh -o UserKnownHostsFile=/dev/null' a h:b",
        "git -c http.sslVerify=false clone https://a.example.org/r",
        "GIT_SSL_NO_VERIFY=true git pull",
        "export NODE_TLS_REJECT_UNAUTHORIZED=0; node x.js",
        "psql 'host=h sslmode=disable'",
    ],
)
def test_checks_that_are_switched_off(line: str) -> None:
    assert look_at(line).tls_verified == "no"


@pytest.mark.parametrize(
    "line",
    [
        "curl -o k https://a.example.org",
        "curl -H 'X: -k' https://a.example.org",
        "echo curl -k",
        "tar -k x",
        "git -c http.sslVerify=true pull",
    ],
)
def test_checks_that_are_not(line: str) -> None:
    assert look_at(line).tls_verified == "unknown"


@pytest.mark.parametrize(
    "line",
    [
        "curl -sf https://get.example.org | sh",
        "curl https://get.example.org | sudo -E bash -s -- --yes",
        "wget -qO- https://get.example.org | bash /dev/stdin 1.2",
        'bash -c "$(curl -fsSL https://get.example.org)"',
        "source <(curl -s https://get.example.org)",
        "eval `curl -s https://get.example.org`",
        "curl -o i.sh https://get.example.org/i.sh; chmod +x i.sh; ./i.sh",
        "wget https://get.example.org/i.py\npython3 i.py",
        "ssh h 'curl https://get.example.org | sh'",
        "curl https://get.example.org | python3 -",
    ],
)
def test_downloads_that_are_run_unchecked(line: str) -> None:
    component = look_at(line).downloaded
    assert component is not None
    assert (component.name, component.pinned, component.publisher) == ("get.example.org", "no", "third-party")


@pytest.mark.parametrize(
    "line",
    [
        "curl https://a.example.org | python3 -m json.tool",
        "curl https://a.example.org | jq .x",
        "curl -o i.sh https://a.example.org/i.sh && sha256sum -c sums && ./i.sh",
        "curl https://a.example.org; bash own.sh",
        'echo "$(curl -s https://a.example.org)"',
    ],
)
def test_downloads_that_are_not(line: str) -> None:
    assert look_at(line).downloaded is None


def test_powershell_that_runs_what_it_downloads() -> None:
    facts = look_at_other("iwr -useb https://get.example.org/i.ps1 | iex", "pwsh")
    assert facts.downloaded is not None
    assert facts.downloaded.name == "get.example.org"
    assert look_at_other("iwr https://get.example.org -OutFile x", "pwsh").downloaded is None


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("x", "kept"),
        ("x > /dev/null", "kept"),
        ("x > /dev/null 2>&1", "discarded"),
        ("x &> /dev/null", "discarded"),
        ("x 2>&1 > /dev/null", "kept"),
        ("x 2>/dev/null", "discarded"),
        ("x >> /var/log/x.log 2>&1", "file"),
        ("x 2>&1 | logger -t x", "file"),
        ("(a; b) >/dev/null 2>&1", "discarded"),
        ("cd /x && x &>> log", "file"),
    ],
)
def test_where_error_messages_go(line: str, where: str) -> None:
    assert look_at(line).output == where


@pytest.mark.parametrize(
    "line",
    [
        "x || mail -s failed ops@example.org",
        "x || { echo no; curl -d text=x https://hooks.slack.com/services/T; }",
        "x && curl -fsS https://hc-ping.com/0000",
        "if ! x; then mail ops; fi",
        "x\nif [ $? -ne 0 ]; then mail ops; fi",
        "if x; then true; else mail ops; fi",
        "chronic x",
        "cronitor exec key x",
        "x 2>&1 | mail -s log ops",
        "trap 'mail ops' ERR; x",
        "x || /usr/local/bin/notify-ops.sh",
    ],
)
def test_failures_that_are_reported(line: str) -> None:
    assert look_at(line).reports_failure


@pytest.mark.parametrize(
    "line", ["x", "x || true", "x && mail ops", "if x; then mail ops; fi", "x; mail ops", "x || y"]
)
def test_failures_that_are_not(line: str) -> None:
    assert not look_at(line).reports_failure


def test_swallowed_failures_and_retries() -> None:
    assert look_at("x || true").swallows_failure
    assert look_at("x; exit 0").swallows_failure
    assert not look_at("x || exit 1").swallows_failure
    assert look_at("curl --retry 4 https://a.example.org").retries == 4


def test_nothing_of_the_values_is_kept() -> None:
    value = "hunter" + "2hunter"
    for line in (
        f"mysqldump -p{value} shop | gzip",
        f"PGPASSWORD={value} pg_dump shop",
        f"curl -u me:{value} https://a.example.org/x?token={value}",
        f"curl https://a.example.org | sh -s - {value}",
        f"python3 -c {value}",
        f"bash -s {value}",
        f"run.py --token={value} {value}",
    ):
        facts = look_at(line)
        kept = re.sub(r"runs=.*", "", repr(facts))
        assert value not in kept, line


@pytest.mark.parametrize(
    "text",
    ["$(" * 30_000, '"' * 60_001, "'" * 60_001, "`" * 60_001, "<<a " * 15_000, "{ " * 30_000, "if ! " * 12_000,
     "\\" * 60_001, "$(a " * 15_000 + ")" * 15_000, "<(" * 30_000, '"$(' * 20_000, "sudo " * 12_000, "\0\x01é" * 9_000,
     "a=" * 30_000, "|" * 60_000, "sh -c 'sh -c \"" * 3_000, "x\n" * 30_000, "- " * 30_000, "find -exec " * 6_000],
)  # fmt: skip
def test_hostile_text_ends_soon(text: str) -> None:
    begun = time.process_time()
    look_at(text)
    look_at(text, operators=False)
    look_at_other(text, "pwsh")
    assert time.process_time() - begun < 5
