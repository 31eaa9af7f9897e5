"""The invented firm in `examples/corner-bakery`, as `make demo` scans it: every reader and check on one real estate.

What is expected here was read as an owner would: each finding is true, and what has none has nothing wrong.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.command import Done, autoguard
from support.reading import ROOT

from autoguard.cli import _run
from autoguard.estate import Estate
from autoguard.model import Automation, Location

BAKERY = ROOT / "examples" / "corner-bakery"
TODAY = date(2026, 11, 24)
PAYROLL = "exports/power-automate/BakeryOffice/Workflows/Payrollexport-9C11043E-408F-45F9-B9BF-289B66D804E3.json"
MISSING_FLOW = "Tipsperweek-7E860E9C-F6E7-4A35-8279-9B8C8D9DF136.json.data.xml"
INTAKE, REVIEWS = "exports/n8n/Wholesale_order_intake.json", "exports/n8n/Answer_reviews.json"
SIGN_UP, CAKES = "exports/n8n/Loyalty_sign-up.json", "exports/n8n/Cake_enquiries.json"
TAKINGS, ALLERGENS = "exports/n8n/Daily_takings.json", "exports/n8n/Allergen_list.json"
FLOUR, FLOUR_PRICES = "exports/n8n/Flour_delivery_check.json", "exports/logic-apps/flour-price-list.template.json"
CAKE_FORM, INSTAGRAM = (
    "exports/make/Cake_form_to_n8n.blueprint.json",
    "exports/make/Instagram_photo_of_the_day.blueprint.json",
)
OVENS, OVENS_STORE = "node-red/bakehouse/flows.json", "node-red/bakehouse/flows_cred.json"
DEPLOY, CRON = "webshop/.github/workflows/deploy.yml", "host/etc/cron.d/bakery"

PLATFORMS = {
    "n8n": 10, "node-red": 4, "make": 3, "power-automate": 4, "logic-apps": 2, "github-actions": 2, "cron": 2,
    "systemd": 3,
}  # fmt: skip

EXPECTED = {
    ("critical", "open-webhook", INTAKE),
    ("critical", "plain-text-credential-store", OVENS_STORE),
    ("high", "agent-untrusted-input", REVIEWS),
    ("high", "insecure-transport", FLOUR_PRICES),
    ("high", "no-manual-fallback", PAYROLL),
    ("high", "no-restore-test", PAYROLL),
    ("high", "plain-text-secret", CAKE_FORM),
    ("high", "risky-python-code", "host/opt/bakery/price_labels.py"),
    ("high", "shared-credential", CAKE_FORM),
    ("high", "single-owner", PAYROLL),
    ("high", "unpinned-action", DEPLOY),
    ("high", "untrusted-input-in-query", SIGN_UP),
    ("medium", "community-node", OVENS),
    ("medium", "expiring-certificate", "host/etc/ssl/corner-bakery/mqtt.corner-bakery.example.pem"),
    ("medium", "no-error-route", OVENS),
    ("medium", "no-error-route", CRON),
    ("medium", "no-owner", CRON),
    ("medium", "no-owner", INSTAGRAM),
    ("medium", "no-restore-test", OVENS),
    ("medium", "no-retraining-plan", "autoguard.yaml"),
    ("medium", "personal-account", INSTAGRAM),
    ("medium", "pinned-personal-data", CAKES),
    ("medium", "swallowed-error", TAKINGS),
    ("medium", "tls-verification-off", TAKINGS),
    ("low", "community-node", ALLERGENS),
    ("low", "missing-called-automation", CAKES),
    ("low", "no-kpi", ALLERGENS),
    ("low", "no-kpi", INSTAGRAM),
    ("low", "no-kpi", TAKINGS),
    ("low", "undeclared-automation", CRON),
}
"""Severity, check and first place of every open finding, without those of zizmor."""

FAULTLESS = {
    "Delivery slots", "Tell the office when something fails", "Birthday coffee", "Label printer", "Opening and closing",
    "Invoice reminders", "Holiday requests", "Sick note to rota", "Supplier invoices", "card-settlement",
    "Test the web shop", "Price labels for the shops", "restic-backup", "certbot-renew", "notify-failure@",
}  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """One scan: the command's answer, and the estate behind it with its graph."""

    done: Done
    result: Any
    estate: Estate
    folder: Path

    @property
    def failures(self) -> list[Any]:
        """Open findings that are failures."""
        return [one for one in self.result["findings"] if (one["status"], one["outcome"]) == ("open", "fail")]

    def automation(self, name: str) -> Automation:
        """The one automation of that name."""
        (found,) = (one for one in self.estate.inventory.automations if one.name == name)
        return found

    def callers(self, name: str) -> set[str]:
        """Names of the automations that start this one."""
        return {self.estate.automations[one].name for one in self.estate.graph.callers(self.automation(name).id)}


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    folder = tmp_path_factory.mktemp("bakery")
    done = autoguard(
        "scan", BAKERY, "--config", BAKERY / "autoguard.yaml", "--today", TODAY.isoformat(), "--fail-on", "never",
        "-f", "json", "-f", f"html={folder / 'r.html'}", "-f", f"markdown={folder / 'r.md'}",
        "-f", f"sarif={folder / 'r.sarif'}", cwd=ROOT,
    )  # fmt: skip
    wanted = _run.Wanted([BAKERY], config=BAKERY / "autoguard.yaml", today=TODAY.isoformat(), quiet=True)
    inventory = _run.read(_run.start(wanted)).inventory
    return Scan(done, done.json, Estate(inventory, TODAY), folder)


