"""What a schema cannot see in a check: conditions that do not compile, words that are never true, missing examples."""

from collections.abc import Iterable, Iterator, Mapping

from autoguard.catalog import Catalog
from autoguard.errors import UsageError
from autoguard.evaluate import Question, placeholders, prepare
from autoguard.expression import LIMIT
from autoguard.facts import Fact, subject_kind
from autoguard.model import Check, Example
from autoguard.model.check import Facts
from autoguard.probes import Probe
from autoguard.tables import references


def lint(
    catalog: Catalog, limits: Mapping[str, float], probes: Mapping[str, Probe], platforms: Iterable[str]
) -> list[str]:
    """All problems, each as `file:line: what is wrong`, in the order of files."""
    known = frozenset(platforms)
    problems = [
        problem for check in catalog.checks.values() for problem in _lint(check, catalog, limits, probes, known)
    ]
    return sorted(problems, key=lambda text: (text.partition(":")[0], int(text.split(":")[1])))


def _lint(
    check: Check, catalog: Catalog, limits: Mapping[str, float], probes: Mapping[str, Probe], platforms: frozenset[str]
) -> Iterator[str]:
    facts = subject_kind(check.subject).by_name()
    try:
        [question] = prepare([check], limits, probes)
    except UsageError as error:
        yield from str(error).splitlines()
        return
    yield from _references(check, catalog, facts, platforms)
    if check.when:
        yield from _examples(check, question, facts)


def _references(check: Check, catalog: Catalog, facts: Mapping[str, Fact], platforms: frozenset[str]) -> Iterator[str]:
    if check.when:
        for name in placeholders(check.message) - facts.keys():
            yield _at(check, "message", f"message names {name}, which is no fact of a {check.subject}")
    named = [("path", name) for name in check.path]
    named += [("evidence", name) for name in check.evidence if name not in check.path]
    named += [("group", check.group)] if check.group else []
    for part, name in named:
        if name not in facts:
            yield _at(check, part, f"{part}: {name} is no fact of a {check.subject}")
        elif part == "path" and facts[name].path is None:
            yield _at(check, part, f"path: {name} has no way through the graph")
    yield from _names(check, catalog, platforms)


def _names(check: Check, catalog: Catalog, platforms: frozenset[str]) -> Iterator[str]:
    for other in sorted(set(check.supersedes) - catalog.checks.keys()):
        yield _at(check, "supersedes", f"supersedes {other}, which does not exist")
    for platform in sorted(set(check.platforms) - platforms):
        yield _at(check, "platforms", f"{platform} is no platform")
    for platform in sorted(check.fix.per_platform.keys() - platforms):
        yield _at(check, f"fix.{platform}", f"{platform} is no platform")
    known = references()
    for framework, ids in check.maps_to.items():
        for unknown in sorted({str(one) for one in ids} - known.get(framework, frozenset())):
            yield _at(check, "maps_to", f"{framework} has no {unknown} in checks/tables/references.yaml")


def _examples(check: Check, question: Question, facts: Mapping[str, Fact]) -> Iterator[str]:
    names = {name for name in _read(question) if not name.startswith(LIMIT)}
    for kind in ("fails", "passes", "near_miss", "unknown"):
        examples: tuple[Example, ...] = getattr(check.examples, kind)
        for index, example in enumerate(examples):
            place = f"examples.{kind}.{index}"
            yield from (_at(check, place, text) for text in _wrong_facts(example.facts, facts))
            if kind != "unknown":
                missing = sorted(name for name in names if name not in example.facts and not facts[name].optional)
                if missing:
                    yield _at(check, place, f"the example must give {', '.join(missing)}")
    for name in sorted(names):
        if facts[name].optional and not any(name not in example.facts for example in check.examples.unknown):
            yield _at(check, "when", f"{name} may be unknown: show an example of that under `unknown`")


def _read(question: Question) -> frozenset[str]:
    conditions = [one for one in (question.when, question.applies) if one is not None]
    return frozenset(name for condition in conditions for name in condition.names)


def _wrong_facts(given: Facts, facts: Mapping[str, Fact]) -> Iterator[str]:
    types: dict[str, tuple[type, ...]] = {
        "bool": (bool,),
        "int": (int,),
        "float": (int, float),
        "string": (str,),
        "strings": (list,),
    }
    for name, value in given.items():
        fact = facts.get(name)
        if fact is None:
            yield f"{name} is no fact of this subject"
        elif not isinstance(value, types[fact.type]) or (isinstance(value, bool) and fact.type != "bool"):
            yield f"{name} must be of type {fact.type}"
        elif fact.values:
            words = value if isinstance(value, list) else [value]
            yield from (f"{name} is never {word}" for word in words if word not in fact.values)


def _at(check: Check, place: str, text: str) -> str:
    line = check.lines.get(place) or check.lines.get(place.partition(".")[0]) or 1
    return f"{check.file}:{line}: {text}"
