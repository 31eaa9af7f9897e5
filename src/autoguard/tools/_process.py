"""Running an external tool: as its own process, with a time limit, a bare environment and no terminal."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from autoguard.model import Document, ToolRun
from autoguard.tools import ToolOptions, ToolReport

MAX_FILES = 3000
_MAX_OUTPUT = 64_000_000


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
    try:
        output, errors = process.communicate(timeout=options.time_limit)
    except subprocess.TimeoutExpired:
        _kill(process)
        return DidNotRun("timeout", f"{program} took longer than {options.time_limit:.0f} seconds and was stopped")
    if len(output) > _MAX_OUTPUT:
        return DidNotRun("failed", f"{program} answered with more than {_MAX_OUTPUT // 1_000_000} MB")
    return Ran(process.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace"))


def report_without_results(tool: str, package: str, outcome: DidNotRun, files: int) -> ToolReport:
    """The report of a tool that did not run."""
    return ToolReport(ToolRun(tool, tool_version(package), outcome.status, outcome.reason, files))


def nothing_to_do(tool: str, package: str) -> ToolReport:
    """The report of a tool that has no input."""
    return ToolReport(ToolRun(tool, tool_version(package), "nothing-to-do", "there is nothing for it to look at"))


def copy_out(documents: Sequence[Document], folder: Path, inside: str = "") -> dict[str, str]:
    """Write documents into numbered folders under harmless names: which file stands for which path."""
    written = {}
    for number, document in enumerate(documents):
        name = re.sub(r"[^A-Za-z0-9._-]", "_", re.split(r"[/!]", document.path)[-1]).lstrip(".-") or "file"
        target = folder / f"d{number}" / inside / name
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


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
