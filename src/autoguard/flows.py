"""The graph: what reaches what, over steps, sub-workflows and calls from one automation to another.

Two questions are answered. Control: which kinds of work can a trigger start? Data: where does a value arrive that
outsiders chose? Both walk every connection once, so the cost is linear in the size of the estate (the first once per
trigger). An answer that the files cannot give is unknown: a call that is computed at run time, or one to an automation
that was not scanned.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from autoguard.model import Automation, Call, Hop, Input, Known, Step, Trigger

Key = tuple[str, str]
"""Automation id and the id of a trigger or step in it."""
Reachable = Literal[
    "write", "shell", "code", "money", "database", "file", "message", "http", "ai", "agent", "approval"
]  # fmt: skip
_KIND: Mapping[str, Reachable] = {
    "shell": "shell", "code": "code", "payment": "money", "database": "database", "file": "file", "message": "message",
    "http": "http", "ai": "ai", "agent": "agent", "approval": "approval",
}  # fmt: skip
_ACTS = frozenset({"shell", "payment", "message", "agent"})
"""Kinds of steps that do something a caller should have been checked for first."""
_PASSES_ON = frozenset({"transform", "branch", "loop", "wait", "code", "ai", "agent", "verify", "approval", "call"})
"""Kinds of steps whose output still holds what came in; the others answer with data of their own."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one trigger can start: a path to the nearest step of each kind, and what could not be followed.

    `open_ended`: a call on the way leads to something unknown, so that no kind can be excluded. `unsure`: kinds that
    some step on the way may or may not be.
    """

    paths: Mapping[Reachable, tuple[Hop, ...]] = field(default_factory=dict)
    open_ended: bool = False
    unsure: frozenset[Reachable] = frozenset()

    def known(self, kind: Reachable) -> Known:
        """Whether a step of that kind is reached."""
        if kind in self.paths:
            return "yes"
        return "unknown" if self.open_ended or kind in self.unsure else "no"


@dataclass(frozen=True, slots=True)
class UntrustedInput:
    """An input of a step that outsiders choose, with the way the value takes."""

    input: Input
    path: tuple[Hop, ...]


class Graph:
    """All automations of an estate, connected."""

    def __init__(self, automations: Iterable[Automation]) -> None:
        """Index the automations; connections between them are resolved here, once."""
        self._automations = {automation.id: automation for automation in automations}
        self._nodes: dict[Key, Trigger | Step] = {}
        self._next: dict[Key, list[Key]] = {}
        self._unresolved: set[Key] = set()
        self._targets = _Targets(self._automations.values())
        self.called: dict[str, set[str]] = {}
        for automation in self._automations.values():
            self._add(automation)
        for automation in self._automations.values():
            self._connect(automation)
        self._came_from, self._receives = self._spread()

    def reach(self, automation: str, trigger: str) -> Reach:
        """What the trigger can start, also through calls to other automations."""
        start = (automation, trigger)
        came_from: dict[Key, Key | None] = {start: None}
        paths: dict[Reachable, tuple[Hop, ...]] = {}
        unsure: set[Reachable] = set()
        open_ended = False
        queue = deque([start])
        while queue:
            key = queue.popleft()
            node = self._nodes[key]
            if isinstance(node, Step) and node.enabled != "no":
                open_ended = open_ended or key in self._unresolved
                kinds = list(_kinds(node))
                for kind in kinds:
                    if kind not in paths:
                        paths[kind] = self._path(key, came_from)
                if node.writes == "unknown" and node.kind != "call":
                    unsure.add("write")
            for target in self._next.get(key, ()):
                if target not in came_from:
                    came_from[target] = key
                    queue.append(target)
        return Reach(paths, open_ended, frozenset(unsure))

    def checks_caller(self, automation: str, trigger: str) -> Known:
        """Whether a step checks the caller's signature or secret before anything is done for them."""
        start = (automation, trigger)
        seen, queue = {start}, deque([start])
        checked = unsure = open_ended = False
        while queue:
            key = queue.popleft()
            for target in self._next.get(key, ()):
                node = self._nodes[target]
                if target in seen:
                    continue
                seen.add(target)
                if isinstance(node, Step) and node.enabled != "no":
                    if node.kind == "verify":
                        checked = True
                        continue
                    if node.writes == "yes" or node.kind in _ACTS:
                        return "no"
                    if target in self._unresolved:
                        open_ended = True  # what is called may check the caller, and what comes after relies on it
                        continue
                    unsure = unsure or (node.writes == "unknown" and node.kind != "call")
                queue.append(target)
        if open_ended:
            return "unknown"
        return "no" if not checked else "unknown" if unsure else "yes"

    def untrusted_path(self, automation: str, step: str) -> tuple[Hop, ...]:
        """The way by which data that outsiders chose arrives at the step; () where none does."""
        key = (automation, step)
        return self._path(key, self._receives) if key in self._receives else ()

    def untrusted_inputs(self, automation: str, step: Step) -> Iterator[UntrustedInput]:
        """The inputs of a step that outsiders choose."""
        key = (automation, step.id)
        for one in step.inputs:
            if one.untrusted == "yes":
                yield UntrustedInput(one, (self._hop(key),))
            elif one.untrusted == "no" or not one.source:
                continue
            elif one.source in ("*", "$fromAI"):
                if key in self._receives:
                    yield UntrustedInput(one, self._path(key, self._receives))
            elif (source := (automation, one.source)) in self._came_from:
                yield UntrustedInput(one, (*self._path(source, self._came_from), self._hop(key)))

    def callers(self, automation: str) -> frozenset[str]:
        """Ids of the automations that start this one."""
        return frozenset(self.called.get(automation, ()))

    def resolves(self, call: Call, automation: Automation) -> Known:
        """Whether the call leads to an automation of this estate; unknown where it is computed at run time."""
        if call.dynamic:
            return "unknown"
        return "yes" if self._targets.find(call, automation) else "no"

    def _add(self, automation: Automation) -> None:
        nodes: tuple[Trigger | Step, ...] = (*automation.triggers, *automation.steps)
        for node in nodes:
            self._nodes[automation.id, node.id] = node
        for edge in automation.edges:
            self._next.setdefault((automation.id, edge.source), []).append((automation.id, edge.target))

    def _connect(self, automation: Automation) -> None:
        own = [*(trigger.id for trigger in automation.triggers), *(step.id for step in automation.steps)]
        for key in ((automation.id, name) for name in own):
            if key in self._next:
                self._next[key] = [target for target in self._next[key] if target in self._nodes]
        for step in automation.steps:
            for call in step.calls:
                found = self._targets.find(call, automation)
                for target, trigger in found:
                    self._next.setdefault((automation.id, step.id), []).append((target.id, trigger.id))
                    self.called.setdefault(target.id, set()).add(automation.id)
                # A web address that belongs to none of the estate's own automations is an ordinary request.
                if not found and (call.dynamic or call.how != "url"):
                    self._unresolved.add((automation.id, step.id))

    def _spread(self) -> tuple[dict[Key, Key | None], dict[Key, Key | None]]:
        carries: dict[Key, Key | None] = {}
        for automation in self._automations.values():
            for trigger in automation.triggers:
                if trigger.untrusted == "yes" and trigger.enabled != "no":
                    carries[automation.id, trigger.id] = None
        receives: dict[Key, Key | None] = dict(carries)
        queue = deque(carries)
        while queue:
            key = queue.popleft()
            for target in self._next.get(key, ()):
                receives.setdefault(target, key)
                node = self._nodes[target]
                passes_on = isinstance(node, Trigger) or node.enabled == "no" or node.kind in _PASSES_ON
                if passes_on and target not in carries:
                    carries[target] = key
                    queue.append(target)
        return carries, receives

    def _path(self, key: Key, came_from: Mapping[Key, Key | None]) -> tuple[Hop, ...]:
        hops = []
        at: Key | None = key
        while at is not None:
            hops.append(self._hop(at))
            at = came_from[at]
        return tuple(reversed(hops))

    def _hop(self, key: Key) -> Hop:
        node = self._nodes[key]
        return Hop(key[0], key[1], node.name or node.id, node.location)


