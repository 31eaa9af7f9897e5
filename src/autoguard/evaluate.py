"""Every check asked of every subject: facts in, results out. Pure: clock and tools' answers come in as facts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autoguard.errors import UsageError
from autoguard.estate import Estate
from autoguard.expression import Condition, ExpressionError, compile_condition, make_activation
from autoguard.facts import Fact, SubjectKind, activation, subject_kind
from autoguard.model import (
    Check,
    Criticality,
    Hop,
    Location,
    Outcome,
    Result,
    Severity,
    SeverityRule,
    Subject,
    SubjectType,
)
from autoguard.probes import Judgement, Probe

_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Question:
    """A check with its conditions compiled."""

    check: Check
    when: Condition | None
    applies: Condition | None
    raises: tuple[tuple[SeverityRule, Condition], ...]
    lowers: tuple[tuple[SeverityRule, Condition], ...]
    probe: Probe | None
    names: frozenset[str]
    override: Severity | None = None


def prepare(
    checks: Iterable[Check],
    limits: Mapping[str, float],
    probes: Mapping[str, Probe],
    overrides: Mapping[str, Severity] | None = None,
) -> list[Question]:
    """The checks ready to be asked.

    Raises:
        UsageError: a condition that does not compile or a probe that does not exist, with `file:line`.
    """
    questions = []
    errors = []
    for check in checks:
        try:
            questions.append(_question(check, limits, probes, (overrides or {}).get(check.id)))
        except UsageError as error:
            errors.append(str(error))
    if errors:
        raise UsageError("\n".join(errors))
    return questions


def evaluate(questions: Iterable[Question], estate: Estate) -> Iterator[Result]:
    """All results, also passes, subject by subject within each kind of subject."""
    by_subject: dict[SubjectType, list[Question]] = {}
    for question in questions:
        by_subject.setdefault(question.check.subject, []).append(question)
    for subject, asked in by_subject.items():
        kind = subject_kind(subject)
        needed = frozenset().union(*(question.names for question in asked))
        for item in kind.each(estate):
            values = activation(kind, item, estate, needed)
            ready = make_activation(values, subject, estate.limits)
            about = kind.subject(item)
            for question in asked:
                if question.check.platforms and about.platform not in question.check.platforms:
                    continue
                yield from _answer(question, _Asked(kind, item, about, values, ready, estate))


def outcome(question: Question, values: Mapping[str, Any], limits: Mapping[str, float]) -> Outcome:
    """The outcome of a check with an expression for the given facts alone, as examples need it."""
    ready = make_activation(values, question.check.subject, limits)
    return _outcome(question, ready)


def severity_for(question: Question, ready: Any) -> tuple[Severity, tuple[str, ...]]:
    """Severity of a failure with its reasons: the first rule that raises applies, then the first that lowers."""
    check = question.check
    if question.override is not None:
        return question.override, (f"set to {question.override} by the policy",)
    severity = check.severity.base
    reasons: list[str] = []
    for rule, condition in question.raises:
        if _holds(condition, ready):
            reasons.append(f"raised to {rule.to}: {rule.because}")
            severity = rule.to
            break
    for rule, condition in question.lowers:
        if _holds(condition, ready):
            reasons.append(f"lowered to {rule.to}: {rule.because}")
            severity = rule.to
            break
    return severity, tuple(reasons)


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: SubjectKind
    item: Any
    subject: Subject
    values: dict[str, Any]
    ready: Any
    estate: Estate


def _question(
    check: Check, limits: Mapping[str, float], probes: Mapping[str, Probe], override: Severity | None
) -> Question:
    def compiled(text: str, place: str) -> Condition | None:
        if not text:
            return None
        try:
            return compile_condition(text, check.subject, limits)
        except ExpressionError as error:
            raise UsageError(f"{check.file}:{check.lines.get(place, 1)}: {place}: {error}") from None

    def rules(found: tuple[SeverityRule, ...], word: str) -> tuple[tuple[SeverityRule, Condition], ...]:
        pairs = ((rule, compiled(rule.when, f"severity.{word}.{index}")) for index, rule in enumerate(found))
        return tuple((rule, condition) for rule, condition in pairs if condition is not None)

    probe = probes.get(check.probe) if check.probe else None
    if check.probe and (probe is None or probe.subject != check.subject):
        problem = "does not exist" if probe is None else f"asks about a {probe.subject}, not a {check.subject}"
        raise UsageError(f"{check.file}:{check.lines.get('probe', 1)}: probe {check.probe} {problem}")
    when, applies = compiled(check.when, "when"), compiled(check.applies, "applies")
    raises, lowers = rules(check.severity.raises, "raise"), rules(check.severity.lowers, "lower")
    conditions = (when, applies, *(condition for _, condition in (*raises, *lowers)))
    names = frozenset(name for condition in conditions if condition is not None for name in condition.names)
    wanted = {*placeholders(check.message), *check.evidence, check.group, "criticality"}
    return Question(check, when, applies, raises, lowers, probe, names | (wanted - {""}), override)


def placeholders(message: str) -> frozenset[str]:
    """The facts that a message names in braces."""
    return frozenset(_PLACE.findall(message))


def _answer(question: Question, asked: _Asked) -> Iterator[Result]:
    if question.probe is None:
        found = _outcome(question, asked.ready)
        if found in ("fail", "unknown", "error"):
            yield from _results(question, asked, found)
        else:
            yield _quiet(question, asked, found)
        return
    try:
        judgements = list(question.probe.ask(asked.item, asked.estate, question.check.parameters))
    except Exception as error:  # noqa: BLE001 - a plugin's probe may raise anything; it costs its own answer
        judgements = [Judgement("error", facts={"error": type(error).__name__})]
    for judgement in judgements:
        if judgement.outcome in ("pass", "not-applicable"):
            yield _quiet(question, asked, judgement.outcome)
        else:
            yield _judged(question, asked, judgement)


def _outcome(question: Question, ready: Any) -> Outcome:
    try:
        applies = question.applies.holds(ready) if question.applies is not None else True
        if applies is False:
            return "not-applicable"
        failed = question.when.holds(ready) if question.when is not None else None
    except ExpressionError:
        return "error"
    if failed is False:
        return "pass"  # also where it is not known whether the question applies: the answer is no in either case
    return "unknown" if failed is None or applies is None else "fail"


def _quiet(question: Question, asked: _Asked, found: Outcome) -> Result:
    check = question.check
    return Result(check.id, check.domain, asked.subject, found, check.severity.base, _worst(question))


def _results(question: Question, asked: _Asked, found: Outcome) -> Iterator[Result]:
    """One result, or one for each of several values of the fact that it is grouped by."""
    group = question.check.group
    values = asked.values.get(group) if group else None
    if found == "fail" and isinstance(values, list):
        for value in values:
            yield _result(question, replace(asked, values={**asked.values, group: value}), found)
    else:
        yield _result(question, asked, found)


def _result(question: Question, asked: _Asked, found: Outcome) -> Result:
    check = question.check
    severity, reasons = severity_for(question, asked.ready) if found == "fail" else (check.severity.base, ())
    message = fill(check.message, asked.values) if found == "fail" else _open_question(check, asked.subject)
    return Result(
        check=check.id,
        domain=check.domain,
        subject=asked.subject,
        outcome=found,
        severity=severity,
        worst_severity=_worst(question),
        criticality=_criticality(asked.values),
        confidence=asked.values.get("confidence", check.confidence),
        reasons=reasons,
        message=message,
        discriminator=str(asked.values.get(check.group, "")) if check.group else "",
        live=asked.values.get("liveness") == "live",
        locations=_places(check, asked),
        path=_path(check, asked) if found == "fail" else (),
        evidence={name: asked.values[name] for name in check.evidence if name in asked.values},
    )


def _open_question(check: Check, subject: Subject) -> str:
    return f'{check.title}: not known for "{subject.name}"'


def _judged(question: Question, asked: _Asked, judgement: Judgement) -> Result:
    check = question.check
    severity, reasons = severity_for(question, asked.ready)
    if judgement.severity is not None:
        severity, reasons = judgement.severity, ((judgement.because,) if judgement.because else ())
    values = {**asked.values, **judgement.facts}
    return Result(
        check=check.id,
        domain=check.domain,
        subject=asked.subject,
        outcome=judgement.outcome,
        severity=severity,
        worst_severity=severity,
        confidence=judgement.confidence or check.confidence,
        reasons=reasons,
        message=fill(check.message, values),
        discriminator=judgement.discriminator,
        locations=judgement.locations or asked.kind.locations(asked.item),
        evidence=dict(judgement.facts),
    )


def fill(message: str, values: Mapping[str, Any]) -> str:
    """The message with its places filled; what is not known reads `?`, lists are joined."""

    def text(match: "re.Match[str]") -> str:
        value = values.get(match[1], "?")
        return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)

    return _PLACE.sub(text, message)


def _holds(condition: Condition, ready: Any) -> bool:
    # A rule whose condition is not known, or fails, does not apply.
    try:
        return condition.holds(ready) is True
    except ExpressionError:
        return False


def _worst(question: Question) -> Severity:
    return question.override or question.check.severity.worst


def _criticality(values: Mapping[str, Any]) -> Criticality:
    found: Criticality = values.get("criticality", "normal")
    return found


def _places(check: Check, asked: _Asked) -> tuple[Location, ...]:
    """Where the first piece of evidence is written down, else where the subject stands."""
    facts = asked.kind.by_name()
    for name in check.evidence:
        fact = facts.get(name)
        places = fact.places(asked.item, asked.estate) if fact is not None and fact.places is not None else ()
        if places:
            return places
    return asked.kind.locations(asked.item)


def _path(check: Check, asked: _Asked) -> tuple[Hop, ...]:
    facts: Mapping[str, Fact] = asked.kind.by_name()
    for name in check.path:
        fact = facts.get(name)
        path = fact.path(asked.item, asked.estate) if fact is not None and fact.path is not None else ()
        if path:
            return path
    return ()
