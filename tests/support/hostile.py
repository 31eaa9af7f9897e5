"""Hostile files beside one healthy workflow, scanned by the real command under limits of time and memory.

What a scan promises about a bad file is checked in one place, `survives`: the file becomes a gap that says why, the
exit code says so, the healthy workflow is read as if it were alone, and nothing is left behind.
"""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

HEALTHY = "healthy.json"
SECONDS = 30.0
"""What a scan of a hostile tree may take on a busy machine; an ordinary one takes half a second."""
MEMORY = 1_500_000_000
DAY = "2026-11-24"
COMMAND = (sys.executable, "-m", "autoguard")
_PASSES_PERMISSIONS = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
# A program of its own and no `preexec_fn`: that is unsafe beside threads. Root passes every permission unless it gives
# up the two capabilities for it, which `execv` then makes final.
_LAUNCH = """
import ctypes, os, resource, sys
memory, dropped, *command = sys.argv[1:]
if int(memory):
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
for capability in filter(None, dropped.split(",")):
    if ctypes.CDLL(None).prctl(24, int(capability), 0, 0, 0):
        sys.exit(99)
os.execv(command[0], command)
"""


@dataclass(frozen=True)
class Scan:
    """How the command ended, what it wrote, and what it left in its folder for temporary files."""

    code: int
    out: bytes
    err: str
    left: tuple[str, ...]

    @cached_property
    def json(self) -> dict[str, Any]:
        """Standard output as the JSON that it must be."""
        assert self.out, f"no result, exit code {self.code}: {self.err}"
        answer: dict[str, Any] = json.loads(self.out.decode("utf-8"))
        return answer

    @property
    def gaps(self) -> dict[str, str]:
        """The reason of every gap by its path."""
        return {gap["path"]: gap["reason"] for gap in self.json["inventory"]["gaps"]}

    @property
    def automations(self) -> list[dict[str, Any]]:
        """The automations that were found."""
        found: list[dict[str, Any]] = self.json["inventory"]["automations"]
        return found

    @property
    def names(self) -> list[str]:
        """The names of the automations, sorted."""
        return sorted(one["name"] for one in self.automations)

    def automation(self, path: str) -> dict[str, Any]:
        """The one automation that stands in that file."""
        [found] = [one for one in self.automations if one["location"]["path"] == path]
        return found


def workflow(**changes: Any) -> dict[str, Any]:
    """An n8n workflow of a trigger and two steps in which no check finds anything to blame."""
    return {
        "id": "aB3xY9kLm2",
        "name": "Orders",
        "active": True,
        "settings": {"errorWorkflow": "Xy12"},
        "nodes": [
            {"id": "n1", "name": "Hook", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "position": [0, 0],
             "parameters": {"path": "orders", "httpMethod": "POST", "authentication": "headerAuth"},
             "credentials": {"httpHeaderAuth": {"id": "3", "name": "Shop header"}}},
            {"id": "n2", "name": "Save", "type": "n8n-nodes-base.postgres", "typeVersion": 2.5, "position": [0, 0],
             "parameters": {"operation": "insert"}, "credentials": {"postgres": {"id": "7", "name": "Shop DB"}}},
            {"id": "n3", "name": "Tell", "type": "n8n-nodes-base.slack", "typeVersion": 2.2, "position": [0, 0],
             "parameters": {}},
        ],
        "connections": {"Hook": {"main": [[{"node": "Save", "type": "main", "index": 0}]]},
                        "Save": {"main": [[{"node": "Tell", "type": "main", "index": 0}]]}},
        **changes,
    }  # fmt: skip


def export(name: str = "Other", **changes: Any) -> str:
    """A workflow of another name and id as the text of an export."""
    return json.dumps(workflow(id=f"id{name}"[:20], name=name, **changes), indent=1)


