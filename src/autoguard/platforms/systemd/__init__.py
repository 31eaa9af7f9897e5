"""systemd: timers and path units with the services they start, and oneshot services that something else starts.

Formats: systemd.unit(5), systemd.timer(5), systemd.path(5), systemd.service(5), systemd.exec(5), systemd 258 (read
2026-11-24). Units are read one by one and put together in `join`, because timer and service are two files.

What is an automation: a service that a timer or path unit starts; a oneshot service that is started at boot
(`WantedBy=`) or by another unit (`OnFailure=`, `OnSuccess=`, `Wants=`, `Requires=`). A service of another type that
no timer starts is a daemon and none, and so is a oneshot that nothing in the scan starts. A timer whose service was not
scanned is kept, with a call that leads nowhere. Templates for other tools (`*.j2`) are read where they are units all
the same.
"""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Credential, Location, Step, Storage
from autoguard.platforms import Facts, Fragment, Platform
from autoguard.platforms._shell import CommandLine, look_at
from autoguard.platforms._shell.transfer import insecure_variable
from autoguard.platforms._values import text
from autoguard.platforms.systemd.joining import SCHEDULES, join, kept, values
from autoguard.syntax.ini_tree import Entry
from autoguard.syntax.parsed import Parsed

_SECTIONS = frozenset({"Unit", "Service", "Timer", "Path", "Socket", "Install"})
_PATHS = ("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty")
_PREFIX = re.compile(r"^[@\-:+!|]{1,4}")
_SUFFIX = re.compile(r"\.(?:j2|jinja2?|tmpl|tpl|erb|in)$")
_TEMPLATE = re.compile(r"\{\{\s*(.{0,100}?)\s*\}\}")
_DROP_IN = re.compile(r"(?:^|/)(?P<unit>[^/]+\.(?:service|timer|path)|service)\.d$")
_STARTS = ("OnFailure", "OnSuccess", "Wants", "Requires", "BindsTo", "Upholds")
_COMMANDS = ("ExecStartPre", "ExecStart", "ExecStartPost", "ExecStopPost")


def recognise(parsed: Parsed) -> bool:
    """Only sections that systemd knows, and in them what makes a timer, a path unit, a service or a drop-in."""
    entries = parsed.ini
    sections = {entry.section for entry in entries}
    if not sections or not all(section in _SECTIONS or section.startswith("X-") for section in sections):
        return False
    return bool(_kind(parsed))


def read(parsed: Parsed) -> Facts:
    """The unit as a fragment, with the credentials that it is given."""
    kind, entries = _kind(parsed), parsed.ini
    drop_in = _DROP_IN.search(parsed.folder)
    unit = drop_in["unit"] if drop_in else _SUFFIX.sub("", re.split(r"[/!]", parsed.path)[-1])
    credentials = tuple(_credentials(parsed, entries))
    data: dict[str, Any] = {
        "description": text(_last(entries, "Unit", "Description"), 200),
        "folder": parsed.folder,
        "starts": {key: _units(values(entries, "Unit", key)) for key in _STARTS},
        "wanted_by": _units([*values(entries, "Install", "WantedBy"), *values(entries, "Install", "RequiredBy")]),
        "unit": _last(entries, "Timer", "Unit") or _last(entries, "Path", "Unit"),
        "lines": {entry.key: entry.line for entry in reversed(entries)},
        "oneshot": _last(entries, "Service", "Type") == "oneshot",
        "credentials": tuple(one.id for one in credentials),
        "resets": any(entry.key in ("ExecStart", *SCHEDULES) and not entry.value for entry in entries),
    }
    if kind == "timer":
        data["schedule"] = "; ".join(_schedules(entries))
    elif kind == "path":
        data["event"] = next(key for key in _PATHS if values(entries, "Path", key))
    else:
        commands = list(_commands(entries))
        data["steps"] = tuple(_steps(parsed, entries, commands, data["credentials"]))
        data["started"] = {step.id: command.facts.units for step, command in zip(data["steps"], commands, strict=True)}
        data["reports"] = _reports(commands)
    return Facts(
        credentials=credentials,
        fragments=(Fragment("drop-in" if drop_in else kind, unit, Location(parsed.path, _first_line(entries)), data),),
    )


def _kind(parsed: Parsed) -> str:
    entries = parsed.ini
    if any(values(entries, "Timer", key) for key in SCHEDULES):
        return "timer"
    if any(values(entries, "Path", key) for key in _PATHS):
        return "path"
    if any(values(entries, "Service", key) for key in ("ExecStart", "ExecStop")):
        return "service"
    return "service" if _DROP_IN.search(parsed.folder) and entries else ""


