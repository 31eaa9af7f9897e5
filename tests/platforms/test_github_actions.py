"""The GitHub Actions reader: on small workflows, together, near misses, and counted against the corpus."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from support.reading import CORPUS, corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.model import Automation, Step
from autoguard.platforms import Facts
from autoguard.platforms.github_actions import PLATFORM
from autoguard.platforms.github_actions.expressions import references
from autoguard.platforms.github_actions.owners import matches

PLACE = ".github/workflows/ci.yml"
WORKFLOW = """\
name: Release
on:
  push:
    tags: ['v*']
  pull_request_target:
  schedule:
    - cron: '5 4 * * 0'
    - cron: '0 1 * * *'
  workflow_dispatch:
    inputs:
      note: {type: string}
permissions:
  contents: read
env:
  REGION: eu
jobs:
  build:
    runs-on: ubuntu-latest
    container: node:20@sha256:0000000000000000000000000000000000000000000000000000000000000000
    services:
      db:
        image: postgres:16
    steps:
      - name: Get code
        uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - id: title
        env:
          TITLE: ${{ github.event.pull_request.title }}
          TOKEN: ${{ secrets.npm_token }}
        run: |
          echo "$TITLE"
          echo "${{ github.event.pull_request.title }}"
      - uses: third/party/sub@0123456789abcdef0123456789abcdef01234567
        continue-on-error: true
      - if: failure()
        uses: slackapi/slack-github-action@v2
        with:
          webhook: ${{ secrets['SLACK_URL'] }}
  publish:
    needs: build
    permissions:
      contents: write
      id-token: none
    runs-on: ubuntu-latest
    steps:
      - run: curl -fsSk https://get.example.org/x | sh
      - if: ${{ false }}
        run: echo never
      - if: always()
        run: curl -d "text=done" https://hooks.slack.com/services/T000
