"""Templates from the data room `reports/`: escaped by default, and an unknown name is an error."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from autoguard.render._wording import whole
from autoguard.rooms import room


@cache
def environment() -> Environment:
    """The environment of all templates."""
    made = Environment(
        loader=FileSystemLoader(room("reports")),
        autoescape=select_autoescape(("html", "html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["md"] = markdown
    made.filters["whole"] = whole
    return made


def markdown(text: object) -> str:
    """Text that Markdown shows as it is: no markup, no link, no cell border comes from a scanned file."""
    escaped = str(text)
    for character in "\\`*_{}[]<>#|~$":
        escaped = escaped.replace(character, {"<": "&lt;", ">": "&gt;"}.get(character, "\\" + character))
    return escaped.replace("http://", "http&#58;//").replace("https://", "https&#58;//").replace("@", "&#64;")
