"""What the author of a check reads after a mistake: the file, the right line, and what is wrong."""

from pathlib import Path

import pytest

from autoguard.catalog import Catalog, load_catalog
from autoguard.catalog_lint import lint
from autoguard.errors import UsageError
from autoguard.evaluate import prepare
from checks.scanning import POLICY, PROBES, REGISTRY

CHECK = """\
id: stale-webhook
title: A webhook without a caller
domain: access
subject: trigger
severity:
  base: medium
  raise:
    - {when: reaches_write, to: high, because: its steps can change data}
  lower:
    - {when: "!enabled", to: low, because: it is switched off}
applies: kind == "webhook"
when: exposed && auth == "none"
message: "{kind} {name} has no caller"
path: [reaches_write]
evidence: [kind]
why: Nobody would notice a caller that should not be there.
fix:
  minutes: 10
  steps:
    - Switch it off.
maps_to:
  cwe: [306]
examples:
  fails:
    - note: an open webhook
      facts: {kind: webhook, exposed: true, auth: none}
  passes:
    - note: one that asks for a header
      facts: {kind: webhook, exposed: true, auth: shared-secret}
  near_miss:
    - note: a schedule
      facts: {kind: schedule, exposed: false, auth: none}
  unknown:
    - note: nobody knows what it asks for
      facts: {kind: webhook, exposed: true}
    - note: nobody knows whether it can be reached
      facts: {kind: webhook, auth: none}
"""
"""A check without a mistake; each test makes one."""
WHEN = 'when: exposed && auth == "none"'
FILE = "room/access/stale-webhook.yaml"


def write(folder: Path, *changes: tuple[str, str], name: str = "stale-webhook", domain: str = "access") -> Path:
    """A room of checks that holds the check above with these changes."""
    text = CHECK
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    room = folder / "room"
    (room / domain).mkdir(parents=True, exist_ok=True)
    (room / domain / f"{name}.yaml").write_text(text, encoding="utf-8")
    return room


def loaded(room: Path) -> Catalog:
    """The room's checks, read from their files."""
    return load_catalog([room], cache=False)


def linted(room: Path) -> list[str]:
    """All that the linter says of the room."""
    return lint(loaded(room), POLICY.limits, PROBES, REGISTRY.names("platforms"))


def test_the_check_itself_has_no_mistake(tmp_path: Path) -> None:
    assert linted(write(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "errors"),
    [
        pytest.param(
            "message:",
            "mesage:",
            [":1: message: is missing", ":13: unknown key mesage; did you mean message?"],
            id="unknown key",
        ),
        pytest.param(
            "to: high",
            "too: high",
            [
                ":8: severity.raise.0.to: is missing",
                ":8: unknown key severity.raise.0.too; did you mean to?",
            ],
            id="unknown key of a rule",
        ),
        pytest.param(
            "minutes: 10",
            "minuets: 10",
            [":17: fix.minutes: is missing", ":18: unknown key fix.minuets; did you mean minutes?"],
            id="unknown key of a part",
        ),
        pytest.param(
            "near_miss:",
            "nearmiss:",
            [":30: unknown key examples.nearmiss; did you mean near_miss?"],
            id="unknown list of examples",
        ),
        pytest.param("evidence:", "zzz: 1\nevidence:", [":15: unknown key zzz"], id="unknown key like none"),
        pytest.param(
            "minutes: 10",
            "minutes: ten",
            [":18: fix.minutes: Input should be a valid integer, unable to parse string as an integer"],
            id="no number",
        ),
        pytest.param("minutes: 10", "minutes: -1", [":18: fix.minutes: Input should be greater than 0"], id="range"),
        pytest.param(
            "evidence: [kind]",
            "evidence: kind",
            [":15: evidence: must be a list, each entry on a line that begins with `-`"],
            id="no list",
        ),
        pytest.param(
            "base: medium",
            "base: mid",
            [":6: severity.base: Input should be 'info', 'low', 'medium', 'high' or 'critical'"],
            id="no severity",
        ),
        pytest.param("title: A webhook without a caller\n", "", [":1: title: is missing"], id="missing part"),
        pytest.param("  minutes: 10\n", "", [":17: fix.minutes: is missing"], id="missing part of a part"),
        pytest.param(
            "\n      facts: {kind: schedule, exposed: false, auth: none}",
            "",
            [":31: examples.near_miss.0.facts: is missing"],
            id="example without facts",
        ),
        pytest.param(
            "id: stale-webhook",
            "id: Stale_Webhook",
            [":1: id: String should match pattern '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'"],
            id="id that is no slug",
        ),
        pytest.param(
            f"{WHEN}\n", "", [":1: the document: exactly one of `when` and `probe` must be given"], id="no question"
        ),
        pytest.param(
            WHEN,
            'when: ""',
            [":12: the document: exactly one of `when` and `probe` must be given"],
            id="empty question",
        ),
        pytest.param(
            WHEN,
            f"{WHEN}\nprobe: tool-results",
            [":12: the document: exactly one of `when` and `probe` must be given"],
            id="two questions",
        ),
        pytest.param(WHEN, f"{WHEN}\nwhen: exposed", [":13: when is given twice"], id="key given twice"),
        pytest.param(
            "minutes: 10", "minutes: 10\n  minutes: 20", [":19: minutes is given twice"], id="key of a part given twice"
        ),
        pytest.param(
            "evidence: [kind]",
            "evidence: [kind",
            [":16: is not valid YAML: line 16: did not find expected ',' or ']'"],
            id="broken YAML",
        ),
        pytest.param(
            "evidence: [kind]",
            "evidence: [kind]\n---",
            [":1: must hold exactly one YAML document"],
            id="two documents",
        ),
    ],
)
def test_a_file_of_the_wrong_form(tmp_path: Path, old: str, new: str, errors: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(write(tmp_path, (old, new)))
    assert str(caught.value).splitlines() == [FILE + error for error in errors]


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, ("evidence:", "evidnce:"), ("minutes: 10", "minutes: 0"))
    room = write(tmp_path, ("id: stale-webhook", "id: other"), ("title: ", "titel: "), name="other")
    with pytest.raises(UsageError) as caught:
        loaded(room)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        "room/access/other.yaml:1",
        "room/access/other.yaml:2",
        f"{FILE}:15",
        f"{FILE}:18",
    ]


