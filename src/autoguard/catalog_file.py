"""The file format of checks and policies, validated with all errors at once and the line of each.

Imported only when a file changed since it was last compiled: pydantic costs more to start than everything else.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from autoguard.errors import UnreadableError, UsageError
from autoguard.model import Domain, Severity, SubjectType
from autoguard.model.check import Lifecycle
from autoguard.model.inventory import Criticality
from autoguard.syntax.text import decode
from autoguard.syntax.yaml_tree import YamlTree, parse_yaml

_SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Text = Annotated[str, Field(min_length=3)]
Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class SeverityRuleFile(_Strict):
    """A condition that raises or lowers the severity, and the reason that is printed."""

    when: str
    """Condition on the subject's facts. Where the answer is not known, the rule does not apply."""
    to: Severity
    """The severity where the condition holds."""
    because: Text
    """The reason, as it is printed with the finding."""


class SeverityFile(_Strict):
    """Base severity with conditions."""

    base: Severity
    """The severity where no condition changes it."""
    raise_: list[SeverityRuleFile] = Field(default=[], alias="raise")
    """Conditions that raise it; the first that holds counts."""
    lower: list[SeverityRuleFile] = []
    """Conditions that lower it, asked after those that raise; the first that holds counts."""


class FixFile(_Strict):
    """How to repair it, and how long that usually takes."""

    minutes: int = Field(gt=0)
    """How long the repair usually takes."""
    steps: list[Text] = Field(min_length=1)
    """What to do, for any platform. The first step is shown with every finding."""
    per_platform: dict[str, list[Text]] = {}
    """Steps that take the place of the general ones on a platform, by its id."""


class ExampleFile(_Strict):
    """Facts of an invented subject."""

    note: Text
    """What the example shows."""
    facts: dict[str, Any]
    """Facts of the subject. A fact that is left out is one that is not known."""


class ExamplesFile(_Strict):
    """Examples by the outcome they must have; a near miss must pass."""

    fails: list[ExampleFile] = []
    """Subjects on which the check must fail."""
    passes: list[ExampleFile] = []
    """Subjects on which it must pass or does not apply."""
    near_miss: list[ExampleFile] = []
    """Subjects that differ from a failing one in little and must pass."""
    unknown: list[ExampleFile] = []
    """Subjects of which too little is known; one for each fact that may be unknown and that the condition reads."""


class CheckFile(_Strict):
    """One check: definition, documentation and tests."""

    id: str = Field(pattern=_SLUG, max_length=48)
    """Readable slug, and the name of the file. It stays for ever; an old one goes into `aliases`."""
    title: Text
    """What is wrong where the check fails, in words that an owner understands."""
    domain: Domain
    """The folder of the file, and the part of the score that a finding lowers."""
    subject: SubjectType
    """What the question is asked of, one by one; it decides which facts there are."""
    severity: SeverityFile
    """How bad a failure is, and what makes it better or worse."""
    applies: str = ""
    """Condition that narrows the subjects. Where it is false, the check does not apply."""
    when: str = ""
    """Condition in CEL on the subject's facts. Where it is true, the check fails. Either this or `probe`."""
    probe: str = ""
    """Name of a predicate in Python, for what no condition can ask. Either this or `when`."""
    parameters: dict[str, Any] = {}
    """What the probe is given."""
    message: Text
    """The sentence of a finding, with facts in braces: "{automation}"."""
    group: str = ""
    """A fact: subjects that fail and share its value are one finding; each value of a list is one."""
    path: list[str] = []
    """Facts whose way through the graph is shown as the proof; the first that has one."""
    evidence: list[str] = []
    """Facts that are shown with the finding."""
    platforms: list[str] = []
    """Ask only on these platforms; on all where none is named."""
    supersedes: list[str] = []
    """Checks whose finding on the same subject this one's finding replaces."""
    confidence: Literal["verified", "likely", "possible"] = "likely"
    """How sure a failure is: `verified` is proven, `likely` the rule, `possible` a hint."""
    why: Text
    """What can happen, in a few sentences for the owner."""
    fix: FixFile
    """How a finding is repaired."""
    maps_to: dict[str, list[str | int]] = {}
    """Ids in other frameworks; `checks/tables/references.yaml` knows all that there are."""
    peers: dict[str, list[str]] = {}
    """What other programs call the same question."""
    aliases: list[str] = []
    """Ids that the check had before; they can still be used."""
    lifecycle: Lifecycle = "stable"
    """`deprecated` checks are not asked any more; `experimental` ones may still change."""
    examples: ExamplesFile
    """Invented subjects with the outcome they must have. They are documentation and tests at once."""

    @model_validator(mode="after")
    def _one_question(self) -> "CheckFile":
        if bool(self.when) == bool(self.probe):
            raise ValueError("exactly one of `when` and `probe` must be given")
        found = self.examples
        if self.when and not (found.fails and found.passes and found.near_miss):
            raise ValueError("examples: at least one each of `fails`, `passes` and `near_miss` must be given")
        if not (found.fails or found.unknown):
            raise ValueError("examples: one that fails, or is unknown, must be given")
        return self


