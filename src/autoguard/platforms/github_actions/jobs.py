"""The jobs of a workflow: their steps, containers, tokens, and the workflows they call."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from autoguard.model import Step
from autoguard.platforms._identity import slug
from autoguard.platforms._values import mapping, sequence, string, strings, text
from autoguard.platforms.github_actions.actions import image, parse_uses
from autoguard.platforms.github_actions.calls import calls_of_uses
from autoguard.platforms.github_actions.contexts import Scope, inputs_of
from autoguard.platforms.github_actions.entries import Keys, Reading, bounded, entries_of, ids_of, passed_on, with_steps
from autoguard.platforms.github_actions.order import Job
from autoguard.platforms.github_actions.steps import ORDINARY, Place, ReadStep, condition, container_step, read_step
from autoguard.platforms.github_actions.triggers import OPEN_EVENTS

_MAX_JOBS, _MAX_STEPS = 1_000, 1_000


def read_jobs(reading: Reading, events: frozenset[str]) -> dict[str, Job]:
    """Every job by its key, with all that `join` needs of them noted in `reading`."""
    every = bounded(reading, list(mapping(reading.value.get("jobs")).items()), _MAX_JOBS, "jobs")
    raw = {key: job for key, job in every if isinstance(job, dict)}
    entries = {
        key: bounded(reading, entries_of(job.get("steps"), ("jobs", key, "steps")), _MAX_STEPS, "steps in a job")
        for key, job in raw.items()
    }
    ids = {key: ids_of(key, entries[key]) for key in raw}
    scope = Scope(
        events=events,
        open_events=events & OPEN_EVENTS,
        env=_variables(reading.value.get("env")),
        jobs={key.lower(): _texts(job.get("outputs")) for key, job in raw.items()},
        inputs=_declared(reading.value.get("on")),
    )
    for key in raw:
        scope = with_steps(scope, key, entries[key], ids[key])
    return {key: _Reader(reading, key, job, scope).job(entries[key], ids[key]) for key, job in raw.items()}


class _Reader:
    """One job being read."""

    def __init__(self, reading: Reading, key: str, raw: dict[str, Any], scope: Scope) -> None:
        self._reading = reading
        self._key = key
        self._raw = raw
        self._when = condition(raw.get("if"))
        self._place = self._made_place(scope)

    def job(self, entries: list[tuple[Keys, dict[str, Any]]], ids: list[str]) -> Job:
        found = list(self._containers())
        calls = self._raw.get("uses")
        if isinstance(calls, str):
            found.append(self._called(calls))
            entries = [*entries, (("jobs", self._key), self._raw)]
        found.extend(
            read_step(entry, step_id, self._place, self._reading.at(*where))
            for (where, entry), step_id in zip(entries, ids, strict=False)
        )
        self._reading.fragments.extend(passed_on(self._reading, entries, self._place))
        needs = self._raw.get("needs")
        waits_for = [needs] if isinstance(needs, str) else [item for item in sequence(needs) if isinstance(item, str)]
        return Job(self._key, found, tuple(waits_for), self._when)

    def _made_place(self, scope: Scope) -> Place:
        raw, workflow, ledger = self._raw, self._reading.value, self._reading.ledger
        windows = "windows" in " ".join(item for _, item in strings([raw.get("runs-on")])).lower()
        return Place(
            scope=replace(
                scope,
                env={**scope.env, **_variables(raw.get("env"))},
                job=self._key.lower(),
                matrix=_computed(mapping(raw.get("strategy")).get("matrix")),
            ),
            ledger=ledger,
            token=self._token(),
            shell=_shell(raw) or _shell(workflow) or ("pwsh" if windows else "bash"),
            environment={**mapping(workflow.get("env")), **mapping(raw.get("env"))},
            credentials=ledger.secrets([workflow.get("env"), raw.get("env")], self._reading.at("jobs", self._key)),
            never=self._when.never,
        )

    def _token(self) -> str:
        # Permissions of a job replace those of the workflow as a whole.
        if "permissions" in self._raw:
            place = self._reading.at("jobs", self._key, "permissions")
            return self._reading.ledger.token(self._key, self._raw["permissions"], place)
        workflow = self._reading.value
        place = self._reading.at("permissions" if "permissions" in workflow else "jobs")
        return self._reading.ledger.token("", workflow.get("permissions"), place)

    def _called(self, written: str) -> ReadStep:
        """The one step of a job that is another workflow."""
        raw, place = self._raw, self._place
        location = self._reading.at("jobs", self._key, "uses")
        uses = parse_uses(written)
        secrets = [
            *place.ledger.secrets(raw.get("with"), location),
            *place.ledger.secrets(raw.get("secrets"), location),
        ]
        values = [one for _, item in strings(raw.get("with")) for one in inputs_of(item, place.scope, "value")]
        step = Step(
            id=f"{self._key}/uses/workflow",
            kind="call",
            name=text(raw.get("name"), 120) or text(uses.name if uses else self._key, 120),
            credentials=tuple(dict.fromkeys((*secrets, place.token))),
            inputs=tuple(dict.fromkeys(values))[:40],
            calls=tuple(calls_of_uses(uses, {})) if uses else (),
            component=uses.component if uses else None,
            on_error="stop",
            retries=0,
            enabled="no" if place.never else "yes",
            location=location,
        )
        return ReadStep(step, ORDINARY, notifies=False)

    def _containers(self) -> Iterator[ReadStep]:
        key, raw = self._key, self._raw
        found: list[tuple[Keys, str, Any]] = [(("jobs", key, "container"), "container/image", raw.get("container"))]
        for name, service in mapping(raw.get("services")).items():
            found.append((("jobs", key, "services", name), f"services/{slug(str(name))}", service))
        for keys, step_id, value in found:
            component = image(value if isinstance(value, str) else string(mapping(value).get("image")))
            if component is not None:
                yield container_step(component, f"{key}/{step_id}", self._place, self._reading.at(*keys), value)


def _declared(on: Any) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for event in ("workflow_dispatch", "workflow_call"):
        for name, raw in mapping(mapping(mapping(on).get(event)).get("inputs")).items():
            kinds[str(name).lower()] = text(mapping(raw).get("type"), 20) or "string"
    return kinds


def _computed(matrix: Any) -> frozenset[str]:
    """The keys of a matrix whose values are computed; what `include` adds may be any key."""
    computed = {
        str(key).lower() for key, value in mapping(matrix).items() if any("${{" in item for _, item in strings([value]))
    }
    every = isinstance(matrix, str) or bool(computed & {"include", "exclude"})
    return frozenset({"*"} if every else computed)


def _shell(raw: dict[str, Any]) -> str:
    return string(mapping(mapping(raw.get("defaults")).get("run")).get("shell"))


def _variables(value: Any) -> dict[str, str]:
    return {key.lower(): str(item) for key, item in mapping(value).items() if isinstance(item, str | int | float)}


def _texts(value: Any) -> dict[str, str]:
    return {key.lower(): item for key, item in mapping(value).items() if isinstance(item, str)}
