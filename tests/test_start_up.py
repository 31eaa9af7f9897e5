"""What starting costs: heavy modules wait until something needs them."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from support.estate import node, workflow, write_tree

HEAVY = (
    "cel_expr_python", "google", "hyperscan", "jinja2", "markupsafe", "requests", "urllib3", "cryptography", "yaml",
    "pydantic", "pydantic_core", "sqlalchemy", "tabulate", "defusedxml", "xml", "pygments", "rich", "pluggy", "numpy",
    "multiprocessing", "concurrent", "asyncio", "bandit", "pip_audit", "email", "http", "sqlite3", "platformdirs",
    "importlib.metadata", "json", "tempfile", "zipfile", "tarfile",
)  # fmt: skip
"""Nothing of these is needed to print a page of help."""
UNUSED_BY_AN_EMPTY_SCAN = (
    "jinja2", "markupsafe", "requests", "urllib3", "cryptography", "sqlalchemy", "tabulate", "defusedxml", "xml",
    "pygments", "hyperscan", "numpy", "asyncio", "bandit", "pip_audit", "http", "sqlite3", "autoguard.catalog_file",
    "autoguard.catalog_lint", "autoguard.practices.manifest_file", "autoguard.render.html", "autoguard.render.sarif",
    "autoguard.platforms.n8n", "autoguard.documentation",
)  # fmt: skip
"""Nothing of these is needed where there is nothing to read, and what is shipped was compiled before."""


def modules_of(program: tuple[str, ...], cwd: Path) -> set[str]:
    """The modules that a program imports until it ends, with the packages they lie in."""
    command = [sys.executable, "-X", "importtime", *program]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    lines = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    found = {*lines}
    assert "typer" in found
    return found


def imported(*arguments: str, cwd: Path) -> set[str]:
    """The modules that the command imports."""
    found = modules_of(("-m", "autoguard", *arguments), cwd)
    assert "autoguard.cli.app" in found
    return found


def among(modules: set[str], names: tuple[str, ...]) -> list[str]:
    return sorted(name for name in modules if name in names or name.startswith(tuple(f"{one}." for one in names)))


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert among(imported(*arguments, cwd=tmp_path), HEAVY) == []


@pytest.mark.parametrize("command", ["scan", "inventory", "explain", "report"])
def test_help_of_a_command_imports_nothing_heavy(command: str, tmp_path: Path) -> None:
    assert among(imported(command, "--help", cwd=tmp_path), HEAVY) == []


def test_help_imports_nothing_of_ours_but_the_commands(tmp_path: Path) -> None:
    ours = {name for name in imported("--help", cwd=tmp_path) if name.startswith("autoguard.")}
    assert {name for name in ours if not name.startswith("autoguard.cli")} == {"autoguard.errors"}


def test_a_scan_of_nothing_imports_only_what_it_uses(tmp_path: Path) -> None:
    imported("scan", ".", cwd=tmp_path)  # the first one compiles what is shipped
    modules = imported("scan", ".", cwd=tmp_path)
    assert among(modules, UNUSED_BY_AN_EMPTY_SCAN) == []
    assert "autoguard.assess" in modules


def test_a_scan_loads_the_renderer_that_it_writes_with(tmp_path: Path) -> None:
    flow = workflow("Orders", [node("Night", "scheduleTrigger"), node("Set", "set")], ("Night", "Set"))
    tree = write_tree(tmp_path / "tree", {"orders.json": flow})
    modules = imported("scan", ".", "-f", "json", cwd=tree)
    assert among(modules, ("jinja2", "markupsafe", "requests", "autoguard.render.sarif", "autoguard.render.html")) == []
    assert "hyperscan" in modules
    assert "jinja2" in imported("scan", ".", "-f", "html", cwd=tree)


def test_help_takes_150_ms_of_processor_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autoguard", "--help"]
    assert min(processor_time(command, tmp_path) for _ in range(5)) < 0.150


def processor_time(command: list[str], cwd: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, env={**os.environ, "COLUMNS": "100"}, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
