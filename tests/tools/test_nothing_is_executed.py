"""A scan runs nothing of what it reads, wherever a program, a module or a setting may lie in wait."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.estate import write_tree
from tools.advisories import NOWHERE

COMMAND = Path(sys.executable).with_name("autoguard")
MODULES = (
    "setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "backend.py", "manage.py", "__init__.py",
    "__main__.py", "yaml.py", "json.py", "typer.py", "bandit.py", "pip_audit.py", "autoguard.py", "encodings.py",
    "rich/__init__.py", "hyperscan/__init__.py", "plugins/evil.py", ".venv/lib/python3.11/site-packages/evil.py",
    ".autoguard/plugins/evil.py", "dags/evil.py", "noxfile.py", "gunicorn.conf.py", "fabfile.py",
)  # fmt: skip
PROGRAMS = (
    "bandit", "zizmor", "pip-audit", "git", "python", "python3", "sh", "node", "bin/bandit", ".git/hooks/post-checkout",
    ".git/hooks/fsmonitor", ".git/hooks/post-index-change", ".husky/pre-commit", "run.sh",
)  # fmt: skip
SETTINGS = {
    ".bandit": "[bandit]\nplugins: plugins\nplugin_dir: plugins\ntests: evil\n",
    "bandit.yaml": "plugin_dir: plugins\n",
    "zizmor.yml": "rules: {}\n",
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    '[project.entry-points.autoguard]\nevil = "evil"\n',
    "setup.cfg": "[options.entry_points]\nautoguard =\n    evil = evil\n",
    "evil.dist-info/METADATA": "Name: evil\nVersion: 1\n",
    "evil.dist-info/entry_points.txt": "[autoguard]\nevil = setup\n",
    "requirements.txt": "-e .\n--no-binary :all:\n./\nflask==0.5\n",
    "constraints.txt": "evil @ file:.\n",
    "package.json": '{"scripts": {"preinstall": "./run.sh"}, "dependencies": {"n8n": "1"}}',
    ".git/config": "[core]\n\tfsmonitor = ./run.sh\n\thooksPath = .git/hooks\n\tpager = ./run.sh\n"
    '[filter "evil"]\n\tclean = ./run.sh\n\tsmudge = ./run.sh\n[diff "evil"]\n\ttextconv = ./run.sh\n',
    ".git/HEAD": "ref: refs/heads/main\n",
    ".gitattributes": "* filter=evil diff=evil\n",
    ".envrc": "./run.sh\n",
    ".env": "LD_PRELOAD=./evil.so\nPYTHONSTARTUP=setup.py\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: self-hosted\n    steps:\n      - run: ./run.sh\n",
    "etc/cron.d/job": "* * * * * root ./run.sh\n",
    "workflow.yaml": "a: !!python/object/apply:os.system ['./run.sh']\n",
    "settings.js": "require('child_process').execSync('./run.sh'); module.exports = {}\n",
    "report.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>\n',
    "checks/evil.yaml": "id: evil\nprobe: evil\n",
    ".autoguard/checks/access/evil.yaml": "id: evil\nprobe: evil\n",
    "templates/report.html": "{{ ''.__class__.__mro__ }}\n",
    "autoguard.yaml": "version: 1\npolicy: {use: ./policy.yaml}\n",
}


def trap(tree: Path, marker: Path) -> Path:
    """A tree in which everything that is run leaves its name in the marker."""
    code = f"import sys\nopen({str(marker)!r}, 'a').write(__file__ + chr(10))\n"
    script = f'#!/bin/sh\necho "$0" >> "{marker}"\n'
    write_tree(tree, {**dict.fromkeys(MODULES, code), **SETTINGS, **dict.fromkeys(PROGRAMS, script)})
    for program in PROGRAMS:
        (tree / program).chmod(0o755)
    return tree


def scan(tree: Path, cwd: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [COMMAND, "scan", tree, "-f", "json", "--fail-on", "never", *options],
        cwd=cwd,
        env={**os.environ, "HTTPS_PROXY": NOWHERE, "PATH": f".:{os.environ['PATH']}"},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("inside", [True, False])
def test_nothing_in_a_scanned_tree_is_run(inside: bool, tmp_path: Path) -> None:  # noqa: FBT001
    marker = tmp_path / "marker"
    tree = trap(tmp_path / "tree", marker)
    (tmp_path / "desk").mkdir()
    if inside:
        (tree / "autoguard.yaml").unlink()
    done = scan(tree, tree if inside else tmp_path / "desk", "--online", "--jobs", "2")
    assert done.returncode in (0, 3), done.stderr.decode()
    assert b'"name": "autoguard"' in done.stdout
    assert not marker.exists(), marker.read_text()


def test_the_traps_work(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    tree = trap(tmp_path / "tree", marker)
    subprocess.run([sys.executable, "setup.py"], cwd=tree, check=True)
    subprocess.run(["./bandit"], cwd=tree, check=True)
    subprocess.run([sys.executable, "-c", "import yaml"], cwd=tree, check=True)
    assert [Path(line).name for line in marker.read_text().splitlines()] == ["setup.py", "bandit", "yaml.py"]


LARGE = 9


@pytest.mark.parametrize("module", ["multiprocessing.py", "socket.py"])
def test_a_large_tree_that_one_works_in_is_not_run_either(module: str, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    filler = {f"text/{number}.txt": "plain words\n" * 90_000 for number in range(LARGE)}
    code = f"open({str(marker)!r}, 'a').write(__name__ + chr(10))\n"
    tree = write_tree(tmp_path / "tree", {module: code, **filler})
    scan(tree, tree, "--jobs", "2")
    assert not marker.exists(), marker.read_text()