def _key(finding: Any) -> tuple[str, str, str]:
    return finding["severity"], finding["check"], finding["locations"][0]["path"] if finding["locations"] else ""


def _places(automation: Automation) -> set[Location]:
    triggers, steps = automation.triggers, automation.steps
    return {automation.location, *(one.location for one in triggers), *(one.location for one in steps)}


def test_thirty_automations_on_eight_platforms(scan: Scan) -> None:
    found = Counter(one["platform"] for one in scan.result["inventory"]["automations"])
    assert found == PLATFORMS


def test_names_come_from_where_each_platform_keeps_them(scan: Scan) -> None:
    names = {one["name"] for one in scan.result["inventory"]["automations"]}
    # A template's parameter, a folder, a file beside the flow, a comment, a unit, a tab, and the display name.
    assert names >= {
        "flour-price-list", "card-settlement", "Sick note to rota", "Old oven logs", "restic-backup", "Label printer",
        "Supplier invoices",
    }  # fmt: skip


def test_the_pinned_sample_holds_a_telephone_number(scan: Scan) -> None:
    (found,) = (one for one in scan.failures if one["check"] == "pinned-personal-data")
    assert found["evidence"]["personal_data"] == ["phone"]


@pytest.mark.parametrize("expected", sorted(EXPECTED), ids=lambda key: f"{key[1]}:{key[2].rpartition('/')[2]}")
def test_what_is_wrong_is_found(scan: Scan, expected: tuple[str, str, str]) -> None:
    assert expected in {_key(one) for one in scan.failures}


def test_nothing_else_is_found(scan: Scan) -> None:
    ours = Counter(_key(one) for one in scan.failures if one["check"] != "ci-workflow-weakness")
    assert ours == Counter(EXPECTED)


def test_a_hash_is_no_password(scan: Scan) -> None:
    hashed = [path for path in BAKERY.glob("node-red/*/settings.js") if "$2y$" in path.read_text(encoding="utf-8")]
    assert len(hashed) == 2
    places = {place["path"] for one in scan.failures for place in one["locations"]}
    assert not {path.relative_to(BAKERY).as_posix() for path in hashed} & places


