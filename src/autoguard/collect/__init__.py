"""Where bytes come from: files, folders and archives become documents, everything else becomes a gap.

Nothing here knows what a document means. Nothing is executed, no link is followed out of the tree, and what is read is
bounded in size, number and depth.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read. Sizes in bytes."""

    file_bytes: int = 64_000_000
    member_bytes: int = 64_000_000
    archive_bytes: int = 256_000_000
    archive_members: int = 20_000
    archive_depth: int = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to read: the path it is shown by, where it lies, and its size when it was listed.

    `root` is the real path of the folder that it must still lie in when it is opened; "" where the user
    named the file itself.
    """

    path: str
    file: str
    size: int
    root: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was passed over on purpose, with the reason that the summary counts it under."""

    path: str
    reason: str


LIMITS = Limits()
"""The bounds of an ordinary scan."""
