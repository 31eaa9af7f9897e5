"""All parts of the program, built-in and from plugins, with what went wrong while loading them."""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from autoguard import builtin, compiled, hooks
from autoguard.hooks import GROUP, Lazy

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from autoguard.platforms import Platform

_BUILT_IN = "built-in"


@dataclass
class Registry:
    """The parts by kind and name. A part that fails to load becomes a warning and is left out.

    A plugin's part never replaces a built-in one of the same name.
    """

    plugins: tuple[str, ...] = ()
    warnings: list[str] = field(default_factory=list)
    parts: dict[str, dict[str, Lazy[Any]]] = field(default_factory=dict)

    def names(self, kind: str) -> tuple[str, ...]:
        """Names of all parts of a kind (`platforms`, `renderers`, ...), sorted."""
        return tuple(sorted(self.parts.get(kind, {})))

    def load(self, kind: str, name: str) -> Any:
        """The part of that kind and name, or None with a warning where it cannot be loaded."""
        lazy = self.parts.get(kind, {}).get(name)
        if lazy is None:
            return None
        try:
            return lazy.load()
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it must cost only itself
            self.warn(f"{kind[:-1]} {name} could not be loaded ({type(error).__name__}) and is left out")
            del self.parts[kind][name]
            return None

    def all(self, kind: str) -> Iterator[Any]:
        """Every part of a kind that loads, in the order of names."""
        for name in self.names(kind):
            part = self.load(kind, name)
            if part is not None:
                yield part

    def warn(self, message: str) -> None:
        """Remember a warning once."""
        if message not in self.warnings:
            self.warnings.append(message)

    @cached_property
    def platforms(self) -> "tuple[Platform, ...]":
        """All platform readers."""
        return tuple(self.all("platforms"))


def load_plugins(*, external: bool = True) -> Registry:
    """Built-in parts and, unless `external` is off, those of installed plugins."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hooks)
    manager.register(builtin, name=_BUILT_IN)
    registry = Registry()
    loaded = []
    for point in _entry_points() if external and _are_installed() else ():
        version = _load(manager, point, registry)
        if version:
            loaded.append(version)
    registry.plugins = tuple(loaded)
    for kind in ("platforms", "check_rooms", "probes", "connectors", "renderers", "tools", "evidence"):
        registry.parts[kind] = _collect(manager, kind, registry)
    return registry


def check_rooms(registry: Registry) -> list[Path]:
    """The folders that checks are read from."""
    return list(registry.all("check_rooms"))


def _entry_points() -> "list[EntryPoint]":
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to load, and most have no plugins

    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


def _are_installed() -> bool:
    """Whether there are plugins at all; remembered for as long as nothing is installed or removed."""
    folders = []
    for entry in sys.path:
        with contextlib.suppress(OSError):
            folders.append((entry, str(os.stat(entry or ".").st_mtime_ns).encode()))  # noqa: PTH116 - a string is at hand
    return bool(compiled.compiled("plugins", compiled.digest(folders), lambda: len(_entry_points())))


def _load(manager: pluggy.PluginManager, point: "EntryPoint", registry: Registry) -> str:
    distribution = point.dist
    title = f"{distribution.name} {distribution.version}" if distribution else point.name
    try:
        plugin = point.load()
        manager.register(plugin, name=f"{point.name} of {title}")
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it must cost only itself
        registry.warn(f"plugin {title} could not be loaded ({type(error).__name__}) and is left out")
        return ""
    return title


def _collect(manager: pluggy.PluginManager, kind: str, registry: Registry) -> dict[str, Lazy[Any]]:
    parts: dict[str, Lazy[Any]] = {}
    caller = getattr(manager.hook, f"autoguard_{kind}")
    # Each implementation is called by itself: a joint call ends at the first one that raises.
    for implementation in sorted(caller.get_hookimpls(), key=lambda found: found.plugin_name != _BUILT_IN):
        try:
            provided = list(implementation.function())
        except Exception as error:
            if implementation.plugin_name == _BUILT_IN:
                raise
            registry.warn(f"plugin {implementation.plugin_name}: {kind} failed ({type(error).__name__})")
            continue
        for part in provided:
            if not isinstance(part, Lazy):
                registry.warn(f"plugin {implementation.plugin_name}: {kind} must be `Lazy` parts")
            elif part.name in parts:
                registry.warn(f"plugin {implementation.plugin_name}: {kind[:-1]} {part.name} exists and is kept")
            else:
                parts[part.name] = part
    return parts
