"""Whose `autoguard.yaml` counts, and for what: a scanned tree can never silence its own audit."""

import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support.command import Done, autoguard
from support.estate import node, workflow, write_tree

DAY = "2026-11-24"
CHECK = "webhook-reaches-shell"
SHELL = workflow("Shell", [node("Hook", "webhook"), node("Run", "executeCommand", {"command": "ls"})], ("Hook", "Run"))
FACTS = """version: 1
organisation: {name: Corner Shop}
automations: [{id: wf-Shell, owner: anna, deputy: ben}]
"""
SILENCING = """version: 1
organisation: {name: Corner Shop}
scope: {exclude: [{path: shell.json, reason: not ours}, {path: flows, reason: not ours}]}
automations: [{id: wf-Shell, owner: anna, deputy: ben, criticality: low}]
policy:
  use: starter
  fail_on: never
  select: [value]
  ignore: [access]
  severity_overrides: {webhook-reaches-shell: info}
risk: {false_positives: [{check: webhook-reaches-shell}]}
waivers:
  - {check: "*", reason: we like it so, owner: anna, until: 2027-01-01}
  - {check: webhook-reaches-shell, reason: we like it so, owner: anna, until: 2027-01-01}
"""
CLIENT = {"shell.json": SHELL, "autoguard.yaml": SILENCING}
WAIVED = "version: 1\nwaivers: [{{check: {check}, reason: we like it so, owner: anna, until: {until}}}]\n"
MINE = WAIVED.format(check=CHECK, until="2027-01-01")
ALWAYS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}


def git(folder: Path, *arguments: str | Path) -> None:
    who = ("-c", "user.name=Anna", "-c", "user.email=anna@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *who, *arguments], cwd=folder, env={**os.environ, **ALWAYS}, check=True, capture_output=True)


def repository(folder: Path, files: dict[str, Any]) -> Path:
    write_tree(folder, {"README.md": "A folder.\n", **files})
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All there is")
    return folder


def zipped(path: Path, files: dict[str, Any]) -> Path:
    folder = write_tree(path.with_suffix(".content"), files)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
            file.unlink()
    folder.rmdir()
    return path


def scan(cwd: Path, *arguments: str | Path, today: str = DAY) -> Done:
    return autoguard("scan", *arguments, "--today", today, "-f", "json", cwd=cwd)


def found(done: Done, check: str = CHECK) -> list[tuple[str, str]]:
    return [(one["severity"], one["status"]) for one in done.json["findings"] if one["check"] == check]


def notes(done: Done) -> str:
    return "\n".join((*done.json["ignored_settings"], *done.json["warnings"]))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working tree without a configuration, beside a clone of somebody else's repository."""
    git(tmp_path, "clone", "--quiet", repository(tmp_path / "origin", CLIENT), "clone")
    return repository(tmp_path / "desk", {"docs/notes.md": "Nothing.\n"})


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "mine", {"flows/deep/shell.json": SHELL, "docs/a.md": "Text.\n", "autoguard.yaml": MINE}
    )


# One's own tree


@pytest.mark.parametrize(
    ("folder", "source", "shown"),
    [
        (".", ".", "autoguard.yaml"),
        (".", "flows", "autoguard.yaml"),
        (".", "flows/deep/shell.json", "autoguard.yaml"),
        ("flows/deep", ".", ""),
        ("docs", "../flows", ""),
    ],
)
def test_the_file_of_the_working_tree_counts(mine: Path, folder: str, source: str, shown: str) -> None:
    done = scan(mine / folder, source)
    assert found(done) == [("critical", "waived")]
    assert done.err.splitlines() == [f"using {shown or mine / 'autoguard.yaml'}"]
    assert done.json["config"] == (shown or str(mine / "autoguard.yaml"))
    assert done.json["config_trusted"] is True
    assert done.json["summary"]["waived"] == 1


def test_a_work_tree_of_the_same_repository_has_its_own_file(mine: Path, tmp_path: Path) -> None:
    git(mine, "worktree", "add", "--quiet", tmp_path / "second")
    assert found(scan(tmp_path / "second" / "docs", "../flows")) == [("critical", "waived")]
    (mine / "autoguard.yaml").unlink()
    assert found(scan(mine, "../second")) == [("critical", "open")]


