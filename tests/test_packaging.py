"""The wheel holds what the source tree holds, and runs from anywhere."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.estate import node, workflow, write_tree
from support.reading import ROOT

ROOMS = ("checks", "policies", "reports")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    arguments = [
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, capture_output=True)
    [found] = folder.glob("*.whl")
    return found


def test_every_file_of_the_three_rooms_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name: archive.read(name) for name in archive.namelist()}
    for room in ROOMS:
        files = [path for path in (ROOT / room).rglob("*") if path.is_file()]
        assert files
        for path in files:
            name = f"autoguard/data/{path.relative_to(ROOT).as_posix()}"
            assert shipped.get(name) == path.read_bytes(), name
    data = {name for name in shipped if name.startswith("autoguard/data/")}
    assert len(data) == sum(path.is_file() for room in ROOMS for path in (ROOT / room).rglob("*"))
    assert not [name for name in shipped if name.endswith(".py") and "/data/" in name], "data rooms hold no Python"


def test_every_module_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for path in (ROOT / "src" / "autoguard").rglob("*.py"):
        assert path.relative_to(ROOT / "src").as_posix() in names


def test_the_installed_wheel_runs_without_the_source_tree(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(target),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    write_tree(
        tmp_path / "estate", {"a.json": workflow("A", [node("Hook", "webhook"), node("M", "gmail")], ("Hook", "M"))}
    )
    script = "import autoguard, sys; sys.stderr.write(autoguard.__file__); from autoguard.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "scan", ".", "-f", "markdown"],
        cwd=tmp_path / "estate",
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.startswith(str(target))
    assert done.returncode == 1
    assert "can be started by anyone" in done.stdout


def test_no_file_names_a_package_index() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in listed:
        path = ROOT / name
        if path.is_file() and path.suffix not in (".zip", ".png"):
            text = path.read_text(encoding="utf-8", errors="replace")
            for address in ("pypi." + "org/simple", "index-" + "url =", "files.python" + "hosted"):
                assert address not in text, f"{name} holds {address}"
