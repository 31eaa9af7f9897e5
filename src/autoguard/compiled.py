"""Data files in the form that they are used in, kept in the user's cache as JSON.

Parsing and validating our own YAML at every start would cost more than scanning a small tree. The compiled form is kept
under the hash of the files' content and of this program's version; it is private to the user, written in one step, and
made again on any doubt.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from autoguard import __version__
from autoguard.folders import cache_folder

_FORMAT = 2


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """A hash of the files' names and content and of this program's version."""
    found = hashlib.sha256(f"{_FORMAT}\0{__version__}".encode())
    for name, data in files:
        found.update(f"\0{name}\0{len(data)}\0".encode())
        found.update(data)
    return found.hexdigest()


def compiled(name: str, key: str, make: Callable[[], Any]) -> Any:
    """The JSON value that was kept under that name and key, else the one that `make` gives, which is kept."""
    path = cache_folder() / f"{name}-{key[:32]}.json"
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_bytes())
    value = make()
    store(path, json.dumps(value, separators=(",", ":")).encode())
    return json.loads(json.dumps(value))


def store(path: Path, data: bytes) -> None:
    """Write a file of the cache in one step and remove older ones of its name; a failure costs time, never the scan."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = path.stem.rpartition("-")[0]
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{name}-")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(path)
        for old in path.parent.glob(f"{name}-*{path.suffix}"):
            if old != path:
                old.unlink(missing_ok=True)
