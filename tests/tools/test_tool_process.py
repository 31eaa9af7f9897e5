"""How a tool is run: bounded in time and size, in an empty folder, and never taken for content when it fails."""

import json
import os
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from support.estate import REGISTRY, assessment_of
from tools.programs import WANTED, Programs, is_running

from autoguard.model import Location, ToolRun
from autoguard.tools import Skip, Tool, ToolOptions, ToolReport, ToolResult
from autoguard.tools._process import DidNotRun, Ran, run, without_quotes

TOOLS: dict[str, Tool] = {tool.name: tool for tool in REGISTRY.all("tools")}
CHECKS = {"bandit": "risky-python-code", "pip-audit": "vulnerable-dependency", "zizmor": "ci-workflow-weakness"}
ONLINE = ToolOptions(online=True)
DEEP = "[" * 200_000


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    return Programs(tmp_path / "bin", monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir()
    return made


def look(tool: str, folder: Path, options: ToolOptions = ONLINE) -> ToolReport:
    return TOOLS[tool].run([WANTED[tool]], folder, options)


def test_these_are_the_tools() -> None:
    assert {*TOOLS} == {*WANTED} == {*CHECKS}


@pytest.mark.parametrize("tool", sorted(WANTED))
def test_nothing_to_look_at(tool: str, programs: Programs, folder: Path) -> None:
    programs.add(tool, "exit 3")
    report = TOOLS[tool].run([], folder, ONLINE)
    assert report.run.status == "nothing-to-do"


@pytest.mark.parametrize("tool", sorted(WANTED))
def test_a_tool_that_is_not_installed(tool: str, programs: Programs, folder: Path) -> None:
    assert [*programs.folder.iterdir()] == []
    report = look(tool, folder)
    assert (report.run.status, report.run.reason, report.run.files) == ("absent", f"{tool} is not installed", 1)


@pytest.mark.parametrize("tool", sorted(WANTED))
@pytest.mark.parametrize(
    ("script", "code"),
    [("echo 'cannot open job.py: s3cret' >&2; exit 7", 7), ("kill -9 $$", -9), ("exit 0", 0), ("exit 1", 1)],
)
def test_a_tool_that_fails(tool: str, script: str, code: int, programs: Programs, folder: Path) -> None:
    programs.add(tool, script)
    report = look(tool, folder)
    assert report.run.status == "failed"
    assert report.run.reason == f"{tool} ended with code {code} and an answer that cannot be read"
    assert (report.results, report.skipped) == ((), ())


def with_places(zizmor: Any) -> str:
    return json.dumps([{"ident": "a", "desc": "a", "locations": zizmor, "determinations": {}}])


GARBAGE = {
    "bandit": [
        '"x"',
        '{"results": []}',
        '{"results": null, "errors": []}',
        '{"results": [{}], "errors": []}',
        '{"results": [], "errors": [{}]}',
        json.dumps({"results": [{"filename": "./other.py", "test_id": "B1"}], "errors": []}),
    ],
    "pip-audit": ['"x"', '{"dependencies": [{}]}', '{"dependencies": [null]}', '{"dependencies": {"flask": 1}}'],
    "zizmor": ["[{}]", '[{"ident": "a"}]', with_places([{"symbolic": {"kind": "Primary"}}])],
}
UNEXPECTED = {
    "bandit": ['{"results": [{"filename": 5}], "errors": []}', DEEP],
    "pip-audit": [DEEP],
    "zizmor": ["[1]", '{"a": 1}', '"x"', with_places([]), DEEP],
}
CASES = [(tool, text) for tool in sorted(WANTED) for text in ("", "Done.", "null", "5", *GARBAGE[tool])]
RAISES = [(tool, text) for tool in sorted(WANTED) for text in UNEXPECTED[tool]]


def gives(tool: str, text: str, programs: Programs, folder: Path) -> None:
    (programs.folder / "answer").write_bytes(text.encode())
    programs.add(tool, f"exec /bin/cat {programs.folder}/answer")
    report = look(tool, folder)
    assert report.run.status == "failed"
    assert report.run.reason == f"{tool} ended with code 0 and an answer that cannot be read"
    assert report.results == ()


@pytest.mark.parametrize(("tool", "text"), CASES)
def test_an_answer_of_another_form(tool: str, text: str, programs: Programs, folder: Path) -> None:
    gives(tool, text, programs, folder)


@pytest.mark.parametrize(("tool", "text"), RAISES, ids=[f"{tool}-{text[:30]}" for tool, text in RAISES])
def test_an_answer_of_a_form_that_nobody_thought_of(tool: str, text: str, programs: Programs, folder: Path) -> None:
    gives(tool, text, programs, folder)


@pytest.mark.parametrize("tool", sorted(WANTED))
def test_an_answer_that_is_no_text(tool: str, programs: Programs, folder: Path) -> None:
    programs.add(tool, r"printf '\377\376\000{'")
    assert look(tool, folder).run.status == "failed"


@pytest.mark.parametrize("tool", sorted(WANTED))
def test_a_tool_that_hangs_is_stopped_with_everything_it_started(tool: str, programs: Programs, folder: Path) -> None:
    programs.add(tool, 'sleep 30 & echo "$! $$" > "$HOME/pids"; trap "" TERM INT HUP; sleep 30; sleep 30')
    started = time.monotonic()
    report = look(tool, folder, ToolOptions(online=True, time_limit=0.5))
    assert time.monotonic() - started < 10
    assert (report.run.status, report.results) == ("timeout", ())
    assert report.run.reason.startswith(f"{tool} took longer than ")
    pids = (folder / "pids").read_text().split()
    assert len(pids) == 2
    while any(is_running(int(pid)) for pid in pids):
        assert time.monotonic() - started < 10, "a process of it goes on"
        time.sleep(0.05)


def test_a_tool_that_answers_in_time_is_not_stopped(programs: Programs, folder: Path) -> None:
    programs.add("bandit", """sleep 0.3; echo '{"results": [], "errors": []}'""")
    assert look("bandit", folder, ToolOptions(time_limit=30)).run.status == "ran"


def test_the_time_limit_is_the_one_that_is_given(programs: Programs, folder: Path) -> None:
    programs.add("bandit", """sleep 2; echo '{"results": [], "errors": []}'""")
    assert look("bandit", folder, ToolOptions(time_limit=0.3)).run.status == "timeout"


@pytest.mark.parametrize("tool", sorted(WANTED))
def test_an_answer_of_a_hundred_megabytes(tool: str, programs: Programs, folder: Path) -> None:
    programs.add(tool, "head -c 100000000 /dev/zero")
    report = look(tool, folder)
    assert (report.run.status, report.run.reason) == ("failed", f"{tool} answered with more than 64 MB")


@pytest.mark.parametrize("stream", ["", ">&2"])
def test_what_a_tool_writes_does_not_fill_the_memory(stream: str, programs: Programs, folder: Path) -> None:
    programs.add("bandit", f"head -c 400000000 /dev/zero {stream}")
    tracemalloc.start()
    try:
        report = look("bandit", folder)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert report.run.status == "failed"
    assert peak < 250_000_000


def test_a_tool_sees_a_bare_environment(programs: Programs, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTOGUARD_KEY", "PYTHONPATH", "PIP_INDEX_URL", "GH_TOKEN", "ANY_SECRET", "HTTPS_PROXY", "BASH_ENV"):
        monkeypatch.setenv(name, "value")
    programs.add("bandit", 'env; echo "in $(pwd)"; ls -A; cat; echo "$*"')
    offline = run("bandit", ["-r", "."], folder, ToolOptions())
    assert isinstance(offline, Ran)
    *variables, place, arguments = offline.output.splitlines()
    names = {line.partition("=")[0] for line in variables} - {"_", "OLDPWD", "SHLVL", "PWD"}
    assert names == {"PATH", "HOME", "XDG_CACHE_HOME", "LANG", "PYTHONUTF8", "NO_COLOR"}
    assert f"HOME={folder}" in variables
    assert (place, arguments) == (f"in {folder}", "-r .")
    online = run("bandit", [], folder, ONLINE)
    assert isinstance(online, Ran)
    assert {line.partition("=")[0] for line in online.output.splitlines()} >= {"HTTPS_PROXY"}
    assert "ANY_SECRET" not in online.output


def test_a_tool_cannot_read_what_is_piped_into_us(programs: Programs, folder: Path) -> None:
    programs.add("bandit", "/bin/cat")
    kept = os.dup(0)
    reader, writer = os.pipe()
    try:
        os.write(writer, b"typed")
        os.close(writer)
        os.dup2(reader, 0)
        done = run("bandit", [], folder, ToolOptions())
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reader)
    assert done == Ran(0, "", "")


def test_a_tool_has_no_terminal_and_no_part_in_our_signals(programs: Programs, folder: Path) -> None:
    programs.add("bandit", 'echo "$$"; ps -o sid= -p $$ 2>/dev/null || cut -d" " -f6 /proc/$$/stat; test -t 0; echo $?')
    done = run("bandit", [], folder, ToolOptions())
    assert isinstance(done, Ran)
    process, session, terminal = done.output.split()
    assert process == session
    assert terminal == "1"


@pytest.mark.parametrize(
    ("run", "skipped", "outcome"),
    [
        (ToolRun("", "1", "absent", "is not installed", 1), (), "unknown"),
        (ToolRun("", "1", "failed", "ended with code 1", 1), (), "unknown"),
        (ToolRun("", "1", "timeout", "took longer than 120 seconds", 1), (), "unknown"),
        (ToolRun("", "1", "not-asked", "needs the network", 1), (), "unknown"),
        (ToolRun("", "1", "ran", "", 1), (Skip("a", "it was skipped", Location("a")),), "unknown"),
        (ToolRun("", "1", "ran", "", 1), (), "passed"),
    ],
)
@pytest.mark.parametrize("tool", sorted(WANTED))
def test_only_a_tool_that_looked_at_everything_passes(
    tool: str, run: ToolRun, skipped: tuple[Skip, ...], outcome: str
) -> None:
    named = ToolRun(tool, run.version, run.status, run.reason, run.files)
    assessment = assessment_of({}, tool_reports=(ToolReport(named, (), skipped),))
    [count] = [one for one in assessment.checks if one.id == CHECKS[tool]]
    assert (count.passed, count.failed, count.unknown) == (int(outcome == "passed"), 0, int(outcome == "unknown"))
    reasons = [one.reason for one in assessment.not_judged if one.check == CHECKS[tool]]
    assert bool(reasons) is (outcome == "unknown")
    assert (run.reason in " ".join(reasons)) or skipped
    assert (assessment.score.coverage < 1) is (outcome == "unknown")


def test_what_was_found_counts_beside_what_was_skipped() -> None:
    result = ToolResult("B602", "shell", "high", "likely", Location("a.py", 2))
    report = ToolReport(ToolRun("bandit", "1", "ran", "", 2), (result,), (Skip("b.py", "broken", Location("b.py")),))
    found = [one for one in assessment_of({}, tool_reports=(report,)).findings if one.check == CHECKS["bandit"]]
    assert [(one.outcome, one.locations) for one in found] == [
        ("fail", (Location("a.py", 2),)),
        ("unknown", (Location("b.py"),)),
    ]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Possible shell injection", "Possible shell injection"),
        ("Use of 'hunter2' and \"hunter3\" and `hunter4`", "Use of ... and ... and ..."),
        ("a token `abc\ndef` over\ttwo\nlines", "a token ... over two lines"),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_message_is_shown_without_what_it_quotes(message: str, shown: str) -> None:
    assert without_quotes(message) == shown


def test_the_stand_ins_are_really_run(programs: Programs, folder: Path) -> None:
    programs.add("bandit", "echo hello; echo trouble >&2; exit 4")
    assert run("bandit", [], folder, ToolOptions()) == Ran(4, "hello\n", "trouble\n")
    assert run("zizmor", [], folder, ToolOptions()) == DidNotRun("absent", "zizmor is not installed")
