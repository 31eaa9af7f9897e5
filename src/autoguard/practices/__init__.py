"""What the organisation does around its automations: what it declares, and the evidence for it.

Strength of evidence: 1 said, 2 a document that says the required things with a date, 3 a machine artefact that was
parsed, 4 verified by us.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from autoguard.model import Automation, Practice
from autoguard.syntax.parsed import Parsed


def _nothing(_: Sequence[Automation]) -> Iterable[Practice]:
    return ()


def _no_document(_: Parsed) -> Iterable[Practice]:
    return ()


@dataclass(frozen=True, slots=True)
class EvidenceReader:
    """Evidence for practices, from documents and from the automations themselves.

    `signature` is searched in every document's bytes; where it is found, `read(parsed)` gives the practices that the
    document proves. `derive(automations)` gives those that the estate's own automations prove, such as a backup job.
    """

    name: str
    signature: "re.Pattern[bytes] | None" = None
    read: Callable[[Parsed], Iterable[Practice]] = _no_document
    derive: Callable[[Sequence[Automation]], Iterable[Practice]] = _nothing
