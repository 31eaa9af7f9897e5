"""Checks that ask an external tool: what was skipped, refused or never asked is an open question and no pass."""

import json
from pathlib import Path
from typing import Any

import pytest

from autoguard.model import Document, Location
from autoguard.tools import Skip, ToolOptions, _process, pip_audit
from autoguard.tools._process import Ran
from autoguard.tools.pip_audit import read_answer
from checks.cases import Case, all_cases
from checks.scanning import CATALOG, counts, findings, judge, scan

FLASK = ("flask", "0.5")
PLACE = Location("scripts/requirements.txt", 2)
ONLINE = ToolOptions(online=True, own_tree=True)
TREES = {"bandit": "risky-python-code", "pip-audit": "vulnerable-dependency", "zizmor": "ci-workflow-weakness"}


def _tree(check: str, name: str = "quiet") -> Case:
    return next(case for case in all_cases() if case.check == check and case.name == name)


def _answer(*dependencies: dict[str, Any]) -> str:
    # The form that pip-audit's README gives under "Usage", "JSON".
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


def _vulnerable(version: str, rule: str = "PYSEC-2019-179") -> dict[str, Any]:
    known = {"id": rule, "fix_versions": ["1.0"], "aliases": [], "description": "Memory usage."}
    return {"name": "flask", "version": version, "vulns": [known]}


def test_a_known_vulnerability_is_found_at_its_line() -> None:
    answer = read_answer(_answer(_vulnerable("0.5")), {FLASK: [PLACE]})
    assert answer is not None
    [result], skipped = answer
    assert (result.rule, result.location, result.subject) == ("PYSEC-2019-179", PLACE, "flask==0.5")
    assert result.message == "flask 0.5, fixed in 1.0"
    assert skipped == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(
            _answer({"name": "flask", "skip_reason": "Dependency not found on PyPI"}),
            "Dependency not found on PyPI",
            id="skipped",
        ),
        pytest.param(_answer(), "pip-audit did not mention it", id="not mentioned"),
        pytest.param(
            _answer({"name": "jinja2", "version": "3.1", "vulns": [{"id": "X-1", "fix_versions": []}]}),
            "pip-audit did not mention it",
            id="another one",
        ),
    ],
)
def test_what_was_not_judged_is_open(answer: str, reason: str) -> None:
    assert read_answer(answer, {FLASK: [PLACE]}) == ([], [Skip("flask==0.5", reason, PLACE)])


def test_a_version_that_several_files_fix_is_found_in_each() -> None:
    other = Location("job/requirements.txt", 7)
    answer = read_answer(_answer(_vulnerable("0.5")), {FLASK: [PLACE, other]})
    assert answer is not None
    assert [(result.location, result.subject) for result in answer[0]] == [(PLACE, "flask==0.5"), (other, "flask==0.5")]


@pytest.mark.parametrize("answer", ["", "No known vulnerabilities found", "[]", '{"dependencies": [{}]}', "null"])
def test_an_answer_of_another_form_is_none(answer: str) -> None:
    assert read_answer(answer, {FLASK: [PLACE]}) is None


def test_an_answer_of_another_form_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_audit, "run", lambda *_: Ran(2, "No known vulnerabilities found", ""))
    report = pip_audit.look([Document("requirements.txt", b"flask==0.5\n")], tmp_path, ONLINE)
    assert (report.run.status, report.results) == ("failed", ())
    assert report.run.reason == "pip-audit ended with code 2 and an answer that cannot be read"


def test_several_versions_of_a_package_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def one_at_a_time(_: str, arguments: list[str], folder: Path, __: ToolOptions) -> Ran:
        # The program itself refuses two versions of one package in a list.
        lines = (folder / arguments[arguments.index("-r") + 1]).read_text(encoding="utf-8").splitlines()
        asked.append(lines)
        names = [line.partition("==")[0] for line in lines]
        assert len(set(names)) == len(names)
        known = {"flask==0.6": _vulnerable("0.6")}
        quiet = [{"name": line.partition("==")[0], "version": line.partition("==")[2], "vulns": []} for line in lines]
        return Ran(1, _answer(*(known.get(line, one) for line, one in zip(lines, quiet, strict=True))), "")

    monkeypatch.setattr(pip_audit, "run", one_at_a_time)
    documents = [
        Document("scripts/requirements.txt", b"Flask==0.5\njinja2==3.1\n"),
        Document("other/requirements.txt", b"flask==0.6\n"),
    ]
    report = pip_audit.look(documents, tmp_path, ONLINE)
    assert asked == [["flask==0.5", "jinja2==3.1"], ["flask==0.6"]]
    [result] = report.results
    assert (result.subject, result.location.path) == ("flask==0.6", "other/requirements.txt")
    assert report.skipped == ()


def test_pip_audit_without_an_index_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing listens on the discard port: whatever network there is, this run has none.
    for name in ("https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    case = _tree("vulnerable-dependency")
    case.write(tmp_path)
    assessment = judge(scan(tmp_path, online=True))
    found = counts(assessment, case.check)
    assert found["unknown"] >= 1
    assert "pass" not in found
    assert "fail" not in found


def test_pip_audit_is_not_asked_without_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the network was asked")

    monkeypatch.setattr(pip_audit, "run", refuse)
    case = _tree("vulnerable-dependency", "fires")
    case.write(tmp_path)
    assessment = judge(scan(tmp_path))
    assert counts(assessment, case.check) == {"unknown": 1, "not-applicable": 2}
    assert [one.reason for one in assessment.not_judged if one.check == case.check] == [
        "looking up 2 dependencies needs the network; allow it with --online"
    ]


def _absent(_: str) -> None:
    return None


@pytest.mark.parametrize("tool", sorted(TREES))
@pytest.mark.parametrize("name", ["fires", "quiet"])
def test_a_tool_that_is_absent_is_an_open_question(
    tool: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_process, "_find", _absent)
    case = _tree(TREES[tool], name)
    case.write(tmp_path)
    assessment = judge(scan(tmp_path, online=True))
    assert counts(assessment, case.check) == {"unknown": 1, "not-applicable": 2}
    assert [one.reason for one in assessment.not_judged if one.check == case.check] == [f"{tool} is not installed"]


def test_the_message_says_why_a_tool_did_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_process, "_find", _absent)
    case = _tree("risky-python-code")
    case.write(tmp_path)
    [finding] = findings(judge(scan(tmp_path)), case.check, "unknown")
    assert "?" not in finding.message
    assert "not installed" in finding.message


def test_every_tool_has_a_check() -> None:
    assert {check.parameters["tool"]: check.id for check in CATALOG.checks.values() if check.subject == "tool"} == TREES
