"""The entries of a `steps` list, with ids that stay and with what they hand to called workflows."""

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from autoguard.model import Gap, Location
from autoguard.platforms import Fragment
from autoguard.platforms._identity import slug
from autoguard.platforms._shell import look_at
from autoguard.platforms._values import mapping, sequence, string, text
from autoguard.platforms.github_actions.actions import parse_uses
from autoguard.platforms.github_actions.contexts import Scope, inputs_of, worst
from autoguard.platforms.github_actions.credentials import Ledger
from autoguard.platforms.github_actions.steps import Place
from autoguard.syntax import Tree
from autoguard.syntax.parsed import Parsed

Keys = tuple[str | int, ...]
Entry = tuple[Keys, dict[str, Any]]
_Item = TypeVar("_Item")


@dataclass(slots=True)
class Reading:
    """What is needed all the way down a document, and what is collected on the way."""

    parsed: Parsed
    tree: Tree
    value: dict[str, Any]
    path: str
    ledger: Ledger
    fragments: list[Fragment] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def at(self, *keys: str | int) -> Location:
        """Where the value at `keys` stands."""
        return self.parsed.at(self.tree, *keys)


def bounded(reading: Reading, found: list[_Item], limit: int, what: str) -> list[_Item]:
    """The first `limit` of `found`; what is left out becomes a gap."""
    if len(found) > limit:
        reason = f"has more than {limit} {what}; the rest was not read"
        reading.gaps.append(Gap(reading.parsed.path, reason))
    return found[:limit]


def entries_of(value: Any, keys: Keys) -> list[Entry]:
    """The steps in a list with their places; those of a `parallel` group one by one."""
    found: list[Entry] = []
    for index, entry in enumerate(sequence(value)):
        group = mapping(entry).get("parallel")
        if isinstance(group, list):
            inside = enumerate(group)
            found.extend(((*keys, index, "parallel", at), one) for at, one in inside if isinstance(one, dict))
        elif isinstance(entry, dict):
            found.append(((*keys, index), entry))
    return found


def ids_of(job: str, entries: list[Entry]) -> list[str]:
    """Ids that survive a new order: a step's own id, else its name, else what it uses or runs."""
    found: dict[str, None] = {}
    for _, entry in entries:
        own = text(entry.get("id"), 60) or text(entry.get("name"), 60)
        own = own or text(entry.get("uses"), 120).partition("@")[0]
        own = own or f"run {look_at(string(entry.get('run'))).name}"
        base = f"{job}/{slug(own)}".strip("/")
        number = 1
        while (chosen := base if number == 1 else f"{base}-{number}") in found:
            number += 1
        found[chosen] = None
    return list(found)


def with_steps(scope: Scope, job: str, entries: list[Entry], ids: list[str]) -> Scope:
    """The scope that knows which step `steps.<id>` means inside that job."""
    own = {
        text(entry.get("id"), 60).lower(): step_id
        for (_, entry), step_id in zip(entries, ids, strict=True)
        if text(entry.get("id"), 60)
    }
    return replace(scope, steps={**scope.steps, job.lower(): own})


def passed_on(reading: Reading, entries: list[Entry], place: Place) -> list[Fragment]:
    """Which inputs of called workflows and local actions get values that outsiders choose."""
    found = []
    for keys, entry in entries:
        uses = parse_uses(entry["uses"]) if isinstance(entry.get("uses"), str) else None
        if uses is None or uses.kind not in ("local", "workflow"):
            continue
        chosen = [
            name.lower()
            for name, value in mapping(entry.get("with")).items()
            if isinstance(value, str) and worst(list(inputs_of(value, place.scope, "value"))) == "yes"
        ]
        if chosen:
            target = uses.name if uses.kind == "local" else "/".join(uses.name.split("/")[2:])
            found.append(Fragment("passes", target, reading.at(*keys), {"inputs": tuple(chosen)}))
    return found
