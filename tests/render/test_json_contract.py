"""The JSON contract: every output fits its generated schema, and reads back to the same."""

import json
from typing import Any

import jsonschema
import pytest
from support.estate import CATALOG, ESTATE, assessment_of, request
from support.reading import ROOT

from autoguard.model import Assessment
from autoguard.plain import to_plain
from autoguard.render import RenderContext, _contract
from autoguard.render.json import RENDERER


def plain_assessment(found: Assessment) -> Any:
    return to_plain(_contract.assessment(found))


SCHEMA = json.loads((ROOT / "reports" / "schema" / "assessment-1.json").read_text(encoding="utf-8"))
"""That it is the generated one is tested with all that is generated, in test_docs.py."""


@pytest.mark.parametrize("files", [{}, ESTATE, {"x.json": '{"nodes": ['}])
def test_every_assessment_fits_the_schema(files: dict[str, Any]) -> None:
    found = assessment_of(files)
    text = RENDERER.render(found, RenderContext(CATALOG.checks, request().policy))
    jsonschema.validate(json.loads(text), SCHEMA)


def test_it_reads_back_to_the_same_assessment() -> None:
    plain = json.loads(json.dumps(plain_assessment(assessment_of(ESTATE))))
    assert json.loads(json.dumps(plain_assessment(_contract.restore(plain)))) == plain


def test_the_keys_that_others_read() -> None:
    plain = plain_assessment(assessment_of(ESTATE))
    assert plain.keys() >= {
        "schema",
        "tool",
        "target",
        "today",
        "policy",
        "score",
        "summary",
        "inventory",
        "findings",
        "checks",
    }
    assert plain["score"].keys() >= {"assured", "possible", "grade", "coverage", "capped_by", "domains"}
    assert plain["score"]["domains"][0].keys() >= {"id", "assured", "possible"}
    assert plain["summary"].keys() == {"critical", "high", "medium", "low", "info", "known", "waived", "unknown"}
    assert plain["inventory"].keys() >= {"automations", "integrations", "credentials", "practices", "gaps"}
    automation = plain["inventory"]["automations"][0]
    assert automation.keys() >= {"id", "platform", "name", "enabled", "owner", "triggers", "steps", "location"}
    assert automation["location"].keys() >= {"path", "line"}
    finding = plain["findings"][0]
    assert finding.keys() >= {
        "check", "domain", "severity", "status", "outcome", "confidence", "subject", "locations", "message", "reasons",
        "evidence", "fingerprint", "maps_to",
    }  # fmt: skip
    assert finding["subject"].keys() >= {"type", "id", "name"}
    assert all(isinstance(one, int) for item in plain["findings"] for one in item["maps_to"].get("cwe", []))
    assert plain["checks"][0].keys() == {
        "id",
        "domain",
        "severity",
        "pass",
        "fail",
        "unknown",
        "not_applicable",
        "error",
    }


def test_findings_hold_what_is_not_a_pass_and_checks_count_everything() -> None:
    plain = plain_assessment(assessment_of(ESTATE))
    assert {one["outcome"] for one in plain["findings"]} <= {"fail", "unknown", "error"}
    by_check = {one["id"]: one for one in plain["checks"]}
    assert len(by_check) == len(CATALOG.checks)
    assert by_check["open-webhook"]["not_applicable"] > 0


def test_no_digest_is_ever_in_it() -> None:
    text = json.dumps(plain_assessment(assessment_of({".env": "DB_PASSWORD=flour-and-water-42\n"})))
    assert '"S1"' in text
    assert "digest" not in text
