"""What becomes of a command line's output and of its failures: kept, filed, thrown away, reported, swallowed.

Services that watch over jobs are recognised by their hosts as their own documentation gives them: healthchecks.io,
cronitor.io, deadmanssnitch.com, betterstack.com (heartbeats), ohdear.app, uptime.kuma.pet (push monitors), sentry.io
(cron check-ins); read 2026-11-24.
"""

import re
from typing import Literal

from autoguard.platforms._shell.programs import REPORTING_WRAPPERS
from autoguard.platforms._shell.runs import Run

Output = Literal["kept", "file", "discarded"]
"""Where error messages go: to whoever started the command, into a file or log, or nowhere."""

_WATCHDOG = re.compile(
    r"hc-ping\.com|healthchecks|cronitor\.(?:link|io)|nosnch\.in|deadmanssnitch|/api/push/|/heartbeat|ping\.ohdear\.app|"
    r"statuscake|sentry\.io/api/\S{1,80}/cron/|cron-monitor|dead-?mans?-?(?:switch|snitch)",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"hooks\.slack\.com|slack\.com/api/chat|discord(?:app)?\.com/api/webhooks|webhook\.office\.com|api\.telegram\.org|"
    r"events\.(?:eu\.)?pagerduty\.com|api\.(?:eu\.)?opsgenie\.com|//ntfy\.|api\.pushover\.net|api\.twilio\.com|"
    r"chat\.googleapis\.com|api\.mailgun\.net|api\.sendgrid\.com|api\.postmarkapp\.com|api\.line\.me",
    re.IGNORECASE,
)
_TELLING_NAME = re.compile(
    r"(?:^|[-_.])(?:notify|notification|alert|slack|telegram|pager|pagerduty)(?:$|[-_.])|^notify", re.IGNORECASE
)
_MESSENGERS = frozenset(
    {"mail", "mailx", "mutt", "sendmail", "msmtp", "swaks", "sendemail", "ssmtp", "apprise", "ntfy", "telegram-send",
     "slack-cli", "smtp-cli", "s-nail"}
)  # fmt: skip
_FETCHERS = frozenset({"curl", "wget", "http", "https", "xh"})
_LOGGERS = frozenset({"logger", "systemd-cat", "multilog", "cronolog", "rotatelogs", "svlogd", "cat"})
_KEPT = frozenset({"/dev/stdout", "/dev/stderr", "/proc/1/fd/1", "/proc/1/fd/2", "/dev/tty"})


def pings_watchdog(run: Run) -> bool:
    """Whether it tells a watchdog that the job ran, or did not."""
    if run.program in _FETCHERS:
        return any(_WATCHDOG.search(word) for word in run.arguments)
    return (run.program, *run.arguments[:2]) == ("sentry-cli", "monitors", "run")


def sends_message(run: Run) -> bool:
    """Whether it tells people something: mail, chat, pager, a new issue."""
    if run.program in _MESSENGERS:
        return True
    if run.program == "gh":
        return run.arguments[:2] in (("issue", "create"), ("issue", "comment"), ("pr", "comment"))
    if run.program in _FETCHERS:
        return any(_CHAT.search(word) for word in run.arguments)
    return any(bool(name) and bool(_TELLING_NAME.search(name.partition(".")[0])) for name in (run.program, run.script))


def reports_failure(found: list[Run]) -> bool:
    """Whether somebody learns of a failure from the command line itself."""
    for run in found:
        if run.wrappers & REPORTING_WRAPPERS or pings_watchdog(run):
            return True
        if sends_message(run) and (run.command.on_failure or run.command.link == "|"):
            return True
    return False


def swallows_failure(found: list[Run], main: Run) -> bool:
    """Whether the command line ends well although its main program failed (`|| true`, `; exit 0`)."""
    after = found[found.index(main) + 1 :]
    for run in after:
        if run.command.link == "||":
            return run.program in ("true", "echo", ":", "script") or _exits_well(run)
    return bool(after) and after[-1].command.link == ";" and (after[-1].program == "true" or _exits_well(after[-1]))


def output(found: list[Run], main: Run) -> Output:
    """Where the main program's error messages end up."""
    at = found.index(main)
    following = next((run for run in found[at + 1 :] if run.command.link != "$("), None)
    piped: Output = "kept"
    if following is not None and following.command.link == "|" and following.program in _LOGGERS:
        piped = "file"
    out, err = _streams(main.command.redirects, piped, "kept")
    around = [run for run in found if not run.program and not run.assignments and run.command.redirects]
    around.extend(run for run in found[:at] if run.program == "" and "exec" in run.wrappers)
    for run in around:
        outer_out, outer_err = _streams(run.command.redirects, "kept", "kept")
        out = outer_out if out == "kept" else out
        err = outer_err if err == "kept" else err
    return err


def _streams(redirects: tuple[tuple[str, str], ...], out: Output, err: Output) -> tuple[Output, Output]:
    for operator, target in redirects:
        kind = _target(target)
        if operator.startswith("&") or (operator == ">&" and not target.isdigit()):
            out = err = kind
        elif operator == "2>&":
            err = out if target == "1" else err
        elif operator in (">&", "1>&"):
            out = err if target == "2" else out
        elif operator.startswith("2>"):
            err = kind
        elif operator.lstrip("1") in (">", ">>", ">|"):
            out = kind
    return out, err


def _target(target: str) -> Output:
    if target == "/dev/null":
        return "discarded"
    return "kept" if target in _KEPT else "file"


def _exits_well(run: Run) -> bool:
    return run.program == "exit" and run.arguments[:1] in ((), ("0",))