def write(tree: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files below the tree, with the healthy workflow beside them."""
    for path, content in {HEALTHY: json.dumps(workflow(), indent=1), **files}.items():
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tree


def command(
    *arguments: str | Path, cwd: Path, seconds: float = SECONDS, memory: int = MEMORY, plain_user: bool = False
) -> Scan:
    """Run the command; the test fails when it takes too long. `plain_user` takes root's right to read everything."""
    dropped = ",".join(map(str, _PASSES_PERMISSIONS)) if plain_user and os.geteuid() == 0 else ""
    with tempfile.TemporaryDirectory(prefix="hostile-") as temporary:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCH, str(memory), dropped, *COMMAND, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "TMPDIR": temporary},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its workers would go on without it
            process.communicate()
            pytest.fail(f"took more than {seconds:.0f} seconds")
        if process.returncode == 99:
            pytest.skip("root cannot give up its right to read everything here")
        left = tuple(sorted(path.name for path in Path(temporary).iterdir()))
    return Scan(process.returncode, out, err.decode("utf-8", "replace"), left)


def scan(tree: Path, *options: str, **limits: Any) -> Scan:
    """Scan a tree that is not the working folder as JSON. Gaps alone decide the exit code, not findings."""
    fixed = ("-f", "json", "--today", DAY, "--fail-on", "never")
    done = command("scan", tree, *fixed, *options, cwd=tree.parent, **limits)
    assert "Traceback" not in done.err
    assert done.code in (0, 3), f"exit code {done.code}: {done.err}"
    assert done.left == (), "temporary files were left behind"
    assert done.automation(HEALTHY) == healthy(), "the healthy workflow was not read as it is when alone"
    return done


@contextlib.contextmanager
def scans(root: Path, cases: Mapping[str, Mapping[str, str | bytes]]) -> Iterator[dict[str, Future[Scan]]]:
    """Scan the files of every case in a tree of its own, as many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        yield {name: executor.submit(_scan_case, root / str(index), cases[name]) for index, name in enumerate(cases)}
        executor.shutdown(cancel_futures=True)


def _scan_case(tree: Path, files: Mapping[str, str | bytes]) -> Scan:
    return scan(write(tree, files))


def survives(tree: Path, path: str, reason: str) -> Scan:
    """Scan a tree in which exactly this file becomes a gap whose reason matches the pattern."""
    return only_gap(scan(tree), path, reason)


def only_gap(done: Scan, path: str, reason: str) -> Scan:
    """The scan, in which exactly this file must be a gap whose reason matches the pattern."""
    assert [*done.gaps] == [path], f"gaps: {done.gaps}"
    assert re.search(reason, done.gaps[path]), f"reason: {done.gaps[path]}"
    assert done.code == 3
    return done


@cache
def healthy() -> dict[str, Any]:
    """The healthy workflow as a scan of nothing else reads it."""
    with tempfile.TemporaryDirectory() as folder:
        tree = write(Path(folder), {})
        done = command("scan", tree, "-f", "json", "--today", DAY, "--fail-on", "never", cwd=tree)
    assert (done.code, done.gaps) == (0, {}), "the healthy workflow must be healthy"
    found = done.automation(HEALTHY)
    assert [step["name"] for step in found["steps"]] == ["Save", "Tell"]
    return found


def zipped(members: Iterable[tuple[str, str | bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(members: Iterable[tuple[str, str | bytes]], form: int = tarfile.PAX_FORMAT, **special: Any) -> bytes:
    """A tar archive of these members; `special` are fields for all of them, such as a type or a link's target."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, content in members:
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            for field, value in special.items():
                setattr(member, field, value)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def tar_header(name: str, size: int | bytes, kind: bytes = b"0") -> bytes:
    """A tar header that says what it is told to; a size given as bytes is written as it stands."""
    header = bytearray(512)
    header[: len(name)] = name.encode()
    header[100:108], header[108:116], header[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    header[124:136] = size if isinstance(size, bytes) else b"%011o\0" % size
    header[136:148], header[156:157], header[257:265] = b"00000000000\0", kind, b"ustar\x0000"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def grows_evenly(make: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Whether eight times the input costs about eight times the processor time, and not sixty-four times."""
    small = min(_cost(make(size)) for _ in range(3))
    large = make(8 * size)
    return any(_cost(large) < 24 * max(small, 0.002) for _ in range(2))


def _cost(function: Callable[[], object]) -> float:
    started = time.process_time()
    function()
    return time.process_time() - started
