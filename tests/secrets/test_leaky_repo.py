"""The labelled lines of a public set of invented secrets (leaky-repo); skipped where the corpus is absent."""

from collections import defaultdict
from pathlib import Path

import pytest
from support.reading import CORPUS

from autoguard.errors import UnreadableError
from autoguard.model import Document
from autoguard.rooms import room
from autoguard.secrets.detect import detect
from autoguard.secrets.engine import Engine
from autoguard.secrets.kinds import load_kinds
from autoguard.syntax.parsed import Parsed

SET, LABELS = CORPUS / "secrets" / "leaky-repo", CORPUS / "secrets" / "leaky-repo-lines.tsv"
WANTED = 76
"""Of 89 lines; what is missed are words such as `password` and `dummy-pass`, and values that are encrypted."""
FALSE = 2


def lines_found() -> dict[str, set[int]]:
    engine = Engine(load_kinds([room("checks")]))
    found: dict[str, set[int]] = defaultdict(set)
    for path in sorted(SET.rglob("*")):
        name = path.relative_to(SET).as_posix()
        if not path.is_file() or name.startswith(".git/"):
            continue
        try:
            secrets = detect(Parsed(Document(name, path.read_bytes())), engine, b"key")
        except UnreadableError:
            continue
        found[name].update(one.location.line or 0 for one in secrets)
    return found


def labels(path: Path) -> tuple[set[tuple[str, int]], set[str], set[tuple[str, int]]]:
    """Lines at risk, files that are one secret as a whole, and all labelled lines."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    whole = {name for name, line, _ in rows if line == "*"}
    risky = {(name, int(line)) for name, line, label in rows if line != "*" and label.startswith("risk")}
    return risky, whole, {(name, int(line)) for name, line, _ in rows if line != "*"}


@pytest.mark.skipif(not LABELS.is_file(), reason="the corpus is not here")
def test_most_labelled_lines_are_found_and_almost_nothing_else() -> None:
    found = lines_found()
    risky, whole, labelled = labels(LABELS)
    assert len(risky) + len(whole) == 89
    hits = [place for place in risky if place[1] in found[place[0]]]
    assert len(hits) + sum(bool(found[name]) for name in whole) >= WANTED
    false = {(name, line) for name, lines in found.items() for line in lines} - labelled
    assert len([place for place in false if place[0] not in whole]) <= FALSE
