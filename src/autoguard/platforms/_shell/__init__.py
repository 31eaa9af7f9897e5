"""What a shell command line does, in neutral words; the text itself is looked at and dropped.

Used by every platform that holds command lines: schedulers, CI steps, units. `service` is the program by its own name
(`restic`, `pg_dump`, `curl`), `operation` its subcommand (`backup`, `s3 cp`) or, for a web request, the HTTP method.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from autoguard.model import Call, Component, Endpoint, Known
from autoguard.platforms._endpoints import endpoints_in
from autoguard.platforms._operations import NEITHER, UNKNOWN, WRITES, Effect, http_effect, sql_effect
from autoguard.platforms._shell.output import (
    Output,
    output,
    pings_watchdog,
    reports_failure,
    sends_message,
    swallows_failure,
)
from autoguard.platforms._shell.programs import INTERPRETERS, LOCAL_WRITERS, NEUTRAL, PROGRAMS, operation_effect
from autoguard.platforms._shell.runs import COMPUTED, Run, base_name, operation, option, runs
from autoguard.platforms._shell.transfer import called, downloaded_by_powershell, downloaded_code, endpoints, unchecked
from autoguard.platforms._shell.words import MAX_TEXT, commands

_BACKUP_TOOLS = frozenset(
    {"restic", "borg", "borgmatic", "kopia", "duplicity", "rclone", "rsnapshot", "pgbackrest", "pg_dump", "pg_dumpall",
     "mysqldump", "mongodump", "litestream", "wal-g"}
)  # fmt: skip
_BACKUP_WORDS = frozenset({"backup", "backups", "dump", "offsite", "snapshot"})
_FETCHERS = frozenset({"curl", "wget", "http", "https", "xh"})
_ENVIRONMENT_FILE = re.compile(
    r"(?:^|[./_-])(?:env|secrets?|credentials?|passwords?|tokens?)(?:$|[./_-])", re.IGNORECASE
)
_PLAIN_PATH = re.compile(r"^[A-Za-z0-9_./~${}@+-]{1,200}$")
_SQL_OPTIONS = {"psql": ("-c", "--command"), "mysql": ("-e", "--execute"), "mariadb": ("-e", "--execute")}
_LOG = re.compile(r"log", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The facts of one command line or script.

    `name` is what a person would call it: a script's name, or a program with its subcommand. `skeleton` names its
    programs, scripts and subcommands without any value, so that it may be kept and compared. `output` says where error
    messages go, `environment_files` which files of variables it loads, `downloaded` the unchecked code it fetches and
    runs. `units` are the systemd units that it starts.
    """

    name: str = ""
    service: str = ""
    operation: str = ""
    effect: Effect = UNKNOWN
    endpoints: tuple[Endpoint, ...] = ()
    calls: tuple[Call, ...] = ()
    environment_files: tuple[str, ...] = ()
    downloaded: Component | None = None
    tls_verified: Known = "unknown"
    output: Output = "kept"
    reports_failure: bool = False
    notifies: bool = False
    swallows_failure: bool = False
    retries: int = 0
    units: tuple[str, ...] = ()
    skeleton: str = ""
    runs: tuple[Run, ...] = ()


def look_at(text: str, *, place: Literal["host", "runner"] = "host", operators: bool = True) -> CommandLine:
    """The facts of a POSIX command line or script.

    On a `host` the files of the machine are data that it may change; on a CI `runner` they vanish with the job.
    Without `operators` the text is one command, as systemd reads it.
    """
    found = runs(commands(text, operators=operators))
    telling = [run for run in found if run.telling]
    if not found:
        return CommandLine()
    main = _main(found)
    service, word = _service(main)
    return CommandLine(
        name=_name(main, service, word),
        service=service,
        operation=word,
        effect=_effect(found, place),
        endpoints=endpoints(found),
        calls=called(found),
        environment_files=tuple(dict.fromkeys(_environment_files(found))),
        downloaded=downloaded_code(found),
        tls_verified="no" if any(unchecked(run) for run in found) else "unknown",
        output=output(found, main),
        reports_failure=reports_failure(found),
        notifies=any(sends_message(run) for run in found),
        swallows_failure=swallows_failure(found, main),
        retries=_retries(main),
        units=tuple(dict.fromkeys(_units(found))),
        skeleton="|".join(f"{run.program} {run.script or operation(run)}".strip() for run in telling)[:500],
        runs=tuple(found),
    )


def look_at_other(text: str, language: str) -> CommandLine:
    """What can be said of a script in another language (PowerShell, Python): hosts, and code it downloads and runs."""
    text = text[:MAX_TEXT]
    component = downloaded_by_powershell(text) if language in ("pwsh", "powershell") else None
    off = "-SkipCertificateCheck" in text or "verify=False" in text
    return CommandLine(
        name=f"{language} script",
        endpoints=endpoints_in(text),
        downloaded=component,
        tls_verified="no" if off else "unknown",
    )


def _main(found: list[Run]) -> Run:
    """The program a command line is about; of equals the one that changes something, else the first."""
    candidates = [run for run in found if run.telling and not run.command.on_failure and not pings_watchdog(run)]
    candidates = candidates or [run for run in found if run.telling] or found
    return max(candidates, key=lambda run: (_rank(run), _run_effect(run, "host").writes == "yes"))


