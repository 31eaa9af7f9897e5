"""The exit codes of the design, the same for every format."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.command import autoguard
from support.estate import node, workflow, write_tree

CLEAN = {"flow.json": workflow("Clean", [node("Every", "scheduleTrigger"), node("Set", "set")], ("Every", "Set"))}
MEDIUM = {
    "flow.json": workflow(
        "Ask",
        [node("Every", "scheduleTrigger"), node("A", "httpRequest", {"url": "http://a.supplier.eu"})],
        ("Every", "A"),
    )
}
CRITICAL = {
    "flow.json": workflow(
        "Shell", [node("Hook", "webhook"), node("Run", "executeCommand", {"command": "ls"})], ("Hook", "Run")
    )
}
BROKEN = {"broken.json": json.dumps(CLEAN["flow.json"])[:-30]}
TEMPLATE = {"templates/flow.yml": "{{- if .Values.on }}\non: push\njobs: {a: {steps: [{run: make}]}}\n{{- end }}\n"}
FORMATS = ("console", "json", "sarif", "markdown", "html")


def code(folder: Path, files: Mapping[str, object], *arguments: str) -> int:
    write_tree(folder, files)
    return autoguard("scan", ".", *arguments, cwd=folder).code


@pytest.mark.parametrize("name", FORMATS)
def test_0_nothing_open_at_or_above_the_threshold(tmp_path: Path, name: str) -> None:
    assert code(tmp_path, MEDIUM, "-f", name) == 0


@pytest.mark.parametrize("name", FORMATS)
def test_1_something_is(tmp_path: Path, name: str) -> None:
    assert code(tmp_path, CRITICAL, "-f", name) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_3_something_could_not_be_read(tmp_path: Path, name: str) -> None:
    assert code(tmp_path, {**CLEAN, **BROKEN}, "-f", name) == 3


@pytest.mark.parametrize("name", FORMATS)
def test_2_wrong_usage(tmp_path: Path, name: str) -> None:
    assert code(tmp_path, CLEAN, "-f", name, "--fail-on", "terrible") == 2


@pytest.mark.parametrize("command", ["scan", "inventory"])
def test_a_template_of_another_language_is_listed_and_does_not_make_3(tmp_path: Path, command: str) -> None:
    write_tree(tmp_path, {**CLEAN, **TEMPLATE})
    done = autoguard(command, ".", "-f", "json", cwd=tmp_path)
    assert done.json["inventory"]["gaps"] == [
        {
            "path": "templates/flow.yml",
            "reason": "is a template of another language and was not read",
            "kind": "template",
        }
    ]
    assert done.code == 0


def test_a_template_beside_something_broken_makes_3(tmp_path: Path) -> None:
    assert code(tmp_path, {**CLEAN, **TEMPLATE, **BROKEN}) == 3


def test_3_a_workflow_of_which_only_a_part_was_read(tmp_path: Path) -> None:
    steps = "      - run: make\n" * 1_001
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"
    write_tree(tmp_path, {".github/workflows/many.yml": text})
    done = autoguard("scan", ".", "-f", "json", "--fail-on", "never", cwd=tmp_path)
    [gap] = done.json["inventory"]["gaps"]
    assert gap["reason"] == "has more than 1000 steps in a job; the rest was not read"
    assert done.code == 3


def test_1_wins_over_3(tmp_path: Path) -> None:
    assert code(tmp_path, {**CRITICAL, **BROKEN}) == 1


def test_incomplete_can_be_allowed(tmp_path: Path) -> None:
    assert code(tmp_path, {**CLEAN, **BROKEN}, "--allow-incomplete") == 0


@pytest.mark.parametrize(
    ("threshold", "expected"), [("medium", 1), ("low", 1), ("high", 0), ("critical", 0), ("never", 0)]
)
def test_the_threshold(tmp_path: Path, threshold: str, expected: int) -> None:
    assert code(tmp_path, MEDIUM, "--fail-on", threshold) == expected


def test_never_still_says_that_something_was_not_read(tmp_path: Path) -> None:
    assert code(tmp_path, {**CRITICAL, **BROKEN}, "--fail-on", "never") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("scan", "nowhere"), "nowhere: there is no such file or folder"),
        (("scan", ".", "-f", "jsn"), "there is no format jsn"),
        (("scan", ".", "--select", "open-webhok"), "did you mean open-webhook?"),
        (("scan", ".", "-p", "strictest"), "there is no policy strictest"),
        (("scan", ".", "--today", "tomorrow"), "is not a date"),
        (("scan", ".", "--baseline", "none.json"), "none.json"),
        (("scan", ".", "--config", "none.yaml"), "none.yaml: there is no such file"),
        (("scan", ".", "--inventory", "none.json"), "none.json"),
        (("scan", ".", "-f", "json", "-f", "sarif"), "cannot share standard output"),
        (("scan", ".", "--no-such-option"), "--no-such-option"),
        (("explain", "open-webhok"), "did you mean open-webhook?"),
        (("report", "none.json"), "none.json"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_2_says_what_is_wrong_without_a_traceback(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    write_tree(tmp_path, CLEAN)
    done = autoguard(*arguments, cwd=tmp_path)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_2_for_a_broken_configuration_names_file_and_line(tmp_path: Path) -> None:
    write_tree(tmp_path, {**CLEAN, "autoguard.yaml": "version: 1\norganisation:\n  name: Bakery\n  headcout: 3\n"})
    done = autoguard("scan", ".", cwd=tmp_path)
    assert done.code == 2
    assert "autoguard.yaml:4: unknown key organisation.headcout; did you mean headcount?" in done.err


def test_2_for_an_internal_error_shows_no_traceback(tmp_path: Path) -> None:
    write_tree(tmp_path, {**CLEAN, "sitecustomize.py": "import autoguard.triage as t\nt.triage = None\n"})
    done = autoguard("scan", ".", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.code == 2
    assert "internal error (TypeError" in done.err
    assert "Traceback" not in done.err


def test_a_manifest_that_lies_deeper_is_only_noted(tmp_path: Path) -> None:
    manifest = "version: 1\nautomations:\n  - {id: other, name: Other}\n"
    write_tree(tmp_path, {**CLEAN, "clients/mill/autoguard.yaml": manifest})
    done = autoguard("scan", ".", "-f", "json", cwd=tmp_path)
    assert done.code == 0
    assert done.json["ignored_settings"] == [
        "clients/mill/autoguard.yaml speaks of a part of the tree; scan its folder, or name it with --config"
    ]
    counts = {one["id"]: one for one in done.json["checks"]}
    assert (counts["undeclared-automation"]["fail"], counts["undeclared-automation"]["unknown"]) == (0, 1)


def test_an_empty_folder_is_no_failure(tmp_path: Path) -> None:
    done = autoguard("scan", ".", cwd=tmp_path)
    assert done.code == 0
    assert "no automation was found" in done.out


def test_a_known_finding_does_not_stop_the_gate(tmp_path: Path) -> None:
    write_tree(tmp_path, CRITICAL)
    assert autoguard("baseline", "create", ".", "-o", "known.json", cwd=tmp_path).code == 0
    assert autoguard("scan", ".", "--baseline", "known.json", cwd=tmp_path).code == 0
    write_tree(tmp_path, {"other.json": {**CRITICAL["flow.json"], "id": "wf-other", "name": "Other"}})
    assert autoguard("scan", ".", "--baseline", "known.json", cwd=tmp_path).code == 1
