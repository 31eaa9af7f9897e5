"""Markdown for tickets, wikis and pull requests."""

from autoguard.model import Assessment
from autoguard.render import RenderContext, Renderer
from autoguard.render._templates import environment
from autoguard.render._view import view


def render(assessment: Assessment, context: RenderContext) -> str:
    """The report as Markdown."""
    return environment().get_template("markdown/report.md.j2").render(report=view(assessment, context))


RENDERER = Renderer("markdown", "Markdown, for tickets and wikis", ".md", render)
