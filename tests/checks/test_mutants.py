"""Every check broken on purpose: its examples, or its raw exports, must notice."""

import pytest

from autoguard.catalog_examples import run_examples
from autoguard.evaluate import prepare
from checks.cases import cases
from checks.expressions import Mutant, changes, mutants, split, tokens
from checks.scanning import CATALOG, POLICY, PROBES, Scans, judge, problems

MUTANTS = [mutant for check in CATALOG.checks.values() for mutant in mutants(check)]
_NO_AUTOMATIONS = (
    "An organisation is a subject only where automations were found, and no example of the check has none of them."
)
_NO_STEPS = "That `steps > 0` leaves too much out is itself a defect (see the check's expected.yaml)."
EXPLAINED: dict[str, str] = {
    'personal-account: applies without role == "secret"': (
        "A reader gives the storage `reference` to secrets only, and every example with that storage is a secret."
    ),
    "dangerous-ci-trigger: lower 0 never": (
        "A workflow file does not say that it is switched off: its reader knows `enabled` as yes or not at all."
    ),
    "no-awareness-training: applies always": _NO_AUTOMATIONS,
    "no-awareness-training: applies automations > 0 with >=": _NO_AUTOMATIONS,
    "no-kpi: applies without declared": (
        "It does the same: the phase of an automation that the manifest does not name is empty, never another word."
    ),
    "no-retraining-plan: applies without automations > 0": _NO_AUTOMATIONS,
    "no-retraining-plan: applies automations > 0 with >=": _NO_AUTOMATIONS,
    "pinned-personal-data: applies always": _NO_STEPS,
    "pinned-personal-data: applies steps > 0 with >=": _NO_STEPS,
    "plain-text-secret: raise 0 never": (
        "Nothing in a file makes a secret live, and what would try one (`--verify`) does not exist yet."
    ),
    'shared-credential: raise 0 without storage == "inline"': (
        "A reference carries the platform in its id and belongs to that one alone; examples do not judge severity."
    ),
}
"""Mutants that nothing notices, each with the reason."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.id)
def test_mutant_is_noticed(mutant: Mutant, scans: Scans) -> None:
    noticed = _by_examples(mutant) or _by_exports(mutant, scans)
    if mutant.id in EXPLAINED:
        assert not noticed, f"it is noticed ({noticed}): take it out of EXPLAINED"
    else:
        assert noticed


def test_what_is_explained_exists() -> None:
    assert EXPLAINED.keys() <= {mutant.id for mutant in MUTANTS}


def test_what_is_in_strings_and_brackets_belongs_to_one_condition() -> None:
    text = '(kind == "a && b" || size(hosts) > 0) && !off || names.exists(e, e in ["x", "y || z"])'
    assert split(text, "||") == [
        '(kind == "a && b" || size(hosts) > 0) && !off',
        'names.exists(e, e in ["x", "y || z"])',
    ]
    assert split("a&&b", "&&") == ["a", "b"]
    assert [token.text for token in tokens("limit_days>=2")] == ["limit_days", ">=", "2"]
    with pytest.raises(ValueError, match="cannot read"):
        tokens("a ? b : c")


def test_changes_are_complete() -> None:
    assert [change.text for change in changes('(a || b == "x") && !c && size(d) > 1')] == [
        "!c && size(d) > 1",
        '(b == "x") && !c && size(d) > 1',
        '(!(a) || b == "x") && !c && size(d) > 1',
        "(a) && !c && size(d) > 1",
        '(a || b != "x") && !c && size(d) > 1',
        '(a || b == "x") && size(d) > 1',
        '(a || b == "x") && c && size(d) > 1',
        '(a || b == "x") && !c',
        '(a || b == "x") && !c && size(d) <= 1',
        '(a || b == "x") && !c && size(d) >= 1',
    ]
    assert [change.text for change in changes('e.exists(x, x in ["a", "b"])')] == [
        '!(e.exists(x, x in ["a", "b"]))',
        'e.exists(x, x in ["b"])',
        'e.exists(x, x in ["a"])',
    ]


def _by_examples(mutant: Mutant) -> str:
    [question] = prepare([mutant.check], POLICY.limits, PROBES)
    return next((run.name for run in run_examples(question, POLICY.limits) if not run.right), "")


def _by_exports(mutant: Mutant, scans: Scans) -> str:
    for case in cases(mutant.check.id):
        if not case.defect and problems(case, judge(scans.of(case), mutant.check)):
            return case.id
    return ""
