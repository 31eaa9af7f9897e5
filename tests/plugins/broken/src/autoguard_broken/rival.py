"""A platform that wants the place of a built-in one."""

import re

from autoguard.hooks import Lazy, hookimpl
from autoguard.platforms import Facts, Platform


@hookimpl
def autoguard_platforms() -> list[Lazy[Platform]]:
    """Another n8n."""
    return [Lazy("n8n", lambda: Platform("n8n", "Rival", re.compile(rb"."), lambda _: True, lambda _: Facts()))]