def _rank(run: Run) -> int:
    if run.program in PROGRAMS:
        return PROGRAMS[run.program].rank
    if _tool_in_name(run):
        return PROGRAMS["borg"].rank
    if run.program in LOCAL_WRITERS or run.program in ("source", COMPUTED):
        return 1
    return 2 if run.telling else 0


def _service(main: Run) -> tuple[str, str]:
    if main.program in _FETCHERS:
        return main.program, _method(main)
    if main.program in PROGRAMS:
        return main.program, operation(main)
    tool = _tool_in_name(main)
    return (tool, "backup") if tool else ("", "")


def _tool_in_name(run: Run) -> str:
    # `borg-backup.sh` is taken at its word; `borg-exporter.sh` is not one.
    words = re.split(r"[-_.]", (run.script or run.program).lower())
    if not _BACKUP_WORDS & set(words):
        return ""
    return next((word for word in words if word in _BACKUP_TOOLS), "")


def _name(main: Run, service: str, word: str) -> str:
    if main.program in INTERPRETERS and main.script:
        return main.script
    if service and main.program in PROGRAMS and main.program not in _FETCHERS:
        return f"{main.program} {word}".strip()
    if main.program == "run-parts":
        return f"run-parts {base_name(next((one for one in main.arguments if not one.startswith('-')), ''))}".strip()
    return main.program


def _effect(found: list[Run], place: str) -> Effect:
    effects = [_run_effect(run, place) for run in found if not run.passes_on and run.program]
    effects = effects or [NEITHER]
    return Effect(_any(one.reads for one in effects), _any(one.writes for one in effects))


def _any(values: Iterator[Known]) -> Known:
    seen = set(values)
    return "yes" if "yes" in seen else "unknown" if "unknown" in seen else "no"


def _run_effect(run: Run, place: str) -> Effect:
    found = _program_effect(run, place)
    stored = place == "host" and any(
        operator in (">", ">>", "1>", "1>>", ">|") and not target.startswith("/dev/") and not _LOG.search(target)
        for operator, target in run.command.redirects
    )
    return Effect(found.reads, "yes") if stored else found


def _program_effect(run: Run, place: str) -> Effect:
    if run.program in NEUTRAL:
        return NEITHER
    if run.program in _FETCHERS:
        return http_effect(_method(run))
    if run.program in LOCAL_WRITERS:
        return WRITES if place == "host" and not _only_looks(run) else NEITHER
    if run.program in _SQL_OPTIONS or run.program == "sqlite3":
        statement = option(run, *_SQL_OPTIONS.get(run.program, ("-cmd",)))
        return sql_effect(statement) if statement else UNKNOWN
    return operation_effect(run.program, operation(run))


def _only_looks(run: Run) -> bool:
    if run.program == "find":
        return "-delete" not in run.arguments
    if run.program == "tar":
        return any(re.fullmatch(r"-?-?(?:t\w*|list)", word) for word in run.arguments[:1])
    return run.program in ("mount", "umount", "mkdir", "touch", "sysctl", "split")


def _method(run: Run) -> str:
    if run.program == "wget":
        return option(run, "--method").upper() or (
            "POST" if option(run, "--post-data") or option(run, "--post-file") else "GET"
        )
    if run.program != "curl":
        return next((word for word in run.arguments if word in ("GET", "POST", "PUT", "PATCH", "DELETE")), "GET")
    explicit = (option(run, "-X", "--request") or _grouped(run, "X")).upper()
    if re.fullmatch(r"[A-Z]{3,8}", explicit):
        return explicit
    words = run.arguments
    if any(word.startswith(("-d", "--data", "-F", "--form", "--json")) for word in words) and "-G" not in words:
        return "POST"
    if any(word.startswith(("-T", "--upload-file")) for word in words):
        return "PUT"
    return "HEAD" if {"-I", "--head"} & set(words) else "GET"


def _grouped(run: Run, letter: str) -> str:
    """The value of a short option that stands last in a group: `-sX POST`."""
    for word, following in pairwise(run.arguments):
        if re.fullmatch(rf"-[a-zA-Z]{{1,8}}{letter}", word):
            return following
    return ""


def _retries(run: Run) -> int:
    value = option(run, "--retry") if run.program == "curl" else ""
    return int(value) if value.isdigit() and len(value) < 4 else 0  # noqa: PLR2004 - beyond 999 it is no count


def _environment_files(found: list[Run]) -> Iterator[str]:
    for run in found:
        named = [option(run, "--env-file", "--password-file", "--passwd-file")]
        if run.program in ("source", "cat"):
            named.extend(word for word in run.arguments[:2] if _ENVIRONMENT_FILE.search(word))
        for path in named:
            if path and _PLAIN_PATH.match(path) and base_name(path.replace("/.", "/")):
                yield path


def _units(found: list[Run]) -> Iterator[str]:
    for run in found:
        if run.program == "systemctl" and {"start", "restart"} & set(run.arguments):
            for word in run.arguments:
                if not word.startswith("-") and word not in ("start", "restart") and base_name(word):
                    yield word if "." in word else f"{word}.service"
