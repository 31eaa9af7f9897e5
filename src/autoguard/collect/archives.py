"""Archives, expanded in memory with a bound on everything: members, bytes, nesting.

A member's name is only ever shown, never used as a path; one that points out of the archive is refused all the same.
"""

import bz2
import gzip
import io
import re
import tarfile
import zipfile
from collections.abc import Iterator
from typing import IO

from autoguard.collect import Limits, Skipped
from autoguard.collect.archive_kind import TAR_MAGIC_AT, archive_kind
from autoguard.collect.bounded import BoundedReads, xz
from autoguard.collect.classify import classify
from autoguard.model import Document, Gap

_READ = 1 << 16
_ZIP_DIRECTORY = 32_000_000
_TAR_HEADER = 16_000
_DRIVE = re.compile(r"[A-Za-z]:")


def expand(stream: IO[bytes], path: str, kind: str, limits: Limits) -> Iterator[Document | Gap | Skipped]:
    """The documents inside an archive; a broken or hostile one becomes a gap and keeps what was read before.

    The bounds of `limits` hold for the archive with all archives inside it.
    """
    try:
        yield from _expand(stream, path, kind, _Budget(limits), 1)
    except _SpentError as spent:
        yield Gap(path, str(spent))


def _expand(
    stream: IO[bytes], path: str, kind: str, budget: "_Budget", depth: int
) -> Iterator[Document | Gap | Skipped]:
    members = {"zip": _zip, "tar": _tar}.get(kind, _compressed)(stream, path, kind, budget)
    read_before = False
    while True:
        try:
            member, data = next(members)
        except StopIteration:
            return
        except _SpentError:
            raise
        except _EncryptedError:
            yield Gap(path, "is encrypted; scan what is inside after unpacking it")
            return
        except MemoryError:
            yield Gap(path, "needs more memory to unpack than there is")
            return
        except Exception:  # noqa: BLE001 - on damage zipfile, tarfile and the decompressors raise whatever they stumble over
            rest = "; what came before the damage was read" if read_before else ""
            yield Gap(path, f"is a broken {kind} archive{rest}")
            return
        read_before = True
        yield from _member(member, data, budget, depth)


def _member(
    path: str, data: "bytes | Gap | Skipped", budget: "_Budget", depth: int
) -> Iterator[Document | Gap | Skipped]:
    if not isinstance(data, bytes):
        yield data
        return
    inner = archive_kind(data[:512], path)
    if not inner:
        yield classify(path, data[:8192], data[8192:], budget.limits, "archive")
    elif depth >= budget.limits.archive_depth:
        yield Gap(path, f"is an archive inside {depth} others and was not opened")
    else:
        yield from _expand(io.BytesIO(data), path, inner, budget, depth + 1)


Member = tuple[str, "bytes | Gap | Skipped"]


def _zip(stream: IO[bytes], path: str, _kind: str, budget: "_Budget") -> Iterator[Member]:
    with zipfile.ZipFile(BoundedReads(stream, _ZIP_DIRECTORY)) as archive:
        for info in archive.infolist():
            budget.member()
            shown = f"{path}!/{_shown(info.filename)}"
            if info.is_dir():
                continue
            refused = _refused(shown, info.filename, info.file_size, budget.limits)
            if refused:
                yield shown, refused
            elif info.flag_bits & 0x1:
                raise _EncryptedError
            else:
                try:
                    member = archive.open(info)
                except NotImplementedError:
                    yield shown, Gap(shown, "is packed by a method that is not known")
                    continue
                with member:
                    yield shown, budget.read(member, shown)


def _tar(stream: IO[bytes], path: str, _kind: str, budget: "_Budget") -> Iterator[Member]:
    headers = BoundedReads(stream, _TAR_HEADER, digits=300)
    with tarfile.open(fileobj=headers, mode="r:") as archive:
        for info in archive:
            budget.member()
            shown = f"{path}!/{_shown(info.name)}"
            if info.issym() or info.islnk():
                yield shown, Skipped(shown, "link inside an archive")
            elif info.issparse():
                yield shown, Gap(shown, "is a file with holes in an archive and was not read")
            elif not info.isreg():
                continue
            elif info.size < 0:
                raise tarfile.ReadError("negative size")
            else:
                yield (
                    shown,
                    _refused(shown, info.name, info.size, budget.limits)
                    or budget.read(_part(stream, info.offset_data, info.size), shown),
                )


def _part(stream: IO[bytes], start: int, size: int) -> IO[bytes]:
    stream.seek(start)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return io.BytesIO(data)


def _refused(shown: str, name: str, size: int, limits: Limits) -> Gap | None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or _DRIVE.match(name):
        return Gap(shown, "is a member whose path leaves the archive; it was not read")
    return _too_large(shown, limits) if size > limits.member_bytes else None


def _compressed(stream: IO[bytes], path: str, kind: str, budget: "_Budget") -> Iterator[Member]:
    opened: IO[bytes]
    match kind:
        case "gz":
            opened = gzip.GzipFile(fileobj=stream)  # type: ignore[assignment]  # reads bytes as any stream does
        case "bz2":
            opened = bz2.BZ2File(stream)
        case _:
            opened = xz(stream)
    data = budget.read(opened, path)
    if isinstance(data, bytes) and data[TAR_MAGIC_AT : TAR_MAGIC_AT + 5] == b"ustar":
        yield from _tar(io.BytesIO(data), path, "tar", budget)
    else:
        stem = _shown(path.rpartition("/")[2].rpartition(".")[0] or "content")
        yield f"{path}!/{stem}", data


class _Budget:
    """What may still be read from one archive."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._members = limits.archive_members
        self._bytes = limits.archive_bytes

    def member(self) -> None:
        self._members -= 1
        if self._members < 0:
            raise _SpentError(f"has more than {self.limits.archive_members} members; the rest was not read")

    def read(self, member: IO[bytes], shown: str) -> bytes | Gap:
        # Declared sizes may lie, so the bytes that really come out are counted.
        parts: list[bytes] = []
        size = 0
        while chunk := member.read(_READ):
            size += len(chunk)
            self._bytes -= len(chunk)
            if self._bytes < 0:
                raise _SpentError(
                    f"expands to more than {self.limits.archive_bytes // 1_000_000} MB (an archive bomb?); the rest "
                    "was not read"
                )
            if size > self.limits.member_bytes:
                return _too_large(shown, self.limits)
            parts.append(chunk)
        return b"".join(parts)


class _SpentError(Exception):
    pass


class _EncryptedError(Exception):
    pass


def _too_large(shown: str, limits: Limits) -> Gap:
    return Gap(shown, f"expands to more than {limits.member_bytes // 1_000_000} MB")


def _shown(name: str) -> str:
    return name.encode("utf-8", errors="backslashreplace").decode("utf-8").replace("\\", "/")
