"""Predicates for questions that no expression can ask, one module each, named in check files by `probe:`.

A probe knows neither severity nor text: it answers, and says where.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autoguard.estate import Estate
from autoguard.model import Location, Outcome, Severity, SubjectType
from autoguard.model.inventory import Confidence


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer of a probe.

    `discriminator` tells several answers on one subject apart and stays the same between scans. `severity` and
    `confidence` are set only where an external tool rated its own result. `facts` fill the check's message.
    """

    outcome: Outcome
    discriminator: str = ""
    locations: tuple[Location, ...] = ()
    severity: Severity | None = None
    because: str = ""
    confidence: Confidence | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """A predicate on subjects of one type.

    `ask(item, estate, parameters)` gives its judgements; `example(facts, parameters)` makes an item from the facts of a
    check's example, so that examples of probes run as tests too.
    """

    name: str
    subject: SubjectType
    ask: Callable[[Any, Estate, Mapping[str, Any]], Iterable[Judgement]]
    example: Callable[[Mapping[str, Any], Mapping[str, Any]], Any]
