"""Where a file's own paths start, and what they are called in the terms of the scanned sources."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from posixpath import join, normpath, relpath


@dataclass(frozen=True, slots=True)
class Bearings:
    """The absolute folder that a file's paths are relative to, and the prefix and absolute folder of each source."""

    base: str = "/"
    roots: tuple[tuple[str, str], ...] = (("", "/"),)

    def resolve(self, reference: str) -> str:
        """A path of the file in the terms of the scanned sources; one that lies in none of them as it is."""
        absolute = normpath(join(self.base, reference))
        for prefix, root in self.roots:
            if absolute == root or absolute.startswith(root.rstrip("/") + "/"):
                return prefix + relpath(absolute, root)
        return reference

    def seen(self, path: str) -> str:
        """A path of the scanned sources as the file would write it."""
        for prefix, root in sorted(self.roots, key=lambda item: -len(item[0])):
            if path.startswith(prefix):
                return relpath(join(root, path.removeprefix(prefix)), self.base)
        return path


HERE = Bearings()
"""A file at the top of the only source."""


def covers(pattern: str, path: str) -> bool:
    """Whether a path is the one that is written, lies below it, or has the form of it (`*`, `?`, `[...]`)."""
    pattern = normpath(pattern)
    return pattern in (".", path) or path.startswith((pattern + "/", pattern + "!/")) or fnmatchcase(path, pattern)
