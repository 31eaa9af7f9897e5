"""Console and Markdown: no name from a scanned file steers the terminal or becomes markup."""

import re

from support.estate import CATALOG, assessment_of, node, request, workflow

from autoguard.model import Assessment
from autoguard.render import RenderContext
from autoguard.render._wording import minutes, plain, plural
from autoguard.render.console import RENDERER as CONSOLE
from autoguard.render.markdown import RENDERER as MARKDOWN

EVIL = "a\x1b[2J\x07\r\nb\u202e [link](https://evil.example) <b>x</b> |cell| `code` **bold** @everyone #1 {message}"
CONTEXT = RenderContext(CATALOG.checks, request().policy)


def evil() -> Assessment:
    flow = workflow(EVIL, [node(EVIL, "webhook"), node("Run", "executeCommand", {"command": "ls"})], (EVIL, "Run"))
    return assessment_of({"flows/evil.json": flow, "flows/b\x1b[2Jroken.json": '{"nodes": ['})


def test_the_terminal_gets_no_control_character() -> None:
    for color in (False, True):
        text = CONSOLE.render(evil(), RenderContext(CATALOG.checks, request().policy, color=color))
        assert isinstance(text, str)
        without_style = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", without_style)
        assert "\\u001b[2J" in without_style


def test_a_placeholder_in_a_name_is_not_filled() -> None:
    text = CONSOLE.render(evil(), CONTEXT)
    assert isinstance(text, str)
    assert "{message}" in text


def test_markdown_shows_names_as_they_are() -> None:
    text = MARKDOWN.render(evil(), CONTEXT)
    assert isinstance(text, str)
    for live in ("[link](", "<b>", "|cell|", "`code`", "**bold** @", "https://evil"):
        assert live not in text
    rows = [line for line in text.splitlines() if line.startswith("|") and "evil.json" in line]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 9 for row in rows if "n8n" in row and "webhook" in row)


def test_markdown_has_every_part() -> None:
    text = MARKDOWN.render(evil(), CONTEXT)
    assert isinstance(text, str)
    for part in (
        "# Automation audit",
        "## Fix first",
        "## Domains",
        "## Findings",
        "## Inventory",
        "## Could not be read",
        "## Not judged",
    ):
        assert part in text
    assert "\n\n\n\n" not in text


def test_lengths_and_counts_read_well() -> None:
    assert [minutes(value) for value in (5, 60, 90, 600, 1440)] == [
        "5 minutes",
        "1 hour",
        "2 hours",
        "10 hours",
        "3 days",
    ]
    assert [plural(1, "step"), plural(2, "step"), plural(0, "entry", "entries")] == ["1 step", "2 steps", "0 entries"]
    assert plain("a\nb\tc\u200b") == "a b c\\u200b"
