"""A platform whose reader raises while it reads."""

import re

from autoguard.hooks import Lazy, hookimpl
from autoguard.platforms import Facts, Platform
from autoguard.syntax.parsed import Parsed


def _read(_: Parsed) -> Facts:
    raise ZeroDivisionError("boom")


@hookimpl
def autoguard_platforms() -> list[Lazy[Platform]]:
    """A platform that claims documents and then fails."""
    return [Lazy("crash", lambda: Platform("crash", "Crash", re.compile(rb'"crash"'), lambda _: True, _read))]