"""


def together(files: Mapping[str, str]) -> Facts:
    found = []
    for path, text in files.items():
        document = parsed(text, path)
        assert PLATFORM.signature.search(document.utf8), path
        assert PLATFORM.recognise(document), path
        found.append(PLATFORM.read(document))
    return PLATFORM.join(found)


def one(text: str, path: str = PLACE) -> Automation:
    [automation] = read(PLATFORM, text, path).automations
    assert isinstance(automation, Automation)
    return automation


def job(steps: str, on: str = "[issues, workflow_call]", more: str = "") -> Automation:
    body = "".join(f"      {line}\n" for line in steps.splitlines())
    return one(f"on: {on}\n{more}jobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n{body}")


def inputs(automation: Automation) -> list[tuple[str, str, str]]:
    return [(one.text, one.into, one.untrusted) for step in automation.steps for one in step.inputs]


def step(automation: Automation, key: str) -> Step:
    return next(one for one in automation.steps if one.id == key)


def test_workflow_in_neutral_words() -> None:
    release = one(WORKFLOW)
    assert (release.identity, release.name, release.enabled) == (f"github-actions:{PLACE}", "Release", "yes")
    assert release.error_route == "yes"
    push, target, schedule, dispatch = release.triggers
    assert (push.kind, push.event, push.untrusted, push.exposed) == ("event", "push", "no", "no")
    assert (target.untrusted, target.exposed, target.auth) == ("yes", "unknown", "platform")
    assert (schedule.kind, schedule.schedule) == ("schedule", "5 4 * * 0; 0 1 * * *")
    assert dispatch.kind == "manual"
    assert [found.id for found in release.steps] == [
        "build/container/image", "build/services/db", "build/get-code", "build/title", "build/third-party-sub",
        "build/slackapi-slack-github-action", "publish/run-curl", "publish/run-echo", "publish/run-curl-2",
    ]  # fmt: skip


def test_components_and_their_pins() -> None:
    release = one(WORKFLOW)
    found = {s.id: s.component for s in release.steps if s.component is not None}
    pins = {key: (c.name, c.pinned, c.publisher) for key, c in found.items()}
    assert pins["build/container/image"] == ("node", "yes", "third-party")
    assert pins["build/services/db"] == ("postgres", "no", "third-party")
    assert pins["build/get-code"] == ("actions/checkout", "no", "platform")
    assert pins["build/third-party-sub"] == ("third/party/sub", "yes", "third-party")
    assert pins["publish/run-curl"] == ("get.example.org", "no", "third-party")
    local = job("- uses: ./tools/x\n- uses: docker://alpine:3\n- uses: docker://a.b:5/c@sha256:" + "0" * 64)
    assert [(s.component.name, s.component.pinned, s.component.publisher) for s in local.steps if s.component] == [
        ("./tools/x", "unknown", "first-party"),
        ("alpine", "no", "third-party"),
        ("a.b:5/c", "yes", "third-party"),
    ]


def test_order_failures_and_switched_off_steps() -> None:
    release = one(WORKFLOW)
    edges = [(edge.source, edge.target, edge.kind) for edge in release.edges]
    assert ("push", "build/container/image", "main") in edges
    assert ("build/title", "build/third-party-sub", "main") in edges
    assert ("build/title", "build/slackapi-slack-github-action", "error") in edges
    assert ("build/third-party-sub", "build/slackapi-slack-github-action", "main") not in edges
    assert ("build/third-party-sub", "publish/run-curl", "main") in edges
    assert ("push", "publish/run-curl", "main") not in edges
    assert step(release, "build/third-party-sub").on_error == "continue"
    assert step(release, "publish/run-echo").enabled == "no"
    assert step(release, "publish/run-curl").tls_verified == "no"


def test_secrets_and_tokens() -> None:
    facts = read(PLATFORM, WORKFLOW, PLACE)
    by_id = {credential.id: credential for credential in facts.credentials}
    assert by_id["github-actions:secret:NPM_TOKEN"].storage == "vault"
    assert by_id["github-actions:secret:NPM_TOKEN"].kind == "ci-secret"
    assert by_id[f"github-actions:token:{PLACE}"].scopes == ("contents:read",)
    assert by_id[f"github-actions:token:{PLACE}#publish"].scopes == ("contents:write",)
    [release] = facts.automations
    assert step(release, "build/title").credentials == ("github-actions:secret:NPM_TOKEN",)
    assert "github-actions:secret:SLACK_URL" in step(release, "build/slackapi-slack-github-action").credentials
    assert f"github-actions:token:{PLACE}" in step(release, "build/get-code").credentials
    for written, scopes in (
        ("", ("default",)),
        ("permissions: {}\n", ("none",)),
        ("permissions: write-all\n", ("write-all",)),
    ):
        [token] = read(PLATFORM, f"on: push\n{written}jobs: {{a: {{runs-on: x, steps: []}}}}", PLACE).credentials
        assert token.scopes == scopes


def test_secrets_of_the_environment_belong_to_every_step() -> None:
    automation = job("- run: ls\n- run: echo '${{ toJSON(secrets) }}'", more="env: {A: '${{ secrets.a }}'}\n")
    assert automation.steps[0].credentials == ("github-actions:secret:A",)
    assert automation.steps[1].credentials == ("github-actions:secret:*", "github-actions:secret:A")
    unchecked = job("- run: node x.js", more="env: {NODE_TLS_REJECT_UNAUTHORIZED: 0}\n")
    assert unchecked.steps[0].tls_verified == "no"


def test_lines_are_those_of_the_source() -> None:
    lines = WORKFLOW.splitlines()
    release = one(WORKFLOW)
    for trigger in release.triggers:
        assert lines[(trigger.location.line or 0) - 1].strip().startswith(f"{trigger.event}:")
    for found in release.steps[2:]:
        at, column = found.location.line or 0, found.location.column or 0
        assert lines[at - 1][column - 3 : column - 1] == "- "
    assert lines[(release.steps[1].location.line or 0) - 1].strip() == "db:"


@pytest.mark.parametrize(
    ("context", "trust"),
    [
        ("github.event.issue.title", "yes"),
        ("github.event['issue'].body", "yes"),
        ("format('x {0}', github.event.comment.body)", None),
        ("toJSON(github.event)", "yes"),
        ("github.event.issue", "yes"),
        ("github.event.pull_request.title", "yes"),
        ("inputs.anything", "unknown"),
        ("steps.x.outputs.y", "unknown"),
        ("github.event.client_payload.x", "unknown"),
        ("github.ref_name", "no"),
        ("github.event.issue.number", None),
        ("github.sha", None),
        ("secrets.X", None),
        ("contains(github.event.issue.title, 'x')", None),
        ("github.event.issue.title == 'x'", None),
        ("github.event.issue.title && 'a' || 'b'", None),
        ("!github.event.issue.title", None),
    ],
)
def test_what_outsiders_choose(context: str, trust: str | None) -> None:
    found = inputs(job(f"- run: echo ${{{{ {context} }}}}"))
    if context.startswith("format"):
        trust = "yes"
    assert [one[1:] for one in found] == ([("command", trust)] if trust else [])


def test_a_context_is_empty_where_no_event_carries_it() -> None:
    assert inputs(job("- run: echo ${{ github.event.issue.title }}", "push"))[0][2] == "no"
    assert inputs(job("- run: echo ${{ github.head_ref }}", "push"))[0][2] == "no"
    assert inputs(job("- run: echo ${{ github.head_ref }}", "pull_request"))[0][2] == "yes"
    assert inputs(job("- run: echo ${{ github.event.head_commit.message }}", "push"))[0][2] == "yes"


def test_inputs_of_a_manual_start_come_from_writers() -> None:
    on = "{workflow_dispatch: {inputs: {a: {type: string}, b: {type: boolean}}}}"
    assert inputs(job("- run: echo ${{ inputs.a }} ${{ inputs.b }} ${{ github.event.inputs.a }}", on)) == [
        ("inputs.a", "command", "no"),
        ("github.event.inputs.a", "command", "no"),
    ]


def test_variables_are_no_injection_and_expressions_in_them_are() -> None:
    env = "env:\n  T: ${{ github.event.issue.title }}\n  L: fixed\n"
    assert inputs(job('- run: echo "$T"', more=env)) == []
    assert inputs(job("- run: echo ${{ env.L }}", more=env)) == []
    assert inputs(job("- run: echo ${{ env.T }}", more=env)) == [("env.t = github.event.issue.title", "command", "yes")]
    assert inputs(job('- run: echo "X=$T" >> "$GITHUB_ENV"', more=env)) == [
        ("$T = github.event.issue.title", "code", "yes")
    ]


def test_outputs_of_other_jobs_are_followed() -> None:
    automation = one(
        "on: issues\njobs:\n  a:\n    runs-on: x\n    outputs:\n      t: ${{ github.event.issue.title }}\n"
        "      s: ${{ steps.q.outputs.z }}\n    steps: [{id: q, run: ls}]\n  b:\n    needs: a\n    runs-on: x\n"
        "    steps: [{run: 'echo ${{ needs.a.outputs.t }} ${{ needs.a.outputs.s }}'}]\n"
    )
    found = automation.steps[1].inputs
    assert [(one.text, one.source, one.untrusted) for one in found] == [
        ("needs.a.outputs.t", "issues", "yes"),
        ("needs.a.outputs.s", "a/q", "unknown"),
    ]


def test_scripts_prompts_and_foreign_shells() -> None:
    script = job("- uses: actions/github-script@v7\n  with: {script: 'x(`${{ github.event.issue.body }}`)'}")
    assert (script.steps[0].kind, inputs(script)) == ("code", [("github.event.issue.body", "code", "yes")])
    prompt = job("- uses: actions/ai-inference@v1\n  with: {prompt: 'Sum up ${{ github.event.issue.body }}'}")
    assert (prompt.steps[0].kind, inputs(prompt)) == ("ai", [("github.event.issue.body", "prompt", "yes")])
    python = job("- shell: python\n  run: print('${{ github.event.issue.body }}')")
    assert (python.steps[0].kind, inputs(python)[0][1]) == ("code", "code")
    remote = job(
        "- uses: appleboy/ssh-action@v1\n  with: {host: h.example.org, script: 'echo ${{ github.event.issue.body }}'}"
    )
    assert inputs(remote) == [("github.event.issue.body", "command", "yes")]
    assert remote.steps[0].endpoints[0].host == "h.example.org"


def test_an_agent_reads_the_event_and_has_tools() -> None:
    agent = job("- uses: anthropics/claude-code-action@v1", more="permissions: {contents: write}\n")
    assert inputs(agent) == [("github.event", "prompt", "yes")]
    [tools] = [one for one in agent.steps if one.kind == "tool"]
    assert (tools.writes, [edge.kind for edge in agent.edges if edge.target == tools.id]) == ("yes", ["attached"])


_YES = ["yes"]


@pytest.mark.parametrize(
    ("step_", "trust"),
    [
        ("- uses: actions/checkout@v4\n  with: {ref: '${{ github.head_ref }}'}", _YES),
        ("- uses: actions/checkout@v4\n  with: {ref: 'refs/pull/${{ github.event.number }}/merge'}", _YES),
        ("- uses: actions/checkout@v4\n  with: {repository: '${{ github.event.pull_request.head.repo.url }}'}", _YES),
        ("- uses: actions/checkout@v7\n  with: {ref: '${{ github.head_ref }}'}", ["no"]),
        ("- uses: actions/checkout@v7\n  with: {allow-unsafe-pr-checkout: true, ref: '${{ github.head_ref }}'}", _YES),
        ("- run: gh pr checkout 5", _YES),
        ("- run: git fetch origin pull/5/head", _YES),
        ("- uses: actions/checkout@v4", []),
        ("- uses: actions/checkout@v4\n  with: {ref: main}", []),
    ],
)  # fmt: skip
def test_code_of_outsiders_in_the_workspace(step_: str, trust: list[str]) -> None:
    found = inputs(job(step_, "pull_request_target"))
    assert [one[2] for one in found if one[1] == "workspace"] == trust
    assert [one for one in found if one[1] == "code"] == []


@pytest.mark.parametrize(
    ("event", "untrusted", "exposed"),
    [
        ("issues", "yes", "unknown"), ("issue_comment", "yes", "unknown"), ("discussion", "yes", "unknown"),
        ("workflow_run", "yes", "unknown"), ("fork", "yes", "unknown"), ("pull_request", "yes", "unknown"),
        ("release", "no", "no"), ("workflow_call", "no", "no"), ("repository_dispatch", "unknown", "yes"),
        ("check_suite", "unknown", "no"), ("something_new", "unknown", "no"),
    ],
)  # fmt: skip
def test_who_causes_an_event(event: str, untrusted: str, exposed: str) -> None:
    for written in (event, f"[{event}]", f"{{{event}: null}}"):
        [trigger] = job("- run: ls", written).triggers
        assert (trigger.event, trigger.untrusted, trigger.exposed) == (event, untrusted, exposed)


def test_names_that_others_can_call() -> None:
    on = "{repository_dispatch: {types: [deploy, undo]}, workflow_run: {workflows: [CI]}, workflow_call: null}"
    assert [trigger.address for trigger in job("- run: ls", on).triggers] == ["deploy", "undo", "CI", PLACE]
    calls = job(
        "- run: gh workflow run other.yml\n- run: gh api repos/o/r/dispatches -f event_type=deploy\n"
        "- uses: peter-evans/repository-dispatch@v3\n  with: {event-type: undo}\n"
        "- run: gh workflow run $NAME"
    )
    assert [(one.how, one.target, one.dynamic) for found in calls.steps for one in found.calls] == [
        ("file", ".github/workflows/other.yml", False),
        ("channel", "deploy", False),
        ("channel", "undo", False),
        ("file", "", True),
    ]


CALLER = """\
on: issues
jobs:
  a:
    uses: ./.github/workflows/shared.yml
    secrets: inherit
    with: {text: '${{ github.event.issue.title }}', safe: abc}
  b:
    uses: other/repo/.github/workflows/far.yml@main
  c:
    runs-on: x
    steps:
      - uses: ./.github/actions/own
      - uses: ./.github/actions/javascript
