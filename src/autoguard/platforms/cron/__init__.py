"""cron: crontabs of users, `/etc/crontab`, the files of `/etc/cron.d`, and anacrontabs; one automation for each job.

A job's identity is its file and the names of the programs it runs, without schedule and values, so that a new time or a
rotated password leaves it the same. Scripts in `/etc/cron.daily` and the like are not read.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from autoguard.errors import UnreadableError
from autoguard.model import Automation, Credential, Edge, Known, Step, Trigger
from autoguard.platforms import Facts, Platform
from autoguard.platforms._identity import identity
from autoguard.platforms._shell import CommandLine, look_at
from autoguard.platforms._shell.transfer import insecure_variable
from autoguard.platforms._values import text
from autoguard.platforms.cron.crontab import Line, is_command, lines
from autoguard.syntax.parsed import Parsed

_FIELD_HEADER = re.compile(r"\bm(?:in(?:ute)?)?\s+h(?:our)?\b|\bmin(?:ute)?\s*\(|\bdow\b", re.IGNORECASE)
_MAX_COMMENT = 5
_NO_PROSE = re.compile(r"://|[=|<>$]|\s--?\w")
_PLACED = re.compile(r"(?:^|/)(?:crontab|cron\.d/[^/]+|spool/cron/\S+)$")
_IS_CRONTAB = re.compile(r"(?:^|[/._-])crontab(?:\.txt)?$|\.cron$")
_NAMED = re.compile(r"crontab|\.cron$|(?:^|/)cron\.d/")


def recognise(parsed: Parsed) -> bool:
    """Every line must be one that a crontab can hold, and one of them a job that cron alone would write.

    Five numbers and a word are also a row of a table: at least one job needs a `*` or a nickname, unless the file's
    place or name says that it is a crontab. A file of commented jobs only is one by its name.

    Raises:
        UnreadableError: it lies where crontabs lie and holds jobs, but also a line that no cron takes; cron then uses
            none of the file.
    """
    named = bool(_NAMED.search(parsed.path.lower()))
    found = lines(parsed.text, parsed.path)
    jobs = [line for line in found if line.kind == "job"]
    refused = next((line for line in found if line.kind == "other"), None)
    if refused is not None:
        path = parsed.path.lower()
        if jobs and (_PLACED.search(path) or _IS_CRONTAB.search(path)):
            raise UnreadableError(f"is a crontab with a line that cron refuses: line {refused.number}")
        return False
    if not jobs:
        return named and any(line.kind == "disabled" for line in found)
    return named or any("*" in line.schedule or line.schedule.startswith("@") for line in jobs)


def read(parsed: Parsed) -> Facts:
    """One automation for each job, the commented ones switched off."""
    found = lines(parsed.text, parsed.path)
    settings: dict[str, str] = {}
    taken: Counter[str] = Counter()
    automations: list[Automation] = []
    credentials: dict[str, Credential] = {}
    for index, line in enumerate(found):
        if line.kind == "setting":
            settings[line.name] = line.text
        elif line.kind in ("job", "disabled"):
            facts = look_at(line.text)
            for credential in _credentials(parsed, line, facts):
                known = credentials.get(credential.id)
                places = (*known.locations, *credential.locations) if known else credential.locations
                credentials[credential.id] = replace(credential, locations=places)
            automations.append(_automation(parsed, line, facts, settings, _title(found[:index], line), taken))
    return Facts(tuple(automations), tuple(credentials.values()))


def _automation(
    parsed: Parsed, line: Line, facts: CommandLine, settings: dict[str, str], title: str, taken: Counter[str]
) -> Automation:
    location = parsed.at_line(line.number)
    key = _identity(parsed.path, facts, taken)
    reboot = line.schedule == "@reboot"
    trigger = Trigger(
        id="schedule",
        kind="event" if reboot else "schedule",
        name=line.schedule,
        auth="platform",
        untrusted="no",
        exposed="no",
        event="reboot" if reboot else "",
        schedule="" if reboot else line.schedule,
        location=location,
    )
    unchecked = any(insecure_variable(name, value) for name, value in settings.items())
    step = Step(
        id="command",
        kind="shell",
        name=facts.name,
        service=facts.service,
        operation=facts.operation,
        reads=facts.effect.reads,
        writes=facts.effect.writes,
        endpoints=facts.endpoints,
        calls=facts.calls,
        credentials=tuple(_credential_id(parsed, path) for path in facts.environment_files),
        component=facts.downloaded,
        on_error="continue" if facts.swallows_failure else "stop",
        retries=facts.retries,
        tls_verified="no" if unchecked else facts.tls_verified,
        location=location,
    )
    return Automation(
        id=key,
        identity=key,
        platform="cron",
        name=title or facts.name or "job",
        location=location,
        enabled="no" if line.kind == "disabled" else _enabled(parsed),
        triggers=(trigger,),
        steps=(step,),
        edges=(Edge("schedule", "command"),),
        error_route=_error_route(facts, settings),
        folder=parsed.folder,
    )


def _identity(path: str, facts: CommandLine, taken: Counter[str]) -> str:
    # The hash is over names of programs and scripts only: one over the whole command could give a password away.
    anchor = hashlib.sha256(facts.skeleton.encode(errors="surrogatepass")).hexdigest()[:8]
    taken[anchor] += 1
    return identity("cron", path=f"{path}#{anchor}" + (f"-{taken[anchor]}" if taken[anchor] > 1 else ""))


def _title(before: list[Line], job: Line) -> str:
    """The first line of the comment directly above a job; of a long one, as files begin with, the last."""
    block: list[str] = []
    for distance, line in enumerate(reversed(before), start=1):
        if line.kind != "comment" or line.number != job.number - distance or not _is_title(line.text):
            break
        block.append(line.text)
    if not block:
        return ""
    return text((block[-1] if len(block) <= _MAX_COMMENT else block[0]).strip("#-=* "), 80)


def _is_title(comment: str) -> bool:
    # A command without its time may hold what a title must not.
    readable = re.search(r"[A-Za-z]{3}", comment) is not None and not _FIELD_HEADER.search(comment)
    return readable and not is_command(comment) and not _NO_PROSE.search(comment)


def _enabled(parsed: Parsed) -> Known:
    # Debian's cron passes over files of /etc/cron.d with a dot in their name, other crons do not (cron(8)).
    return "unknown" if "." in parsed.name and parsed.folder.endswith("cron.d") else "yes"


def _error_route(facts: CommandLine, settings: dict[str, str]) -> Known:
    """Whether a failure reaches somebody: cron mails what a job prints, to MAILTO or else to the owner's local box.

    That local box is read by nobody on most machines, so that it counts as unknown, like a log file.
    """
    if facts.reports_failure:
        return "yes"
    if facts.output == "discarded" or settings.get("MAILTO") == "":
        return "no"
    return "yes" if facts.output == "kept" and settings.get("MAILTO") else "unknown"


def _credentials(parsed: Parsed, line: Line, facts: CommandLine) -> Iterator[Credential]:
    for path in facts.environment_files:
        yield Credential(
            id=_credential_id(parsed, path),
            kind="environment-file",
            storage="env",
            name=path.rpartition("/")[2],
            holder=path,
            platform="cron",
            locations=(parsed.at_line(line.number),),
        )


def _credential_id(parsed: Parsed, path: str) -> str:
    return f"cron:environment-file:{path if path.startswith(('/', '~')) else f'{parsed.path}:{path}'}"


PLATFORM = Platform(
    id="cron",
    title="cron",
    signature=re.compile(
        rb"^[#\s]{0,20}-?(?:@[a-z_]{5,12}[ \t]|(?:[0-9*~][0-9*~,/-]{0,60}[ \t]{1,20}){2}"
        rb"(?:[0-9*~,/A-Za-z-]{1,60}[ \t]{1,20}){2}[0-9*~,/A-Za-z-]{1,60}[ \t])"
        rb"|^(?:\d{1,4}|@[a-z]{5,8})[ \t]{1,20}\d{1,5}[ \t]{1,20}[\w.-]{1,60}[ \t]",
        re.MULTILINE,
    ),
    recognise=recognise,
    read=read,
    names=("crontab", "anacrontab", "*.cron", "*.crontab"),
)
