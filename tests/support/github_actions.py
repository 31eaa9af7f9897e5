"""Reading small GitHub workflows."""

from collections.abc import Mapping

from autoguard.model import Automation, Step
from autoguard.platforms import Facts
from autoguard.platforms.github_actions import PLATFORM
from support.reading import parsed, read

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


def together(files: Mapping[str, str]) -> Facts:
    """The facts of several files, joined."""
    found = []
    for path, text in files.items():
        document = parsed(text, path)
        assert PLATFORM.signature.search(document.utf8), path
        assert PLATFORM.recognise(document), path
        found.append(PLATFORM.read(document))
    return PLATFORM.join(found)


def one(text: str, path: str = PLACE) -> Automation:
    """The one automation of a file."""
    [automation] = read(PLATFORM, text, path).automations
    assert isinstance(automation, Automation)
    return automation


def job(steps: str, on: str = "[issues, workflow_call]", more: str = "") -> Automation:
    """A workflow with one job that has these steps."""
    body = "".join(f"      {line}\n" for line in steps.splitlines())
    return one(f"on: {on}\n{more}jobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n{body}")


def inputs(automation: Automation) -> list[tuple[str, str, str]]:
    """Text, place and trust of every input of the steps."""
    return [(one.text, one.into, one.untrusted) for step in automation.steps for one in step.inputs]


def step(automation: Automation, key: str) -> Step:
    """The step of that id."""
    return next(one for one in automation.steps if one.id == key)
