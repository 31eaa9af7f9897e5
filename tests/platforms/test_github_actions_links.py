"""GitHub Actions: workflows that call each other, their secrets, failures, names and owners."""

import pytest
from support.github_actions import CALLER, COMPOSITE, PLACE, SHARED, WORKFLOW, inputs, one, together

from autoguard.platforms.github_actions.owners import matches


def test_local_calls_lead_to_their_files() -> None:
    facts = together(
        {
            "r/.github/workflows/caller.yml": CALLER,
            "r/.github/workflows/shared.yml": SHARED,
            "r/.github/actions/own/action.yml": COMPOSITE,
        }
    )
    caller, shared, own = facts.automations
    assert [(s.kind, [(c.target, c.dynamic) for c in s.calls]) for s in caller.steps] == [
        ("call", [("r/.github/workflows/shared.yml", False)]),
        ("call", [("other/repo/.github/workflows/far.yml", True)]),
        ("call", [("r/.github/actions/own/action.yml", False)]),
        ("other", []),
    ]
    assert "github-actions:secret:r/*" in caller.steps[0].credentials
    assert inputs(shared) == [("inputs.text", "command", "yes"), ("inputs.safe", "command", "unknown")]
    assert (own.triggers[0].kind, own.native_id) == ("call", ".github/actions/own/action.yml")
    assert inputs(own) == [("inputs.x", "command", "unknown")]


def test_secrets_of_one_name_in_two_repositories_are_two() -> None:
    text = (
        "on: push\njobs:\n  j:\n    runs-on: x\n    steps:\n      - run: make\n        env: {T: '${{ secrets.T }}'}\n"
    )
    paths = ("a/.github/workflows/w.yml", "a/.github/workflows/v.yml", "b/c/.github/workflows/w.yml")
    facts = together(dict.fromkeys(paths, text))
    assert [one.steps[0].credentials for one in facts.automations] == [
        ("github-actions:secret:a/T",), ("github-actions:secret:a/T",), ("github-actions:secret:b/c/T",),
    ]  # fmt: skip


def test_own_workflow_by_its_full_name() -> None:
    by_name = CALLER.replace("other/repo/.github/workflows/far.yml@main", "me/r/.github/workflows/shared.yml@v1")
    facts = together({".github/workflows/caller.yml": by_name, ".github/workflows/shared.yml": SHARED})
    assert facts.automations[0].steps[1].calls[0].target == ".github/workflows/shared.yml"


def test_another_workflow_tells_of_failures() -> None:
    watcher = (
        "on: {workflow_run: {workflows: [Release], types: [completed]}}\njobs:\n  tell:\n"
        "    if: github.event.workflow_run.conclusion == 'failure'\n    runs-on: x\n"
        "    steps: [{run: 'gh issue create -t failed'}]\n"
    )
    quiet = "name: Release\non: push\njobs: {a: {runs-on: x, steps: [{run: ls}]}}\n"
    alone = together({PLACE: quiet}).automations[0]
    told = together({PLACE: quiet, ".github/workflows/tell.yml": watcher}).automations[0]
    assert (alone.error_route, alone.error_target) == ("unknown", None)
    assert told.error_route == "yes"
    assert told.error_target is not None
    assert told.error_target.target == ".github/workflows/tell.yml"


def test_failures_of_every_job_must_be_told() -> None:
    tell = "{if: failure(), uses: slackapi/slack-github-action@v2}"
    told, silent = f"{{runs-on: x, steps: [{{run: ls}}, {tell}]}}", "{runs-on: x, steps: [{run: ls}]}"
    halves = f"on: push\njobs:\n  a: {told}\n  b: {silent}\n"
    assert one(halves).error_route == "unknown"
    assert one(halves + f"  c: {{needs: b, if: always(), runs-on: x, steps: [{tell}]}}\n").error_route == "yes"
    early = f"on: push\njobs:\n  a: {{runs-on: x, steps: [{{run: ls}}, {tell}, {{run: ls}}]}}\n"
    assert one(early).error_route == "unknown"


def test_identity_of_copies_and_templates() -> None:
    inside = one(WORKFLOW, "archive.zip!/repo/.github/workflows/ci.yml")
    assert (inside.identity, inside.enabled) == (f"github-actions:{PLACE}", "yes")
    template = one(WORKFLOW, "templates/ci.yml")
    assert (template.identity, template.enabled) == (one(WORKFLOW, "x/y.yaml").identity, "unknown")
    assert one(WORKFLOW, ".github/workflows/old/ci.yml").enabled == "unknown"
    moved = WORKFLOW.replace(
        "      - name: Get code\n        uses: actions/checkout@v4",
        "      - run: ls\n      - name: Get code\n        uses: actions/checkout@v5",
    )
    assert {found.id for found in one(WORKFLOW).steps} <= {found.id for found in one(moved).steps}


OWNERS = "*  @org/all\n# CI\n/.github/ @ci  me@example.org # both\n/.github/actions/\n"


def test_owners_come_from_the_nearest_file() -> None:
    files = {
        "r/.github/workflows/ci.yml": WORKFLOW,
        "r/.github/actions/x/action.yml": COMPOSITE,
        "other/a.yml": WORKFLOW,
    }
    facts = together({**files, "r/.github/CODEOWNERS": OWNERS, "r/docs/CODEOWNERS": "* @docs\n"})
    assert [found.owners for found in facts.automations] == [("@ci", "me@example.org"), (), ()]
    assert together(files).automations[0].owners == ()


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*", "a/b.yml", True), ("*.yml", "a/b.yml", True), ("/x/", "x/y/z", True), ("/x/", "a/x/z", False),
        ("docs/*", "docs/a", True), ("docs/*", "docs/a/b", False), ("apps/", "x/apps/y", True),
        ("apps/", "x/apps", False),
        ("/apps/x", "apps/x/y", True), ("**/logs", "logs/x", True), ("/.github/**", ".github/a/b", True),
        ("a/**/z", "a/b/c/z", True), ("a/**/z", "a/b/c/y", False), ("[ab]", "a", False), ("/", "a", False),
        ("*a" * 100, "a" * 200 + "b", False),
    ],
)  # fmt: skip
def test_patterns_of_codeowners(pattern: str, path: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches(pattern, path) is fits
