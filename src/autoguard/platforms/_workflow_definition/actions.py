"""The actions of a definition as one flat list, in document order, with the place of each and what contains it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autoguard.platforms._values import dig, mapping, strings, text

Path = tuple[str | int, ...]
FAILURES = frozenset({"failed", "timedout"})
_STATUSES = FAILURES | {"succeeded", "skipped"}
_INSPECTED_STRINGS = 2000
_RESULT_WORDS = ("result('", "actions('", "['statusCode']")


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `parent` is the id of the scope, loop or branch that it stands in, "" at the top.

    `group` is the place of the mapping it stands in: `runAfter` names actions of the same group only. `tool` tells the
    actions that an agent calls as its tools.
    """

    id: str
    name: str
    body: dict[str, Any]
    path: Path
    group: Path
    parent: str = ""
    tool: bool = False

    @property
    def type(self) -> str:
        """The action's type in lower case: exports of either platform vary in case (`Foreach`, `foreach`)."""
        return text(self.body.get("type")).lower()

    @property
    def inputs(self) -> dict[str, Any]:
        """The action's inputs where they are a mapping."""
        return mapping(self.body.get("inputs"))

    def run_after(self) -> dict[str, frozenset[str]]:
        """Names of the actions that this one waits for, each with the outcomes in lower case after which it runs."""
        found = {}
        for name, outcomes in mapping(self.body.get("runAfter")).items():
            known = frozenset(text(item).lower() for item in outcomes) if isinstance(outcomes, list) else frozenset()
            found[name] = (known & _STATUSES) or frozenset({"succeeded"})
        return found

    def inspects_results(self) -> bool:
        """Whether it looks at how other actions ended, as a handler does that runs in either case."""
        for seen, (_, value) in enumerate(strings(self.body)):
            if any(word in value for word in _RESULT_WORDS):
                return True
            if seen > _INSPECTED_STRINGS:
                break
        return False


def walk(actions: Any, path: Path, taken: set[str]) -> list[Action]:
    """Every action below `actions`, which stands at `path`; ids are the names, told apart from those in `taken`."""
    found: list[Action] = []
    stack = list(reversed(_group(actions, path, "", tool=False)))
    while stack:
        name, body, group, parent, tool = stack.pop()
        action = Action(_unique(name, taken), name, body, (*group, name), group, parent, tool)
        found.append(action)
        stack.extend(reversed(list(_inside(action))))
    return found


_Pending = tuple[str, dict[str, Any], Path, str, bool]


def _group(actions: Any, path: Path, parent: str, *, tool: bool) -> list[_Pending]:
    return [
        (name, body, path, parent, tool)
        for name, body in mapping(actions).items()
        if isinstance(body, dict) and ("type" in body or "inputs" in body or "actions" in body)
    ]


def _inside(action: Action) -> Iterator[_Pending]:
    body = action.body
    places: list[tuple[Path, bool]] = [(("actions",), False), (("else", "actions"), False)]
    places.extend((("cases", case, "actions"), False) for case in mapping(body.get("cases")))
    places.append((("default", "actions"), False))
    places.extend((("tools", tool, "actions"), True) for tool in mapping(body.get("tools")))
    for place, tool in places:
        yield from _group(dig(body, *place), (*action.path, *place), action.id, tool=tool)


def _unique(name: str, taken: set[str]) -> str:
    chosen, number = name, 2
    while chosen in taken:
        chosen, number = f"{name}#{number}", number + 1
    taken.add(chosen)
    return chosen
