"""What becomes of answers: one finding for each host, open questions in words, and questions that may not apply."""

from dataclasses import replace

import pytest
from support.estate import CATALOG, assessment_of, node, workflow

from autoguard.model import Assessment, Finding
from checks.scanning import counts

MILL, PRICES = "http://orders.mill-lane-bakery.eu/a", "http://prices.mill-lane-bakery.eu/b"
EVERY = node("Every", "scheduleTrigger")


def open_questions(assessment: Assessment, check: str) -> list[Finding]:
    return [one for one in assessment.findings if (one.check, one.outcome) == (check, "unknown")]


def test_every_plain_host_is_a_finding_of_its_own() -> None:
    both = node("Both", "code", {"jsCode": f"await fetch('{MILL}');\nawait fetch('{PRICES}');"})
    again = node("Again", "httpRequest", {"url": MILL})
    assessment = assessment_of({"a.json": workflow("A", [EVERY, both, again], ("Every", "Both"), ("Both", "Again"))})
    found = [one for one in assessment.findings if one.check == "insecure-transport"]
    assert [(one.message, len(one.locations), one.outcome) for one in found] == [
        ("orders.mill-lane-bakery.eu is reached without encryption", 2, "fail"),
        ("prices.mill-lane-bakery.eu is reached without encryption", 1, "fail"),
    ]
    assert [one.subject.name for one in found] == ["orders.mill-lane-bakery.eu", "prices.mill-lane-bakery.eu"]
    assert len({one.fingerprint for one in found}) == 2


def test_a_host_that_goes_leaves_the_finding_of_the_other_as_it_is() -> None:
    def fingerprints(*urls: str) -> set[str]:
        code = node("Ask", "code", {"jsCode": "\n".join(f"await fetch('{url}');" for url in urls)})
        assessment = assessment_of({"a.json": workflow("A", [EVERY, code], ("Every", "Ask"))})
        return {one.fingerprint for one in assessment.findings if one.check == "insecure-transport"}

    assert fingerprints(PRICES) < fingerprints(MILL, PRICES)


def test_an_open_question_says_of_what_it_is_asked() -> None:
    assessment = assessment_of({"a.json": workflow("Order list", [EVERY, node("Set", "set")], ("Every", "Set"))})
    [finding] = open_questions(assessment, "no-owner")
    assert finding.message == 'Nobody answers for the automation: not known for "Order list"'


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("steps > 99", {"pass": 1}), ("steps > 0", {"unknown": 1}), ("declared", {"unknown": 1})],
)
def test_a_question_that_may_not_apply(condition: str, expected: dict[str, int]) -> None:
    # Whether somebody answers for it is not known without a manifest; where the answer is no in either case, it is no.
    check = replace(CATALOG.checks["no-owner"], applies="has_owner", when=condition)
    files = {"a.json": workflow("A", [EVERY, node("Set", "set")], ("Every", "Set"))}
    assessment = assessment_of(files, checks={**CATALOG.checks, check.id: check})
    assert counts(assessment, check.id) == expected
