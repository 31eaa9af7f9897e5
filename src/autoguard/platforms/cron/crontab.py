"""The lines of a crontab: settings, jobs, jobs that were commented out, and plain comments.

Format: crontab(5) of cronie 1.7 and of Debian's cron 3.0pl1, POSIX.1-2024 `crontab`, anacrontab(5); read 2026-11-24.
The user form has five time fields and a command, the system form (`/etc/crontab`, `/etc/cron.d`) a user before the
command; which of the two it is, the file does not say, so place, header and the sixth words decide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from autoguard.platforms._shell.programs import INTERPRETERS, LOCAL_WRITERS, NEUTRAL, PROGRAMS, WRAPPERS
from autoguard.platforms._shell.runs import base_name

_NICKNAMES = frozenset(
    {"@reboot", "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@every_minute"}
)
_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES = (
    None, None, None,
    re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE),
    re.compile(r"sun|mon|tue|wed|thu|fri|sat", re.IGNORECASE),
)  # fmt: skip
_ATOM = re.compile(r"^(?:\*|~|(\d{1,2}|[A-Za-z]{3})?(?:[-~](\d{1,2}|[A-Za-z]{3})?)?)(?:/\d{1,4})?$")
_SETTING = re.compile(r"""^\s*(["']?)(?P<name>[A-Za-z_][A-Za-z0-9_]{0,80})\1\s*=\s*(?P<value>.*?)\s*$""")
_USER = re.compile(r"^[a-z_][a-z0-9_.-]{0,31}\$?$")
_KNOWN_USERS = frozenset(
    {"root", "www-data", "nobody", "daemon", "postgres", "backup", "apache", "nginx", "ubuntu", "admin", "deploy",
     "munin", "www", "http", "jenkins", "gitlab", "nextcloud", "debian", "ec2-user", "pi", "vagrant", "odoo", "tomcat"}
)  # fmt: skip
"""Users of servers whose names are no programs as well, so that they cannot be taken for a command."""
_SYSTEM_PLACE = re.compile(r"(?:^|/)(?:etc/crontab|cron\.d/[^/]+)$")
_SYSTEM_HEADER = re.compile(r"^\s*#.*\b(?:user(?:-name)?)\s+(?:command|cmd)\b", re.IGNORECASE | re.MULTILINE)
_COMMAND_START = re.compile(r"^[A-Za-z_/.~$\"'(\[{!:]")
_PLACEHOLDERS = frozenset({"command", "user-name", "user", "cmd", "dow", "script"})
_DEBIAN_EXAMPLE = "tar -zcf /var/backups/home.tgz /home/"
_ANACRON = re.compile(r"^(?P<period>\d{1,4}|@[a-z]{5,8})\s+\d{1,5}\s+(?P<id>[\w.-]{1,60})\s+(?P<command>\S.*)$")
_USAGE = re.compile(r"\s\[[A-Za-z*-]")
"""Options in brackets, as a line that explains a command has them; a test has a blank behind its bracket."""
_MAX_LINE = 10_000

Form = Literal["user", "system", "anacron"]
"""Whose crontab it is: its lines have no user, a user before the command, or a period and a delay."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that means something. `text` is the command of a job, the value of a setting, or a comment's words."""

    kind: Literal["job", "disabled", "setting", "comment", "other"]
    number: int
    text: str = ""
    schedule: str = ""
    user: str = ""
    name: str = ""


def lines(text: str, path: str) -> list[Line]:
    """The lines of a crontab; "other" are those that a crontab cannot hold."""
    if path.endswith("anacrontab"):
        return list(_lines(text, "anacron"))
    found = list(_lines(text, "system" if _is_system(text, path) else "user"))
    if any(line.kind == "other" for line in found):
        # A header or a folder's name may promise a user that the lines do not have: the form that fits more counts.
        plain = list(_lines(text, "user"))
        found = min(found, plain, key=lambda lines_: sum(line.kind == "other" for line in lines_))
    return found


def _lines(text: str, form: Form) -> Iterator[Line]:
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()[:_MAX_LINE]
        if not line:
            continue
        if line.startswith("#"):
            yield _comment(line, number, form)
            continue
        setting = _SETTING.match(line)
        if setting is not None:
            yield Line("setting", number, setting["value"].strip("\"'"), name=setting["name"])
            continue
        job = _job(line, number, form)
        yield job if job is not None else Line("other", number)


def _comment(line: str, number: int, form: Form) -> Line:
    words = line.lstrip("#").strip()
    job = _job(words, number, form)
    if job is not None and is_command(job.text):
        return Line("disabled", number, job.text, job.schedule, job.user)
    return Line("comment", number, words)


def _job(line: str, number: int, form: Form) -> Line | None:
    if form == "anacron":
        match = _ANACRON.match(line)
        period = match["period"] if match else ""
        schedule = period if period.startswith("@") else f"every {period} days"
        return Line("job", number, match["command"], schedule, name=match["id"]) if match else None
    # SUSE's cron takes a `-` before the minute: do not log.
    parts = line.removeprefix("-").split(None, 1)
    if len(parts) == 2 and parts[0].lower() in _NICKNAMES:  # noqa: PLR2004 - a nickname and the rest
        schedule, rest = parts[0].lower(), parts[1]
    else:
        fields = line.removeprefix("-").split(None, 5)
        if len(fields) != 6 or not all(map(_is_field, range(5), fields[:5])):  # noqa: PLR2004 - five fields, a command
            return None
        schedule, rest = " ".join(fields[:5]), fields[5]
    user = ""
    if form == "system":
        words = rest.split(None, 1)
        if len(words) < 2 or not _USER.match(words[0]):  # noqa: PLR2004 - a user and a command
            return None
        user, rest = words
    if not _COMMAND_START.match(rest):
        return None
    return Line("job", number, _command(rest), schedule, user)


def _is_field(position: int, field: str) -> bool:
    low, high = _LIMITS[position]
    names = _NAMES[position]
    for part in field.split(","):
        match = _ATOM.match(part)
        if match is None or not part:
            return False
        for bound in match.groups():
            if bound is None:
                continue
            if bound.isdigit():
                if not low <= int(bound) <= high:
                    return False
            elif names is None or not names.fullmatch(bound):
                return False
    return True


def _command(text: str) -> str:
    # An unescaped % ends the command, the rest is its input (crontab(5)).
    return re.split(r"(?<!\\)%", text, maxsplit=1)[0].replace("\\%", "%").strip()


def is_command(text: str) -> bool:
    """Whether a commented line holds a real command; prose and the examples of a fresh crontab do not count."""
    words = text.split()
    first = words[0] if words else ""
    if first.lower() in _PLACEHOLDERS or text == _DEBIAN_EXAMPLE or re.match(r"[/.]?path/to/", first):
        return False
    if _USAGE.search(text):
        return False
    if re.match(r"^(?:~?/|\./|\$[A-Z{(]|[A-Z_][A-Z0-9_]*=)", first):
        return True
    name = base_name(first)
    known = name in PROGRAMS or name in INTERPRETERS or name in LOCAL_WRITERS or name in WRAPPERS
    return known or (name in NEUTRAL and any(sign in text for sign in ("&&", ";", "|", "/")))


def _is_system(text: str, path: str) -> bool:
    if _SYSTEM_PLACE.search(path):
        return True
    if re.search(r"(?:^|/)(?:crontabs|spool/cron|cron/tabs)/", path):
        return False
    if _SYSTEM_HEADER.search(text[:20_000]):
        return True
    users = [_after_time(line.split()) for line in text.splitlines()[:2_000]]
    return any(users) and all(user in _KNOWN_USERS for user in users if user is not None)


def _after_time(fields: list[str]) -> str | None:
    """The word after the time fields, where a user would stand; None where the line is no job."""
    time = 1 if fields and fields[0].lower() in _NICKNAMES else 5
    if len(fields) <= time or (time > 1 and not all(map(_is_field, range(5), fields[:5]))):
        return None
    return fields[time] if len(fields) > time + 1 else ""
