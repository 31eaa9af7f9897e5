"""A source that could not be read may hold anything: the answer is unknown, and that is said."""

from collections.abc import Iterable, Mapping
from typing import Any

from autoguard.estate import Estate
from autoguard.model import Gap
from autoguard.probes import Judgement, Probe


def ask(gap: Gap, _: Estate, __: Mapping[str, Any]) -> Iterable[Judgement]:
    """Unknown, always; two gaps of one source are told apart by their reasons."""
    yield Judgement("unknown", discriminator=gap.reason)


def example(facts: Mapping[str, Any], _: Mapping[str, Any]) -> Gap:
    """A gap from an example's facts."""
    return Gap(str(facts["path"]), str(facts["reason"]), facts.get("kind", "unreadable"))


PROBE = Probe("unread-source", "gap", ask, example)
