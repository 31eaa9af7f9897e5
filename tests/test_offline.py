"""A scan opens no network and leaves the scanned tree as it is, byte for byte and to the nanosecond."""

import hashlib
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.hostile import command
from support.reading import ROOT
from support.services import missing

COMMAND = [sys.executable, "-m", "autoguard"]
BAKERY = ROOT / "examples" / "corner-bakery"
DAY = "2026-11-24"
HOOK = """
import os, socket, sys
def hook(event, arguments):
    if event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
        told = "an internet socket"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request"):
        told = event
    elif event == "socket.connect" and not isinstance(arguments[1], (str, bytes)):
        told = event
    else:
        return
    with open(os.environ["AUDIT_LOG"], "a") as log:
        log.write(told + chr(10))
sys.addaudithook(hook)
def started():
    with open(os.environ["AUDIT_LOG"] + ".started", "a") as log:
        log.write(str(os.getpid()) + chr(10))
started()
os.register_at_fork(after_in_child=started)  # a copy of a process inherits the hook and loads nothing anew
"""
# A seccomp filter, which the kernel hands on to every child, whatever it is written in: a process that asks for a
# socket of any family but AF_UNIX is killed. Numbers: the kernel's <linux/filter.h>, <linux/seccomp.h>, unistd tables.
SOCKET = {"x86_64": 41, "aarch64": 198}
FENCE = """
import ctypes, os, sys
class Step(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint32)]
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.POINTER(Step))]
ALLOW, KILL, LOAD, EQUAL, RETURN = 0x7FFF0000, 0x80000000, 0x20, 0x15, 0x06
found = [(LOAD, 0, 0, 0), (EQUAL, 1, 0, int(sys.argv[1])), (RETURN, 0, 0, ALLOW),
         (LOAD, 0, 0, 16), (EQUAL, 0, 1, 1), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, KILL)]
steps = (Step * len(found))(*found)
libc = ctypes.CDLL(None)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(Program(len(found), steps)), 0, 0):
    sys.exit(99)
os.execv(sys.argv[2], sys.argv[2:])
"""


def copy_of_the_bakery(target: Path, filler: int = 0) -> Path:
    """The example with a script, a list of requirements and, where wanted, enough text for several processes."""
    for path in sorted(BAKERY.rglob("*")):
        if path.is_file():
            write(target / path.relative_to(BAKERY), path.read_bytes())
    write(target / "scripts" / "save.py", b"import os\nos.system('ls')\n")
    write(target / "scripts" / "requirements.txt", b"flask==0.5\n")
    write(target / ".git" / "HEAD", b"ref: refs/heads/main\n")
    for number in range(filler):
        write(target / "text" / f"{number}.txt", b"plain words\n" * 90_000)
    return target


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def files(tree: Path) -> Iterator[tuple[str, Any]]:
    """Everything that a change of the tree would change."""
    for path in sorted((tree, *tree.rglob("*"))):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        yield str(path.relative_to(tree)), (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino, content)


def run(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*map(str, arguments)], cwd=cwd, env={**os.environ, **environment}, capture_output=True, check=False
    )


# The network


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_bakery(tmp_path_factory.mktemp("offline") / "tree", filler=9)


@pytest.fixture
def hooked(tmp_path: Path) -> dict[str, str]:
    write(tmp_path / "hook" / "sitecustomize.py", HOOK.encode())
    path = os.pathsep.join(filter(None, (str(tmp_path / "hook"), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "AUDIT_LOG": str(tmp_path / "log")}


@pytest.mark.parametrize("what", ["scan", "inventory"])
def test_no_process_of_ours_asks_for_the_network(what: str, tree: Path, tmp_path: Path, hooked: dict[str, str]) -> None:
    options = ["--fail-on", "never"] if what == "scan" else []
    done = run(*COMMAND, what, tree, "--today", DAY, "--jobs", "2", *options, cwd=tmp_path, **hooked)
    assert done.returncode in (0, 3), done.stderr.decode()
    started = {*Path(f"{hooked['AUDIT_LOG']}.started").read_text().split()}
    assert len(started) >= 3, "the worker processes were not watched"
    assert not Path(hooked["AUDIT_LOG"]).exists(), Path(hooked["AUDIT_LOG"]).read_text()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import socket; socket.socket()", "an internet socket\n"),
        ("import socket; socket.getaddrinfo('127.0.0.1', 9)", "socket.getaddrinfo\n"),
        ("import socket; socket.socket(socket.AF_UNIX).close()", ""),
    ],
)
def test_the_watch_works(code: str, told: str, tmp_path: Path, hooked: dict[str, str]) -> None:
    assert run(sys.executable, "-c", code, cwd=tmp_path, **hooked).returncode == 0
    log = Path(hooked["AUDIT_LOG"])
    assert (log.read_text() if log.exists() else "") == told


