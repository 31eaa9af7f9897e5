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
    model_config = ConfigDict(extra="forbid", frozen=True)


class SeverityRuleFile(_Strict):
    """A condition that raises or lowers the severity, and the reason that is printed."""

    when: str
    to: Severity
    because: Text


class SeverityFile(_Strict):
    """Base severity with conditions."""

    base: Severity
    raise_: list[SeverityRuleFile] = Field(default=[], alias="raise")
    lower: list[SeverityRuleFile] = []


class FixFile(_Strict):
    """How to repair it, and how long that usually takes."""

    minutes: int = Field(gt=0)
    steps: list[Text] = Field(min_length=1)
    per_platform: dict[str, list[Text]] = {}


class ExampleFile(_Strict):
    """Facts of an invented subject."""

    note: Text
    facts: dict[str, Any]


class ExamplesFile(_Strict):
    """Examples by the outcome they must have; a near miss must pass."""

    fails: list[ExampleFile] = []
    passes: list[ExampleFile] = []
    near_miss: list[ExampleFile] = []
    unknown: list[ExampleFile] = []


class CheckFile(_Strict):
    """One check: definition, documentation and tests."""

    id: str = Field(pattern=_SLUG, max_length=48)
    title: Text
    domain: Domain
    subject: SubjectType
    severity: SeverityFile
    applies: str = ""
    when: str = ""
    probe: str = ""
    parameters: dict[str, Any] = {}
    message: Text
    group: str = ""
    path: list[str] = []
    evidence: list[str] = []
    platforms: list[str] = []
    supersedes: list[str] = []
    confidence: Literal["verified", "likely", "possible"] = "likely"
    why: Text
    fix: FixFile
    maps_to: dict[str, list[str | int]] = {}
    peers: dict[str, list[str]] = {}
    aliases: list[str] = []
    lifecycle: Lifecycle = "stable"
    examples: ExamplesFile

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


def _explain(item: Any, model: type[BaseModel]) -> str:
    place = ".".join(str(part) for part in item["loc"]) or "the document"
    if item["type"] == "extra_forbidden":
        from difflib import get_close_matches  # noqa: PLC0415 - only needed for a mistake

        near = get_close_matches(str(item["loc"][-1]), _keys(model, item["loc"][:-1]), n=1)
        return f"unknown key {place}" + (f"; did you mean {near[0]}?" if near else "")
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"


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
