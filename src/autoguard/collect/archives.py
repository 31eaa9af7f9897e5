"""Archives, expanded in memory with a bound on everything: members, bytes, nesting.

A member's name is only ever shown, never used as a path; one that points out of the archive is refused all the same.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from autoguard.collect import Limits, Skipped
from autoguard.collect.classify import classify
from autoguard.model import Document, Gap

_NOT_EXPANDED = (
    ".jar", ".whl", ".egg", ".apk", ".docx", ".xlsx", ".xlsm", ".pptx", ".odt", ".ods", ".odp", ".epub", ".vsix",
    ".xpi", ".crx", ".svgz", ".npz",
)  # fmt: skip
_TAR_MAGIC_AT = 257
_COMPRESSED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_READ = 1 << 16
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


def archive_kind(head: bytes, path: str) -> str:
    """Which archive the first bytes announce: zip, tar, gz, bz2, xz, or "" for none that is expanded."""
    if path.lower().endswith(_NOT_EXPANDED):
        return ""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return "tar"
    return next((kind for magic, kind in _COMPRESSED.items() if head.startswith(magic)), "")


def expand(
    stream: IO[bytes], path: str, kind: str, limits: Limits, depth: int = 1
) -> Iterator[Document | Gap | Skipped]:
    """The documents inside an archive; a broken or hostile one becomes a gap and keeps what was read before."""
    budget = _Budget(limits)
    try:
        members = {"zip": _zip, "tar": _tar}.get(kind, _compressed)(stream, path, kind, budget)
        for member, data in members:
            yield from _member(member, data, limits, depth)
    except _SpentError as spent:
        yield Gap(path, str(spent))
    except _EncryptedError:
        yield Gap(path, "is encrypted; scan what is inside after unpacking it")
    except _BROKEN:
        yield Gap(path, f"is a broken {kind} archive; what came before the damage was read")


def _member(path: str, data: "bytes | Gap | Skipped", limits: Limits, depth: int) -> Iterator[Document | Gap | Skipped]:
    if not isinstance(data, bytes):
        yield data
        return
    inner = archive_kind(data[:512], path)
    if not inner:
        yield classify(path, data[:8192], data[8192:], limits, "archive")
    elif depth >= limits.archive_depth:
        yield Gap(path, f"is an archive inside {depth} others and was not opened")
    else:
        yield from expand(io.BytesIO(data), path, inner, limits, depth + 1)


Member = tuple[str, "bytes | Gap | Skipped"]


def _zip(stream: IO[bytes], path: str, _kind: str, budget: "_Budget") -> Iterator[Member]:
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            budget.member()
            shown = f"{path}!/{_shown(info.filename)}"
            if info.is_dir():
                continue
            if _escapes(info.filename):
                yield shown, Gap(shown, "is a member whose path leaves the archive; it was not read")
            elif info.flag_bits & 0x1:
                raise _EncryptedError
            elif info.file_size > budget.limits.member_bytes:
                yield shown, Gap(shown, f"expands to more than {budget.limits.member_bytes // 1_000_000} MB")
            else:
                with archive.open(info) as member:
                    yield shown, budget.read(member, shown)


def _tar(stream: IO[bytes], path: str, _kind: str, budget: "_Budget") -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for info in archive:
            budget.member()
            shown = f"{path}!/{_shown(info.name)}"
            if info.issym() or info.islnk():
                yield shown, Skipped(shown, "link inside an archive")
            elif not info.isfile():
                continue
            elif _escapes(info.name):
                yield shown, Gap(shown, "is a member whose path leaves the archive; it was not read")
            elif info.size > budget.limits.member_bytes:
                yield shown, Gap(shown, f"expands to more than {budget.limits.member_bytes // 1_000_000} MB")
            else:
                member = archive.extractfile(info)
                if member is not None:
                    yield shown, budget.read(member, shown)


def _compressed(stream: IO[bytes], path: str, kind: str, budget: "_Budget") -> Iterator[Member]:
    opened: IO[bytes]
    if kind == "gz":
        opened = gzip.GzipFile(fileobj=stream)  # type: ignore[assignment]  # reads bytes as any stream does
    else:
        reader = bz2.BZ2File if kind == "bz2" else lzma.LZMAFile
        opened = reader(stream)
    data = budget.read(opened, path)
    if isinstance(data, bytes) and data[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
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
                return Gap(shown, f"expands to more than {self.limits.member_bytes // 1_000_000} MB")
            parts.append(chunk)
        return b"".join(parts)


class _SpentError(Exception):
    pass


class _EncryptedError(Exception):
    pass


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or (len(parts[0]) == 2 and parts[0].endswith(":"))  # noqa: PLR2004


def _shown(name: str) -> str:
    return name.encode("utf-8", errors="backslashreplace").decode("utf-8").replace("\\", "/")
