"""Every check broken on purpose: its examples, or its raw exports, must notice."""

from dataclasses import replace

import pytest

from autoguard.catalog_examples import run_examples
from autoguard.evaluate import prepare
from checks.cases import Case, Fires, cases
from checks.expressions import Mutant, changes, mutants, split, tokens
from checks.scanning import CATALOG, POLICY, PROBES, Scanned, Scans, judge, problems

MUTANTS = [mutant for check in CATALOG.checks.values() for mutant in mutants(check)]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.id)
def test_mutant_is_noticed(mutant: Mutant, scans: Scans) -> None:
    noticed = _by_examples(mutant) or _by_exports(mutant, scans) or _by_a_vault(mutant, scans)
    assert noticed, (
        f"no example and no tree notices {mutant.id}; add one, or a variant to {mutant.check.id}/expected.yaml"
    )


def test_an_entry_of_a_vault_that_two_platforms_read_was_not_copied(scans: Scans) -> None:
    case, scanned = _vault(scans)
    assert problems(case, judge(scanned)) == []


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


def _vault(scans: Scans) -> tuple[Case, Scanned]:
    """A value on two platforms as a plugin would give it that follows both to one vault; no export of ours tells so."""
    case = next(case for case in cases("shared-credential") if case.name == "fires-github-actions")
    scanned = scans.of(case)
    assert isinstance(case.expected, Fires)
    credentials = tuple(
        replace(one, storage="vault") if one.storage == "inline" else one for one in scanned.inventory.credentials
    )
    expected = case.expected.model_copy(update={"severity": "low", "reasons": ()})
    return replace(case, expected=expected), replace(
        scanned, inventory=replace(scanned.inventory, credentials=credentials)
    )


def _by_examples(mutant: Mutant) -> str:
    [question] = prepare([mutant.check], POLICY.limits, PROBES)
    return next((run.name for run in run_examples(question, POLICY.limits) if not run.right), "")


def _by_exports(mutant: Mutant, scans: Scans) -> str:
    # A case that does not come out with the check as it is says nothing about a broken one.
    for case in cases(mutant.check.id):
        scanned = scans.of(case)
        if problems(case, judge(scanned, mutant.check)) and not problems(case, judge(scanned)):
            return case.id
    return ""


def _by_a_vault(mutant: Mutant, scans: Scans) -> str:
    case, scanned = _vault(scans)
    return case.id if mutant.check.id == case.check and problems(case, judge(scanned, mutant.check)) else ""