def test_zizmor_looks_at_the_workflows(scan: Scan) -> None:
    found = [one for one in scan.failures if one["subject"]["id"] == "zizmor"]
    assert [(_key(one), one["locations"][0]["line"], one["message"].split(":")[0]) for one in found] == [
        (("medium", "ci-workflow-weakness", DEPLOY), 16, "zizmor excessive-permissions"),
        (("medium", "ci-workflow-weakness", DEPLOY), 20, "zizmor artipacked"),
    ]


def test_every_domain_has_a_finding(scan: Scan) -> None:
    assert {one["domain"] for one in scan.failures} == {one["id"] for one in scan.result["score"]["domains"]}
    assert len(scan.result["score"]["domains"]) == 12


def test_every_check_that_files_decide_has_a_subject(scan: Scan) -> None:
    silent = {one["id"] for one in scan.result["checks"] if not one["pass"] and not one["fail"]}
    # Advisories need the network, and a source that cannot be read is never an answer.
    assert silent == {"vulnerable-dependency", "unreadable-source"}


def test_half_of_the_automations_have_nothing_wrong(scan: Scan) -> None:
    failing = {(place["path"], place["line"]) for one in scan.failures for place in one["locations"]}
    untouched = {
        automation.name
        for automation in scan.estate.inventory.automations
        if not {(place.path, place.line) for place in _places(automation)} & failing
    }
    # A value typed into a field stands on a line of its own, which no step begins at.
    users = {name for one in scan.estate.inventory.credentials if one.storage == "inline" for name in one.automations}
    assert untouched - {scan.estate.automations[one].name for one in users} == FAULTLESS


def test_one_flow_is_missing_from_its_export(scan: Scan) -> None:
    (gap,) = scan.result["inventory"]["gaps"]
    assert gap["path"].endswith(MISSING_FLOW)
    assert "export the solution again" in gap["reason"]
    assert scan.done.code == 3


def test_few_questions_stay_open(scan: Scan) -> None:
    open_questions = Counter(one["check"] for one in scan.result["findings"] if one["outcome"] == "unknown")
    assert open_questions == {
        "no-error-route": 1, "swallowed-error": 1, "unreadable-source": 1, "vulnerable-dependency": 1,
    }  # fmt: skip
    assert scan.result["score"]["coverage"] > 0.8
    assert "error" not in {one["outcome"] for one in scan.result["findings"]}


def test_a_step_that_stops_leaves_no_question(scan: Scan) -> None:
    unknown = [
        one for one in scan.result["findings"] if (one["check"], one["outcome"]) == ("swallowed-error", "unknown")
    ]
    assert [one["subject"]["name"] for one in unknown] == ["Label printer / Print"]


def test_one_waiver_counts_and_the_other_has_run_out(scan: Scan) -> None:
    (waived,) = (one for one in scan.result["findings"] if one["status"] == "waived")
    assert _key(waived) == ("medium", "open-webhook", SIGN_UP)
    (note,) = scan.result["ignored_settings"]
    assert "waiver for insecure-transport expired on 2026-09-30" in note


def test_workflows_start_each_other_over_platforms(scan: Scan) -> None:
    assert scan.callers("Delivery slots") == {"Wholesale order intake"}
    assert scan.automation("Label printer").platform == "node-red"
    assert scan.callers("Label printer") == {"Allergen list"}
    (handler,) = {one.error_target.target for one in _with_handler(scan, "n8n") if one.error_target is not None}
    assert handler == scan.automation("Tell the office when something fails").native_id
    assert {one.name for one in _with_handler(scan, "systemd")} == {"restic-backup", "certbot-renew"}


def _with_handler(scan: Scan, platform: str) -> list[Automation]:
    found = [one for one in scan.estate.inventory.automations if one.platform == platform and one.error_target]
    assert all(one.error_target and scan.estate.graph.resolves(one.error_target, one) == "yes" for one in found)
    return found