def test_an_id_that_exists(tmp_path: Path) -> None:
    write(tmp_path)
    room = write(tmp_path, ("domain: access", "domain: agents"), domain="agents")
    with pytest.raises(UsageError) as caught:
        loaded(room)
    assert str(caught.value) == f"room/agents/stale-webhook.yaml:1: check stale-webhook exists already in {FILE}"


def test_an_id_that_is_not_the_name_of_the_file(tmp_path: Path) -> None:
    room = write(tmp_path, ("id: stale-webhook", "# renamed\nid: stale-webhook"), name="other")
    with pytest.raises(UsageError) as caught:
        loaded(room)
    assert str(caught.value) == "room/access/other.yaml:2: id stale-webhook must be the file's name, other"


def test_a_domain_that_is_not_the_name_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(write(tmp_path, domain="agents"))
    assert str(caught.value) == "room/agents/stale-webhook.yaml:3: domain access must be the folder's name"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        pytest.param(WHEN, "when: exposed && && auth", ":12: when: column 12: Syntax error", id="no CEL"),
        pytest.param(WHEN, "when: auth > 3", ":12: when: column 6: found no matching overload", id="types"),
        pytest.param(WHEN, "when: kind", ":12: when: gives STRING, not true or false", id="no condition"),
        pytest.param(
            WHEN,
            "when: expossed",
            ":12: when: column 1: undeclared reference to 'expossed'; did you mean exposed?",
            id="fact",
        ),
        pytest.param(
            WHEN,
            "when: size(owners) > limit_owners",
            ":12: when: column 16: undeclared reference to 'limit_owners'",
            id="limit",
        ),
        pytest.param(
            "applies: kind",
            "applies: knid",
            ":11: applies: column 1: undeclared reference to 'knid'; did you mean kind?",
            id="fact in applies",
        ),
        pytest.param(
            "when: reaches_write",
            "when: reaches_writing",
            ":8: severity.raise.0: column 1: undeclared reference to 'reaches_writing'; did you mean reaches_write?",
            id="fact in a rule that raises",
        ),
        pytest.param(
            'when: "!enabled"',
            'when: "!enabld"',
            ":10: severity.lower.0: column 2: undeclared reference to 'enabld'; did you mean enabled?",
            id="fact in a rule that lowers",
        ),
        *(
            pytest.param(
                WHEN,
                f"when: {condition}",
                f":12: when: auth is never {word}; it is one of: none, shared-secret, signature, platform",
                id=f"word in {condition}",
            )
            for condition, word in (
                ('auth == "nothing"', '"nothing"'),
                ("auth == 'nothing'", "'nothing'"),
                ('auth != "nothing"', '"nothing"'),
                ('exposed || "nothing" == auth', '"nothing"'),
                ('auth in ["none", "nothing"]', '"nothing"'),
                ('exposed && auth == "unknown"', '"unknown"'),
            )
        ),
        pytest.param(WHEN, "probe: tool-result", ":12: probe tool-result does not exist", id="unknown probe"),
        pytest.param(
            WHEN,
            "probe: tool-results",
            ":12: probe tool-results asks about a tool, not a trigger",
            id="probe of another subject",
        ),
    ],
)
def test_a_condition_that_does_not_compile(tmp_path: Path, old: str, new: str, error: str) -> None:
    catalog = loaded(write(tmp_path, (old, new)))
    with pytest.raises(UsageError) as caught:
        prepare(catalog.checks.values(), POLICY.limits, PROBES)
    [line] = str(caught.value).splitlines()
    assert line.startswith(FILE + error), line
    # The linter tells the same and does not stop at it.
    assert linted(tmp_path / "room") == [line]


