"""Raw exports on which a check must fire, or must not, with what a scan of each has to give.

The layout is described in tests/fixtures/checks/README.md.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from autoguard.model import Location, Outcome, Severity
from autoguard.model.inventory import Confidence
from checks.placeholders import fill

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "checks"
SUFFIX = ".fixture"
"""Ending of files that a tool of this repository would take for its own; it is left out when a tree is written."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fires(_Strict):
    """The finding that a tree must give.

    `at` is the file and line of its first place (the file alone where a finding has no line), `shows` a text that must
    stand there in the file, `places` the number of places, `path` the names along the way through the graph that is
    shown with it, `without` names checks that must not be reported besides it.
    """

    at: str
    shows: str = ""
    severity: Severity
    reasons: tuple[str, ...] = ()
    places: int = 1
    path: tuple[str, ...] = ()
    confidence: Confidence = "likely"
    outcome: Literal["fail", "unknown"] = "fail"
    without: tuple[str, ...] = ()


Counts = dict[Outcome, int]
"""How often each outcome of the check comes out in a tree in which it does not fire; what is not named, never."""


class Change(_Strict):
    """A text that stands in a file once, and what takes its place."""

    file: str
    old: str
    new: str


class VendorAnswer(_Strict):
    """What the vendor of every secret is taken to answer to `--verify`, which would need the network."""

    status: int
    body: dict[str, Any]


class Variant(_Strict):
    """A tree with a small change: either it fires (with what differs from the tree it is made of), or it is quiet."""

    name: str
    of: str
    change: tuple[Change, ...] = ()
    add: dict[str, str] = {}
    remove: tuple[str, ...] = ()
    vendor: VendorAnswer | None = None
    fires: dict[str, Any] | None = None
    counts: Counts | None = None

    @model_validator(mode="after")
    def _one_expectation(self) -> "Variant":
        if (self.fires is None) == (self.counts is None):
            raise ValueError(f"{self.name}: exactly one of `fires` and `counts` must be given")
        return self


class Expected(_Strict):
    """The file expected.yaml of one check."""

    trees: dict[str, Fires | Counts]
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True)
class Case:
    """One tree of one check, as it lies in the repository or with a small change."""

    check: str
    name: str
    folder: Path
    expected: Fires | Counts
    variant: Variant | None = None

    @property
    def id(self) -> str:
        """The name that a test run shows."""
        return f"{self.check}/{self.name}"

    @property
    def answer(self) -> str:
        """What an external tool that needs the network is taken to answer; "" where it is not asked."""
        file = self.folder.with_name(f"{self.folder.name}.answer.json")
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    @property
    def vendor(self) -> VendorAnswer | None:
        """What vendors are taken to answer; None where they are not asked."""
        return self.variant.vendor if self.variant is not None else None

    def files(self) -> dict[str, str]:
        """The files of the tree as they are scanned, by their paths."""
        found = {
            path.relative_to(self.folder).as_posix().removesuffix(SUFFIX): path.read_text(encoding="utf-8")
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }
        for change in self.variant.change if self.variant else ():
            if found[change.file].count(change.old) != 1:
                raise ValueError(f"{self.id}: {change.old!r} must stand in {change.file} once")
            found[change.file] = found[change.file].replace(change.old, change.new)
        for path in self.variant.remove if self.variant else ():
            del found[path]
        found.update(self.variant.add if self.variant else {})
        return {path: fill(text) for path, text in found.items()}

    def write(self, target: Path) -> None:
        """Write the tree below a folder."""
        for path, text in self.files().items():
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def expected(check: str) -> Expected:
    """What the trees of a check must give."""
    return Expected.model_validate(yaml.safe_load((ROOT / check / "expected.yaml").read_text(encoding="utf-8")))


def described() -> list[str]:
    """The checks that have a folder here."""
    return sorted(path.name for path in ROOT.iterdir() if path.is_dir())


def cases(check: str) -> Iterator[Case]:
    """All trees of a check, then their variants."""
    if not (ROOT / check).is_dir():
        return
    content = expected(check)
    for name, what in content.trees.items():
        yield Case(check, name, ROOT / check / name, what)
    for variant in content.variants:
        base = content.trees[variant.of]
        known = base.model_dump() if isinstance(base, Fires) else {}
        what = Fires(**{**known, **variant.fires}) if variant.fires is not None else variant.counts or {}
        name = f"{variant.of}: {variant.name}"
        yield Case(check, name, ROOT / check / variant.of, what, variant)


def all_cases() -> list[Case]:
    """The trees of all checks."""
    return [case for check in described() for case in cases(check)]


def piece(text: str, location: Location) -> str:
    """What stands at a place: in JSON the whole object or list that begins there, else the rest of the line."""
    line = text.splitlines(keepends=True)[(location.line or 1) - 1 :]
    rest = "".join(line)[(location.column or 1) - 1 :]
    if location.path.endswith(".json") and rest[:1] in ("{", "["):
        return rest[: json.JSONDecoder().raw_decode(rest)[1]]
    return rest.splitlines()[0]
