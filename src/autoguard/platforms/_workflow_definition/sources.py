"""Where a value of an action really comes from: through variables, Compose and loops back to the trigger."""

from collections.abc import Iterator

from autoguard.model import Input
from autoguard.platforms._values import dig, strings, text
from autoguard.platforms._workflow_definition.actions import Action
from autoguard.platforms._workflow_definition.connectors import TYPES, VARIABLE_TYPES
from autoguard.platforms._workflow_definition.expressions import Reference, code_references, references

HERE = "*"
"""Source of a value that arrives from whatever step comes before."""
_MAX_INPUTS = 40
_PASSES_ON = frozenset({"transform", "loop", "code"})


class Sources:
    """Resolves references of one definition to the ids of triggers and steps."""

    def __init__(self, trigger: str, actions: list[Action]) -> None:
        """Take the id of the trigger, "" where there is none, and all actions."""
        self._trigger = trigger
        self._actions = {action.id: action for action in actions}
        self._ids: dict[str, str] = {}
        self._setters: dict[str, list[str]] = {}
        self._passed_on: dict[str, list[tuple[str, str]]] = {}
        for action in actions:
            self._ids.setdefault(_plain(action.name), action.id)
            for name in _sets(action):
                self._setters.setdefault(name.lower(), []).append(action.id)

    def inputs(self, action: Action, found: list[Reference], into: str) -> Iterator[Input]:
        """One input for each place that a reference's value comes from, the nearest first."""
        seen: set[tuple[str, str]] = set()
        queue = [item for reference in found for item in self._resolve(action, reference)]
        for source, shown in queue:
            if (source, shown) in seen or len(seen) >= _MAX_INPUTS:
                continue
            seen.add((source, shown))
            yield Input(shown, source, into)  # type: ignore[arg-type]  # callers pass the words that Input knows
            queue.extend(self._further(source))

    def _further(self, source: str) -> list[tuple[str, str]]:
        if source not in self._passed_on:
            self._passed_on[source] = []
            action = self._actions.get(source)
            if action is not None and TYPES.get(action.type) in _PASSES_ON:
                taken = (
                    item
                    for part in (action.body.get("inputs"), action.body.get("foreach"))
                    for _, value in strings(part)
                    for reference in (*references(value), *code_references(value))
                    for item in self._resolve(action, reference)
                )
                self._passed_on[source] = list(dict.fromkeys(taken))[:_MAX_INPUTS]
        return self._passed_on[source]

    def _resolve(self, action: Action, reference: Reference) -> list[tuple[str, str]]:
        if reference.kind == "trigger":
            return [(self._trigger, reference.text)]
        if reference.kind == "variable":
            return [(setter, reference.text) for setter in self._setters.get(reference.name.lower(), [""])]
        if reference.kind == "item":
            # Inside Select and Query it is an item of their own list, which is a reference of its own.
            return [] if action.type in ("select", "query") else [(self._loop_of(action), reference.text)]
        return [(self._ids.get(_plain(reference.name), HERE), reference.text)]

    def _loop_of(self, action: Action) -> str:
        parent = self._actions.get(action.parent)
        while parent is not None and parent.type != "foreach":
            parent = self._actions.get(parent.parent)
        return parent.id if parent is not None else HERE


def _plain(name: str) -> str:
    # Expressions write a name's blanks as underscores, and its case does not matter.
    return name.replace(" ", "_").lower()


def _sets(action: Action) -> Iterator[str]:
    if action.type == "initializevariable":
        variables = action.inputs.get("variables")
        for index in range(len(variables) if isinstance(variables, list) else 0):
            yield text(dig(variables, index, "name"))
    elif action.type in VARIABLE_TYPES:
        yield text(action.inputs.get("name"))
