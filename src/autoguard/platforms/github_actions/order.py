"""The order of jobs and steps, and what happens when one fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from autoguard.model import Edge, Known, Step, Trigger
from autoguard.platforms.github_actions.steps import ORDINARY, Condition, ReadStep

_MAX_GUARDED = 60


@dataclass(frozen=True, slots=True)
class Job:
    """A job with its steps in order, the jobs it waits for, and when it runs."""

    key: str
    steps: list[ReadStep] = field(default_factory=list)
    needs: tuple[str, ...] = ()
    when: Condition = ORDINARY

    @property
    def ordinary(self) -> list[ReadStep]:
        """The steps that run after success."""
        return [one for one in self.steps if not one.condition.only_failure]


def edges(triggers: Sequence[Trigger], jobs: Mapping[str, Job]) -> Iterator[Edge]:
    """Triggers to first steps, step to step, job to job along `needs`, and failures to their handlers."""
    for job in jobs.values():
        if not job.steps:
            continue
        before = [jobs[key] for key in job.needs if key in jobs and jobs[key].steps]
        entry = (job.ordinary or job.steps)[0].step.id
        if not before:
            yield from (Edge(trigger.id, entry) for trigger in triggers)
        for other in before:
            yield from _between(other, entry, job.when)
        yield from _inside(job)


def error_route(jobs: Mapping[str, Job]) -> Known:
    """Whether a failure of any job reaches somebody through the workflow itself.

    GitHub mails whoever started a run, and for a schedule whoever last changed its cron line (docs.github.com,
    "Notifications for workflow runs", read 2026-11-24). Whether that person still reads it the file does not say:
    without a step of its own that tells of failures it stays unknown.
    """
    handlers = [job for job in jobs.values() if job.when.failure and any(one.notifies for one in job.steps)]
    watched = {key for handler in handlers for key in _needed(handler, jobs)}
    own = {handler.key for handler in handlers}
    covered = [key in watched or _tells_itself(job) for key, job in jobs.items() if key not in own and job.steps]
    return "yes" if covered and all(covered) else "unknown"


def steps(jobs: Mapping[str, Job]) -> Iterator[Step]:
    """All steps of all jobs, an agent's tools after it."""
    for job in jobs.values():
        for one in job.steps:
            yield one.step
            if one.tools is not None:
                yield one.tools


def _inside(job: Job) -> Iterator[Edge]:
    yield from (Edge(one.step.id, one.tools.id, "attached") for one in job.steps if one.tools is not None)
    for before, after in pairwise(job.ordinary):
        yield Edge(before.step.id, after.step.id)
    for index, one in enumerate(job.steps):
        if one.condition.only_failure or (one.condition.failure and one.notifies):
            guarded = [other for other in job.steps[:index] if not other.condition.only_failure]
            yield from (Edge(other.step.id, one.step.id, "error") for other in guarded[-_MAX_GUARDED:])


def _between(other: Job, entry: str, when: Condition) -> Iterator[Edge]:
    steps = other.ordinary or other.steps
    if not when.only_failure:
        yield Edge(steps[-1].step.id, entry)
    if when.failure:
        yield from (Edge(one.step.id, entry, "error") for one in steps[-_MAX_GUARDED:])


def _needed(job: Job, jobs: Mapping[str, Job]) -> set[str]:
    found: set[str] = set()
    waiting = list(job.needs)
    while waiting:
        key = waiting.pop()
        if key in jobs and key not in found:
            found.add(key)
            waiting.extend(jobs[key].needs)
    return found


def _tells_itself(job: Job) -> bool:
    """Whether a step that tells of failures comes after all that may fail."""
    last = max((index for index, one in enumerate(job.steps) if not one.condition.failure), default=-1)
    return any(one.notifies and one.condition.failure for one in job.steps[last + 1 :])
