"""Dated facts from `checks/tables/`: each table says when it was made and from what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from autoguard import compiled
from autoguard.rooms import room
from autoguard.syntax.text import decode


@dataclass(frozen=True, slots=True)
class Vendors:
    """Who stands behind a host or a connector's name."""

    hosts: Mapping[str, str]
    connectors: Mapping[str, str]
    not_vendors: frozenset[str]

    def of_host(self, host: str) -> str:
        """The vendor that owns a host: the longest domain of it that the table knows, else ""."""
        labels = host.lower().split(".")
        names = (".".join(labels[start:]) for start in range(len(labels) - 1))
        return next((self.hosts[name] for name in names if name in self.hosts), "")

    def of_connector(self, name: str) -> str:
        """The vendor behind a connector's name; one that no table knows stands for itself, a protocol for nobody."""
        plain = name.lower().replace("_", "").replace("-", "").replace(" ", "")
        if not plain or plain in self.not_vendors or name.lower() in self.not_vendors:
            return ""
        return self.connectors.get(plain) or name.lower().replace("_", "-").replace(" ", "-")

    def known_connector(self, name: str) -> str:
        """The vendor behind a connector's name or the first part of one, only where the table knows it."""
        plain = re.split(r"[.:/]", name.lower())[0].replace("_", "").replace("-", "").replace(" ", "")
        return self.connectors.get(plain, "")


@cache
def tables() -> dict[str, Any]:
    """The content of all tables by name."""
    files = sorted((room("checks") / "tables").glob("*.yaml"))
    read = {path.stem: path.read_bytes() for path in files}
    key = compiled.digest(read.items())
    found: dict[str, Any] = compiled.compiled("tables", key, lambda: _parse(read))
    return found


def _parse(files: Mapping[str, bytes]) -> dict[str, Any]:
    from autoguard.syntax.yaml_tree import parse_yaml  # noqa: PLC0415 - only when a table changed

    return {name: parse_yaml(decode(data))[0].value for name, data in files.items()}


def table_dates() -> dict[str, str]:
    """For each table, the day its facts stood on."""
    return {name: str(content.get("as_of", "")) for name, content in tables().items()}


@cache
def vendors() -> Vendors:
    """The table of vendors."""
    content = tables()["vendors"]
    hosts = {host: vendor for vendor, item in content["vendors"].items() for host in item["hosts"]}
    connectors = {word: vendor for vendor, item in content["vendors"].items() for word in item["connectors"]}
    return Vendors(hosts, connectors, frozenset(content["not_vendors"]))


@cache
def references() -> dict[str, frozenset[str]]:
    """The ids of each framework that checks may refer to."""
    frameworks = tables()["references"]["frameworks"]
    return {name: frozenset(map(str, item["ids"])) for name, item in frameworks.items()}
