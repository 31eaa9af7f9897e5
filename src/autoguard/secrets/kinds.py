"""Kinds of secrets from `checks/kinds/<vendor>.yaml`."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autoguard import compiled
from autoguard.errors import UsageError
from autoguard.plain import from_plain, to_plain
from autoguard.secrets import Kind
from autoguard.verification import Verification

_FROM_FILE = ("source", "read", "revoke", "rotate")
_Files = list[tuple[str, Path]]


def load_kinds(rooms: Iterable[Path], *, examples: bool = False) -> tuple[Kind, ...]:
    """All kinds in the `kinds` folders of these rooms, in the order of files; a scan does not need their examples.

    Raises:
        UsageError: a file that is not valid, with `file:line` for every error.
    """
    files = [
        (f"{room.name}/kinds/{path.name}", path) for room in rooms for path in sorted((room / "kinds").glob("*.yaml"))
    ]
    key = compiled.digest((shown, path.read_bytes()) for shown, path in files)
    if examples:
        return tuple(_compile(files))
    stored = compiled.compiled("kinds", key, lambda: [_without_examples(kind) for kind in _compile(files)])
    return tuple(from_plain(Kind, item) for item in stored)


def _without_examples(kind: Kind) -> Any:
    return to_plain(replace(kind, examples=(), counter_examples=()))


def _compile(files: _Files) -> list[Kind]:
    from autoguard.catalog_file import load  # noqa: PLC0415 - only when a file changed
    from autoguard.secrets.kind_file import KindsFile  # noqa: PLC0415 - as above

    kinds: dict[str, Kind] = {}
    errors: list[str] = []
    for shown, path in files:
        try:
            content, tree = load(path, shown, KindsFile)
        except UsageError as error:
            errors.append(str(error))
            continue
        for index, entry in enumerate(content.kinds):
            if entry.id in kinds:
                errors.append(f"{shown}:{tree.position('kinds', index, 'id')[0]}: kind {entry.id} exists already")
            kinds[entry.id] = _kind(entry, content)
    if errors:
        raise UsageError("\n".join(errors))
    return list(kinds.values())


def _kind(entry: Any, content: Any) -> Kind:
    data: dict[str, Any] = entry.model_dump()
    for key in _FROM_FILE:
        data[key] = data[key] or getattr(content, key)
    for key in ("examples", "counter_examples"):
        data[key] = tuple(tuple(map(str, item)) if isinstance(item, list) else (item,) for item in data[key])
    data["verify"] = from_plain(Verification, data["verify"]) if data["verify"] else None
    if not data["name"]:
        data["value"] = ""
    lists: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in data.items()}
    return Kind(vendor=content.vendor, **lists)
