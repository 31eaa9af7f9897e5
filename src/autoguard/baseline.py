"""Findings that were there before: kept by fingerprint and places, so that only what is new stops the gate.

A finding stays known while it moves: its places are compared as a bag of paths, and one that was added without another
going away makes it open again. A finding whose fingerprint changed because its file was renamed is recognised by check
and subject name, when the old places are gone. The file is sorted and holds neither time nor line numbers.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoguard.errors import UsageError
from autoguard.model import Finding

SCHEMA = "autoguard-baseline/1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding of the past."""

    fingerprint: str
    check: str
    subject: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """All findings of the past."""

    entries: tuple[Entry, ...]

    def known(self, findings: Iterable[Finding]) -> frozenset[str]:
        """Fingerprints of the current findings that were there before."""
        current = list(findings)
        by_fingerprint = {entry.fingerprint: entry for entry in self.entries}
        present = {finding.fingerprint for finding in current}
        gone = [entry for entry in self.entries if entry.fingerprint not in present]
        occupied = {place for finding in current for place in _places(finding)}
        known = set()
        for finding in current:
            entry = by_fingerprint.get(finding.fingerprint)
            if entry is None:
                entry = next((one for one in gone if _moved(one, finding, occupied)), None)
                if entry is None:
                    continue
                gone.remove(entry)
            before, now = Counter(entry.places), Counter(_places(finding))
            if (now - before).total() <= (before - now).total():
                known.add(finding.fingerprint)
        return frozenset(known)


def from_findings(findings: Iterable[Finding]) -> Baseline:
    """A baseline of everything that is not a pass."""
    entries = (
        Entry(finding.fingerprint, finding.check, finding.subject.name, tuple(sorted(_places(finding))))
        for finding in findings
        if finding.outcome == "fail"
    )
    return Baseline(tuple(sorted(entries, key=lambda entry: (entry.check, entry.fingerprint))))


def to_json(baseline: Baseline) -> str:
    """The text of a baseline file."""
    findings = [
        {"check": entry.check, "fingerprint": entry.fingerprint, "subject": entry.subject, "places": list(entry.places)}
        for entry in baseline.entries
    ]
    return json.dumps({"schema": SCHEMA, "findings": findings}, indent=1, ensure_ascii=False) + "\n"


def load_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        UsageError: no such file, or not a baseline.
    """
    try:
        stored: Any = json.loads(path.read_text(encoding="utf-8"))
        if stored["schema"] != SCHEMA:
            raise UsageError(f"{path}: is a baseline of another version ({stored['schema']}); create it again")
        return Baseline(
            tuple(
                Entry(
                    str(item["fingerprint"]), str(item["check"]), str(item["subject"]), tuple(map(str, item["places"]))
                )
                for item in stored["findings"]
            )
        )
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path}: is not a baseline; create one with `autoguard baseline create`") from None


def _places(finding: Finding) -> list[str]:
    return [location.path for location in finding.locations]


def _moved(entry: Entry, finding: Finding, occupied: set[str]) -> bool:
    same = entry.check == finding.check and entry.subject == finding.subject.name
    return same and not any(place in occupied for place in entry.places)
