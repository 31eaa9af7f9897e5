"""The examples of checks and kinds, run: they are the documentation and the tests at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from autoguard.catalog import Catalog
from autoguard.estate import Estate
from autoguard.evaluate import Question, outcome, prepare
from autoguard.model import Check, Document, Example, Inventory
from autoguard.probes import Probe
from autoguard.secrets import Found, Kind
from autoguard.secrets.detect import detect
from autoguard.secrets.engine import Engine
from autoguard.syntax.parsed import Parsed

EXPECTED = {"fails": "fail", "passes": "pass", "near_miss": "pass", "unknown": "unknown"}
"""Which outcome the examples of each list must have. Where a check does not apply, that counts as a pass."""
_TODAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """How one example came out."""

    name: str
    expected: str
    actual: str
    place: str

    @property
    def right(self) -> bool:
        """Whether it came out as it must."""
        return self.actual == self.expected or (self.expected == "pass" and self.actual == "not-applicable")


def run_check_examples(
    catalog: Catalog, limits: Mapping[str, float], probes: Mapping[str, Probe]
) -> Iterator[ExampleRun]:
    """Every example of every check."""
    for question in prepare(catalog.checks.values(), limits, probes):
        yield from run_examples(question, limits)


def run_examples(question: Question, limits: Mapping[str, float]) -> Iterator[ExampleRun]:
    """Every example of one check."""
    check = question.check
    for kind, expected in EXPECTED.items():
        examples: tuple[Example, ...] = getattr(check.examples, kind)
        for index, example in enumerate(examples):
            actual = _ask(question, example, limits)
            line = check.lines.get(f"examples.{kind}.{index}", 1)
            yield ExampleRun(f"{check.id}: {example.note}", expected, actual, f"{check.file}:{line}")


def run_kind_examples(kinds: Iterable[Kind]) -> Iterator[ExampleRun]:
    """Every example of every kind of secret. An example that a second kind of a vendor finds as well is a failure."""
    known = tuple(kinds)
    engine = Engine(known)
    for kind in known:
        for parts in kind.examples:
            found = [one.kind for one in _detect("".join(parts), engine)]
            yield ExampleRun(f"{kind.id}: found", kind.id, ", ".join(found) or "nothing", kind.id)
        for parts in kind.counter_examples:
            found = [one.kind for one in _detect("".join(parts), engine) if one.kind == kind.id]
            yield ExampleRun(f"{kind.id}: counter-example", "nothing", ", ".join(found) or "nothing", kind.id)


def _ask(question: Question, example: Example, limits: Mapping[str, float]) -> str:
    if question.probe is None:
        return outcome(question, example.facts, limits)
    check: Check = question.check
    item = question.probe.example(example.facts, check.parameters)
    estate = Estate(Inventory(), _TODAY, limits)
    outcomes = {judgement.outcome for judgement in question.probe.ask(item, estate, check.parameters)}
    return next((word for word in ("error", "fail", "unknown", "pass") if word in outcomes), "not-applicable")


def _detect(text: str, engine: Engine) -> list[Found]:
    return detect(Parsed(Document("settings.conf", text.encode())), engine, b"test")