def test_nothing_is_suggested_for_a_word_like_none(tmp_path: Path) -> None:
    [line] = linted(write(tmp_path, (WHEN, "when: zzz")))
    assert line.startswith(f"{FILE}:12: when: column 1: undeclared reference to 'zzz'")
    assert "did you mean" not in line


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        pytest.param(
            "{kind} {name}",
            "{kind} {nmae}",
            ":13: message names nmae, which is no fact of a trigger",
            id="fact in the message",
        ),
        pytest.param(
            "{kind: webhook, auth: none}",
            "{kind: webhook, auht: none}",
            ":36: auht is no fact of this subject",
            id="fact of an example",
        ),
        pytest.param(
            "{kind: webhook, exposed: true}",
            '{kind: webhook, exposed: "yes"}',
            ":34: exposed must be of type bool",
            id="type of an example's fact",
        ),
        pytest.param(
            "{kind: webhook, auth: none}",
            "{kind: hook, auth: none}",
            ":36: kind is never hook",
            id="word of an example",
        ),
        pytest.param(
            "{kind: webhook, exposed: true, auth: shared-secret}",
            "{exposed: true, auth: shared-secret}",
            ":28: the example must give kind",
            id="fact that an example must give",
        ),
        pytest.param(
            "    - note: nobody knows whether it can be reached\n      facts: {kind: webhook, auth: none}\n",
            "",
            ":12: exposed may be unknown: show an example of that under `unknown`",
            id="missing example of an unknown fact",
        ),
    ],
)
def test_what_the_linter_finds(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert linted(write(tmp_path, (old, new))) == [FILE + error]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        pytest.param(
            "evidence: [kind]", "evidence: [knid]", ":15: evidence: knid is no fact of a trigger", id="evidence"
        ),
        pytest.param(
            "path: [reaches_write]", "path: [reaches]", ":14: path: reaches is no fact of a trigger", id="path"
        ),
        pytest.param(
            "path: [reaches_write]", "path: [kind]", ":14: path: kind has no way through the graph", id="path of none"
        ),
        pytest.param(
            "evidence:", "group: nothing\nevidence:", ":15: group: nothing is no fact of a trigger", id="group"
        ),
        pytest.param(
            "evidence:",
            "supersedes: [nothing]\nevidence:",
            ":15: supersedes nothing, which does not exist",
            id="supersedes",
        ),
        pytest.param("evidence:", "platforms: [n9n]\nevidence:", ":15: n9n is no platform", id="platforms"),
        pytest.param(
            "  steps:",
            "  per_platform:\n    n9n: [Switch it off.]\n  steps:",
            ":20: n9n is no platform",
            id="steps for a platform",
        ),
        pytest.param(
            "cwe: [306]", "cwe: [99999]", ":21: cwe has no 99999 in checks/tables/references.yaml", id="reference"
        ),
        pytest.param(
            "cwe: [306]", "cve: [306]", ":21: cve has no 306 in checks/tables/references.yaml", id="framework"
        ),
    ],
)
def test_what_the_linter_finds_in_lists(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert linted(write(tmp_path, (old, new))) == [FILE + error]
