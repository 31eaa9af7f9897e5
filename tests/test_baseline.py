"""Baselines: what was there before stays known while it moves, and what was added is open."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.estate import assessment_of, node, workflow

from autoguard.baseline import from_findings, load_baseline, to_json
from autoguard.errors import UsageError
from autoguard.model import Assessment, Finding


def orders(host: str = "http://flour.supplier.eu", **more: object) -> dict[str, object]:
    return workflow(
        "Orders",
        [node("Every", "scheduleTrigger"), node("Ask", "httpRequest", {"url": host})],
        ("Every", "Ask"),
        **more,
    )


def failures(found: Assessment, check: str = "insecure-transport") -> list[Finding]:
    return [finding for finding in found.findings if finding.check == check and finding.outcome == "fail"]


BEFORE = assessment_of({"a/orders.json": orders()})
BASELINE = from_findings(BEFORE.findings)


def status(files: dict[str, object]) -> list[str]:
    return [finding.status for finding in failures(assessment_of(files, baseline=BASELINE))]


def test_what_was_there_is_known() -> None:
    assert status({"a/orders.json": orders()}) == ["known"]


def test_a_renamed_file_stays_known() -> None:
    assert status({"b/orders-2.json": orders()}) == ["known"]


def test_moved_lines_and_reordered_nodes_stay_known() -> None:
    flow = orders()
    flow["nodes"] = list(reversed(flow["nodes"]))  # type: ignore[call-overload]
    flow = {"tags": ["x"] * 30, **flow}
    assert status({"a/orders.json": flow}) == ["known"]


def test_a_copy_in_another_file_is_new() -> None:
    assert status({"a/orders.json": orders(), "b/orders.json": orders()}) == ["open"]


def test_another_host_is_new() -> None:
    assert status({"a/orders.json": orders("http://other.supplier.eu")}) == ["open"]


def test_a_new_finding_beside_an_old_one_is_open() -> None:
    files = {
        "a/orders.json": orders(),
        "a/mail.json": workflow("Mail", [node("Hook", "webhook"), node("M", "gmail")], ("Hook", "M")),
    }
    found = assessment_of(files, baseline=BASELINE)
    assert [one.status for one in failures(found)] == ["known"]
    assert [one.status for one in failures(found, "open-webhook")] == ["open"]


def test_a_finding_without_native_id_that_moved_with_its_file_stays_known() -> None:
    flow = {key: value for key, value in orders().items() if key not in ("id", "name")}
    hook = {**flow, "nodes": [node("Hook", "webhook")], "connections": {}}
    before = from_findings(assessment_of({"old/hook.json": hook}).findings)
    moved = assessment_of({"new/hook.json": hook}, baseline=before)
    assert [one.status for one in failures(moved, "open-webhook")] == ["known"]


def test_known_findings_count_in_the_score() -> None:
    assert assessment_of({"a/orders.json": orders()}, baseline=BASELINE).score == BEFORE.score


def test_the_file_is_sorted_and_holds_neither_lines_nor_times(tmp_path: Path) -> None:
    text = to_json(BASELINE)
    stored = json.loads(text)
    assert stored["schema"] == "autoguard-baseline/1"
    assert stored["findings"] == sorted(stored["findings"], key=lambda one: (one["check"], one["fingerprint"]))
    assert all(set(one) == {"check", "fingerprint", "subject", "places"} for one in stored["findings"])
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    assert load_baseline(path) == BASELINE


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": "autoguard-baseline/9", "findings": []}',
        '{"schema": "autoguard-baseline/1", "findings": [{}]}',
    ],
)
def test_anything_else_is_refused_with_advice(tmp_path: Path, content: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="baseline"):
        load_baseline(path)


def test_fingerprints_do_not_hang_on_message_line_or_severity() -> None:
    plain = failures(BEFORE)[0]
    with_key = orders()
    with_key["nodes"][1]["credentials"] = {"httpHeaderAuth": {"id": "1", "name": "Key"}}  # type: ignore[index]
    graver = failures(assessment_of({"a/orders.json": {"x": 1, **with_key}}))[0]
    assert (plain.severity, graver.severity) == ("medium", "high")
    assert replace(plain).fingerprint == graver.fingerprint
