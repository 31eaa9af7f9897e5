"""The real bandit and zizmor: what they find and where, what they cannot read, and that they see copies alone."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from support.command import autoguard
from support.estate import write_tree

from autoguard.model import Document
from autoguard.tools import ToolOptions, ToolReport, bandit, zizmor
from autoguard.tools._process import copy_out

SHELL = 'import subprocess, sys\nsubprocess.call("tar cf " + sys.argv[1], shell=True)\n'
QUIET = 'print("hello")\n'
WORKFLOW = """on: push
permissions: {contents: read}
jobs:
  say:
    runs-on: ubuntu-latest
    permissions: write-all
    steps:
      - run: make
"""
LONG = "a" * 300


def scripts(folder: Path, files: dict[str, str | bytes], options: ToolOptions | None = None) -> ToolReport:
    folder.mkdir(exist_ok=True)
    return bandit.look(documents(files), folder, options or ToolOptions())


def workflows(folder: Path, files: dict[str, str | bytes], options: ToolOptions | None = None) -> ToolReport:
    folder.mkdir(exist_ok=True)
    return zizmor.look(documents(files), folder, options or ToolOptions())


def documents(files: dict[str, str | bytes]) -> list[Document]:
    return [
        Document(path, content.encode() if isinstance(content, str) else content) for path, content in files.items()
    ]


def places(report: ToolReport) -> list[tuple[str, str, int | None]]:
    assert report.run.status == "ran", report.run.reason
    return sorted((one.rule, one.location.path, one.location.line) for one in report.results)


def unread(report: ToolReport) -> list[str]:
    return sorted(one.location.path for one in report.skipped)


def test_bandit_finds_a_shell_and_says_where(tmp_path: Path) -> None:
    report = scripts(tmp_path / "w", {"jobs/save.py": SHELL, "jobs/b/save.py": QUIET, "all.zip!/save.py": f"\n{SHELL}"})
    assert places(report) == [("B602", "all.zip!/save.py", 3), ("B602", "jobs/save.py", 2)]
    assert (report.run.files, report.skipped) == (3, ())
    assert {(one.severity, one.confidence) for one in report.results} == {("high", "likely")}


def test_bandit_does_not_print_what_it_found(tmp_path: Path) -> None:
    value = "Xk7-" + "hunter" + "-Qz9"
    code = f'password = "{value}"\nimport hashlib\nhashlib.md5("{value}")\nexec("{value}")\n'
    report = scripts(tmp_path / "w", {"a.py": code})
    assert [rule for rule, _, _ in places(report)] == ["B102", "B324"]
    assert value not in repr(report)


def test_what_bandit_cannot_parse_is_open(tmp_path: Path) -> None:
    report = scripts(tmp_path / "w", {"old.py": 'print "hello"\n', "half.py": "def f(:\n", "save.py": SHELL})
    assert places(report) == [("B602", "save.py", 2)]
    assert unread(report) == ["half.py", "old.py"]


@pytest.mark.parametrize(
    "name", ["CVS_export.py", "push.github.py", "a.tox.py", "x__pycache__.py", "a.svn.py", ".py", "..py"]
)
def test_no_name_hides_a_script_from_bandit(name: str, tmp_path: Path) -> None:
    report = scripts(tmp_path / "w", {name: SHELL, "save.py": SHELL})
    assert [path for _, path, _ in places(report)] + unread(report) == sorted([name, "save.py"])


def test_zizmor_finds_a_weakness_and_says_where(tmp_path: Path) -> None:
    report = workflows(
        tmp_path / "w", {".github/workflows/ci.yml": WORKFLOW, "a.zip!/.github/workflows/b.yml": WORKFLOW}
    )
    found = [one for one in places(report) if one[0] == "excessive-permissions"]
    assert found == [
        ("excessive-permissions", ".github/workflows/ci.yml", 6),
        ("excessive-permissions", "a.zip!/.github/workflows/b.yml", 6),
    ]
    assert report.skipped == ()


def test_a_composite_action_is_looked_at(tmp_path: Path) -> None:
    action = (
        "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n"
        "    - run: echo ${{ github.event.issue.title }}\n      shell: bash\n"
    )
    report = workflows(tmp_path / "w", {"tools/action.yml": action})
    assert ("template-injection", "tools/action.yml", 6) in places(report)


@pytest.mark.parametrize("broken", ["on: [push\n", "hello\n", "on: push\njobs: 5\n", "\x00\x01", "a: 1\na: 2\n"])
def test_what_zizmor_cannot_read_is_open(broken: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {".github/workflows/a.yml": broken, ".github/workflows/b.yml": WORKFLOW}
    report = workflows(tmp_path / "w", files)
    assert unread(report) == [".github/workflows/a.yml"]
    assert {path for _, path, _ in places(report)} == {".github/workflows/b.yml"}


# Copies


HOSTILE = (
    "../../up.py", "/etc/root.py", "a.zip!/../../out.py", "-r.py", ".bandit.py", "a b\n;'\"$(id).py", "\\..\\w.py",
    "same.py", "b/same.py", "caf\u00e9/\u202e.py", "a/" * 200 + "deep.py", "__init__.py", "nul\x00.py",
)  # fmt: skip


def test_copies_lie_below_the_folder_whatever_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "w"
    folder.mkdir(parents=True)
    written = copy_out([Document(path, SHELL.encode()) for path in HOSTILE], folder, lambda _: "script.py")
    assert sorted(written.values()) == sorted(HOSTILE)
    on_disk = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert on_disk == sorted(f"in/w/{name}" for name in written)
    assert not [name for name in written if name.rpartition("/")[2].startswith(("-", "."))]


def test_every_name_leads_back_to_its_document(tmp_path: Path) -> None:
    report = scripts(tmp_path / "w", dict.fromkeys(HOSTILE, SHELL))
    assert sorted(path for _, path, _ in places(report)) == sorted(HOSTILE)


def test_a_name_that_is_too_long_for_a_file(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{LONG}.py", SHELL)
    write_tree(tmp_path, {"all.zip": stream.getvalue()})
    done = autoguard("scan", "all.zip", "-f", "json", cwd=tmp_path)
    assert done.code == 1
    assert [one["outcome"] for one in done.json["findings"] if one["check"] == "risky-python-code"] == ["fail"]


def test_a_tool_gets_what_everybody_read_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    tree = write_tree(tmp_path / "tree", {"save.py": SHELL, ".github/workflows/ci.yml": WORKFLOW})
    done = autoguard("scan", tree, "-f", "json", cwd=tmp_path)
    assert {(one["tool"], one["status"]) for one in done.json["tools"]} == {
        ("bandit", "ran"), ("zizmor", "ran"), ("pip-audit", "nothing-to-do"),
    }  # fmt: skip
    assert os.listdir(temporary) == []  # noqa: PTH208 - names are enough


# Whose ignores count


SILENT_SHELL = SHELL.replace("True)", "True)  # nosec")
SILENT_WORKFLOW = WORKFLOW.replace("write-all", "write-all  # zizmor: ignore[excessive-permissions]")
IGNORES = {
    "jobs/save.py": SILENT_SHELL,
    ".github/workflows/ci.yml": SILENT_WORKFLOW,
    "zizmor.yml": "rules:\n  excessive-permissions:\n    disable: true\n",
    ".github/zizmor.yml": "rules:\n  excessive-permissions:\n    disable: true\n",
    ".bandit": "[bandit]\nskips: B602\nexclude: /jobs\n",
    "jobs/.bandit": "[bandit]\nskips: B602\n",
    "bandit.yaml": "skips: [B602]\n",
    "pyproject.toml": '[tool.bandit]\nskips = ["B602"]\nexclude_dirs = ["jobs"]\n',
    "setup.cfg": "[bandit]\nskips = B602\n",
}


def in_a_foreign_tree(tmp_path: Path, files: dict[str, str]) -> set[str]:
    write_tree(tmp_path / "desk", {"notes.md": "Nothing.\n"})
    write_tree(tmp_path / "client", files)
    return judged(tmp_path / "desk", "../client")


def judged(cwd: Path, source: str) -> set[str]:
    done = autoguard("scan", source, "-f", "json", "--select", "injection", "--select", "supply-chain", cwd=cwd)
    found = {one["evidence"]["rule"] for one in done.json["findings"] if one["subject"]["type"] == "tool"}
    return found & {"B602", "excessive-permissions"}


def test_no_file_of_a_foreign_tree_silences_a_tool(tmp_path: Path) -> None:
    loud = {"jobs/save.py": SHELL, ".github/workflows/ci.yml": WORKFLOW}
    assert in_a_foreign_tree(tmp_path, IGNORES | loud) == {"B602", "excessive-permissions"}


def test_no_comment_of_a_foreign_tree_silences_bandit(tmp_path: Path) -> None:
    assert in_a_foreign_tree(tmp_path, {"jobs/save.py": SILENT_SHELL}) == {"B602"}


def test_no_comment_of_a_foreign_tree_silences_zizmor(tmp_path: Path) -> None:
    assert in_a_foreign_tree(tmp_path, {".github/workflows/ci.yml": SILENT_WORKFLOW}) == {"excessive-permissions"}


def test_comments_of_ones_own_tree_count_and_nothing_else_does(tmp_path: Path) -> None:
    tree = write_tree(tmp_path / "mine", IGNORES)
    assert judged(tree, ".") == set()
    write_tree(tree, {"jobs/save.py": SHELL, ".github/workflows/ci.yml": WORKFLOW})
    assert judged(tree, ".") == {"B602", "excessive-permissions"}


def test_ignores_of_a_foreign_tree_are_counted(tmp_path: Path) -> None:
    write_tree(tmp_path / "desk", {"notes.md": "Nothing.\n"})
    write_tree(tmp_path / "client", {"jobs/save.py": SILENT_SHELL, ".github/workflows/ci.yml": SILENT_WORKFLOW})
    done = autoguard("scan", "../client", "-f", "json", cwd=tmp_path / "desk")
    told = " ".join(done.json["ignored_settings"])
    assert "nosec" in told
    assert "zizmor" in told
