"""The walk through a tree, the bounded read of a file, and the same answer from one process and from several."""

import contextlib
import io
import json
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.hostile import DAY, HEALTHY, command, export, scan, tarred, write, zipped

from autoguard.collect import LIMITS, Entry, Limits, Skipped
from autoguard.collect.archive_kind import archive_kind
from autoguard.collect.classify import classify
from autoguard.collect.files import PASSED_OVER, read, show, walk
from autoguard.model import Document, Gap
from autoguard.pipeline import read_roots, roots_for
from autoguard.plugins import load_plugins
from autoguard.workers import ReadOptions

SMALL = Limits(file_bytes=20_000, member_bytes=20_000)


def test_walk_goes_by_the_bytes_of_names_and_folders_come_after_files(tmp_path: Path) -> None:
    names = ("b.json", "B.json", "a/z.json", "a/a/y.json", "a.json", ".github/x.yml", "é.json", "Z/1.json", "10.json")
    write(tmp_path, dict.fromkeys(names, "{}"))
    found = [entry.path for entry in walk(tmp_path) if isinstance(entry, Entry)]
    assert found == [
        "10.json", "B.json", "a.json", "b.json", HEALTHY, "é.json", ".github/x.yml", "Z/1.json", "a/z.json", "a/a/y.json",
    ]  # fmt: skip


def test_walk_passes_over_what_others_made(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}/a.json": "{}" for name in PASSED_OVER} | {"env/pyvenv.cfg": "", "env/a.json": "{}"})
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".git").write_text("gitdir: elsewhere")  # a file of that name is an ordinary file
    found = list(walk(tmp_path))
    assert [one.path for one in found if isinstance(one, Entry)] == [HEALTHY, "deep/.git"]
    reasons = {one.path: one.reason for one in found if isinstance(one, Skipped)}
    assert reasons == {**{name: name for name in PASSED_OVER}, "env": "virtual environment"}


def test_root_may_be_one_file(tmp_path: Path) -> None:
    [entry] = walk(write(tmp_path, {}) / HEALTHY)
    assert isinstance(entry, Entry)
    assert (entry.path, entry.size) == (HEALTHY, (tmp_path / HEALTHY).stat().st_size)


def test_names_that_are_no_text_are_shown_with_escapes(tmp_path: Path) -> None:
    assert show(b"a\xff\n\xc3\xa9.json".decode("utf-8", "surrogateescape")) == "a\\xff\né.json"
    write(tmp_path, {})
    (tmp_path / b"a\xff.json".decode("utf-8", "surrogateescape")).write_text("{}")
    first, _ = walk(tmp_path)
    assert first.path == "a\\xff.json"
    assert isinstance(first, Entry)
    [document] = read(first, LIMITS)
    assert isinstance(document, Document)


@pytest.mark.parametrize("excess", [-1, 0, 1, 100_000])
@pytest.mark.parametrize("limit", [20_000, 8_192, 8_191, 8_190, 5_000, 1])
def test_file_at_the_limit_is_read_and_one_byte_more_is_not(limit: int, excess: int, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (limit + excess))
    [found] = read(Entry("a.txt", str(path), 0), replace(SMALL, file_bytes=limit))
    if excess > 0:
        assert isinstance(found, Gap)
        assert "is larger than" in found.reason
    elif limit + excess == 0:
        assert isinstance(found, Skipped)
    else:
        assert isinstance(found, Document)
        assert len(found.data) == limit + excess


@pytest.mark.parametrize(
    ("name", "data", "kind", "reason"),
    [
        ("a.json", b"", Gap, "is empty"),
        ("A.YML", b"", Gap, "is empty"),
        ("a.txt", b"", Skipped, "empty"),
        ("a.json", b"\x7fELF\0\0", Gap, "is binary, although its name promises text"),
        ("a.PY", b"\0\1\2\3", Gap, "is binary, although its name promises text"),
        ("a.png", b"\x89PNG\r\n\0\0", Skipped, "binary"),
        ("a", b"\0\1\2\3", Skipped, "binary"),
        ("a.png", b"x" * 20_001, Gap, "is larger than 0 MB and was not read"),
        ("a.png", b"\0" * 20_001, Skipped, "binary"),
    ],
)
def test_what_is_no_document_and_why(name: str, data: bytes, kind: type, reason: str) -> None:
    found = classify(name, data[:8192], data[8192:], SMALL)
    assert isinstance(found, kind)
    assert not isinstance(found, Document)
    assert (found.path, found.reason) == (name, reason)


