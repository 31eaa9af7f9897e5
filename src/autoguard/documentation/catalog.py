"""Blocks about what is asked: checks, the keys of a check file, facts, limits, probes, kinds of credentials, tables."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Any

from autoguard.catalog import load_catalog
from autoguard.documentation.markdown import code, link, sentence, summary, table
from autoguard.documentation.schemas import check_file_model
from autoguard.expression import LIMIT
from autoguard.facts import Fact, subject_kind, subject_types
from autoguard.model import Check
from autoguard.plugins import load_plugins
from autoguard.policy import load_policy, policy_names
from autoguard.rooms import room
from autoguard.secrets.kinds import load_kinds
from autoguard.syntax.text import decode
from autoguard.syntax.yaml_tree import parse_yaml
from autoguard.tables import table_dates
from autoguard.verification import Verification
from autoguard.verification.verification_file import VerificationEntry

_TYPES = {"strings": "list of strings"}


def checks(folder: PurePosixPath) -> str:
    """Every check that is shipped."""
    rows = [
        (link(one.id, one.file, folder), sentence(one.title), one.domain, _severity(one), code(*one.platforms) or "all")
        for one in load_catalog([room("checks")]).checks.values()
    ]
    return table(("check", "what is found", "domain", "severity", "platforms"), rows)


def _severity(check: Check) -> str:
    worst = check.severity.worst
    return check.severity.base if worst == check.severity.base else f"{check.severity.base}, up to {worst}"


def check_keys(_: PurePosixPath) -> str:
    """Every key of a check file, with what the model of the file says of it."""
    rows = [(code(name), "yes" if required else "", text) for name, required, text in key_descriptions()]
    return table(("key", "required", "meaning"), rows)


def key_descriptions() -> Iterator[tuple[str, bool, str]]:
    """Every key of a check file: its place, whether it must be given, and its description.

    A part that several keys hold is described at the first of them.
    """
    schema = check_file_model()
    yield from _keys(schema, dict(schema["$defs"]), "")


def _keys(schema: Mapping[str, Any], left: dict[str, Any], place: str) -> Iterator[tuple[str, bool, str]]:
    for name, field in schema["properties"].items():
        yield place + name, name in schema.get("required", ()), field.get("description", "")
        inner = re.search(r"#/\$defs/(\w+)", str(field))
        part = left.pop(inner[1], None) if inner else None
        if part is not None:
            yield from _keys(part, left, f"{place}{name}.")


def facts(_: PurePosixPath) -> str:
    """Every fact that a condition can read, by the kind of subject."""
    return "\n\n".join(_facts(subject) for subject in subject_types())


def _facts(subject: Any) -> str:
    line = summary(f"autoguard.facts.{subject}").removeprefix("Facts of ")
    about = line.partition(": ")[2] or line
    rows = [
        (
            code(one.name),
            _TYPES.get(one.type, one.type),
            code(*(word or '""' for word in one.values)),
            one.doc,
            _notes(one),
        )
        for one in subject_kind(subject).facts
    ]
    headers = ("fact", "type", "values", "meaning", "notes")
    return f"### {subject}\n\n{sentence(about)}.\n\n{table(headers, rows)}"


def _notes(fact: Fact) -> str:
    return ", ".join(
        [*(["may be unknown"] if fact.optional else ()), *(["shows a path"] if fact.path is not None else ())]
    )


def limits(_: PurePosixPath) -> str:
    """Every limit by the name that conditions use, with its value in each policy."""
    others = (name for name in policy_names() if name != "default")
    found = {name: load_policy(name).limits for name in ("default", *others)}
    names: Iterable[str] = dict.fromkeys(limit for policy in found.values() for limit in policy)
    rows = [(code(LIMIT + name), *(f"{policy[name]:g}" for policy in found.values())) for name in names]
    return table(("limit", *found), rows)


def probes(_: PurePosixPath) -> str:
    """Every built-in probe."""
    rows = [
        (code(one.name), one.subject, summary(f"autoguard.probes.{one.name.replace('-', '_')}"), summary(one.ask))
        for one in load_plugins(external=False).all("probes")
    ]
    return table(("probe", "subject", "what it asks", "what it answers"), rows)


def kinds(folder: PurePosixPath) -> str:
    """Every kind of secret that is recognised."""
    files = {_yaml(path)["vendor"]: f"checks/kinds/{path.name}" for path in _files("kinds")}
    rows = [
        (code(one.id), one.title, link(one.vendor, files[one.vendor], folder), one.role, one.checksum)
        for one in load_kinds([room("checks")])
    ]
    return table(("kind", "title", "vendor", "role", "made certain by"), rows)


def verifications(folder: PurePosixPath) -> str:
    """Every call that `--verify` can make: to which host, with which question, and whose word its answers are."""
    files = {_yaml(path)["vendor"]: f"checks/kinds/{path.name}" for path in _files("kinds")}
    rows = [
        (
            code(kind.id),
            link(kind.vendor, files[kind.vendor], folder),
            code(_question(asked)),
            _refusal(asked),
            asked.read,
        )
        for kind in load_kinds([room("checks")])
        if (asked := kind.verify) is not None
    ]
    return table(("kind", "vendor", "call", "a documented refusal", "documentation read"), rows)


def _question(asked: Verification) -> str:
    return f"{asked.method} {asked.url.removeprefix('https://').partition('?')[0]}"


def _refusal(asked: Verification) -> str:
    return f"proves nothing: it may belong to {asked.elsewhere}" if asked.elsewhere else "proves it dead"


def verification_keys(_: PurePosixPath) -> str:
    """Every key of a kind's `verify` block, with what the model of the file says of it."""
    schema = VerificationEntry.model_json_schema()
    rows = [
        (code(name), "yes" if required else "", text)
        for name, required, text in _keys(schema, dict(schema["$defs"]), "")
    ]
    return table(("key", "required", "meaning"), rows)


def tables(folder: PurePosixPath) -> str:
    """Every table of dated facts, with the comment that it begins with."""
    rows = [
        (link(path.name, f"checks/tables/{path.name}", folder), table_dates()[path.stem], _comment(path))
        for path in _files("tables")
    ]
    return table(("table", "as of", "what it holds"), rows)


def _files(part: str) -> list[Path]:
    return sorted((room("checks") / part).glob("*.yaml"))


def _yaml(path: Path) -> Any:
    return parse_yaml(decode(path.read_bytes()))[0].value


def _comment(path: Path) -> str:
    lines = takewhile(lambda line: line.startswith("#"), path.read_text(encoding="utf-8").splitlines())
    return " ".join(line.lstrip("# ") for line in lines)
