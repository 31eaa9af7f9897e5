"""The result as one line."""

from autoguard.model import Assessment
from autoguard.render import RenderContext, Renderer


def render(assessment: Assessment, _: RenderContext) -> str:
    """Target and grade."""
    return f"{assessment.target}: {assessment.score.grade}\n"


RENDERER = Renderer("line", "one line", ".line", render)
