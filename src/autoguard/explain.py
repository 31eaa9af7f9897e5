"""One check in words: what a reader needs to understand, judge and repair a finding of it."""

import textwrap
from collections.abc import Iterable

from autoguard.model import Check, Example

_WIDTH = 100


def explanation(check: Check) -> str:
    """The check as plain text."""
    return "\n".join(_lines(check)).rstrip()


def _lines(check: Check) -> Iterable[str]:
    yield f"{check.id}: {check.title}"
    yield f"domain {check.domain}, subject {check.subject}, {check.severity.base} unless said otherwise below"
    yield ""
    yield from _paragraph("why", check.why)
    yield from _decision(check)
    yield f"fix, about {check.fix.minutes} minutes"
    yield from _steps(check.fix.steps)
    for platform, own in check.fix.per_platform.items():
        yield f"  on {platform}"
        yield from _steps(own)
    yield ""
    yield "examples"
    for word, examples in (
        ("fails", check.examples.fails),
        ("passes", check.examples.passes),
        ("passes, though near", check.examples.near_miss),
        ("unknown", check.examples.unknown),
    ):
        yield from (_example(word, example) for example in examples)
    if check.maps_to or check.peers:
        yield ""
        yield "references"
        for framework, ids in check.maps_to.items():
            yield f"  {framework}: {', '.join(map(str, ids))}"
        for peer, rules in check.peers.items():
            yield f"  asked by {peer} as {', '.join(rules)}"


def _decision(check: Check) -> Iterable[str]:
    yield "how it is decided"
    if check.applies:
        yield _hanging(f"asked where {check.applies}")
    if check.when:
        yield _hanging(f"fails where {check.when}")
    if check.probe:
        parameters = ", ".join(f"{name}={value}" for name, value in check.parameters.items())
        yield _hanging(f"by the probe {check.probe}" + (f" ({parameters})" if parameters else ""))
    for word, changes in (("raised", check.severity.raises), ("lowered", check.severity.lowers)):
        for rule in changes:
            yield _hanging(f"{word} to {rule.to} where {rule.when}: {rule.because}")
    yield ""


def _hanging(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="      ")


def _paragraph(title: str, text: str) -> Iterable[str]:
    yield title
    yield from textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""


def _steps(steps: Iterable[str]) -> Iterable[str]:
    for number, step in enumerate(steps, start=1):
        yield from textwrap.wrap(step, _WIDTH, initial_indent=f"  {number}. ", subsequent_indent="     ")


def _example(word: str, example: Example) -> str:
    facts = ", ".join(f"{name} = {value}" for name, value in example.facts.items())
    return textwrap.fill(f"{word}: {example.note} ({facts})", _WIDTH, initial_indent="  ", subsequent_indent="    ")