class CapFile(_Strict):
    """An upper limit of the score and when it holds."""

    id: str = Field(pattern=_SLUG)
    limit: float = Field(ge=0, le=100)
    because: Text
    checks: list[str] = []
    severity: Severity | None = None
    criticality: Criticality | None = None
    live: bool = False
    coverage_below: float | None = None


class ScoringFile(_Strict):
    """All constants of the score."""

    version: int
    severity_points: dict[Severity, float]
    criticality_factor: dict[Criticality, float]
    confidence_factor: dict[Literal["verified", "likely", "possible"], float]
    repeat_decay: float = Field(gt=0, lt=1)
    halving_points: float = Field(gt=0)
    worst_domain_share: float = Field(ge=0, le=1)
    grades: dict[str, float]
    grade_coverage: float = Field(ge=0, le=1)
    provisional_best: str
    caps: list[CapFile]


class PolicyFile(_Strict):
    """How strictly. What a policy leaves out it takes from the one it extends."""

    id: str = Field(pattern=_SLUG)
    title: Text
    extends: str = ""
    fail_on: Severity | Literal["never"] | None = None
    select: list[str] | None = None
    ignore: list[str] | None = None
    domain_weights: dict[Domain, float] | None = None
    limits: dict[str, int | float] | None = None
    severity_overrides: dict[str, Severity] | None = None
    scoring: ScoringFile | None = None

    @model_validator(mode="after")
    def _whole_limits(self) -> "PolicyFile":
        for name, value in (self.limits or {}).items():
            if not name.endswith("_share") and value != int(value):
                raise ValueError(f"limit {name} must be a whole number; only those that end in _share are fractions")
        return self


def load(path: Path, shown: str, model: type[Model]) -> tuple[Model, YamlTree]:
    """The validated content of a file, with the tree that knows its lines.

    Raises:
        UsageError: every error of the file, each with `file:line`.
    """
    try:
        trees = parse_yaml(decode(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror}") from None
    except UnreadableError as error:
        line = re.search(r"line (\d+)", str(error))
        raise UsageError(f"{shown}:{line[1] if line else 1}: {error}") from None
    if len(trees) != 1:
        raise UsageError(f"{shown}:1: must hold exactly one YAML document")
    return validate(trees[0], shown, model), trees[0]


def validate(tree: YamlTree, shown: str, model: type[Model]) -> Model:
    """The tree's value as that model.

    Raises:
        UsageError: every error, each with `file:line` and, for an unknown key, the nearest known one.
    """
    lines = [f"{shown}:{line}: {key} is given twice" for key, line in tree.repeated_keys()]
    try:
        found = model.model_validate(tree.value)
    except ValidationError as error:
        lines.extend(
            f"{shown}:{tree.position(*_place(item))[0]}: {_explain(item, model)}"
            for item in error.errors(include_url=False, include_input=False, include_context=False)
        )
    if lines:
        raise UsageError("\n".join(sorted(set(lines), key=_by_line)))
    return found


def _place(item: Any) -> tuple[str | int, ...]:
    # An error about several parts has no place of its own; it names them in backquotes.
    named = re.search(r"`(\w+)`", item["msg"])
    return tuple(item["loc"]) or ((named[1],) if named else ())


_PLAIN = {
    "model_type": "must be keys with values, such as `name: ...`",
    "model_attributes_type": "must be keys with values, such as `name: ...`",
    "dict_type": "must be keys with values, such as `name: ...`",
    "list_type": "must be a list, each entry on a line that begins with `-`",
    "missing": "is missing",
}
"""What the errors of pydantic say to somebody who never heard of it."""


def _explain(item: Any, model: type[BaseModel]) -> str:
    place = ".".join(str(part) for part in item["loc"]) or "the document"
    if item["type"] == "extra_forbidden":
        from difflib import get_close_matches  # noqa: PLC0415 - only needed for a mistake

        near = get_close_matches(str(item["loc"][-1]), _keys(model, item["loc"][:-1]), n=1, cutoff=0.7)
        return f"unknown key {place}" + (f"; did you mean {near[0]}?" if near else "")
    return f"{place}: {_PLAIN.get(item['type']) or item['msg'].removeprefix('Value error, ')}"


def _keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    current: Any = model
    for part in path:
        if not isinstance(part, str):
            continue
        field = next((f for n, f in current.model_fields.items() if part in (n, f.alias)), None)
        current = _model_in(field.annotation) if field is not None else None
        if current is None:
            return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)


def _by_line(text: str) -> tuple[int, str]:
    number = text.split(":", 2)[1]
    return (int(number) if number.isdigit() else 0, text)
