"""Every check on raw exports: one tree on which the platform's own reader makes it fire, and a near miss."""

import difflib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoguard.model import Assessment, Document, Finding
from autoguard.plugins import check_rooms
from autoguard.secrets.detect import detect
from autoguard.secrets.engine import Engine
from autoguard.secrets.kinds import load_kinds
from autoguard.syntax.parsed import Parsed
from checks.cases import ROOT, SUFFIX, Case, Fires, all_cases, described, expected, piece
from checks.placeholders import TODAY, fill
from checks.scanning import CATALOG, REGISTRY, Scans, findings, judge, problems

CASES = all_cases()
PLATFORMS = frozenset(REGISTRY.names("platforms"))
_MAX_CHANGED_LINES = 12
"""A near miss is near: so many lines tell it from the tree on which the check fires, or one file more or less."""
_HOLE = re.compile(r"[{}?]|^\s|\s$|\s\s|\(\)|\"\"|\s[,:)]")
"""What a message shows where a fact was not known or empty."""
_WITHOUT_SUBJECT = frozenset({"unreadable-source/quiet", "unreadable-source/quiet-github-actions"})
"""Trees in which a check has nothing to look at, because its subject is the mistake itself."""


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.id)
def test_outcome(case: Case, scans: Scans) -> None:
    assessment = judge(scans.of(case))
    found = problems(case, assessment)
    if isinstance(case.expected, Fires):
        found.extend(_of_wording(case, case.expected, assessment))
    assert found == []


@pytest.mark.parametrize("check", sorted(CATALOG.checks))
def test_every_check_has_a_pair(check: str) -> None:
    assert check in described(), f"tests/fixtures/checks/{check} must hold a tree that fires and one that does not"
    trees = expected(check).trees
    assert {"fires", "quiet"} <= trees.keys()
    for name in trees:
        kind, _, platform = name.partition("-")
        assert kind in ("fires", "quiet"), name
        assert isinstance(trees[name], Fires) == (kind == "fires"), name
        if platform in PLATFORMS:
            assert {f"fires-{platform}", f"quiet-{platform}"} <= trees.keys(), f"{name} must have a counterpart"


def test_every_folder_belongs_to_a_check_and_is_described() -> None:
    assert set(described()) == CATALOG.checks.keys()
    for check in described():
        folders = {path.name for path in (ROOT / check).iterdir() if path.is_dir()}
        assert folders == expected(check).trees.keys(), check
        answers = {path.name.removesuffix(".answer.json") for path in (ROOT / check).glob("*.answer.json")}
        assert answers <= folders, check


@pytest.mark.parametrize(
    "case", [case for case in CASES if not isinstance(case.expected, Fires)], ids=lambda one: one.id
)
def test_a_quiet_tree_has_a_subject(case: Case) -> None:
    assert case.expected or case.id in _WITHOUT_SUBJECT


@pytest.mark.parametrize("case", [case for case in CASES if case.variant is None], ids=lambda one: one.id)
def test_a_near_miss_is_near(case: Case) -> None:
    other = case.folder.with_name(case.name.replace("quiet", "fires", 1))
    if case.name.startswith("quiet") and other.is_dir():
        assert _distance(other, case.folder) <= _MAX_CHANGED_LINES


def test_no_fixture_holds_a_secret() -> None:
    engine = Engine(load_kinds(check_rooms(REGISTRY)))
    for path in sorted(ROOT.rglob("*")):
        if path.is_file():
            shown = path.name.removesuffix(SUFFIX)
            for found in detect(Parsed(Document(shown, path.read_bytes())), engine, b"test"):
                assert "@@" in found.value.reveal(), f"{path.relative_to(ROOT)}:{found.location.line}"


def test_the_command_says_the_same(tmp_path: Path, scans: Scans) -> None:
    case = next(case for case in CASES if case.id == "plain-text-secret/fires-vendor")
    case.write(tmp_path)
    program = str(Path(sys.executable).with_name("autoguard"))
    arguments = ["scan", "--no-plugins", "--today", TODAY.isoformat(), "-f", "json"]
    done = subprocess.run(
        [program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "CI": "1"}
    )
    assert done.returncode == 1, done.stderr
    assert fill("@@STRIPE_KEY@@") not in done.stdout + done.stderr
    [shown] = [item for item in json.loads(done.stdout)["findings"] if item["check"] == case.check]
    finding = _finding(case, judge(scans.of(case)))
    assert (shown["severity"], shown["fingerprint"], shown["message"]) == (
        finding.severity,
        finding.fingerprint,
        finding.message,
    )


def _finding(case: Case, assessment: Assessment) -> Finding:
    assert isinstance(case.expected, Fires)
    [finding] = findings(assessment, case.check, case.expected.outcome)
    return finding


def _of_wording(case: Case, expected: Fires, assessment: Assessment) -> Iterator[str]:
    for finding in findings(assessment, case.check, expected.outcome):
        if _HOLE.search(finding.message):
            yield f"message {finding.message!r} is not whole"
        for place in finding.locations[:1]:
            source = case.files()[place.path]
            if place.line is not None and fill(expected.shows) not in piece(source, place):
                yield f"{place.path}:{place.line} does not show {expected.shows}"


def _distance(first: Path, second: Path) -> int:
    """How many lines differ in the files that both trees have; a file that only one has counts as one line."""
    ours, theirs = _lines(first), _lines(second)
    changed = 0
    for path in ours.keys() & theirs.keys():
        difference = difflib.ndiff(ours[path], theirs[path])
        changed += sum(line.startswith(("+ ", "- ")) for line in difference)
    answers = [folder.with_name(f"{folder.name}.answer.json") for folder in (first, second)]
    return changed + len(ours.keys() ^ theirs.keys()) + int(any(answer.is_file() for answer in answers))


def _lines(folder: Path) -> dict[str, list[str]]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8").splitlines()
        for path in folder.rglob("*")
        if path.is_file()
    }