def test_make_starts_an_n8n_webhook(scan: Scan) -> None:
    assert "Cake form to n8n" in scan.callers("Cake enquiries")


def test_a_github_workflow_starts_an_n8n_webhook(scan: Scan) -> None:
    assert "Deploy the web shop" in scan.callers("Cake enquiries")


def test_one_key_stands_on_two_platforms(scan: Scan) -> None:
    (found,) = (one for one in scan.failures if one["check"] == "shared-credential")
    assert [place["path"] for place in found["locations"]] == [CAKE_FORM, DEPLOY]


def test_one_supplier_is_reached_without_encryption_from_two_platforms(scan: Scan) -> None:
    (found,) = (one for one in scan.failures if one["check"] == "insecure-transport")
    assert [place["path"] for place in found["locations"]] == [FLOUR_PRICES, FLOUR]
    (mill,) = (one for one in scan.estate.inventory.integrations if one.id == "orders.hartwell-mill.eu")
    assert {scan.estate.automations[one].platform for one in mill.automations} == {"n8n", "logic-apps"}


def test_one_connection_serves_several_flows(scan: Scan) -> None:
    (mail,) = (
        one
        for one in scan.estate.inventory.credentials
        if (one.platform, one.name) == ("power-automate", "Office mail")
    )
    users = {scan.estate.automations[one].name for one in mail.automations}
    assert users == {"Payroll export", "Holiday requests", "Sick note to rota"}


def test_the_path_to_the_money_is_shown(scan: Scan) -> None:
    reach = scan.estate.reach(scan.automation("Wholesale order intake").id, _trigger(scan, "Wholesale order intake"))
    assert [hop.name for hop in reach.paths["money"]] == [
        "Café order", "Map order lines", "Before 14:00?", "Create the invoice",
    ]  # fmt: skip


def _trigger(scan: Scan, name: str) -> str:
    (trigger,) = scan.automation(name).triggers
    return trigger.id


def test_the_credential_stores_are_told_apart(scan: Scan) -> None:
    stores = {one.locations[0].path: one.storage for one in scan.estate.inventory.credentials if one.role == "store"}
    assert stores == {
        "exports/n8n/credentials.json": "encrypted-store",
        OVENS_STORE: "inline",
        "node-red/shops/flows_cred.json": "encrypted-store",
    }


def test_evidence_is_valid_or_stale_on_the_day(scan: Scan) -> None:
    ages = {
        one.declared.id: one.declared.restore_test_age_days
        for one in scan.estate.inventory.automations
        if one.declared is not None and one.declared.restore_test_age_days is not None
    }
    # The record of the bakehouse says that not everything came back, so it proves nothing.
    assert ages == {"wholesale-orders": 41, "daily-takings": 41, "payroll-export": 280}
    training, backup = scan.estate.practice("awareness-training"), scan.estate.practice("backup")
    assert training is not None
    assert scan.estate.age_days(training.date) == 257
    assert backup is not None
    assert backup.details["tool"] in ("n8n", "restic")


def test_every_automation_but_one_is_declared(scan: Scan) -> None:
    undeclared = [one.name for one in scan.estate.inventory.automations if one.declared is None]
    assert undeclared == ["Old oven logs"]


def test_no_invented_secret_leaves(scan: Scan) -> None:
    store = json.loads((BAKERY / OVENS_STORE).read_text(encoding="utf-8"))
    values = {entry["password"] for entry in store.values()}
    key = re.search(r'API_KEY: "(\S+)"', (BAKERY / DEPLOY).read_text(encoding="utf-8"))
    assert key is not None
    values.add(key[1])
    assert len(values) == 4
    written = [scan.done.out, scan.done.err, *(one.read_text(encoding="utf-8") for one in scan.folder.iterdir())]
    assert len(written) == 5
    assert not [value for value in values for text in written if value in text]


def test_the_grade_is_that_of_a_firm_at_risk(scan: Scan) -> None:
    assert scan.result["score"]["grade"] == "D"
