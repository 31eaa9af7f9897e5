"""Whose `autoguard.yaml` counts, and for what.

The file named by `--config`, else the one in the working folder or above it up to the repository's root, is the user's
own: it may waive findings and choose a policy. A file of that name inside a scanned tree that is somebody else's is
read for what it declares and for nothing more, so that a tree can never silence its own audit.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import join

from autoguard.bearings import Bearings, covers
from autoguard.catalog import Catalog
from autoguard.collect.files import is_archive
from autoguard.errors import UnreadableError, UsageError
from autoguard.model import DOMAINS, Document, Policy
from autoguard.policy import DEFAULT, is_policy_file, load_policy
from autoguard.practices.manifest import NAME, Manifest, parse_manifest
from autoguard.syntax.parsed import Parsed
from autoguard.triage import Waiver


@dataclass(frozen=True, slots=True)
class Config:
    """The user's own configuration; empty where there is no file. `path` is shown, `file` is where it lies."""

    path: str = ""
    file: Path | None = None
    manifest: Manifest | None = None


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
    file = file.resolve()
    return Config(shown, file, replace(manifest, bearings=Bearings(file.parent.as_posix())))


def waivers_of(manifest: Manifest, shown: str) -> tuple[Waiver, ...]:
    """The waivers that a manifest holds; `shown` is the path of its file as the user sees it."""
    return tuple(
        Waiver(
            **entry.model_dump(),
            place=f"{shown}:{manifest.lines.get(f'waivers.{index}', 1)}",
            bearings=manifest.bearings,
        )
        for index, entry in enumerate(manifest.content.waivers)
    )


def policy_of(manifest: Manifest | None, named: str = "") -> Policy:
    """The policy that the command line names, else the one that a manifest uses, with the manifest's own changes.

    Raises:
        UsageError: no such policy, an invalid one, or a change of a limit that it does not have.
    """
    if manifest is None:
        return load_policy(named or DEFAULT)
    changes = manifest.content.policy.model_dump(exclude_none=True)
    used = changes.pop("use", "")
    if is_policy_file(used):
        used = join(manifest.bearings.base, used)
    name = named or used or DEFAULT
    if "limits" in changes:
        _check_names(manifest, "policy.limits", "limit", load_policy(name).limits, changes["limits"])
    return load_policy(name, changes)


def check_names(manifest: Manifest, catalog: Catalog) -> None:
    """Compare the checks and domains that a manifest names with those that exist.

    Raises:
        UsageError: a name that means nothing would leave a choice without effect; with `file:line` and the nearest.
    """
    choices = manifest.content.policy
    checks = {*catalog.checks, *(alias for check in catalog.checks.values() for alias in check.aliases)}
    groups = {*checks, *DOMAINS}
    _check_names(manifest, "policy.select", "check or domain", groups, choices.select or ())
    _check_names(manifest, "policy.ignore", "check or domain", groups, choices.ignore or ())
    _check_names(manifest, "policy.severity_overrides", "check", checks, choices.severity_overrides or ())
    for index, entry in enumerate(manifest.content.waivers):
        _check_names(manifest, f"waivers.{index}", "check", {*checks, "*"}, (entry.check,))


def unknown_name(word: str, name: str, known: Iterable[str]) -> str:
    """What to say of a name that stands for nothing, with the nearest that does."""
    from difflib import get_close_matches  # noqa: PLC0415 - only needed for a mistake

    near = get_close_matches(name, list(known), n=1)
    return f"there is no {word} {name}" + (f"; did you mean {near[0]}?" if near else "")


def left_out(manifest: Manifest, path: str) -> str:
    """Why a path of the sources does not belong to the audit, by the scope of one's own manifest; "" where it does."""
    scope, seen = manifest.content.scope, manifest.bearings.seen(path)
    if path == manifest.path:
        return ""
    for entry in scope.exclude:
        if covers(entry.path, seen):
            return f"{entry.path} is excluded: {entry.reason}"
    if scope.include and not any(covers(included, seen) for included in scope.include):
        return "not in scope.include"
    return ""


def is_own(source: Path, cwd: Path) -> bool:
    """Whether a source belongs to the working tree: it lies in the same repository, or is the working folder itself."""
    source = source.resolve()
    if source.is_file() and is_archive(source):
        # What came packed was made elsewhere.
        return False
    root = working_tree(cwd)
    if source == root or source == cwd.resolve():
        return True
    inside = root in source.parents
    # A clone inside the working tree is a tree of its own.
    return inside and (root / ".git").exists() and working_tree(source if source.is_dir() else source.parent) == root


def ignored_settings(manifest: Manifest) -> tuple[str, ...]:
    """What a manifest that does not count would have switched off, in words, each with its number."""
    content = manifest.content
    found: Sequence[tuple[int, str, str]] = (
        (len(content.waivers), "waiver", "waivers"),
        (len(content.scope.exclude), "exclusion", "exclusions"),
        (int(bool(content.policy.model_dump(exclude_defaults=True))), "choice of policy", "choices of policy"),
        (sum(entry.criticality == "low" for entry in content.automations), "low criticality", "low criticalities"),
        (len(content.risk.get("false_positives") or ()), "false positive", "false positives"),
    )
    return tuple(f"{count} {one if count == 1 else many} in {manifest.path}" for count, one, many in found if count)


def _shown(file: Path, cwd: Path) -> str:
    try:
        return str(file.relative_to(cwd.resolve()))
    except ValueError:
        return str(file)


def _check_names(manifest: Manifest, key: str, word: str, known: Collection[str], names: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            line = manifest.lines.get(key, manifest.lines.get(key.partition(".")[0], 1))
            raise UsageError(f"{manifest.path}:{line}: {key}: {unknown_name(word, name, known)}")