"""
SHARED = """\
on:
  workflow_call:
    inputs: {text: {type: string}, safe: {type: string}}
jobs:
  a: {runs-on: x, steps: [{run: 'echo ${{ inputs.text }} ${{ inputs.safe }}'}]}
"""
COMPOSITE = "name: Own\nruns:\n  using: composite\n  steps:\n    - {shell: bash, run: 'echo ${{ inputs.x }}'}\n"


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


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("jobs: {a: {steps: [{run: x}]}}", "circle.yml"),
        ("on: push\njobs: []", PLACE),
        ("on: push\njobs: {a: x}", PLACE),
        ("on: [a]\nsteps: []", PLACE),
        ("trigger: [main]\njobs: [{job: a, steps: []}]", "azure-pipelines.yml"),
        ("stages: [a]\na: {script: [x]}", ".gitlab-ci.yml"),
        ("runs: {using: node20, main: x.js}", "action.yml"),
        ("runs: {using: composite, steps: x}", "action.yml"),
        ("- jobs: {}\n  on: x", PLACE),
        ("just text with jobs: in it", "notes.md"),
        ("a list of names", "CODEOWNERS"),
        ("* owner-without-at", "CODEOWNERS"),
        ("* @somebody", "OWNERS"),
        ("{}", PLACE),
        ("", PLACE),
    ],
)
def test_near_misses_are_not_recognised(text: str, path: str) -> None:
    assert not PLATFORM.recognise(parsed(text, path))


def test_broken_yaml_is_a_gap_of_its_own() -> None:
    with pytest.raises(UnreadableError):
        PLATFORM.recognise(parsed("on: push\njobs: {a: [", PLACE))


def test_what_is_left_out_of_a_giant_is_a_gap() -> None:
    steps = "[" + ", ".join(["{run: ls}"] * 1_001) + "]"
    facts = read(PLATFORM, f"on: push\njobs: {{a: {{runs-on: x, steps: {steps}}}}}", PLACE)
    assert len(facts.automations[0].steps) == 1_000
    assert [gap.kind for gap in facts.gaps] == ["unreadable"]


def test_expressions_of_any_shape_end_soon() -> None:
    for block in ("(" * 3_000, "!" * 3_000, "a." * 1_500, "a[" * 1_500, "a &&" * 900, "f(" * 1_500, "'" * 3_001,
                  "==" * 900,
                  "github.event.issue.title github", "a[0][*]['x'].*", "f(a,,b)", "é", ""):  # fmt: skip
        references("${{" + block + "}}" * 3)
    assert [one.text for one in references("${{ oops github.event.issue.title }}")] == ["github.event.issue.title"]


def _changed(value: Any, replacement: Any) -> Any:
    """Every copy of a document with one of its values replaced."""
    yield replacement
    if isinstance(value, dict):
        for key, child in value.items():
            for other in _changed(child, replacement):
                yield {**value, key: other}
    elif isinstance(value, list):
        for index, child in enumerate(value):
            for other in _changed(child, replacement):
                yield [*value[:index], other, *value[index + 1 :]]


@pytest.mark.parametrize(
    "replacement", [None, True, 7, 1e400, "x", "${{ x", "${{ github }}", [], {}, [[{}]], {"a": {"b": []}}]
)
def test_wrong_types_anywhere_are_survived(replacement: Any) -> None:
    for source, path in ((WORKFLOW, PLACE), (CALLER, PLACE), (SHARED, PLACE), (COMPOSITE, "action.yml")):
        original = parsed(source, path).yaml[0].value
        for document in _changed(original, replacement):
            try:
                other = parsed(json.dumps(document), path)
                if PLATFORM.recognise(other):
                    PLATFORM.join([PLATFORM.read(other)])
            except UnreadableError:
                continue


def test_nothing_of_the_values_is_kept() -> None:
    value = "hunter" + "2hunter"
    facts = read(
        PLATFORM,
        f"on: push\nenv: {{A: {value}}}\njobs:\n  j:\n    runs-on: x\n    container:\n      image: a/b\n"
        f"      credentials: {{username: u, password: {value}}}\n    steps:\n"
        f"      - run: curl -u a:{value} 'https://a.example.org/x?k={value}'\n"
        f"      - uses: a/b@v1\n        with: {{password: {value}, url: 'https://u:{value}@b.example.org/{value}'}}\n"
        f"      - run: git fetch https://{value}@github.com/a/b pull/1/head\n"
        f"      - shell: pwsh\n        run: $x = '{value}'\n",
        PLACE,
    )
    assert value not in repr(facts)


def corpus() -> dict[str, str]:
    return {
        str(path.relative_to(CORPUS / "github-actions")): path.read_text() for path in corpus_files("github-actions")
    }


def test_counts_on_the_corpus_match_the_plain_yaml() -> None:
    files = corpus()
    facts = together(files)
    assert len(facts.automations) == len(files) == 95
    unreadable = 0
    for automation in facts.automations:
        try:
            raw = yaml.load(files[automation.location.path], Loader=yaml.BaseLoader)  # noqa: S506 - it makes text only
        except yaml.YAMLError:
            unreadable += 1  # one file has a placeholder of its author that PyYAML does not take for a key
            continue
        on = raw["on"]
        assert [trigger.event for trigger in automation.triggers] == ([on] if isinstance(on, str) else list(on))
        expected = edges = 0
        for each in raw["jobs"].values():
            count = (
                len(each.get("steps", [])) + ("uses" in each) + ("container" in each) + len(each.get("services", {}))
            )
            expected += count
            needs = each.get("needs", [])
            before = [needs] if isinstance(needs, str) else needs
            edges += count - 1 + (len(before) or len(automation.triggers))
        assert len(automation.steps) == expected
        assert len(automation.edges) == edges
        pinned = len(
            re.findall(r"^[ -]*uses ?: *\"?[\w./-]+@[0-9a-f]{40}\b", files[automation.location.path], re.MULTILINE)
        )
        assert sum(1 for found in automation.steps if found.component and found.component.pinned == "yes") == pinned
        names = set(re.findall(r"\{\{[^}]*?\bsecrets\.(\w+)", _without_comments(files[automation.location.path])))
        used = {key.rpartition(":")[2] for found in automation.steps for key in found.credentials if ":secret:" in key}
        assert used == {name.upper() for name in names} - {"GITHUB_TOKEN"}
    assert unreadable == 1


def _without_comments(text: str) -> str:
    return re.sub(r"^\s*#.*$|\s#\s.*$", "", text, flags=re.MULTILINE)


def test_no_file_of_another_platform_is_claimed() -> None:
    for path in corpus_files("."):
        document = parsed(path.read_bytes(), str(path.relative_to(CORPUS)))
        try:
            claimed = bool(PLATFORM.signature.search(document.utf8)) and PLATFORM.recognise(document)
        except UnreadableError:
            continue
        own = path.parts[len(CORPUS.parts)] == "github-actions" or (
            path.parent.name == "workflows" and "\njobs:" in document.text
        )
        assert claimed == own, path
