"""`autoguard scan --verify` as its users run it: through a firm's proxy, to doubles of the vendors."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.command import Done, autoguard
from support.vendor_server import Request, Response, VendorServer, vendor_server
from test_offline import HOOK
from verification.vendors import VENDORS, value_of

STRIPE, TELEGRAM, SLACK, GITLAB = "stripe-secret-key", "telegram-bot-token", "slack-token", "gitlab-access-token"
HOSTS = ["api.stripe.com", "api.telegram.org", "slack.com", "gitlab.com"]
LOGGING = "import logging; logging.basicConfig(level=logging.DEBUG)\n"
"""The loudest that any user or plugin can make the libraries."""


@dataclass
class Doubles:
    """What the vendors answer by host; an error where it is not said."""

    answers: dict[str, Response] = field(default_factory=dict)

    def __call__(self, request: Request) -> Response:
        return self.answers.get(request.host, Response(500))


@pytest.fixture
def doubles() -> Doubles:
    return Doubles({
        "api.stripe.com": Response(200, VENDORS[STRIPE].live),
        "api.telegram.org": Response(*VENDORS[TELEGRAM].refused),
        "slack.com": Response(302, b"", {"Location": "https://evil.example.org/"}),
        "gitlab.com": Response(*VENDORS[GITLAB].refused),
    })  # fmt: skip


@pytest.fixture
def server(tmp_path: Path, doubles: Doubles) -> Iterator[VendorServer]:
    folder = tmp_path / "server"
    folder.mkdir()
    with vendor_server(folder, doubles, HOSTS) as running:
        yield running


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Four vendors' secrets, one of them in three places, and a file that would like to choose the host."""
    folder = tmp_path / "tree"
    (folder / "scripts").mkdir(parents=True)
    (folder / ".env").write_text(f"STRIPE_KEY={value_of(STRIPE)}\nBOT={value_of(TELEGRAM)}\n")
    (folder / "scripts" / "pay.py").write_text(f'KEY = "{value_of(STRIPE)}"\nSLACK = "{value_of(SLACK)}"\n')
    (folder / "notes.md").write_text(f"The key is {value_of(STRIPE)}, at https://evil.example.org/v1/balance\n")
    (folder / "gitlab.yml").write_text(f"url: https://gitlab.evil.example.org\ntoken: {value_of(GITLAB)}\n")
    (folder / ".netrc").write_text("machine api.stripe.com login a password loaf\n")
    kinds = folder / ".autoguard" / "checks" / "kinds"
    kinds.mkdir(parents=True)
    (kinds / "stripe.yaml").write_text("vendor: Stripe\nkinds: [{verify: {url: https://evil.example.org/}}]\n")
    return folder


VALUES = [value_of(name) for name in (STRIPE, TELEGRAM, SLACK, GITLAB)]
FORMATS = ("console", "json", "sarif", "markdown", "html")


def scan(tree: Path, *more: str | Path, **environment: str) -> Done:
    return autoguard("scan", tree.name, "--today", "2026-11-24", *more, cwd=tree.parent, **environment)


def credentials(done: Done) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in done.json["inventory"]["credentials"] if one["label"]}


def findings(done: Done) -> dict[str, dict[str, Any]]:
    return {one["evidence"]["kind"]: one for one in done.json["findings"] if one["check"] == "plain-text-secret"}


def test_vendors_are_asked_once_for_each_secret_and_believed(tree: Path, server: VendorServer) -> None:
    done = scan(tree, "--verify", "-f", "json", **server.environment)
    assert sorted(one.line.replace(value_of(TELEGRAM), "{secret}") for one in server.requests) == sorted(
        VENDORS[name].line for name in (STRIPE, TELEGRAM, SLACK, GITLAB)
    )
    assert sorted(server.connects) == sorted(f"{host}:443" for host in HOSTS)
    said = {kind: (one["liveness"], len(one["locations"])) for kind, one in credentials(done).items()}
    assert said == {
        STRIPE: ("live", 3), TELEGRAM: ("revoked", 1), SLACK: ("unknown", 1), GITLAB: ("unknown", 1),
        "generic-password": ("unknown", 1),
    }  # fmt: skip
    found = findings(done)
    assert found[STRIPE]["severity"] == "critical"
    assert found[STRIPE]["reasons"] == ["raised to critical: its vendor confirmed that it works"]
    assert found[STRIPE]["confidence"] == "verified"
    assert found[TELEGRAM]["severity"] == "low"
    assert found[TELEGRAM]["reasons"][-1] == "lowered to low: its vendor says that it no longer works"
    assert found[SLACK]["severity"] == found[GITLAB]["severity"] == "critical"
    assert {kind: one["evidence"].get("liveness") for kind, one in found.items()} == {
        STRIPE: "live", TELEGRAM: "revoked", SLACK: None, GITLAB: None, "generic-password": None
    }  # fmt: skip
    assert done.json["score"]["capped_by"][0] == "live-secret"
    assert done.code == 1


