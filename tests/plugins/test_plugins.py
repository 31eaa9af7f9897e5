"""Third-party plugins, built and installed for real; a broken one costs a warning and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.command import Done, autoguard
from support.estate import CATALOG, node, workflow, write_tree

HERE = Path(__file__).parent
ESTATE = {
    "oven.json": {"oven": "Stone oven", "program": ["heat", "bake", "cool"]},
    "crash.json": {"crash": True},
    "orders.json": workflow("Orders", [node("Every", "scheduleTrigger"), node("Set", "set")], ("Every", "Set")),
}


def install(name: str, target: Path) -> Path:
    arguments = [
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--target",
        str(target),
        str(HERE / name),
    ]
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, capture_output=True)
    return target


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install("sample", tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install("broken", tmp_path_factory.mktemp("broken"))


def scan(folder: Path, plugins: Path, *arguments: str) -> Done:
    write_tree(folder, ESTATE)
    return autoguard("scan", ".", *arguments, cwd=folder, PYTHONPATH=str(plugins))


def test_a_plugin_adds_a_platform_and_a_check(tmp_path: Path, sample: Path) -> None:
    found = scan(tmp_path, sample, "-f", "json").json
    assert {one["platform"] for one in found["inventory"]["automations"]} == {"n8n", "oven"}
    [finding] = [one for one in found["findings"] if one["check"] == "hot-oven"]
    assert (finding["outcome"], finding["message"]) == ("fail", "Stone oven has 3 steps")
    assert finding["locations"] == [{"path": "oven.json", "line": 1, "column": 1}]
    assert found["plugins"] == ["autoguard-sample 1.2.3"]
    assert found["warnings"] == []


def test_a_plugin_adds_a_format(tmp_path: Path, sample: Path) -> None:
    assert scan(tmp_path, sample, "-f", "line").out.startswith(f"{tmp_path.name}: ")


def test_plugins_can_be_left_out(tmp_path: Path, sample: Path) -> None:
    found = scan(tmp_path, sample, "-f", "json", "--no-plugins").json
    assert {one["platform"] for one in found["inventory"]["automations"]} == {"n8n"}
    assert found["plugins"] == []
    assert scan(tmp_path, sample, "-f", "line", "--no-plugins").code == 2


def test_a_plugins_check_is_linted_and_tested_like_ours(tmp_path: Path, sample: Path) -> None:
    assert (
        f"{len(CATALOG.checks) + 1} checks, 0 problems"
        in autoguard("checks", "lint", cwd=tmp_path, PYTHONPATH=str(sample)).err
    )
    assert autoguard("checks", "test", cwd=tmp_path, PYTHONPATH=str(sample)).code == 0


def test_a_broken_plugin_costs_a_warning(tmp_path: Path, broken: Path) -> None:
    done = scan(tmp_path, broken, "-f", "json")
    assert done.code == 3
    assert "Traceback" not in done.err
    warnings = " / ".join(done.json["warnings"])
    assert "could not be loaded (ModuleNotFoundError) and is left out" in warnings
    assert "platforms failed (RuntimeError)" in warnings
    assert "renderers must be `Lazy` parts" in warnings
    assert "platform unloadable could not be loaded (ImportError) and is left out" in warnings
    assert "platform n8n exists and is kept" in warnings


def test_a_reader_that_fails_costs_one_document(tmp_path: Path, broken: Path) -> None:
    found = scan(tmp_path, broken, "-f", "json").json
    assert [(gap["path"], "ZeroDivisionError" in gap["reason"]) for gap in found["inventory"]["gaps"]] == [
        ("crash.json", True)
    ]
    assert [one["name"] for one in found["inventory"]["automations"]] == ["Orders"]


def test_the_console_shows_the_warnings(tmp_path: Path, broken: Path) -> None:
    assert "warning: plugin" in scan(tmp_path, broken).out