@pytest.mark.parametrize("outer_is_a_repository", [True, False])
def test_a_file_above_the_repository_does_not_count(tmp_path: Path, outer_is_a_repository: bool) -> None:  # noqa: FBT001
    write_tree(tmp_path, {"autoguard.yaml": MINE})
    if outer_is_a_repository:
        git(tmp_path, "init", "--quiet")
    inner = repository(tmp_path / "inner", {"shell.json": SHELL})
    done = scan(inner, ".")
    assert found(done) == [("critical", "open")]
    assert (done.json["config"], done.err) == ("", "")


def test_without_a_repository_only_the_working_folder_counts(tmp_path: Path) -> None:
    write_tree(tmp_path, {"autoguard.yaml": MINE, "below/shell.json": SHELL})
    assert found(scan(tmp_path, ".")) == [("critical", "waived")]
    assert found(scan(tmp_path / "below", ".")) == [("critical", "open")]


def test_ones_own_file_counts_for_a_foreign_tree_as_well(mine: Path, desk: Path) -> None:
    done = scan(mine, desk.parent / "clone")
    assert found(done) == [("critical", "waived")]
    assert done.json["config"] == "autoguard.yaml"
    waived = {one["check"] for one in done.json["findings"] if one["status"] == "waived"}
    assert waived == {CHECK}, "the clone's own waiver for everything counted"


# A tree that is not one's own


def test_a_foreign_tree_changes_nothing_about_its_audit(desk: Path) -> None:
    clone = desk.parent / "clone"
    silencing = scan(desk, clone)
    (clone / "autoguard.yaml").write_text(FACTS)
    plain = scan(desk, clone)
    for key in ("findings", "score", "checks", "summary", "policy", "not_judged"):
        assert silencing.json[key] == plain.json[key], key
    assert silencing.code == plain.code == 1
    assert found(silencing) == [("critical", "open")]
    assert plain.json["ignored_settings"] == []


def test_what_a_foreign_manifest_would_have_switched_off_is_counted(desk: Path) -> None:
    done = scan(desk, "../clone")
    told = "\n".join(done.json["ignored_settings"])
    for expected in ("2 waivers", "2 exclusions", "1 choice of policy", "1 low criticality", "1 false positive"):
        assert f"{expected} in autoguard.yaml" in told
    assert len(done.json["ignored_settings"]) == 5
    console = autoguard("scan", "../clone", "--today", DAY, cwd=desk)
    assert "note: not honoured in a tree that is not yours: 2 waivers in autoguard.yaml" in console.out


def test_what_a_foreign_manifest_declares_is_still_read(desk: Path) -> None:
    done = scan(desk, "../clone")
    [automation] = done.json["inventory"]["automations"]
    assert done.json["target"] == "Corner Shop"
    assert (automation["owner"], automation["declared"]["deputy"]) == ("anna", "ben")
    assert automation["criticality"] == "normal"
    assert "criticality" not in automation["declared"]
    assert (done.json["config"], done.json["config_trusted"]) == ("autoguard.yaml", False)


def test_the_first_line_says_what_a_foreign_file_is_used_for(desk: Path) -> None:
    assert "autoguard.yaml" in scan(desk, "../clone").err.splitlines()[0]


def test_a_foreign_file_is_reported_beside_ones_own(mine: Path, desk: Path) -> None:
    assert "waivers" in notes(scan(mine, desk.parent / "clone"))


