"""What lies in a tree besides ordinary files: links, pipes, sockets, forbidden files, and files that change meanwhile."""

import contextlib
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.hostile import DAY, HEALTHY, command, export, only_gap, scan, write

from autoguard.collect import LIMITS, Entry, Skipped
from autoguard.collect.files import read, walk
from autoguard.model import Document, Gap


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    """A read that blocks ends the test and not the session."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("blocked"))
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _socket(path: Path) -> Iterator[None]:
    # A socket's name must be short, so it is bound from inside its folder.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
            yield
    finally:
        os.chdir(before)


def _skipped(tree: Path) -> dict[str, str]:
    return {found.path: found.reason for found in walk(tree) if isinstance(found, Skipped)}


def test_forbidden_file(tmp_path: Path) -> None:
    (write(tmp_path, {"secret.json": export()}) / "secret.json").chmod(0)
    only_gap(scan(tmp_path, plain_user=True), "secret.json", "permission denied")


@pytest.mark.parametrize("mode", [0o000, 0o300, 0o600], ids=["closed", "not-listable", "not-enterable"])
def test_forbidden_folder(mode: int, tmp_path: Path) -> None:
    folder = write(tmp_path, {"secret/other.json": export(), "open/third.json": export("Third")}) / "secret"
    folder.chmod(mode)
    try:
        done = scan(tmp_path, plain_user=True)
    finally:
        folder.chmod(0o700)
    assert done.names == ["Orders", "Third"]
    [(path, reason)] = done.gaps.items()
    assert path in ("secret", "secret/other.json")
    assert reason == "may not be read: permission denied"
    assert done.code == 3


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"other.json": export()})
    tree = write(tmp_path / "tree", {"folder/deep/third.json": export("Third")})
    for name, target in {
        "self.json": "self.json", "a.json": "b.json", "b.json": "a.json", "folder/deep/up": "../..", "folder/here": ".",
        "file-outside.json": str(outside / "other.json"), "folder-outside": "../outside", "root": "/",
        "beside": "../tree-of-another-name", "inside.json": HEALTHY, "folder-inside": "folder", "nothing.json": "none",
    }.items():  # fmt: skip
        (tree / name).symlink_to(target)
    write(tmp_path / "tree-of-another-name", {})
    done = scan(tree)
    assert done.code == 3
    assert done.names == ["Orders", "Third"]
    for name in ("self.json", "a.json", "b.json"):
        assert done.gaps.pop(name) == "is a link that leads back to itself"
    for name in ("folder/deep/up", "folder/here"):
        assert done.gaps[name] == "is a link to a folder that it lies in (a loop)"
    for name in ("file-outside.json", "folder-outside", "root", "beside"):
        assert "is a link that leaves the scanned tree; scan its target by itself" in done.gaps[name]
    assert len(done.gaps) == 9
    assert _skipped(tree) == {
        "inside.json": "link inside the tree",
        "folder-inside": "link inside the tree",
        "nothing.json": "link to nothing",
    }


def test_pipe_and_socket_do_not_block(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, {}) / "pipe.json")
    with _socket(tmp_path / "socket.json"):
        done = scan(tmp_path, seconds=20)
        assert _skipped(tmp_path) == dict.fromkeys(("pipe.json", "socket.json"), "device, pipe or socket")
    assert done.json["inventory"]["reading"]["skipped"] == {"device, pipe or socket": 2}


def test_path_that_is_too_long_for_the_system(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(write(tmp_path, {}))
    try:
        for _ in range(30):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        Path("other.json").write_text(export())
    finally:
        os.chdir(before)
    done = scan(tmp_path)
    [(path, reason)] = done.gaps.items()
    assert path.startswith("dddd")
    assert reason == "cannot be read: file name too long"
    assert done.code == 3


def test_deep_folders_are_read_to_the_bottom(tmp_path: Path) -> None:
    done = scan(write(tmp_path, {"d/" * 400 + "other.json": export()}))
    assert (done.code, done.names) == (0, ["Orders", "Other"])


def test_twenty_thousand_files(tmp_path: Path) -> None:
    for number in range(100):
        folder = write(tmp_path, {}) / str(number)
        folder.mkdir()
        for index in range(200):
            (folder / f"{index}.json").write_bytes(b'{"number": %d}' % index)
    done = scan(tmp_path)
    assert done.json["inventory"]["reading"]["files"] == 20_001
    assert done.code == 0


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "vanishes": (lambda _: None, "vanished while it was being read"),
    "becomes-a-pipe": (os.mkfifo, "is no longer an ordinary file"),
    "becomes-a-folder": (Path.mkdir, "is no longer an ordinary file"),
    "becomes-a-link": (lambda path: path.symlink_to("/etc"), "became a link"),
    "becomes-a-loop": (lambda path: path.symlink_to(path), "became a link"),
    "becomes-empty": (Path.touch, "is empty"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_file_that_changes_between_listing_and_opening(change: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(export())
    [entry] = walk(tmp_path)
    assert isinstance(entry, Entry)
    act, reason = CHANGES[change]
    path.unlink()
    act(path)
    [gap] = read(entry, LIMITS)
    assert isinstance(gap, Gap)
    assert (gap.path, reason in gap.reason) == ("other.json", True), gap.reason


def test_file_that_becomes_a_socket(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(export())
    [entry] = walk(tmp_path)
    (tmp_path / "other.json").unlink()
    assert isinstance(entry, Entry)
    with _socket(tmp_path / "other.json"):
        [gap] = read(entry, LIMITS)
    assert isinstance(gap, Gap)


def test_file_that_grows_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(export())
    [entry] = walk(tmp_path)
    assert isinstance(entry, Entry)
    os.truncate(entry.file, 5_000_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autoguard.collect.files._HEAD", 64)  # so that the hole behind the text is not in the sample
        [gap] = read(entry, LIMITS)
    assert isinstance(gap, Gap)
    assert gap.reason == "is larger than 64 MB and was not read"


def test_folder_that_becomes_a_link_does_not_lead_out(tmp_path: Path) -> None:
    write(tmp_path / "outside", {})
    write(tmp_path / "tree" / "folder", {})
    [entry] = walk(tmp_path / "tree")
    (tmp_path / "tree" / "folder").rename(tmp_path / "gone")
    (tmp_path / "tree" / "folder").symlink_to(tmp_path / "outside")
    assert isinstance(entry, Entry)
    assert not [found for found in read(entry, LIMITS) if isinstance(found, Document)]


def test_tree_that_changes_during_the_scan(tmp_path: Path) -> None:
    names = [f"{number:04}.json" for number in range(3000)]
    write(tmp_path, dict.fromkeys(names, '{"number": 1}'))
    stop = threading.Event()

    def disturb() -> None:
        # From the end, so that what is listed is gone before it is opened; on and on, until the scan is over.
        for name in reversed(names):
            path = tmp_path / name
            path.unlink()
            kind = int(name[:4]) % 4
            if kind == 1:
                os.mkfifo(path)
            elif kind == 2:
                path.symlink_to("/etc/hostname")
            elif kind == 3:
                path.mkdir()
            if stop.wait(0.0001):
                return

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        done = scan(tmp_path)
    finally:
        stop.set()
        thread.join()
    reasons = {re.split(r"[;,(]", reason)[0].strip() for reason in done.gaps.values()}
    assert reasons <= {
        "vanished while it was being read", "is no longer an ordinary file", "became a link while it was being read",
        "is a link that leaves the scanned tree",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_link_that_the_user_names_is_followed(kind: str, tmp_path: Path) -> None:
    write(tmp_path / "tree", {})
    target = tmp_path / "tree" / HEALTHY if kind == "file" else tmp_path / "tree"
    (tmp_path / "link.json").symlink_to(target)
    done = command("scan", "link.json", "-f", "json", "--today", DAY, cwd=tmp_path)
    assert (done.code, done.gaps, done.names) == (0, {}, ["Orders"])


def test_pipe_that_the_user_names_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    done = command("scan", "pipe.json", "-f", "json", cwd=tmp_path, seconds=8)
    assert done.code in (2, 3)
    assert "internal error" not in done.err


def test_socket_that_the_user_names_is_no_internal_error(tmp_path: Path) -> None:
    with _socket(tmp_path / "socket.json"):
        done = command("scan", "socket.json", "-f", "json", cwd=tmp_path)
    assert done.code in (2, 3)
    assert "internal error" not in done.err


def test_name_that_is_too_long_is_a_usage_error(tmp_path: Path) -> None:
    done = command("scan", "x" * 300, "-f", "json", cwd=tmp_path)
    assert done.code == 2
    assert "internal error" not in done.err


def test_name_of_a_missing_source_cannot_steer_the_terminal(tmp_path: Path) -> None:
    # A shell's `*` hands over such a name when it is a link to nothing.
    (tmp_path / "\x1b[31mred").symlink_to("nothing")
    done = command("scan", "\x1b[31mred", cwd=tmp_path)
    assert done.code == 2
    assert "\x1b" not in done.err
