"""Checks: YAML files become `Check` objects, validated once for each change of a file."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autoguard import compiled
from autoguard.errors import UsageError
from autoguard.model import DOMAINS, Check, Example, Examples, Fix, SeverityRule, SeveritySpec


@dataclass(frozen=True, slots=True)
class Catalog:
    """All checks by id, in the order of domains and ids, and a hash of everything they are made of."""

    checks: Mapping[str, Check]
    digest: str

    def find(self, name: str) -> Check | None:
        """The check of that id or alias."""
        found = self.checks.get(name)
        return found or next((check for check in self.checks.values() if name in check.aliases), None)


def load_catalog(rooms: Iterable[Path], *, cache: bool = True) -> Catalog:
    """All checks in these folders; a later folder may not define an id again.

    Raises:
        UsageError: a file that is not a valid check, with `file:line` for every error.
    """
    files = list(_files(rooms))
    key = compiled.digest((shown, data) for shown, _, data in files)
    if not cache:
        return Catalog(_compile(files), key)
    stored = compiled.compiled("checks", key, lambda: [asdict(check) for check in _compile(files).values()])
    return Catalog({item["id"]: _restore(item) for item in stored}, key)


def _files(rooms: Iterable[Path]) -> Iterable[tuple[str, Path, bytes]]:
    for room in rooms:
        for domain in DOMAINS:
            for path in sorted((room / domain).glob("*.yaml")):
                yield f"{room.name}/{domain}/{path.name}", path, path.read_bytes()


def _compile(files: list[tuple[str, Path, bytes]]) -> dict[str, Check]:
    from autoguard.catalog_file import CheckFile, load  # noqa: PLC0415 - only when a file changed

    checks: dict[str, Check] = {}
    errors: list[str] = []
    for shown, path, _ in files:
        try:
            content, tree = load(path, shown, CheckFile)
        except UsageError as error:
            errors.append(str(error))
            continue
        check = _check(content, tree, shown)
        if check.id != path.stem:
            errors.append(f"{shown}:{tree.position('id')[0]}: id {check.id} must be the file's name, {path.stem}")
        if check.domain != path.parent.name:
            errors.append(f"{shown}:{tree.position('domain')[0]}: domain {check.domain} must be the folder's name")
        if check.id in checks:
            errors.append(f"{shown}:1: check {check.id} exists already in {checks[check.id].file}")
        checks[check.id] = check
    if errors:
        raise UsageError("\n".join(errors))
    return checks


def _check(content: Any, tree: Any, shown: str) -> Check:
    data = content.model_dump(by_alias=True)
    severity = data.pop("severity")
    parts = ("when", "applies", "probe", "message", "group", "path", "evidence", "supersedes", "platforms", "maps_to")
    lines = {name: tree.position(name)[0] for name in parts if data[name]}
    lines.update({f"fix.{name}": tree.position("fix", "per_platform", name)[0] for name in data["fix"]["per_platform"]})
    for kind in ("raise", "lower"):
        for index in range(len(severity[kind])):
            lines[f"severity.{kind}.{index}"] = tree.position("severity", kind, index)[0]
    for kind in ("fails", "passes", "near_miss", "unknown"):
        for index in range(len(data["examples"][kind])):
            lines[f"examples.{kind}.{index}"] = tree.position("examples", kind, index)[0]
    return _restore({**data, "severity": severity, "file": shown, "lines": lines})


def _restore(data: dict[str, Any]) -> Check:
    severity, fix, examples = data["severity"], data["fix"], data["examples"]
    rest = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    parts: dict[str, Any] = {
        **rest,
        "severity": SeveritySpec(
            severity["base"],
            tuple(SeverityRule(**rule) for rule in severity.get("raise", severity.get("raises", ()))),
            tuple(SeverityRule(**rule) for rule in severity.get("lower", severity.get("lowers", ()))),
        ),
        "fix": Fix(fix["minutes"], tuple(fix["steps"]), _tuples(fix["per_platform"])),
        "examples": Examples(**{kind: tuple(Example(**item) for item in found) for kind, found in examples.items()}),
        "maps_to": _tuples(data["maps_to"]),
        "peers": _tuples(data["peers"]),
    }
    return Check(**parts)


def _tuples(mapping: Mapping[str, Iterable[Any]]) -> dict[str, tuple[Any, ...]]:
    return {key: tuple(values) for key, values in mapping.items()}