@pytest.mark.parametrize(
    "sources",
    [
        pytest.param(["../clone"], id="a clone elsewhere"),
        pytest.param(["vendor/clone"], id="a clone inside the working tree"),
        pytest.param(["link"], id="a link out of the working tree"),
        pytest.param(["../client.zip"], id="an archive elsewhere"),
        pytest.param(["docs", "../clone"], id="beside a folder of one's own"),
        pytest.param(["."], id="a clone below the scanned folder"),
        pytest.param(
            ["client.zip"],
            id="an archive inside the working tree",
        ),
        pytest.param(
            ["received"],
            id="an archive below the scanned folder",
        ),
    ],
)
def test_ways_to_come_by_a_foreign_tree(desk: Path, sources: list[str]) -> None:
    git(desk, "clone", "--quiet", "../origin", "vendor/clone")
    (desk / "link").symlink_to("../clone")
    (desk / "received" / "today").mkdir(parents=True)
    for path in (desk.parent / "client.zip", desk / "client.zip", desk / "received/today/client.zip"):
        if sources != ["."]:
            zipped(path, CLIENT)
    done = scan(desk, *sources)
    assert {*found(done)} == {("critical", "open")}
    assert done.code == 1
    assert not [one for one in done.json["findings"] if one["status"] == "waived"]
    assert "autoguard.yaml" in notes(done)


def test_the_file_that_is_named_counts_whosever_it_is(mine: Path, desk: Path) -> None:
    clone = desk.parent / "clone"
    (clone / "autoguard.yaml").write_text(FACTS + WAIVED.format(check="no-backup", until=DAY).partition("\n")[2])
    done = scan(mine, "../clone", "--config", "../clone/autoguard.yaml")
    assert done.err.splitlines()[0] == "using ../clone/autoguard.yaml"
    assert found(done, "no-backup") == [("high", "waived")]
    assert found(done) == [("critical", "open")], "the file of the working folder counted as well"
    assert done.json["config_trusted"] is True


def test_trusting_a_foreign_file(desk: Path) -> None:
    (desk.parent / "clone" / "autoguard.yaml").write_text(
        MINE + "automations: [{id: wf-Shell, owner: anna, criticality: low}]\npolicy: {fail_on: never}\n"
    )
    done = scan(desk, "../clone", "--trust-config")
    assert found(done) == [("critical", "waived")]
    [automation] = done.json["inventory"]["automations"]
    assert automation["criticality"] == "low"
    assert done.json["config_trusted"] is True
    assert done.code == 0


def test_trusting_a_foreign_file_includes_its_policy(desk: Path) -> None:
    done = scan(desk, "../clone", "--trust-config")
    assert done.json["policy"] == "starter"
    assert {one["domain"] for one in done.json["checks"]} == {"value"}
    assert "files left out: 1, shell.json is excluded: not ours" in notes(done)


# Files with mistakes


def test_unknown_keys_are_errors_with_a_suggestion(mine: Path) -> None:
    write_tree(mine, {"autoguard.yaml": "version: 1\nwaviers: []\npolicy:\n  fail-on: low\n  limts: {}\n"})
    done = scan(mine, ".")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "autoguard: autoguard.yaml:2: unknown key waviers; did you mean waivers?",
        "autoguard.yaml:4: unknown key policy.fail-on; did you mean fail_on?",
        "autoguard.yaml:5: unknown key policy.limts; did you mean limits?",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("version: 1\nwaivers: [\n", 3, id="not YAML"),
        pytest.param("version: 1\nowner: anna\n", 2, id="an unknown key"),
        pytest.param("version: 1\n---\nversion: 1\n", 1, id="two documents"),
        pytest.param("version: 1\nversion: 1\n", 2, id="a key twice"),
    ],
)
def test_a_broken_file_stops_ones_own_scan_and_is_a_gap_elsewhere(mine: Path, desk: Path, text: str, line: int) -> None:
    write_tree(mine, {"autoguard.yaml": text})
    own = scan(mine, ".")
    assert (own.code, own.out) == (2, "")
    assert "autoguard.yaml" in own.err
    assert "Traceback" not in own.err
    foreign = scan(desk, mine, "--fail-on", "never")
    assert foreign.code == 3
    [gap] = foreign.json["inventory"]["gaps"]
    assert gap["path"] == "autoguard.yaml"
    assert f"line {line}" in gap["reason"]
    assert found(foreign) == [("critical", "open")]


