"""What a condition or probe may look at: the inventory, its graph, the limits of the policy, and the date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from autoguard.dates import days_since
from autoguard.flows import Graph, Reach
from autoguard.model import Automation, Credential, Inventory, Practice

if TYPE_CHECKING:
    from autoguard.tools import ToolReport


@dataclass
class Estate:
    """One inventory under audit. Everything derived from it is computed once, on first use."""

    inventory: Inventory
    today: date
    limits: Mapping[str, float] = field(default_factory=dict)
    tool_reports: "tuple[ToolReport, ...]" = ()

    def __post_init__(self) -> None:
        """Start with empty memories."""
        self._reach: dict[tuple[str, str], Reach] = {}

    @cached_property
    def graph(self) -> Graph:
        """The connections between all automations."""
        return Graph(self.inventory.automations)

    @cached_property
    def automations(self) -> dict[str, Automation]:
        """Automations by id."""
        return {automation.id: automation for automation in self.inventory.automations}

    @cached_property
    def practices(self) -> dict[tuple[str, str], Practice]:
        """The strongest practice of each kind and scope; of equal strength, the most recent."""
        best: dict[tuple[str, str], Practice] = {}
        for practice in self.inventory.practices:
            key = (practice.kind, practice.scope)
            if key not in best or (practice.strength, practice.date) > (best[key].strength, best[key].date):
                best[key] = practice
        return best

    @cached_property
    def stores(self) -> tuple[Credential, ...]:
        """Credential stores that are encrypted: what an encryption key would open."""
        return tuple(
            credential
            for credential in self.inventory.credentials
            if credential.role == "store" and credential.storage == "encrypted-store"
        )

    @cached_property
    def run_tokens(self) -> frozenset[str]:
        """Ids of the tokens that a CI system makes for a single run."""
        return frozenset(one.id for one in self.inventory.credentials if one.kind == "ci-token")

    def practice(self, kind: str, scope: str = "organisation") -> Practice | None:
        """The practice of that kind for that scope, or None where nothing is known."""
        return self.practices.get((kind, scope))

    def reach(self, automation: str, trigger: str) -> Reach:
        """What a trigger can start."""
        key = (automation, trigger)
        if key not in self._reach:
            self._reach[key] = self.graph.reach(*key)
        return self._reach[key]

    def age_days(self, iso_date: str) -> int | None:
        """Days from an ISO date to today, or None where there is no date. A date in the future counts as unknown."""
        days = days_since(iso_date, self.today)
        return days if days is not None and days >= 0 else None
