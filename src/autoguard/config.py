"""Whose `autoguard.yaml` counts, and for what.

The file named by `--config`, else the one in the working folder or above it up to the repository's root, is the user's
own: it may waive findings and choose a policy. A file of that name inside a scanned tree that is somebody else's is
read for what it declares and for nothing more, so that a tree can never silence its own audit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autoguard.errors import UnreadableError, UsageError
from autoguard.model import Document
from autoguard.practices.manifest import NAME, Manifest, parse_manifest
from autoguard.syntax.parsed import Parsed
from autoguard.triage import Waiver


@dataclass(frozen=True, slots=True)
class Config:
    """The user's own configuration; empty where there is no file. `path` is shown, `file` is where it lies."""

    path: str = ""
    file: Path | None = None
    manifest: Manifest | None = None
    waivers: tuple[Waiver, ...] = ()
    policy: str = ""
    policy_changes: Mapping[str, Any] = field(default_factory=dict)


def working_tree(folder: Path) -> Path:
    """The root of the git repository that holds the folder, else the folder itself."""
    folder = folder.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder


def find_config(named: Path | None, cwd: Path) -> Config:
    """The configuration that counts.

    Raises:
        UsageError: the named file does not exist, or a file is not valid.
    """
    if named is not None:
        if not named.is_file():
            raise UsageError(f"{named}: there is no such file")
        return load_config(named)
    root = working_tree(cwd)
    folder = cwd.resolve()
    while True:
        candidate = folder / NAME
        if candidate.is_file():
            return load_config(candidate, shown=_shown(candidate, cwd))
        if folder in (root, folder.parent):
            return Config()
        folder = folder.parent


def load_config(file: Path, shown: str | None = None) -> Config:
    """The configuration in a file.

    Raises:
        UsageError: it cannot be read or is not valid, with `file:line` for every error.
    """
    shown = shown or str(file)
    try:
        parsed = Parsed(Document(NAME, file.read_bytes()))
        manifest = parse_manifest(parsed, shown)
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror}") from None
    except UnreadableError as error:
        raise UsageError(f"{shown}: {error}") from None
    choices = manifest.content.policy.model_dump(exclude_none=True)
    return Config(
        path=shown,
        file=file.resolve(),
        manifest=manifest,
        waivers=waivers_of(manifest, shown),
        policy=choices.pop("use", ""),
        policy_changes=choices,
    )


def waivers_of(manifest: Manifest, shown: str) -> tuple[Waiver, ...]:
    """The waivers that a manifest holds."""
    return tuple(
        Waiver(**entry.model_dump(), place=f"{shown}:{manifest.lines.get(f'waivers.{index}', 1)}")
        for index, entry in enumerate(manifest.content.waivers)
    )


def is_own(source: Path, cwd: Path) -> bool:
    """Whether a source belongs to the working tree: it lies in the same repository, or is the working folder itself."""
    source = source.resolve()
    root = working_tree(cwd)
    if source == root or source == cwd.resolve():
        return True
    inside = root in source.parents
    # A clone inside the working tree is a tree of its own.
    return inside and (root / ".git").exists() and working_tree(source if source.is_dir() else source.parent) == root


def ignored_settings(manifest: Manifest) -> tuple[str, ...]:
    """What a foreign manifest would have switched off, in words, each with its number."""
    content = manifest.content
    found: Sequence[tuple[int, str]] = (
        (len(content.waivers), "waivers"),
        (len(content.scope.exclude), "exclusions"),
        (int(bool(content.policy.model_dump(exclude_defaults=True))), "choices of policy"),
        (sum(entry.criticality is not None for entry in content.automations), "criticalities"),
        (len(content.risk.get("false_positives") or ()) if isinstance(content.risk, dict) else 0, "false positives"),
    )
    return tuple(f"{count} {word} in {manifest.path}" for count, word in found if count)


def _shown(file: Path, cwd: Path) -> str:
    try:
        return str(file.relative_to(cwd.resolve()))
    except ValueError:
        return str(file)
