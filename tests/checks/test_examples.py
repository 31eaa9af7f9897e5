"""The examples that stand in the check files themselves, and what the linter says of the files."""

import pytest

from autoguard.catalog_examples import ExampleRun, run_check_examples, run_kind_examples
from autoguard.catalog_lint import lint
from autoguard.plugins import check_rooms
from autoguard.secrets.kinds import load_kinds
from checks.scanning import CATALOG, POLICY, PROBES, REGISTRY

EXAMPLES = list(run_check_examples(CATALOG, POLICY.limits, PROBES))
KINDS = list(run_kind_examples(load_kinds(check_rooms(REGISTRY), examples=True)))


@pytest.mark.parametrize("run", [*EXAMPLES, *KINDS], ids=lambda run: run.name)
def test_example(run: ExampleRun) -> None:
    assert run.right, f"{run.place}: must be {run.expected}, is {run.actual}"


def test_every_example_is_run() -> None:
    kinds = ("fails", "passes", "near_miss", "unknown")
    written = sum(len(getattr(check.examples, kind)) for check in CATALOG.checks.values() for kind in kinds)
    assert len(EXAMPLES) == written
    assert {run.name.partition(":")[0] for run in EXAMPLES} == CATALOG.checks.keys()


def test_the_place_of_an_example_is_its_line() -> None:
    for room in check_rooms(REGISTRY):
        for run in EXAMPLES:
            shown, _, line = run.place.rpartition(":")
            text = (room.parent / shown).read_text(encoding="utf-8").splitlines()[int(line) - 1]
            assert run.name.partition(": ")[2].split()[0] in text, run.place


def test_lint_finds_nothing() -> None:
    assert lint(CATALOG, POLICY.limits, PROBES, REGISTRY.names("platforms")) == []
