"""The GitHub Actions reader: on small workflows, near misses, and counted against the corpus."""

import json
import re
from typing import Any

import pytest
import yaml
from support.github_actions import CALLER, COMPOSITE, PLACE, SHARED, WORKFLOW, job, one, step, together
from support.reading import CORPUS, corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.platforms.github_actions import PLATFORM
from autoguard.platforms.github_actions.expressions import references


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
