"""Dated facts from `checks/tables/`: each table says when it was made and from what."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from autoguard.rooms import room
from autoguard.syntax.text import decode
from autoguard.syntax.yaml_tree import parse_yaml


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


@cache
def table(name: str) -> dict[str, Any]:
    """The content of a table."""
    content: dict[str, Any] = parse_yaml(decode((room("checks") / "tables" / f"{name}.yaml").read_bytes()))[0].value
    return content


def table_dates() -> dict[str, str]:
    """For each table, the day its facts stood on."""
    names = sorted(path.stem for path in (room("checks") / "tables").glob("*.yaml"))
    return {name: str(table(name).get("as_of", "")) for name in names}


@cache
def vendors() -> Vendors:
    """The table of vendors."""
    content = table("vendors")
    hosts = {host: vendor for vendor, item in content["vendors"].items() for host in item["hosts"]}
    connectors = {word: vendor for vendor, item in content["vendors"].items() for word in item["connectors"]}
    return Vendors(hosts, connectors, frozenset(content["not_vendors"]))


@cache
def references() -> dict[str, frozenset[str]]:
    """The ids of each framework that checks may refer to."""
    frameworks = table("references")["frameworks"]
    return {name: frozenset(map(str, item["ids"])) for name, item in frameworks.items()}