def test_the_account_of_the_calls_stands_in_the_report_and_on_stderr(tree: Path, server: VendorServer) -> None:
    done = scan(tree, "--verify", **server.environment)
    account = [
        "verify: api.stripe.com: 1 call, 1 live, 0 revoked, 0 unknown",
        "verify: api.telegram.org: 1 call, 0 live, 1 revoked, 0 unknown",
        "verify: gitlab.com: 1 call, 0 live, 0 revoked, 1 unknown (1 refused, but it may belong to a GitLab server of one's own)",
        "verify: slack.com: 1 call, 0 live, 0 revoked, 1 unknown (1 an answer that proves nothing, status 302)",
        "verify: secrets not tried: 1 (1 of a kind whose vendor cannot safely be asked)",
    ]
    assert done.err.splitlines() == account
    assert [line for line in account if f"note: {line}" not in done.out] == []
    assert "critical; raised to critical: its vendor confirmed that it works" in done.out
    assert "low; raised to critical: it is known whose key it is" in done.out
    quiet = scan(tree, "--verify", "-q", **server.environment)
    assert quiet.err == ""
    assert f"note: {account[0]}" in quiet.out


def test_without_the_option_nothing_leaves_and_nothing_changes(tree: Path, server: VendorServer) -> None:
    before = scan(tree, "-f", "json")
    done = scan(tree, "-f", "json", **server.environment)
    assert server.requests == []
    assert server.connects == []
    assert done.out == before.out
    assert {one["liveness"] for one in credentials(done).values()} == {"unknown"}
    assert "verify" not in done.out


@pytest.mark.parametrize("other", [[], ["--online"]])
def test_only_the_option_opens_a_socket(other: list[str], tree: Path, tmp_path: Path, server: VendorServer) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    path = os.pathsep.join(filter(None, (str(tmp_path / "hook"), os.environ.get("PYTHONPATH"))))
    log = tmp_path / "log"
    watched = {**server.environment, "PYTHONPATH": path, "AUDIT_LOG": str(log)}
    assert scan(tree, *other, **watched).code == 1
    assert Path(f"{log}.started").exists(), "or nobody watched"
    assert not log.exists(), log.read_text()
    assert scan(tree, "--verify", **watched).code == 1
    assert "an internet socket" in log.read_text(), "or the watch does not work"


def test_no_value_is_written_anywhere_however_loud(tree: Path, tmp_path: Path, server: VendorServer) -> None:
    out = tmp_path / "out"
    (tmp_path / "loud").mkdir()
    (tmp_path / "loud" / "sitecustomize.py").write_text(LOGGING)
    path = os.pathsep.join(filter(None, (str(tmp_path / "loud"), os.environ.get("PYTHONPATH"))))
    user = {"XDG_CACHE_HOME": str(out / "cache"), "TMPDIR": str(tmp_path), "PYTHONPATH": path, **server.environment}
    formats = [part for name in FORMATS for part in ("-f", f"{name}={out}/report.{name}")]
    done = scan(tree, "--verify", "-vv", *formats, **user)
    assert len(server.requests) == 4
    written = {str(file): file.read_bytes() for file in out.rglob("*") if file.is_file()}
    written |= {"stdout": done.out.encode(), "stderr": done.err.encode()}
    assert len(written) > len(FORMATS)
    for value in VALUES:
        for where, content in written.items():
            assert value.encode() not in content, where
            assert value[: len(value) * 3 // 4].encode() not in content, where


def test_an_error_inside_a_call_shows_nothing_of_the_secret(tree: Path, tmp_path: Path, server: VendorServer) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "sitecustomize.py").write_text(
        "import requests\n"
        "def boom(self, method, url, **more): raise RuntimeError(url, more)\n"
        "requests.Session.request = boom\n"
    )
    path = os.pathsep.join(filter(None, (str(tmp_path / "broken"), os.environ.get("PYTHONPATH"))))
    done = scan(tree, "--verify", PYTHONPATH=path, **server.environment)
    assert done.code == 1
    assert done.err.count("1 unknown (1 the call could not be made)") == 4
    assert not any(value in done.out + done.err for value in VALUES)


def test_a_vendor_out_of_reach_costs_an_unknown_and_no_more(tree: Path) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    done = scan(tree, "--verify", "-f", "json", **nowhere)
    assert done.code == 1
    assert {one["liveness"] for one in credentials(done).values()} == {"unknown"}
    assert findings(done)[STRIPE]["reasons"] == [
        "raised to critical: it is known whose key it is, so nobody has to guess what it opens"
    ]
    assert done.err.count("1 call, 0 live, 0 revoked, 1 unknown (1 ") == 4


def test_a_result_is_rendered_again_with_what_vendors_said(tree: Path, tmp_path: Path, server: VendorServer) -> None:
    scan(tree, "--verify", "-o", tmp_path / "result.json", **server.environment)
    done = autoguard("report", tmp_path / "result.json", cwd=tmp_path)
    assert "note: verify: api.stripe.com: 1 call, 1 live" in done.out
    assert json.loads((tmp_path / "result.json").read_text())["inventory"]["credentials"][0]["liveness"]


def test_an_inventory_holds_no_secret_to_ask_about(tmp_path: Path) -> None:
    (tmp_path / "inventory.json").write_text("{}")
    done = autoguard("scan", "--inventory", "inventory.json", "--verify", cwd=tmp_path)
    assert done.code == 2
    assert "--verify needs the files themselves" in done.err
