"""What the reader sees: one module a format. A renderer turns an assessment into text or bytes, no more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autoguard.model import Assessment, Check, Policy


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a renderer may look up besides the assessment: the checks for texts and fixes, the policy for its limits.

    `width` and `color` speak of the terminal; `verbose` asks for what is known and waived as well.
    """

    checks: Mapping[str, Check]
    policy: Policy
    width: int = 100
    color: bool = False
    verbose: int = 0


@dataclass(frozen=True, slots=True)
class Renderer:
    """An output format. `render` is pure; `suffix` names the files it is written to."""

    name: str
    title: str
    suffix: str
    render: Callable[[Assessment, RenderContext], str | bytes]