def fenced(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    number = SOCKET.get(platform.machine())
    if number is None or sys.platform != "linux":
        missing("a kernel whose number for socket() is known")
    done = run(sys.executable, "-I", "-c", FENCE, str(number), *arguments, cwd=cwd)
    if done.returncode == 99:
        missing("a kernel that takes a seccomp filter")
    return done


def test_no_process_at_all_asks_for_the_network(tree: Path, tmp_path: Path) -> None:
    arguments: list[str | Path] = [
        *COMMAND,
        "scan",
        tree,
        "--today",
        DAY,
        "--fail-on",
        "never",
        "--jobs",
        "2",
        "-f",
        "json",
    ]
    behind = fenced(*arguments, cwd=tmp_path)
    free = run(*arguments, cwd=tmp_path)
    assert behind.returncode == free.returncode, behind.stderr.decode()
    assert behind.stdout == free.stdout
    for tool in (b"bandit", b"zizmor"):
        assert b'{"tool": "%s"' % tool in free.stdout
        assert b'"status": "ran"' in free.stdout.partition(b'{"tool": "%s"' % tool)[2].partition(b"}")[0]


@pytest.mark.parametrize("family", ["INET", "INET6", "UNIX"])
def test_the_fence_works(family: str, tmp_path: Path) -> None:
    ask = f"import socket; socket.socket(socket.AF_{family}).close()"
    child = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {ask!r}]).returncode == {-signal.SIGSYS})"
    assert fenced(sys.executable, "-c", child, cwd=tmp_path).returncode == (0 if family == "UNIX" else 1)


# The tree


FORMATS = ("json", "html", "sarif", "markdown")


def test_a_scan_leaves_the_tree_that_one_works_in_as_it_is(tmp_path: Path) -> None:
    tree = copy_of_the_bakery(tmp_path / "tree", filler=9)
    before = dict(files(tree))
    formats = [part for name in FORMATS for part in ("-f", f"{name}={tmp_path / name}")]
    done = run(*COMMAND, "scan", ".", "--today", DAY, "--jobs", "2", "--fail-on", "never", *formats, cwd=tree)
    assert done.returncode in (0, 3), done.stderr.decode()
    assert all((tmp_path / name).exists() for name in FORMATS)
    assert dict(files(tree)) == before


def test_a_scan_leaves_another_tree_as_it_is(tmp_path: Path) -> None:
    tree = copy_of_the_bakery(tmp_path / "tree")
    before = dict(files(tree))
    for arguments in (("scan", tree, "--online"), ("inventory", tree), ("baseline", "create", tree)):
        done = run(*COMMAND, *arguments, "--today", DAY, cwd=tmp_path, HTTPS_PROXY="http://127.0.0.1:9")
        assert done.returncode in (0, 1, 3), done.stderr.decode()
    assert dict(files(tree)) == before


def test_a_tree_that_nobody_may_write_is_read_like_any_other(tmp_path: Path) -> None:
    tree = copy_of_the_bakery(tmp_path / "tree")
    arguments = ("scan", ".", "--today", DAY, "--fail-on", "never", "-f", "json")
    free = command(*arguments, cwd=tree)
    for path in (*tree.rglob("*"), tree):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with pytest.raises(PermissionError):
            plain_write(tree / "new")
        done = command(*arguments, cwd=tree, plain_user=True)
    finally:
        for path in (tree, *tree.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.code == free.code
    assert done.out == free.out
    assert done.left == ()


def plain_write(path: Path) -> None:
    """Write as somebody without root's rights."""
    code = "import ctypes, sys; c = ctypes.CDLL(None); c.prctl(24, 1, 0, 0, 0); c.prctl(24, 2, 0, 0, 0); "
    code += "import os; os.execv(sys.executable, [sys.executable, '-c', 'import sys; open(sys.argv[1], \"w\")', sys.argv[1]])"
    done = run(sys.executable, "-c", code, path, cwd=path.parent)
    if b"PermissionError" in done.stderr:
        raise PermissionError
