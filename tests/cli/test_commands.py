"""What the commands print, where it goes, and that results can be used again."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import autoguard
from support.estate import CATALOG, node, workflow, write_tree

from autoguard.explain import explanation

ESTATE = {
    "n8n/orders.json": workflow(
        "Orders",
        [
            node("Hook", "webhook", {"path": "orders"}),
            node("Save", "postgres", credentials={"postgres": {"id": "1", "name": "Shop"}}),
        ],
        ("Hook", "Save"),
    ),
    "n8n/mail.json": workflow("Mail", [node("Every", "scheduleTrigger"), node("M", "gmail")], ("Every", "M")),
}


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    return write_tree(tmp_path, ESTATE)


def test_stdout_carries_the_result_and_nothing_else(estate: Path) -> None:
    done = autoguard("scan", ".", "-f", "json", cwd=estate)
    assert done.json["schema"] == "autoguard-assessment/1"
    assert done.err == ""


def test_a_format_with_a_file_keeps_the_console(estate: Path) -> None:
    done = autoguard(
        "scan", ".", "-f", "json=out/r.json", "-f", "html=out/r.html", "-f", "sarif=out/r.sarif", cwd=estate
    )
    assert 'high[open-webhook]: "Orders" can be started by anyone' in done.out
    assert json.loads((estate / "out/r.json").read_text())["target"]
    assert (estate / "out/r.html").read_text().startswith("<!doctype html>")
    assert "out/r.html" in done.err


def test_output_option_takes_the_format_from_the_name(estate: Path) -> None:
    assert autoguard("scan", ".", "-o", "r.sarif", cwd=estate).code == 1
    assert json.loads((estate / "r.sarif").read_text())["version"] == "2.1.0"
    assert autoguard("scan", ".", "-f", "json", "-o", "r.txt", cwd=estate).out.strip() != ""
    assert json.loads((estate / "r.txt").read_text())["schema"]


def test_the_console_shows_a_finding_as_designed(estate: Path) -> None:
    lines = autoguard("scan", ".", "--today", "2026-11-24", cwd=estate).out.splitlines()
    start = lines.index(
        'high[open-webhook]: "Orders" can be started by anyone who knows the address of its webhook "Hook"'
    )
    assert lines[start + 1] == ' --> n8n/orders.json:7  n8n "Orders", trigger "Hook"'
    assert lines[start + 3].split() == ["|", "path", "Hook", "->", "Save"]
    assert "raised to high: its steps can change data" in lines[start + 4]
    assert lines[start + 7].startswith(
        "  = fix, about 10 minutes: Set Authentication on the node (Header Auth for a webhook, "
    )
    assert lines[start + 8] == "  = more: autoguard explain open-webhook"


def test_paths_lead_from_the_working_folder(estate: Path) -> None:
    assert " --> n8n/orders.json:7" in autoguard("scan", "n8n", cwd=estate).out
    done = autoguard("scan", "n8n", "-f", "json", cwd=estate)
    assert {one["location"]["path"] for one in done.json["inventory"]["automations"]} == {"orders.json", "mail.json"}


def test_several_sources_keep_their_names_apart(estate: Path) -> None:
    write_tree(estate / "b" / "n8n", {"orders.json": ESTATE["n8n/orders.json"]})
    done = autoguard("scan", "n8n", "b/n8n", "-f", "json", cwd=estate)
    paths = {one["location"]["path"] for one in done.json["inventory"]["automations"]}
    assert paths == {"n8n/orders.json", "n8n/mail.json", "n8n-2/orders.json"}


def test_a_stored_result_renders_to_the_same_report(estate: Path) -> None:
    arguments = ("scan", ".", "--today", "2026-11-24", "-f", "json=r.json", "-f", "html=a.html", "-f", "sarif=a.sarif")
    first = autoguard(*arguments, cwd=estate)
    again = autoguard("report", "r.json", "-f", "html=b.html", "-f", "sarif=b.sarif", cwd=estate)
    assert again.code == 0
    assert again.out == first.out
    assert (estate / "a.html").read_bytes() == (estate / "b.html").read_bytes()
    assert (estate / "a.sarif").read_bytes() == (estate / "b.sarif").read_bytes()


def test_a_stored_inventory_is_judged_like_the_files(estate: Path) -> None:
    autoguard("inventory", ".", "-f", "json", "-o", "inventory.json", cwd=estate)
    stored = json.loads((estate / "inventory.json").read_text())
    assert set(stored) == {"schema", "inventory"}
    direct = autoguard("scan", "n8n", "-f", "json", cwd=estate).json
    later = autoguard("scan", "--inventory", "inventory.json", "-f", "json", cwd=estate).json
    keep = [(one["check"], one["subject"]["id"], one["outcome"]) for one in direct["findings"]]
    assert [(one["check"], one["subject"]["id"], one["outcome"]) for one in later["findings"]] == keep


def test_the_inventory_table_names_everything(estate: Path) -> None:
    out = autoguard("inventory", ".", cwd=estate).out
    assert "2 automations" in out
    for word in ("Orders", "Mail", "schedule", "postgres", "Shop", "google", "n8n/orders.json:1"):
        assert word in out


def test_colour_only_on_a_terminal_that_wants_it(estate: Path) -> None:
    assert "\x1b[" not in autoguard("scan", ".", cwd=estate).out
    assert "\x1b[" in on_a_terminal(estate)
    assert "\x1b[1" not in on_a_terminal(estate, NO_COLOR="1").replace("\x1b[K", "")


def on_a_terminal(folder: Path, **environment: str) -> str:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "autoguard", "scan", "."],
        cwd=folder, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm", **environment},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    process.wait(30)
    os.close(master)
    return shown.decode("utf-8", "replace")


@pytest.mark.parametrize("check", sorted(CATALOG.checks))
def test_explain_tells_all_about_each_check(check: str) -> None:
    text = explanation(CATALOG.checks[check])
    found = CATALOG.checks[check]
    assert found.title in text
    assert " ".join(found.fix.steps[0].split())[:40] in " ".join(text.split())
    assert "examples" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_explain_command(tmp_path: Path) -> None:
    done = autoguard("explain", "open-webhook", cwd=tmp_path)
    assert done.code == 0
    assert done.out.startswith("open-webhook: Anyone can start an automation")


def test_checks_commands(tmp_path: Path) -> None:
    assert f"{len(CATALOG.checks)} checks" in autoguard("checks", "list", cwd=tmp_path).out
    assert "table vendors: as of 2026-" in autoguard("checks", "list", cwd=tmp_path).out
    assert autoguard("checks", "lint", cwd=tmp_path).code == 0
    assert autoguard("checks", "test", cwd=tmp_path).code == 0


def test_policy_and_plugin_commands(tmp_path: Path) -> None:
    assert "starter" in autoguard("policy", "list", cwd=tmp_path).out
    assert "open-critical" in autoguard("policy", "show", "ci", cwd=tmp_path).out
    out = autoguard("plugins", "list", cwd=tmp_path).out
    assert "platforms: cron, github-actions, logic-apps, make, n8n, node-red, power-automate, systemd" in out


def test_prune_drops_what_is_gone_and_adds_nothing(estate: Path) -> None:
    autoguard("baseline", "create", ".", "-o", "known.json", cwd=estate)
    before = json.loads((estate / "known.json").read_text())["findings"]
    (estate / "n8n/mail.json").unlink()
    (estate / "n8n/new.json").write_text(json.dumps({**ESTATE["n8n/orders.json"], "id": "new", "name": "New"}))
    done = autoguard("baseline", "prune", "known.json", ".", cwd=estate)
    after = json.loads((estate / "known.json").read_text())["findings"]
    assert done.code == 0
    assert {one["fingerprint"] for one in after} < {one["fingerprint"] for one in before}


def test_selecting_a_policy(estate: Path) -> None:
    assert autoguard("scan", ".", "-p", "starter", cwd=estate).code == 0
    assert autoguard("scan", ".", "-p", "default", cwd=estate).code == 1