class _Targets:
    """Which trigger a call leads to."""

    def __init__(self, automations: Iterable[Automation]) -> None:
        self._by_id: dict[tuple[str, str], list[Automation]] = {}
        self._by_name: dict[tuple[str, str], list[Automation]] = {}
        self._by_path: dict[str, list[Automation]] = {}
        self._by_address: dict[str, list[tuple[Automation, Trigger]]] = {}
        for automation in automations:
            if automation.native_id:
                self._by_id.setdefault((automation.platform, automation.native_id), []).append(automation)
            self._by_name.setdefault((automation.platform, automation.name), []).append(automation)
            self._by_path.setdefault(automation.location.path, []).append(automation)
            for trigger in automation.triggers:
                if trigger.address:
                    address = trigger.address.strip("/")
                    self._by_address.setdefault(address, []).append((automation, trigger))

    def find(self, call: Call, caller: Automation) -> list[tuple[Automation, Trigger]]:
        if call.dynamic or not call.target:
            return []
        if call.how == "id":
            return _entries(_nearest(self._by_id.get((caller.platform, call.target), []), caller))
        if call.how == "name":
            return _entries(_nearest(self._by_name.get((caller.platform, call.target), []), caller))
        if call.how == "file":
            return _entries(_nearest(self._files(call.target), caller))
        if call.how == "channel":
            found = self._by_address.get(call.target.strip("/"), [])
            return [pair for pair in found if pair[0].platform == caller.platform and pair[1].kind in ("event", "call")]
        return [pair for pair in self._by_address.get(call.target, []) if pair[1].kind in ("webhook", "form", "chat")]

    def _files(self, target: str) -> list[Automation]:
        ending = target.removeprefix("./").strip("/")
        return [
            automation
            for path, found in self._by_path.items()
            if path == ending or path.endswith("/" + ending)
            for automation in found
        ]


def _nearest(found: list[Automation], caller: Automation) -> list[Automation]:
    # Copies of one automation: the one that lies with its caller is meant.
    beside = [automation for automation in found if automation.folder == caller.folder]
    return beside or found


def _entries(automations: list[Automation]) -> list[tuple[Automation, Trigger]]:
    entries: list[tuple[Automation, Trigger]] = []
    for automation in automations:
        calls = [trigger for trigger in automation.triggers if trigger.kind == "call"]
        entries.extend((automation, trigger) for trigger in calls or automation.triggers[:1])
    return entries


def _kinds(step: Step) -> Iterator[Reachable]:
    kind = _KIND.get(step.kind)
    if kind is not None:
        yield kind
    if step.writes == "yes":
        yield "write"
