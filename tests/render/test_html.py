"""The HTML report, as text and in a real browser: self-contained, escaped, readable on a phone and in print."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.estate import CATALOG, assessment_of, node, request, workflow
from support.services import browser_page

from autoguard.render import RenderContext
from autoguard.render.html import RENDERER

EVIL = "<img src=x onerror=alert(1)>{{7*7}}'\"</style></script><script>alert(2)</script>\x1b[31m\u202e"
ESTATE = {
    f"flows/{name}.json": workflow(
        f"{name} {EVIL}",
        [node(f"Hook {EVIL}", "webhook"), node(f"Run {EVIL}", "executeCommand", {"command": "ls"})],
        (f"Hook {EVIL}", f"Run {EVIL}"),
    )
    for name in ("orders", "payroll")
}
CONTEXT = RenderContext(CATALOG.checks, request().policy)


def html(files: dict[str, Any] | None = None) -> str:
    text = RENDERER.render(assessment_of(ESTATE if files is None else files), CONTEXT)
    assert isinstance(text, str)
    return text


def test_nothing_from_a_scanned_file_becomes_markup() -> None:
    text = html()
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "{{7*7}}" in text


def test_it_asks_the_network_for_nothing() -> None:
    text = html()
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert set(re.findall(r"""<[a-z][^>]*?\s(?:src|href)=["']?(.)""", text)) <= {"#"}
    assert "url(" not in text
    assert "@import" not in text


def test_an_estate_without_findings_still_makes_a_report() -> None:
    assert "No finding." in html({"a.json": workflow("A", [node("Every", "scheduleTrigger")])})
    assert "U" in html({})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("html") / "report.html"
    path.write_text(html(), encoding="utf-8")
    with browser_page() as found:
        found.complaints = []
        found.on("console", lambda message: found.complaints.append(message.text))
        found.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.on("request", lambda asked: found.complaints.append(asked.url) if asked.url != path.as_uri() else None)
        found.on("dialog", lambda dialog: found.complaints.append(dialog.message))
        found.goto(path.as_uri())
        yield found


def test_a_browser_opens_it_without_a_complaint(page: Any) -> None:
    assert page.complaints == []
    assert page.locator("h1").inner_text() == "estate"
    assert page.locator("details.finding").count() >= 2


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_scrolls_sideways(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_long_path_breaks_on_a_phone(page: Any, tmp_path: Path) -> None:
    deep = "/".join(["a_folder_with_a_long_name"] * 6)
    flow = workflow("A", [node("Every", "scheduleTrigger")])
    path = tmp_path / "report.html"
    path.write_text(html({f"{deep}/broken.json": '{"nodes": [', "a.json": flow}), encoding="utf-8")
    other = page.context.browser.new_page()
    other.set_viewport_size({"width": 390, "height": 800})
    other.goto(path.as_uri())
    assert "broken.json" in other.content()
    assert other.evaluate("document.documentElement.scrollWidth") <= 390
    other.close()


def test_a_finding_opens_by_keyboard(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    summary = page.locator("details.finding summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.finding").first.get_attribute("open") is not None
    assert (
        page.get_by_text("Fix, about").first.is_visible() or page.locator("details[open] .body ol").first.is_visible()
    )


def test_headings_and_tables_speak_to_a_screen_reader(page: Any) -> None:
    levels = page.eval_on_selector_all("h1,h2,h3", "all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert page.eval_on_selector_all("table.list th", "all => all.every(one => one.scope === 'col')")
    assert page.locator("html").get_attribute("lang") == "en"


def test_colours_can_be_read_in_light_and_dark(page: Any) -> None:
    script = """() => {
      const channel = value => { const c = value / 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
      const light = rgb => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(Number); return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) };
      const behind = node => { while (node) { const c = getComputedStyle(node).backgroundColor; if (!c.endsWith(', 0)') && c !== 'transparent') return c; node = node.parentElement } return 'rgb(255,255,255)' };
      return [...document.querySelectorAll('p, .tag, h2, h3, dt, dd, th, td, a')].filter(n => n.innerText && n.innerText.trim()).map(n => {
        const a = light(getComputedStyle(n).color), b = light(behind(n));
        return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), n.className + ' ' + n.innerText.slice(0, 30)] }).sort((x, y) => x[0] - y[0])[0] }"""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        ratio, what = page.evaluate(script)
        assert ratio >= 4.5, f"{scheme}: {what}"


def test_print_shows_closed_findings_too(page: Any) -> None:
    page.emulate_media(media="print", color_scheme="light")
    assert page.pdf()[:5] == b"%PDF-"
    page.emulate_media(media="screen")
