"""The same input gives the same bytes, in every format."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.estate import node, workflow, write_tree
from support.reading import ROOT

FORMATS = ("json", "html", "sarif", "markdown")
BAKERY = ROOT / "examples" / "corner-bakery"
KEYS = [f"k{number}-" + hashlib.sha256(str(number).encode()).hexdigest()[:24] for number in range(6)]


def asking(name: str, *keys: str) -> dict[str, Any]:
    """A workflow that sends its keys along in plain text."""
    nodes = [
        node(f"Ask {index}", "httpRequest", {
            "url": f"http://s{index}.supplier.eu/v1",
            "headerParameters": {"parameters": [{"name": "X-Api-Key", "value": key}]},
        })
        for index, key in enumerate(keys)
    ]  # fmt: skip
    return workflow(name, [node("Hook", "webhook"), *nodes], *(("Hook", one["name"]) for one in nodes))


EXTRA = {
    "more/a.json": asking("A", *KEYS[:4]),
    "more/b.json": asking("B", *KEYS[3:0:-1]),
    "more/c.json": asking("A", *KEYS[2:]),
    "more/copy/a.json": asking("A", *KEYS[:4]),
    "more/broken.json": '{"nodes": [',
    "more/save.py": "import os, sys\nos.system(sys.argv[1])\nexec(sys.argv[1])\n",
    "more/requirements.txt": "flask==0.5\n",
    **{f"text/{number}.txt": "plain words\n" * 90_000 for number in range(8)},
}


def estate(folder: Path) -> Path:
    """The example firm and more of everything whose order could depend on chance; large enough for two processes."""
    shutil.copytree(BAKERY, folder)
    return write_tree(folder, EXTRA)


def scan(source: str, cwd: Path, out: Path, *options: str, **environment: str) -> dict[str, bytes]:
    """What every format writes, the console and its exit code among them."""
    out.mkdir()
    formats = [part for name in FORMATS for part in ("-f", f"{name}={out / name}")]
    command = [sys.executable, "-m", "autoguard", "scan", source, "--today", "2026-11-24", "-q", *formats, *options]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b""), done.stderr.decode()
    return {"console": done.stdout, **{name: (out / name).read_bytes() for name in FORMATS}}


def reversed_order(source: Path, target: Path) -> Path:
    """A copy whose folders and files are made in the opposite order."""
    for path in sorted(source.rglob("*"), reverse=True):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return target


Scans = dict[str, dict[str, bytes]]


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    """One scan of each kind, two at a time after the first."""
    root = tmp_path_factory.mktemp("same")
    first = estate(root / "first" / "firm")
    copy = reversed_order(first, root / "second" / "firm")
    warm = scan("firm", first.parent, root / "first-out", "--jobs", "1", PYTHONHASHSEED="0")
    runs: dict[str, Callable[[Path], dict[str, bytes]]] = {
        "another seed": lambda out: scan("firm", first.parent, out, "--jobs", "1", PYTHONHASHSEED="1"),
        "two processes": lambda out: scan("firm", first.parent, out, "--jobs", "2", PYTHONHASHSEED="4242"),
        "a copy made in another order": lambda out: scan("firm", copy.parent, out, "--jobs", "2"),
        "an absolute path": lambda out: scan(str(first), first.parent, out, "--jobs", "1"),
        "other surroundings": lambda out: scan(
            "firm/../firm/", first.parent, out, "--jobs", "3",
            COLUMNS="40", LANG="C", TZ="Pacific/Kiritimati", XDG_CACHE_HOME=str(root / "cache"),
        ),
        "from elsewhere": lambda out: scan("../first/firm", copy.parent, out, "--jobs", "1"),
    }  # fmt: skip
    with ThreadPoolExecutor(2) as executor:
        started = {name: executor.submit(run, root / f"out-{index}") for index, (name, run) in enumerate(runs.items())}
        return {"first": warm, **{name: future.result() for name, future in started.items()}}


@pytest.mark.parametrize("form", ["console", *FORMATS])
@pytest.mark.parametrize(
    "run",
    ["another seed", "two processes", "a copy made in another order", "an absolute path", "other surroundings"],
)
def test_the_same_bytes(run: str, form: str, scans: Scans) -> None:
    assert scans[run][form] == scans["first"][form]


def test_there_is_something_to_get_wrong(scans: Scans) -> None:
    found = json.loads(scans["first"]["json"])
    assert len(found["inventory"]["automations"]) > 30
    assert {one["label"] for one in found["inventory"]["credentials"]} >= {f"S{number}" for number in range(1, 7)}
    assert len(found["findings"]) > 50
    assert {one["outcome"] for one in found["findings"]} == {"fail", "unknown"}
    assert {one["tool"]: one["status"] for one in found["tools"]}["bandit"] == "ran"
    assert found["inventory"]["gaps"]
    for form in FORMATS:
        assert len(scans["first"][form]) > 10_000


def test_only_the_way_there_differs_from_another_folder(scans: Scans) -> None:
    near, far = (json.loads(scans[name]["json"]) for name in ("first", "from elsewhere"))
    assert [one.pop("prefix", "") for one in near["inventory"]["sources"]] == ["firm/"]
    assert [one.pop("prefix", "") for one in far["inventory"]["sources"]] == [""]
    assert near == far
    assert scans["from elsewhere"]["markdown"].count(b"firm/") < scans["first"]["markdown"].count(b"firm/")
