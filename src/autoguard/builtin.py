"""The built-in parts, found by the names of their modules, so that a new one is registered nowhere by hand."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from autoguard.hooks import Lazy, hookimpl
from autoguard.rooms import room


def _modules(package: str, attribute: str) -> list[Lazy[Any]]:
    found = importlib.import_module(f"autoguard.{package}")

    def lazy(module: str) -> Lazy[Any]:
        return Lazy(
            module.replace("_", "-"),
            lambda: getattr(importlib.import_module(f"autoguard.{package}.{module}"), attribute),
        )

    names = sorted(info.name for info in pkgutil.iter_modules(found.__path__) if not info.name.startswith("_"))
    return [lazy(name) for name in names]


@hookimpl
def autoguard_platforms() -> list[Lazy[Any]]:
    """Every module of `autoguard.platforms`."""
    return _modules("platforms", "PLATFORM")


@hookimpl
def autoguard_check_rooms() -> list[Lazy[Path]]:
    """The top-level folder `checks/`."""
    return [Lazy("checks", lambda: room("checks"))]


@hookimpl
def autoguard_probes() -> list[Lazy[Any]]:
    """Every module of `autoguard.probes`."""
    return _modules("probes", "PROBE")


@hookimpl
def autoguard_renderers() -> list[Lazy[Any]]:
    """Every module of `autoguard.render`."""
    return _modules("render", "RENDERER")


@hookimpl
def autoguard_tools() -> list[Lazy[Any]]:
    """Every module of `autoguard.tools`."""
    return _modules("tools", "TOOL")


@hookimpl
def autoguard_evidence() -> list[Lazy[Any]]:
    """Every module of `autoguard.practices.evidence`."""
    return _modules("practices.evidence", "EVIDENCE")
