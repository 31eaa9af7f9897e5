"""`--secrets-only`: the same secrets, and nothing said of what was not looked at."""

from pathlib import Path

import pytest
from support.command import autoguard
from support.estate import node, workflow, write_tree

VALUE = "Rye-and-Salt-" + "77x"


def planted(folder: Path) -> Path:
    hook = node("Hook", "webhook", {"path": "orders"})
    shop = node("Shop", "httpRequest", {"url": "https://shop.supplier.eu", "password": VALUE})
    return write_tree(
        folder,
        {
            "flow.json": workflow("Orders", [hook, shop], ("Hook", "Shop")),
            ".env": f"SMTP_PASSWORD={VALUE}\n",
            "cut.json": '{"nodes": [',
            "save.py": "import os\nos.system('ls')\n",
        },
    )


def test_the_same_secrets_are_found(tmp_path: Path) -> None:
    planted(tmp_path)
    alone, whole = (
        autoguard("scan", ".", "--fail-on", "never", "--allow-incomplete", "-f", "json", *options, cwd=tmp_path)
        for options in (["--secrets-only"], [])
    )
    places = [
        [one["locations"] for one in done.json["findings"] if one["check"] == "plain-text-secret"]
        for done in (alone, whole)
    ]
    assert places[0] == places[1] != []
    assert VALUE not in alone.out + alone.err


def test_nothing_else_is_looked_at_and_that_is_said(tmp_path: Path) -> None:
    planted(tmp_path)
    done = autoguard("scan", ".", "--secrets-only", "-f", "json", cwd=tmp_path)
    assert done.code == 1
    assert done.json["secrets_only"] is True
    assert done.json["inventory"]["automations"] == []
    assert done.json["tools"] == []
    assert {one["id"] for one in done.json["checks"]} >= {"plain-text-secret", "unreadable-source"}
    assert not {one["id"] for one in done.json["checks"]} & {"open-webhook", "undeclared-automation"}
    # A JSON file that is cut off was read for secrets to its end.
    assert done.json["inventory"]["gaps"] == []


@pytest.mark.parametrize("format_", ["console", "markdown", "html"])
def test_a_report_gives_no_grade_and_says_why(format_: str, tmp_path: Path) -> None:
    planted(tmp_path)
    done = autoguard("scan", ".", "--secrets-only", "-f", format_, cwd=tmp_path)
    assert "nly secrets were looked for" in done.out
    assert "o automation was found" not in done.out


def test_a_stored_result_says_it_again(tmp_path: Path) -> None:
    planted(tmp_path)
    autoguard("scan", ".", "--secrets-only", "-f", "json=result.json", cwd=tmp_path)
    assert "only secrets were looked for" in autoguard("report", "result.json", cwd=tmp_path).out
