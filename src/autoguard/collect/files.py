"""Folders and files: a sorted walk that follows no link, and one bounded read per file."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from autoguard.collect import Entry, Limits, Skipped
from autoguard.collect.archive_kind import archive_kind
from autoguard.collect.classify import classify
from autoguard.model import Document, Gap

PASSED_OVER = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache",
     ".pytest_cache", ".terraform", "site-packages"}
)  # fmt: skip
"""Folders that hold copies of other people's code or a tool's own data."""

_HEAD = 8192


def walk(root: Path) -> Iterator[Entry | Gap | Skipped]:
    """Everything below `root` in the order of names; `root` itself may be a file or a link that the user named."""
    if not root.is_dir():
        # A link that the user names is meant.
        yield Entry(show(root.name), os.path.realpath(root), root.stat().st_size)
        return
    real_root = os.path.realpath(root)
    stack = [str(root)]
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Gap(_relative(folder, root), _reason(error))
            continue
        below = []
        for entry in entries:
            path = _relative(entry.path, root)
            try:
                found = _look_at(entry, path, real_root)
            except OSError as error:
                found = Gap(path, _reason(error))
            if isinstance(found, str):
                below.append(found)
            else:
                yield found
        stack.extend(reversed(below))


def read(entry: Entry, limits: Limits) -> Iterator[Document | Gap | Skipped]:
    """The documents in one file: itself, or the members of the archive that it is."""
    try:
        descriptor = os.open(entry.file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        yield Gap(entry.path, _reason(error))
        return
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        yield Gap(entry.path, "is no longer an ordinary file")
        return
    with os.fdopen(descriptor, "rb") as stream:
        try:
            if entry.root and not _is_below(_real_path(descriptor, entry.file), entry.root):
                yield Gap(entry.path, "became a link that leaves the scanned tree", "not-followed")
                return
            head = stream.read(_HEAD)
            kind = archive_kind(head, entry.path)
            if kind:
                from autoguard.collect.archives import expand  # noqa: PLC0415 - loads every decompressor

                stream.seek(0)
                yield from expand(stream, entry.path, kind, limits)
                return
            yield classify(entry.path, head, stream.read(max(limits.file_bytes + 1 - len(head), 0)), limits)
        except OSError as error:
            yield Gap(entry.path, _reason(error))


def is_archive(path: Path) -> bool:
    """Whether a file is read as an archive.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return bool(archive_kind(stream.read(_HEAD), path.name))


def show(name: str) -> str:
    """A file name as text; bytes that are not UTF-8 are written as escapes, so that every output can hold it."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def _look_at(entry: "os.DirEntry[str]", path: str, real_root: str) -> Entry | Gap | Skipped | str:
    if entry.is_symlink():
        return _link(entry, path, real_root)
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode):
        if entry.name in PASSED_OVER or Path(entry.path, "pyvenv.cfg").is_file():
            return Skipped(path, entry.name if entry.name in PASSED_OVER else "virtual environment")
        return entry.path
    if stat.S_ISREG(status.st_mode):
        return Entry(path, entry.path, status.st_size, real_root)
    return Skipped(path, "device, pipe or socket")


def _link(entry: "os.DirEntry[str]", path: str, real_root: str) -> Gap | Skipped:
    try:
        target = os.path.realpath(entry.path, strict=True)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return Gap(path, "is a link that leads back to itself", "not-followed")
        return Skipped(path, "link to nothing")
    if not _is_below(target, real_root):
        return Gap(
            path, "is a link that leaves the scanned tree; scan its target by itself if it matters", "not-followed"
        )
    here = os.path.realpath(os.path.dirname(entry.path))  # noqa: PTH120 - a string is at hand, and this loop is hot
    if _is_below(here, target):
        return Gap(path, "is a link to a folder that it lies in (a loop)", "not-followed")
    return Skipped(path, "link inside the tree")


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _real_path(descriptor: int, file: str) -> str:
    # O_NOFOLLOW looks at the last part alone; a folder above it may have become a link since it was listed.
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - this runs once a file
    except OSError:
        return os.path.realpath(file)


def _relative(path: str, root: Path) -> str:
    relative = os.path.relpath(path, root)
    return show(relative.replace(os.sep, "/"))


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "vanished while it was being read"
    if isinstance(error, PermissionError):
        return "may not be read: permission denied"
    if error.errno == errno.ELOOP:
        return "became a link while it was being read"
    return f"cannot be read: {error.strerror or 'input/output error'}".lower()
