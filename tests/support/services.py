"""Real parts that a test needs. Without one a test is skipped, unless AUTOGUARD_REQUIRE_SERVICES=1: then it fails."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from playwright.sync_api import sync_playwright

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where services are required."""
    if os.environ.get("AUTOGUARD_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is required here and missing")
    pytest.skip(f"{what} is not here")


@contextlib.contextmanager
def browser_page() -> Iterator[Any]:
    """A page of a real Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        missing("a Chromium browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            yield browser.new_page()
        finally:
            browser.close()
