"""The properties of the score (numbers as in the scoring model), each with a mutant of the code that it kills."""

import random
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.scoring import (
    CHECKS,
    CONFIDENCES,
    CRITICALITIES,
    MINUTES,
    POLICY,
    any_result,
    estates,
    mutant,
    one_each,
    result,
)

import autoguard.score as real
from autoguard.model import DOMAINS, SEVERITIES, Policy, Result, Score, Severity

QUIET = settings(
    max_examples=300,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
Property = Callable[[ModuleType, Any], None]


def scored(module: ModuleType, results: list[Result], policy: Policy = POLICY, assets: int = 3) -> Score:
    made: Score = module.score(results, CHECKS, policy, assets=assets, minutes=MINUTES)
    return made


def raw(module: ModuleType, results: list[Result], policy: Policy = POLICY) -> float:
    loads = module.check_loads(module.unique(results), policy, assured=True)
    found: float = module.numbers(loads, policy).raw
    return found


def changed(results: list[Result], index: int, **changes: Any) -> list[Result]:
    return [replace(item, **changes) if position == index else item for position, item in enumerate(results)]


def pick(data: Any, results: list[Result], *outcomes: str) -> int | None:
    places = [index for index, item in enumerate(results) if item.outcome in outcomes]
    return data.draw(st.sampled_from(places)) if places else None


def property_1_repairing_never_lowers(module: ModuleType, data: Any) -> None:
    results = data.draw(estates(1))
    index = pick(data, results, "fail")
    if index is None:
        return
    before, after = scored(module, results), scored(module, changed(results, index, outcome="pass", live=False))
    assert after.assured >= before.assured
    assert after.possible >= before.possible
    if results[index].severity != "info":
        assert raw(module, changed(results, index, outcome="pass", live=False)) > raw(module, results)


def property_2_retiring_an_asset_never_lowers(module: ModuleType, data: Any) -> None:
    results = data.draw(estates(1))
    index = data.draw(st.integers(0, len(results) - 1))
    before, after = scored(module, results), scored(module, results[:index] + results[index + 1 :])
    assert after.assured >= before.assured
    assert after.coverage >= before.coverage


def property_3_clean_assets_hide_nothing(module: ModuleType, data: Any) -> None:
    results = data.draw(estates())
    clean = data.draw(st.lists(any_result(("pass", "not-applicable")), min_size=1, max_size=20))
    extra = [replace(item, subject=replace(item.subject, id=f"clean{n}")) for n, item in enumerate(clean)]
    before, after = scored(module, results), scored(module, results + extra)
    assert (after.assured, after.possible, after.coverage) == (before.assured, before.possible, before.coverage)


def property_4_a_failure_never_raises(module: ModuleType, data: Any) -> None:
    results = data.draw(estates())
    failure = data.draw(any_result(("fail",)))
    extra = replace(failure, subject=replace(failure.subject, id="new"))
    before, after = scored(module, results), scored(module, [*results, extra])
    assert after.assured <= before.assured
    assert after.possible <= before.possible
    assert raw(module, [*results, extra]) <= raw(module, results)


def property_5_graver_never_raises(module: ModuleType, data: Any) -> None:
    results = data.draw(estates(1))
    index = pick(data, results, "fail")
    if index is None:
        return
    item = results[index]
    graver = {
        "severity": SEVERITIES[
            data.draw(st.integers(SEVERITIES.index(item.severity), SEVERITIES.index(item.worst_severity)))
        ],
        "criticality": CRITICALITIES[data.draw(st.integers(CRITICALITIES.index(item.criticality), 3))],
        "confidence": CONFIDENCES[data.draw(st.integers(CONFIDENCES.index(item.confidence), 2))],
    }
    before, after = scored(module, results), scored(module, changed(results, index, **graver))
    assert after.assured <= before.assured
    assert after.possible <= before.possible


def property_6_between_0_and_100(module: ModuleType, data: Any) -> None:
    found = scored(module, data.draw(estates()))
    assert 0 <= found.assured <= found.possible <= 100
    assert 0 <= found.coverage <= 1
    for domain in found.domains:
        assert 0 <= domain.assured <= domain.possible <= 100


def property_7_answering_only_narrows(module: ModuleType, data: Any) -> None:
    results = data.draw(estates(1))
    index = pick(data, results, "unknown", "error")
    if index is None:
        return
    answer = data.draw(st.sampled_from(("pass", "fail", "not-applicable")))
    before, after = scored(module, results), scored(module, changed(results, index, outcome=answer))
    assert after.assured >= before.assured
    assert after.possible <= before.possible
    assert after.coverage >= before.coverage


def property_8_hiding_never_pays(module: ModuleType, data: Any) -> None:
    results = data.draw(estates(1))
    index = pick(data, results, "pass", "fail", "not-applicable")
    if index is None:
        return
    # A secret that works keeps the grade at F as long as it is known; hiding it must not be worth more than F either.
    before = scored(module, results)
    after = scored(module, changed(results, index, outcome="unknown", live=False))
    if not results[index].live:
        assert after.assured <= before.assured
    assert after.coverage <= before.coverage


def property_9_order_and_copies_do_not_matter(module: ModuleType, data: Any) -> None:
    results = data.draw(estates(1))
    shuffled = data.draw(st.permutations(results))
    copies = data.draw(st.lists(st.sampled_from(results), max_size=5))
    assert scored(module, [*shuffled, *copies]) == scored(module, results)


def property_10_a_live_secret_is_an_f(module: ModuleType, data: Any) -> None:
    results = data.draw(estates())
    live = result(CHECKS[3], 99, "fail", live=True, confidence="verified", severity="critical")
    assert scored(module, [*results, live]).grade == "F"


def property_14_weight_on_a_weak_domain_never_raises(module: ModuleType, data: Any) -> None:
    results = data.draw(estates(1))
    before = module.numbers(module.check_loads(module.unique(results), POLICY, assured=True), POLICY)
    weights = POLICY.domain_weights
    mean = sum(weights[name] * value for name, value in before.domains.items()) / sum(weights.values())
    weak = [name for name, value in before.domains.items() if value < mean]
    if not weak:
        return
    name = data.draw(st.sampled_from(weak))
    heavier = replace(POLICY, domain_weights={**weights, name: weights[name] + data.draw(st.floats(0.1, 50))})
    assert raw(module, results, heavier) <= raw(module, results) + 1e-9


def property_15_the_roadmap_leads_to_100(module: ModuleType, data: Any) -> None:
    results = data.draw(estates())
    steps = scored(module, results).roadmap
    assert sum(step.raw_gain for step in steps) == pytest.approx(100 - raw(module, results), abs=1e-6)
    assert all(step.raw_gain >= -1e-9 for step in steps)


PROPERTIES: dict[str, tuple[Property, str, str]] = {
    "1 repairing": (
        property_1_repairing_never_lowers,
        "value * decay**index for index, value in enumerate(sorted(values, reverse=True))",
        "value for value in sorted(values)[-1:]",
    ),
    "2 retiring": (
        property_2_retiring_an_asset_never_lowers,
        "missing = math.fsum(weight for check, weight in weights.items() if check in open_checks)",
        "missing = total * len(open_checks) / max(1, len({r.check for r in results}))",
    ),
    "3 clean assets": (
        property_3_clean_assets_hide_nothing,
        "loads = {domain: load(one, policy.scoring.repeat_decay) for domain, one in values.items()}",
        "loads = {domain: math.fsum(one) / len(own) for domain, one in values.items()}",
    ),
    "4 failures": (
        property_4_a_failure_never_raises,
        "value * decay**index for index, value in enumerate(sorted(values, reverse=True))",
        "value / len(list(values)) for value in [*values]",
    ),
    "5 graver": (
        property_5_graver_never_raises,
        "            * scoring.criticality_factor[result.criticality]\n            *",
        "            / scoring.criticality_factor[result.criticality]\n            *",
    ),
    "6 bounds": (
        property_6_between_0_and_100,
        'if result.outcome in ("unknown", "error") and assured:',
        'if result.outcome in ("unknown", "error") and not assured:',
    ),
    "7 answering": (
        property_7_answering_only_narrows,
        "return scoring.severity_points[result.worst_severity] * scoring.criticality_factor[result.criticality]",
        "return scoring.severity_points[result.severity] * scoring.confidence_factor[result.confidence]",
    ),
    "8 hiding": (
        property_8_hiding_never_pays,
        'if not (result.outcome == "fail" or (unknown and assured)):',
        'if result.outcome != "fail":',
    ),
    "9 order": (
        property_9_order_and_copies_do_not_matter,
        "found.setdefault(key, result)",
        "found[(*key, str(len(found)))] = result",
    ),
    "10 live secret": (
        property_10_a_live_secret_is_an_f,
        "return not cap.live or (result.live and not unknown)",
        "return not cap.live",
    ),
    "14 weights": (
        property_14_weight_on_a_weak_domain_never_raises,
        "mean = math.fsum(policy.domain_weights[domain] * value for domain, value in domains.items()) / weights",
        (
            "mean = math.fsum(value / policy.domain_weights[domain] for domain, value in domains.items())"
            " / math.fsum(1 / policy.domain_weights[domain] for domain in domains)"
        ),
    ),
    "15 roadmap": (
        property_15_the_roadmap_leads_to_100,
        "raw_gain=then.raw - now.raw,",
        "raw_gain=then.capped - now.capped,",
    ),
}


def run(prop: Property, module: ModuleType) -> None:
    @QUIET
    @given(st.data())
    def holds(data: Any) -> None:
        prop(module, data)

    holds()


@pytest.mark.parametrize("name", PROPERTIES)
def test_property_holds(name: str) -> None:
    run(PROPERTIES[name][0], real)


@pytest.mark.parametrize("name", PROPERTIES)
def test_property_kills_its_mutant(name: str) -> None:
    prop, before, after = PROPERTIES[name]
    with pytest.raises((AssertionError, ZeroDivisionError, BaseExceptionGroup)):
        run(prop, mutant(before, after))


def test_the_live_cap_is_what_makes_an_f() -> None:
    live = result(CHECKS[3], 1, "fail", live=True, severity="critical", confidence="verified")
    assert scored(real, [live]).capped_by[0] == "live-secret"
    assert scored(real, [replace(live, live=False)]).capped_by[0] == "open-critical"


# Worked out by hand: a domain with p points has 100 * 2^(-p/60); the score is 0.4 of the worst domain and 0.6 of the
# mean by weight (secrets 20, access 12, encryption 8 of 100).
CALIBRATION: list[tuple[str, list[tuple[int, Severity, int]], float, str]] = [
    # name, (domain, severity, how many automations), assured, grade
    ("all pass", [], 100.0, "A"),
    ("one low", [(0, "low", 1)], 98.2, "A"),
    ("one medium", [(0, "medium", 1)], 94.3, "A"),
    ("one high", [(0, "high", 1)], 86.9, "B"),
    ("three highs in three domains", [(0, "high", 1), (1, "high", 1), (2, "high", 1)], 83.9, "B"),
    ("one critical", [(0, "critical", 1)], 59.9, "D"),
    ("fifty mediums of one check", [(0, "medium", 50)], 77.1, "B"),
]


@pytest.mark.parametrize(("name", "failures", "assured", "grade"), CALIBRATION, ids=[row[0] for row in CALIBRATION])
def test_calibration(name: str, failures: list[tuple[int, Severity, int]], assured: float, grade: str) -> None:
    asked = {(one.domain, one.severity.worst): one for one in reversed(CHECKS)}
    results = [
        result(asked[DOMAINS[domain], severity], number, "fail", confidence="verified")
        for domain, severity, count in failures
        for number in range(count)
    ]
    found = scored(real, results)
    assert (found.assured, found.grade) == (assured, grade), name


def test_nothing_known_is_provisional_and_nothing_there_is_ungraded() -> None:
    unknown = [result(one, 1, "unknown") for one in CHECKS]
    found = scored(real, unknown)
    assert found.grade == "B?"
    assert found.coverage == 0
    assert scored(real, [], assets=0).grade == "U"


def test_numbers_are_cut_and_never_rounded_up() -> None:
    assert real.floor1(74.96) == 74.9
    assert real.floor1(75.0) == 75.0
    assert real.floor1(0.3 * 3) == 0.9


def test_grades_at_their_limits() -> None:
    for value, letter in ((90, "A"), (89.99, "B"), (75, "B"), (60, "C"), (40, "D"), (39.99, "F"), (0, "F")):
        assert real.grade(value, 100, 1.0, POLICY, assets=1) == letter
    assert real.grade(10, 95, 0.4, POLICY, assets=1) == "B?"
    assert real.grade(10, 65, 0.4, POLICY, assets=1) == "C?"
    assert real.grade(5, 20, 0.4, POLICY, assets=1) == "F"


def test_roadmap_lifts_caps_first() -> None:
    results = [result(CHECKS[3], 1, "fail", severity="critical"), *(result(CHECKS[5], n, "fail") for n in range(6))]
    steps = scored(real, results).roadmap
    assert steps[0].check == CHECKS[3].id
    assert steps[0].lifts == ("open-critical",)


def test_a_shuffled_estate_has_the_same_roadmap() -> None:
    results = one_each([result(one, n, "fail") for one in CHECKS for n in range(2)])
    shuffled = list(results)
    random.Random(7).shuffle(shuffled)  # noqa: S311 - any order will do
    assert scored(real, shuffled).roadmap == scored(real, results).roadmap
