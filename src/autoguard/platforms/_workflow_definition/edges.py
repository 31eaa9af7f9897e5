"""The order of a definition's actions, and what becomes of their failures."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from itertools import chain

from autoguard.model import Edge, Known, Step
from autoguard.model.inventory import OnError
from autoguard.platforms._workflow_definition.actions import FAILURES, Action, Path


class Order:
    """Edges between triggers and actions, and which failures reach a handler.

    A handler is an action that runs after another one failed or timed out and does not run when it succeeded; one that
    runs in either case counts where it looks at the result.
    """

    def __init__(self, triggers: list[str], actions: list[Action]) -> None:
        """Take the ids of the triggers and all actions."""
        self._triggers = triggers
        self._actions = actions
        self._by_id = {action.id: action for action in actions}
        self._outcomes: dict[str, dict[str, frozenset[str]]] = {}
        self._followers: dict[str, list[str]] = defaultdict(list)
        names: dict[tuple[Path, str], str] = {}
        for action in actions:
            names.setdefault((action.group, action.name), action.id)
        for action in actions:
            waits = {
                names[action.group, name]: outcomes
                for name, outcomes in action.run_after().items()
                if (action.group, name) in names and names[action.group, name] != action.id
            }
            self._outcomes[action.id] = waits
            for source in waits:
                self._followers[source].append(action.id)
        self._inspecting = {
            action.id for action in actions if self._runs_anyway(action.id) and action.inspects_results()
        }

    def edges(self) -> Iterator[Edge]:
        """Every connection; an action that runs after success and failure alike has one edge for each."""
        for action in self._actions:
            waits = self._outcomes[action.id]
            if not waits:
                for source in [action.parent] if action.parent else self._triggers:
                    yield Edge(source, action.id, "attached" if action.tool else "main")
            for source, outcomes in waits.items():
                # What runs because a handler was skipped runs because all went well.
                after_success = outcomes == {"skipped"} and self._is_handler(source)
                if "succeeded" in outcomes or after_success:
                    yield Edge(source, action.id)
                if outcomes - {"succeeded"} and not after_success:
                    yield Edge(source, action.id, "error")

    def on_error(self, action: Action) -> OnError:
        """Whether a failure stops the run, goes to a handler, or is passed over as if nothing had happened."""
        after_failure = [item for item in self._followers[action.id] if self._outcomes[item][action.id] & FAILURES]
        if any(self._handles(action.id, item) for item in after_failure):
            return "route"
        return "continue" if after_failure else "stop"

    def error_route(self, steps: Iterable[Step]) -> Known:
        """Whether a failure of every action that may change something reaches a handler.

        Where nothing changes anything, every action that reads counts, and where nothing reads, those at the top.
        """
        covered, handlers = self._covered(), self._inside_handlers()
        judged = [step for step in steps if step.id in self._by_id and step.id not in handlers]
        for group in (
            [step.id for step in judged if step.writes != "no"],
            [step.id for step in judged if step.reads != "no"],
            [step.id for step in judged if not self._by_id[step.id].parent],
        ):
            if group:
                return "yes" if covered.issuperset(group) else "no"
        return "no"

    def _runs_anyway(self, action_id: str) -> bool:
        return any("succeeded" in outcomes and outcomes & FAILURES for outcomes in self._outcomes[action_id].values())

    def _is_handler(self, action_id: str) -> bool:
        waits = self._outcomes[action_id].values()
        return any(outcomes & FAILURES for outcomes in waits) and not any("succeeded" in item for item in waits)

    def _handles(self, source: str, target: str, outcomes: frozenset[str] = FAILURES) -> bool:
        found = self._outcomes[target][source]
        return bool(found & outcomes) and ("succeeded" not in found or target in self._inspecting)

    def _covered(self) -> set[str]:
        # When an action fails, those that wait for its success are skipped: a handler of their being skipped catches
        # the failure as well, and so does one of the scope around it.
        skip_caught = {
            source
            for source, targets in self._followers.items()
            if any(self._handles(source, target, frozenset({"skipped"})) for target in targets)
        }
        queue = deque(skip_caught)
        while queue:
            for source in self._plain_sources(queue.popleft()):
                if source not in skip_caught:
                    skip_caught.add(source)
                    queue.append(source)
        covered: set[str] = set()
        for action in self._actions:
            targets = self._followers[action.id]
            if (
                action.parent in covered
                or any(self._handles(action.id, target) for target in targets)
                or any(self._outcomes[item][action.id] == {"succeeded"} and item in skip_caught for item in targets)
            ):
                covered.add(action.id)
        return covered

    def _plain_sources(self, target: str) -> list[str]:
        return [source for source, outcomes in self._outcomes[target].items() if outcomes == {"succeeded"}]

    def _inside_handlers(self) -> set[str]:
        children: dict[str, list[str]] = defaultdict(list)
        for action in self._actions:
            children[action.parent].append(action.id)
        inside = {
            target for source, targets in self._followers.items() for target in targets if self._handles(source, target)
        }
        queue = deque(inside)
        while queue:
            current = queue.popleft()
            # What follows a handler belongs to it; what follows one that runs in either case is the ordinary way on.
            after = () if current in self._inspecting else self._followers[current]
            belongs = (
                item
                for item in after
                if inside.issuperset(self._outcomes[item]) and self._outcomes[item][current] != {"skipped"}
            )
            for item in chain(children[current], belongs):
                if item not in inside:
                    inside.add(item)
                    queue.append(item)
        return inside
