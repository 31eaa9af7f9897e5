"""A plugin that reads bread ovens, asks a question about them, and writes a line."""

from pathlib import Path

from autoguard.hooks import Lazy, hookimpl
from autoguard.platforms import Platform
from autoguard.render import Renderer


def _platform() -> Platform:
    from autoguard_sample.oven import PLATFORM  # noqa: PLC0415 - a part is imported when it is used

    return PLATFORM


def _renderer() -> Renderer:
    from autoguard_sample.line import RENDERER  # noqa: PLC0415 - as above

    return RENDERER


@hookimpl
def autoguard_platforms() -> list[Lazy[Platform]]:
    """Bread ovens."""
    return [Lazy("oven", _platform)]


@hookimpl
def autoguard_check_rooms() -> list[Lazy[Path]]:
    """A check of this plugin."""
    return [Lazy("sample", lambda: Path(__file__).parent / "checks")]


@hookimpl
def autoguard_renderers() -> list[Lazy[Renderer]]:
    """One line."""
    return [Lazy("line", _renderer)]
