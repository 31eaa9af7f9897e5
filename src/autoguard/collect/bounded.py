"""Streams for archive readers that would otherwise ask for as much memory as a hostile archive tells them to."""

import io
import lzma
import re
from typing import IO, Any

_XZ_MEMORY = 256_000_000
_PIECE = 1 << 16


class BoundedReads(io.RawIOBase):
    """A seekable stream that refuses to hand out more than `most` bytes at once.

    zipfile reads a directory, and tarfile an extended header, in one piece of whatever size the archive claims. With
    `digits`, a piece with that many digits in a row is refused as well: tarfile searches its headers with a pattern
    that costs their length squared.
    """

    def __init__(self, stream: IO[bytes], most: int, digits: int = 0) -> None:
        """Read from `stream`, which stays open."""
        super().__init__()
        self._stream = stream
        self._most = most
        self._run = re.compile(rb"\d{%d}" % digits) if digits else None

    def seekable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset."""
        return self._stream.seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes.

        Raises:
            ValueError: more than `most` were asked for.
        """
        if size is None or size < 0:
            here = self._stream.tell()
            size = self._stream.seek(0, io.SEEK_END) - here
            self._stream.seek(here)
        if size > self._most:
            raise ValueError("more was asked for than such an archive needs")
        data = self._stream.read(size)
        if self._run is not None and self._run.search(data):
            raise ValueError("no such header has a number as long as this")
        return data


class _Xz(io.RawIOBase):
    # LZMAFile does the same without a bound on the memory that a stream may ask for.
    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self._decompressor = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._decompressor.eof:
                self._rest = self._decompressor.unused_data.lstrip(b"\0") or self._stream.read(_PIECE).lstrip(b"\0")
                if not self._rest:
                    return 0
                self._decompressor = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            elif self._decompressor.needs_input and not self._rest:
                self._rest = self._stream.read(_PIECE)
                if not self._rest:
                    raise EOFError
            data = self._decompressor.decompress(self._rest, len(buffer))
            self._rest = b""
            if data:
                buffer[: len(data)] = data
                return len(data)


def xz(stream: IO[bytes]) -> IO[bytes]:
    """The unpacked content of an xz file."""
    return io.BufferedReader(_Xz(stream))