@pytest.mark.parametrize(
    "data", [b"x", "ü".encode("utf-16"), "text".encode("utf-16-be"), b"\xff\xfb\x90", b"\xef\xbb\xbfx"]
)
def test_text_in_any_encoding_is_a_document(data: bytes) -> None:
    found = classify("a.bin", data, b"", SMALL)
    assert isinstance(found, Document)
    assert (found.data, found.origin) == (data, "file")
    inside = classify("a.bin", data, b"", SMALL, "archive")
    assert isinstance(inside, Document)
    assert inside.origin == "archive"


def test_kind_of_archive_comes_from_the_bytes_and_not_from_the_name(tmp_path: Path) -> None:
    (tmp_path / "zip.json").write_bytes(zipped([("a.json", "{}")]))
    (tmp_path / "tar.txt").write_bytes(tarred([("a.json", "{}")]))
    for name, kind in (("zip.json", "zip"), ("tar.txt", "tar")):
        path = tmp_path / name
        assert archive_kind(path.read_bytes()[:512], name) == kind
        [document] = read(Entry(name, str(path), 0), LIMITS)
        assert document.path == f"{name}!/a.json"
    assert archive_kind(b"{}", "a.zip") == ""
    assert archive_kind(io.BytesIO().getvalue(), "a.zip") == ""


def test_sources_of_the_same_name_are_told_apart_and_counted(tmp_path: Path) -> None:
    roots = [write(tmp_path / part / "exports", {"cut.json": "{", "a.png": b"\0"}) for part in ("one", "two")]
    seen: list[tuple[int, int]] = []
    options = ReadOptions(b"key", jobs=1, external_plugins=False)
    collected = read_roots(
        roots_for(roots, tmp_path), load_plugins(external=False), options, lambda *done: seen.append(done)
    )
    assert [gap.path for document in collected.documents for gap in document.gaps] == [
        "exports/cut.json",
        "exports-2/cut.json",
    ]
    assert (collected.files, collected.skipped) == (6, {"binary": 2})
    assert seen[-1] == (6, 6)


def test_several_processes_give_the_same_bytes_as_one(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{index}/flow.json": export(f"Flow {index}") for index in range(40)}
    files |= {f"{index}/cut.json": export()[:500] for index in range(20)}
    files |= {f"{index}/large.txt": "plain text\n" * 100_000 for index in range(10)}
    files |= {"a.zip": zipped([("in.json", export("Inside")), ("../out.json", "{}")]), "empty.json": ""}
    write(tmp_path / "tree", files)
    answers = [
        command("scan", "tree", "-f", "json", "--today", DAY, "--jobs", jobs, cwd=tmp_path) for jobs in ("1", "2", "0")
    ]
    assert len({answer.out for answer in answers}) == 1
    assert len({answer.code for answer in answers}) == 1
    inventory = json.loads(answers[0].out)["inventory"]
    assert (len(inventory["automations"]), len(inventory["gaps"])) == (42, 22)


def test_process_that_is_killed_costs_no_more_than_its_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{index:02}/flow.json": export(f"Flow {index}") for index in range(30)}
    files |= {f"{index:02}/large.txt": "plain text, word after word\n" * 100_000 for index in range(30)}
    write(tmp_path, files)
    killed: list[int] = []

    def kill() -> None:
        # The workers are copies of the command, or the children of a server that is a child of the command.
        end = time.monotonic() + 20
        while not killed and time.monotonic() < end:
            direct = [pid for parent in _children(os.getpid()) for pid in _children(parent)]
            served = [pid for child in direct for pid in _children(child)]
            workers = served or direct
            if len(workers) > 1:
                os.kill(workers[0], signal.SIGKILL)
                killed.append(workers[0])
            time.sleep(0.005)

    thread = threading.Thread(target=kill)
    thread.start()
    done = scan(tmp_path, "--jobs", "2", seconds=60)
    thread.join()
    assert killed, "a worker was there to be killed"
    assert len(done.names) + len(done.gaps) >= 31
    assert len(set(done.names)) == len(done.names), "nothing is read twice"


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(entry.parent.name))
    return found
