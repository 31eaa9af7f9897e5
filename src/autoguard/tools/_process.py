"""Running an external tool: as its own process, with a time limit, a bare environment and no terminal."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from autoguard.model import Document, ToolRun
from autoguard.tools import ToolOptions, ToolReport

MAX_FILES = 3000
_MAX_OUTPUT = 64_000_000
NOT_AN_ANSWER = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What reading a tool's output may raise where it is not what its documentation says."""
_AFTER_END = 5.0
"""Seconds to wait for what an ended process has still in its pipes; a child that it left behind may hold them open."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that ended by itself."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True)
class DidNotRun:
    """A process that did not: `status` and `reason` are those of a `ToolRun`."""

    status: Literal["absent", "failed", "timeout"]
    reason: str


def tool_version(package: str) -> str:
    """The installed version of the package that brings the tool, or ""."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow to load

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def run(program: str, arguments: Sequence[str], folder: Path, options: ToolOptions) -> Ran | DidNotRun:
    """Run an installed program inside `folder`. Its answer is bounded in time and size."""
    found = _find(program)
    if found is None:
        return DidNotRun("absent", f"{program} is not installed")
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath)),
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
    }
    if options.online:
        # A look-up needs the way to the network that this machine has, such as a proxy or its own authority.
        names = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "SYSTEMROOT")
        environment.update({name: os.environ[name] for name in names if name in os.environ})
    process = subprocess.Popen(  # noqa: S603 - a fixed program with arguments of our own, without a shell
        [found, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    # Each stream has a reader of its own, so that neither fills up while the other is waited for.
    readers = [_Reader(process, stream) for stream in (process.stdout, process.stderr) if stream is not None]
    try:
        process.wait(timeout=options.time_limit)
    except subprocess.TimeoutExpired:
        _kill(process)
        return DidNotRun("timeout", f"{program} took longer than {options.time_limit:.0f} seconds and was stopped")
    output, errors = (reader.text() for reader in readers)
    if any(reader.too_much for reader in readers):
        return DidNotRun("failed", f"{program} answered with more than {_MAX_OUTPUT // 1_000_000} MB")
    return Ran(process.returncode, output, errors)


def report_without_results(tool: str, package: str, outcome: DidNotRun, files: int) -> ToolReport:
    """The report of a tool that did not run."""
    return ToolReport(ToolRun(tool, tool_version(package), outcome.status, outcome.reason, files))


def nothing_to_do(tool: str, package: str) -> ToolReport:
    """The report of a tool that has no input."""
    return ToolReport(ToolRun(tool, tool_version(package), "nothing-to-do", "there is nothing for it to look at"))


def copy_out(documents: Sequence[Document], folder: Path, name: Callable[[Document], str]) -> dict[str, str]:
    """Write documents into numbered folders under names of ours: which file stands for which path.

    A tool may leave out what is called in a certain way, and no file system takes every name that an archive may hold.
    """
    written = {}
    for number, document in enumerate(documents):
        target = folder / f"d{number}" / name(document)
        target.parent.mkdir(parents=True)
        target.write_bytes(document.data)
        written[target.relative_to(folder).as_posix()] = document.path
    return written


def without_quotes(text: str) -> str:
    """A tool's message without what it quotes of the file, which may be a secret; cut to one line."""
    flat = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", "...", " ".join(text.split()))
    return flat[:300]


def _find(program: str) -> str | None:
    beside = Path(sys.executable).parent / program
    return str(beside) if beside.is_file() else shutil.which(program)


class _Reader(threading.Thread):
    # `communicate` keeps whatever comes; a tool that runs wild is stopped once it has said more than it may.
    def __init__(self, process: "subprocess.Popen[bytes]", stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._stream = stream
        self._parts: list[bytes] = []
        self.too_much = False
        self.start()

    def run(self) -> None:
        size = 0
        with self._stream:
            while part := self._stream.read(1 << 16):
                size += len(part)
                if size > _MAX_OUTPUT:
                    self.too_much = True
                    _kill(self._process)
                    return
                self._parts.append(part)

    def text(self) -> str:
        self.join(_AFTER_END)
        return b"".join(self._parts).decode("utf-8", "replace")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
