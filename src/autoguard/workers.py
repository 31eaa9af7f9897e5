"""Files read by everybody, in this process or in several; a file that takes its process down costs itself."""

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autoguard.collect import LIMITS, Entry, Limits, Skipped
from autoguard.collect.files import read
from autoguard.model import Document, Gap, Reading
from autoguard.plugins import Registry, check_rooms, load_plugins
from autoguard.read import DocumentFacts, Reader
from autoguard.secrets.kinds import load_kinds

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Progress = Callable[[int, int], None]
"""Called with the files read so far and the files in all."""
_PARALLEL_FROM = 8_000_000
_BATCH_BYTES = 1_000_000
_BATCH_FILES = 200


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read. `key` is this run's own for the digests of secrets.

    With `secrets_only` no automation is looked for.
    """

    key: bytes
    jobs: int = 0
    secrets_only: bool = False
    external_plugins: bool = True
    limits: Limits = LIMITS


@dataclass(slots=True)
class Collected:
    """Everything that was read from all sources."""

    documents: list[DocumentFacts] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    files: int = 0
    bytes: int = 0

    @property
    def reading(self) -> Reading:
        """The counts for the summary."""
        return Reading(self.files, self.bytes, dict(sorted(self.skipped.items())))


def read_entries(
    collected: Collected,
    entries: Sequence[Entry],
    registry: Registry,
    options: ReadOptions,
    progress: Progress | None = None,
) -> None:
    """Read the files and add what they hold to `collected`, in their order."""
    jobs = options.jobs or os.cpu_count() or 1
    parallel = jobs > 1 and sum(min(entry.size, options.limits.file_bytes) for entry in entries) >= _PARALLEL_FROM
    batches = list(_batches(entries))
    if batches and (not parallel or _may_fork()):
        _start_worker(options, registry)
    for batch in _in_processes(batches, jobs, options) if parallel else map(_work, batches):
        collected.documents.extend(document for document in batch.documents if _says_something(document))
        collected.gaps.extend(batch.gaps)
        collected.skipped.update(batch.skipped)
        collected.files += batch.files
        collected.bytes += batch.bytes
        if progress is not None:
            progress(collected.files, len(entries))


@dataclass(slots=True)
class _Batch:
    documents: list[DocumentFacts] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    files: int = 0


_worker: "tuple[Reader, Limits] | None" = None


def _start_worker(options: ReadOptions, registry: Registry | None = None) -> None:
    global _worker  # noqa: PLW0603 - a process pool's workers keep what they load in a module global
    registry = registry or load_plugins(external=options.external_plugins)
    kinds = load_kinds(check_rooms(registry))
    _worker = (Reader(registry, kinds, options.key, secrets_only=options.secrets_only), options.limits)


def _may_fork() -> bool:
    # With no other thread, a copy of this process is safe, and it has everything loaded.
    return sys.platform == "linux" and threading.active_count() == 1


def _work(entries: list[Entry]) -> _Batch:
    if _worker is None:
        raise RuntimeError("the worker was not started")
    reader, limits = _worker
    batch = _Batch()
    for entry in entries:
        batch.files += 1
        try:
            _read_one(entry, reader, limits, batch)
        except MemoryError:
            batch.gaps.append(Gap(entry.path, "needs more memory to read than there is"))
    return batch


def _read_one(entry: Entry, reader: Reader, limits: Limits, batch: _Batch) -> None:
    for found in read(entry, limits):
        if isinstance(found, Document):
            batch.bytes += len(found.data)
            batch.documents.append(reader.read(found))
        elif isinstance(found, Gap):
            batch.gaps.append(found)
        elif isinstance(found, Skipped):
            batch.skipped[found.reason] += 1


def _in_processes(batches: Sequence[list[Entry]], jobs: int, options: ReadOptions) -> Iterator[_Batch]:
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - small trees are read in this process

    done = 0
    try:
        with _pool(jobs, options) as executor:
            for batch in executor.map(_work, batches):
                yield batch
                done += 1
    except BrokenProcessPool:
        # A process was ended from outside, as the system does when memory runs out. Which file it was shows when each
        # has a process of its own.
        for undone in batches[done:]:
            yield from _one_by_one(undone, options)


def _one_by_one(entries: list[Entry], options: ReadOptions) -> Iterator[_Batch]:
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - as above

    rest = list(entries)
    while rest:
        try:
            with _pool(1, options) as executor:
                for batch in executor.map(_work, [[entry] for entry in rest]):
                    yield batch
                    rest.pop(0)
        except BrokenProcessPool:
            entry = rest.pop(0)
            yield _Batch(gaps=[Gap(entry.path, "could not be read: the process that read it was ended")], files=1)


def _pool(jobs: int, options: ReadOptions) -> "ProcessPoolExecutor":
    import multiprocessing  # noqa: PLC0415 - as above
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - as above

    # The interpreters that the pool starts would otherwise take modules from the working folder, which may be the tree
    # that is scanned.
    os.environ["PYTHONSAFEPATH"] = "1"
    if _worker is not None and _may_fork():
        _worker[0].prepare()
        return ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"))
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
    return ProcessPoolExecutor(jobs, context, _start_worker, (options,))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += entry.size
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _says_something(document: DocumentFacts) -> bool:
    return any(getattr(document, part) for part in ("platform", "secrets", "certificates", "practices", "gaps", "kept"))