def test_a_broken_file_that_is_not_used_is_told_and_leaves_no_gap(mine: Path) -> None:
    write_tree(mine, {"fixtures/autoguard.yaml": "version: 1\nwaviers: []\n"})
    done = scan(mine, ".", "--fail-on", "never")
    assert (done.code, done.json["inventory"]["gaps"]) == (0, [])
    assert "fixtures/autoguard.yaml is not a valid manifest: line 2: unknown key waviers" in notes(done)


# Waivers and choices of policy


def test_a_waiver_counts_until_its_last_day(mine: Path) -> None:
    write_tree(mine, {"autoguard.yaml": WAIVED.format(check=CHECK, until="2026-11-24")})
    assert found(scan(mine, ".", today="2026-11-24")) == [("critical", "waived")]
    after = scan(mine, ".", today="2026-11-25")
    assert found(after) == [("critical", "open")]
    assert after.code == 1
    assert notes(after) == f"autoguard.yaml:2: waiver for {CHECK} expired on 2026-11-24 and no longer counts"


def test_a_waiver_until_an_impossible_day_is_an_error_of_the_file(mine: Path) -> None:
    write_tree(mine, {"autoguard.yaml": WAIVED.format(check=CHECK, until="2027-02-30")})
    done = scan(mine, ".")
    assert done.code == 2
    assert "autoguard.yaml:2: waivers.0.until" in done.err


def test_a_waiver_means_the_same_file_from_wherever_it_is_scanned(mine: Path) -> None:
    path = "reason: we like it so, path: flows/deep/shell.json,"
    write_tree(mine, {"autoguard.yaml": MINE.replace("reason: we like it so,", path)})
    assert found(scan(mine, ".")) == [("critical", "waived")]
    assert found(scan(mine, "flows")) == [("critical", "waived")]


def test_the_choices_of_ones_own_file(mine: Path) -> None:
    policy = f"""version: 1
policy:
  fail_on: critical
  ignore: [no-backup]
  limits: {{training_days: 10}}
  severity_overrides: {{{CHECK}: low}}
training: {{awareness: [{{date: 2026-11-01}}]}}
"""
    write_tree(mine, {"autoguard.yaml": policy})
    done = scan(mine, ".")
    assert found(done) == [("low", "open")]
    assert found(done, "no-awareness-training") == [("low", "open")]
    assert "no-backup" not in {one["id"] for one in done.json["checks"]}
    assert done.code == 0
    assert scan(mine, ".", "--fail-on", "low").code == 1
    write_tree(mine, {"autoguard.yaml": "version: 1\npolicy: {use: ci, select: [access]}\n"})
    narrow = scan(mine, ".")
    assert narrow.json["policy"] == "ci"
    assert {one["domain"] for one in narrow.json["checks"]} == {"access"}
    assert scan(mine, ".", "-p", "strict").json["policy"] == "strict"


@pytest.mark.parametrize(
    "text",
    [
        "policy: {ignore: [open-webhok]}",
        "policy: {select: [open-webhok]}",
        "policy: {severity_overrides: {open-webhok: low}}",
        "policy: {limits: {training_dayz: 10}}",
        "waivers: [{check: open-webhok, reason: we like it so, owner: anna, until: 2027-01-01}]",
    ],
)
def test_a_misspelt_name_is_not_passed_over(mine: Path, text: str) -> None:
    write_tree(mine, {"autoguard.yaml": f"version: 1\n{text}\n"})
    done = scan(mine, ".")
    assert "did you mean" in (done.err if done.code == 2 else notes(done))


def test_a_policy_file_is_found_from_every_folder(mine: Path) -> None:
    text = "id: ours\ntitle: Our own choice\nextends: starter\n"
    write_tree(mine, {"docs/ours.yaml": text, "autoguard.yaml": "version: 1\npolicy: {use: docs/ours.yaml}\n"})
    assert scan(mine, ".").json["policy"] == "ours"
    assert scan(mine / "docs", "..").json["policy"] == "ours"


def test_an_exclusion_of_ones_own_is_honoured_and_counted(mine: Path) -> None:
    write_tree(mine, {"autoguard.yaml": "version: 1\nscope: {exclude: [{path: flows, reason: not ours}]}\n"})
    done = scan(mine, ".")
    assert done.json["inventory"]["automations"] == []
    assert "flows" in done.out
