"""The HTML report: one file that needs no network and opens from a mail."""

from markupsafe import Markup

from autoguard.model import Assessment
from autoguard.render import RenderContext, Renderer
from autoguard.render._templates import environment
from autoguard.render._view import view
from autoguard.rooms import room


def render(assessment: Assessment, context: RenderContext) -> str:
    """The report as one HTML file."""
    style = Markup((room("reports") / "html" / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of ours
    template = environment().get_template("html/report.html.j2")
    return template.render(report=view(assessment, context), style=style)


RENDERER = Renderer("html", "HTML report", ".html", render)
