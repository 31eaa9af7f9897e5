"""GitHub Actions: what outsiders choose, where it lands, and who causes an event."""

import pytest
from support.github_actions import PLACE, inputs, job, one


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
