"""Policies: how strictly is asked. A policy file takes what it leaves out from the one it extends."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autoguard import compiled
from autoguard.errors import UsageError
from autoguard.model import Cap, Policy, Scoring
from autoguard.platforms._identity import slug
from autoguard.rooms import room

DEFAULT = "default"
"""The policy that applies where nothing else is chosen."""
_MAX_EXTENDS = 8


def policy_names() -> tuple[str, ...]:
    """The policies that are shipped."""
    return tuple(sorted(path.stem for path in room("policies").glob("*.yaml")))


def is_policy_file(name: str) -> bool:
    """Whether that is the path of a policy file and not the name of a shipped policy."""
    return name.endswith((".yaml", ".yml"))


def load_policy(name: str, changes: Mapping[str, Any] | None = None) -> Policy:
    """The shipped policy of that name, or the one in the file of that path, with a configuration's own choices.

    Raises:
        UsageError: no such policy, an invalid file (with `file:line`), or a chain of `extends` without an end.
    """
    files = sorted(room("policies").glob("*.yaml"))
    path = _path(name)
    if not path.is_file():
        raise UsageError(f"there is no policy {name}; shipped are: {', '.join(policy_names())}")
    key = compiled.digest((str(file), file.read_bytes()) for file in (path, *files))
    merged = compiled.compiled(f"policy_{slug(name)}", key, lambda: _merged(name))
    if changes:
        merged = _over(merged, {key: value for key, value in changes.items() if value is not None})
    return _policy(name, merged)


def _merged(name: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    seen: list[str] = []
    current = name
    while current:
        if current in seen or len(seen) > _MAX_EXTENDS:
            raise UsageError(f"policy {name}: extends itself over {' -> '.join([*seen, current])}")
        seen.append(current)
        content = _read(current)
        extends = content.pop("extends", "")
        merged = _over(content, merged)
        current = extends
    return merged


def _over(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in top.items():
        merge = key in ("limits", "severity_overrides", "domain_weights") and isinstance(result.get(key), dict)
        result[key] = {**result[key], **value} if merge else value
    return result


def _read(name: str) -> dict[str, Any]:
    from autoguard.catalog_file import PolicyFile, load  # noqa: PLC0415 - pydantic is slow to import

    path = _path(name)
    if not path.is_file():
        raise UsageError(f"there is no policy {name}; shipped are: {', '.join(policy_names())}")
    content, _ = load(path, path.name, PolicyFile)
    found: dict[str, Any] = {
        key: value for key, value in content.model_dump(exclude_none=True).items() if value or key != "extends"
    }
    return found


def _path(name: str) -> Path:
    return Path(name) if is_policy_file(name) else room("policies") / f"{name}.yaml"


def _policy(name: str, data: dict[str, Any]) -> Policy:
    missing = [key for key in ("scoring", "domain_weights", "limits", "fail_on") if key not in data]
    if missing:
        raise UsageError(f"policy {name}: {', '.join(missing)} must be given, here or in a policy that it extends")
    scoring = data["scoring"]
    caps = tuple(
        Cap(**{**cap, "checks": tuple(cap["checks"]), "criticality": cap.get("criticality") or ""})
        for cap in scoring["caps"]
    )
    grades = tuple(sorted(scoring["grades"].items(), key=lambda item: -item[1]))
    return Policy(
        id=data.get("id", name),
        title=data["title"],
        domain_weights=data["domain_weights"],
        limits=data["limits"],
        scoring=Scoring(**{**scoring, "caps": caps, "grades": grades}),
        fail_on=data["fail_on"],
        select=tuple(data.get("select") or ()),
        ignore=tuple(data.get("ignore") or ()),
        severity_overrides=data.get("severity_overrides") or {},
    )
