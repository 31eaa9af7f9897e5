"""CODEOWNERS: who answers for the files of a repository.

Format: docs.github.com, "About code owners" (read 2026-11-24): patterns as in gitignore without `!` and `[ ]`, the last
one that matches counts, and one without owners takes the ownership away. Of several files GitHub uses that in
`.github/`, else that at the root, else that in `docs/`.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from autoguard.platforms import Fragment
from autoguard.platforms._values import text

KIND = "codeowners"
_MAX_RULES = 2_000
_MAX_OWNERS = 10
_OWNER = re.compile(r"^(?:@[\w-][\w./-]{0,100}|[^@\s]{1,64}@[\w.-]{3,190})$")
_PLACES = (".github", "", "docs")

Rule = tuple[str, tuple[str, ...]]


def parse(content: str) -> list[Rule] | None:
    """The rules in order; None where a line is none, as GitHub then uses none of the file."""
    rules: list[Rule] = []
    for raw in content.splitlines():
        words = re.split(r"\s+#", raw.strip(), maxsplit=1)[0].split()
        # GitLab's files have sections in brackets; they do not change what a pattern owns.
        if not words or words[0].startswith(("#", "[", "^[")):
            continue
        owners = words[1:]
        if not all(_OWNER.match(owner) for owner in owners):
            return None
        rules.append((words[0][:500], tuple(text(owner, 120) for owner in owners[:_MAX_OWNERS])))
        if len(rules) >= _MAX_RULES:
            break
    return rules if any(owners for _, owners in rules) else None


def root_of(folder: str) -> str:
    """The repository's root, from the folder that a CODEOWNERS file lies in."""
    head, _, last = folder.rpartition("/")
    return head if last in (".github", "docs") else folder


def owners_of(path: str, files: Sequence[Fragment]) -> tuple[str, ...]:
    """The owners of a file, from the nearest repository root that has a CODEOWNERS file."""
    inside = [one for one in files if not one.key or path.startswith(one.key + "/")]
    if not inside:
        return ()
    root = max(one.key for one in inside)
    chosen = min((one for one in inside if one.key == root), key=_priority)
    relative = path[len(root) + 1 :] if root else path
    found: tuple[str, ...] = ()
    for pattern, owners in chosen.data["rules"]:
        if matches(pattern, relative):
            found = owners
    return found


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern names the file at `path`, which is relative to the repository's root."""
    parts = path.split("/")
    wanted = [part for part in pattern.strip("/").split("/") if part]
    if not wanted:
        return False
    folder = pattern.endswith("/")
    if "/" not in pattern.rstrip("/"):
        return any(_fits(wanted[0], part) for part in (parts[:-1] if folder else parts))
    # A pattern that names a folder names all below it; only `docs/*` stops at the files of that one folder.
    return _along(wanted, parts, below=folder or wanted[-1] != "*", itself=not folder)


def _along(wanted: list[str], parts: list[str], *, below: bool, itself: bool) -> bool:
    """Walk pattern and path together; `**` stands for any number of folders."""
    reached = _skipping({0}, wanted)
    for index, part in enumerate(parts):
        following = {at if wanted[at] == "**" else at + 1 for at in reached if _advances(wanted, at, part)}
        reached = _skipping(following, wanted)
        if len(wanted) in reached and below and index < len(parts) - 1:
            return True
    return len(wanted) in reached and itself


def _advances(wanted: list[str], at: int, part: str) -> bool:
    return at < len(wanted) and (wanted[at] == "**" or _fits(wanted[at], part))


def _skipping(places: set[int], wanted: list[str]) -> set[int]:
    found = set(places)
    for at in sorted(places):
        while at < len(wanted) and wanted[at] == "**":
            at += 1  # noqa: PLW2901 - the walk over the empty matches of `**` is what the name stands for
            found.add(at)
    return found


def _fits(pattern: str, part: str) -> bool:
    return fnmatchcase(part, pattern.replace("[", "[[]"))


def _priority(one: Fragment) -> int:
    folder = one.location.path.rpartition("/")[0]
    last = folder.rpartition("/")[2] if folder != one.key else ""
    return _PLACES.index(last) if last in _PLACES else len(_PLACES)