def _last(entries: tuple[Entry, ...], section: str, key: str) -> str:
    found = values(entries, section, key)
    return found[-1] if found else ""


def _first_line(entries: tuple[Entry, ...]) -> int:
    return min((entry.line for entry in entries), default=1)


def _units(found: list[str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(text(word, 120) for value in found for word in _TEMPLATE.sub(r"{{\1}}", value[:4_000]).split())
    )


def _schedules(entries: tuple[Entry, ...]) -> Iterator[str]:
    for key in SCHEDULES:
        for value in values(entries, "Timer", key):
            yield text(value, 80) if key == "OnCalendar" else f"{key}={text(value, 40)}"


class _Command:
    """One `Exec...=` line: what it does, and whether its failure counts."""

    def __init__(self, entry: Entry) -> None:
        prefix = _PREFIX.match(entry.value)
        self.entry = entry
        self.ignored = prefix is not None and "-" in prefix.group()
        self.facts: CommandLine = look_at(entry.value[prefix.end() if prefix else 0 :], operators=False)


def _commands(entries: tuple[Entry, ...]) -> Iterator[_Command]:
    for key in _COMMANDS:
        yield from (_Command(entry) for entry in kept(entries, "Service", key))


def _steps(
    parsed: Parsed, entries: tuple[Entry, ...], commands: list[_Command], credentials: tuple[str, ...]
) -> Iterator[Step]:
    settings = [assignment.partition("=") for assignment in _environment(entries)]
    unchecked = any(insecure_variable(name, value) for name, _, value in settings)
    restarts = _last(entries, "Service", "Restart") not in ("", "no")
    counts: dict[str, int] = {}
    for command in commands:
        key, facts = command.entry.key, command.facts
        counts[key] = counts.get(key, 0) + 1
        yield Step(
            id=key if counts[key] == 1 else f"{key}-{counts[key]}",
            kind="shell",
            name=facts.name,
            service=facts.service,
            operation=facts.operation,
            reads=facts.effect.reads,
            writes=facts.effect.writes,
            endpoints=facts.endpoints,
            calls=facts.calls,
            credentials=credentials,
            component=facts.downloaded,
            on_error="continue" if command.ignored or facts.swallows_failure else "stop",
            # Restart= tries again until the start limit, which the manager's own settings may change.
            retries=None if restarts else facts.retries,
            tls_verified="no" if unchecked else facts.tls_verified,
            location=parsed.at_line(command.entry.line),
        )


def _environment(entries: tuple[Entry, ...]) -> Iterator[str]:
    for value in values(entries, "Service", "Environment"):
        for match in re.finditer(r"\"([^\"]*)\"|'([^']*)'|(\S+)", value[:8_000]):
            yield next(group for group in match.groups() if group is not None)


def _reports(commands: list[_Command]) -> bool:
    """Whether the unit itself tells somebody of a failure, by its command line or by what runs after it stopped."""
    for command in commands:
        if command.facts.reports_failure or (command.entry.key == "ExecStopPost" and command.facts.notifies):
            return True
    return False


def _credentials(parsed: Parsed, entries: tuple[Entry, ...]) -> Iterator[Credential]:
    """Files of variables and credentials that the service is given (systemd.exec(5))."""
    kinds: dict[str, Storage] = {
        "EnvironmentFile": "env",
        "LoadCredential": "vault",
        "LoadCredentialEncrypted": "encrypted-store",
        "SetCredentialEncrypted": "encrypted-store",
    }
    for entry in entries:
        storage = kinds.get(entry.key)
        value = entry.value.removeprefix("-")
        if entry.section != "Service" or storage is None or not value:
            continue
        file = entry.key == "EnvironmentFile"
        name = text(value if file else value.partition(":")[0], 200)
        yield Credential(
            id=f"systemd:{'environment-file' if file else 'credential'}:{name}",
            kind="environment-file" if file else "systemd-credential",
            storage=storage,
            name=name.rpartition("/")[2] if file else name,
            holder=name if file else "systemd credential",
            platform="systemd",
            locations=(parsed.at_line(entry.line),),
        )


PLATFORM = Platform(
    id="systemd",
    title="systemd timers",
    signature=re.compile(
        rb"^[ \t]*\[(?:Timer|Service|Path)\]|^[ \t]*(?:OnFailure|ExecStart|EnvironmentFile)[ \t]*=", re.MULTILINE
    ),
    recognise=recognise,
    read=read,
    join=join,
    names=("*.timer", "*.service", "*.path", "*.timer.j2", "*.service.j2"),
)
