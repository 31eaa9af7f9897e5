"""The inventory as a table that a person wants to read first."""

from tabulate import tabulate

from autoguard.model import Automation, Inventory
from autoguard.render._wording import place, plain, plural

_NAME = 34
_SERVICES = 4


def render_table(inventory: Inventory) -> str:
    """Automations, then integrations, then credentials, then what could not be read."""
    parts = [
        _section(
            "automations",
            ["platform", "name", "on", "starts by", "steps", "talks to", "owner", "where"],
            _automations(inventory),
        ),
        _section("integrations", ["service", "hosts", "data", "automations", "credentials"], _integrations(inventory)),
        _section("credentials", ["kind", "name", "kept", "used by", "where"], _credentials(inventory)),
    ]
    if inventory.gaps:
        rows = [[plain(place_path(gap.path, inventory)), plain(gap.reason)] for gap in inventory.gaps]
        parts.append(_section("could not be read", ["source", "why"], rows))
    return "\n\n".join(parts) + "\n"


def place_path(path: str, inventory: Inventory) -> str:
    """A path relative to the working folder."""
    from autoguard.render._wording import shown_path  # noqa: PLC0415

    return shown_path(path, inventory.sources)


def _section(title: str, headers: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return f"no {title}"
    return f"{len(rows)} {title}\n{tabulate(rows, headers=headers, tablefmt='simple', disable_numparse=True)}"


def _automations(inventory: Inventory) -> list[list[str]]:
    return [
        [
            one.platform,
            _cut(plain(one.name)),
            {"yes": "on", "no": "off", "unknown": "?"}[one.enabled],
            ", ".join(dict.fromkeys(_starts(one))) or "-",
            str(len(one.steps)),
            _services(one),
            plain(one.owner) or "-",
            plain(place(one.location, inventory.sources)),
        ]
        for one in inventory.automations
    ]


def _starts(automation: Automation) -> list[str]:
    return [
        f"{trigger.kind} ({plain(trigger.schedule)})" if trigger.schedule else trigger.kind
        for trigger in automation.triggers
    ]


def _services(automation: Automation) -> str:
    hosts = (endpoint.host for step in automation.steps for endpoint in step.endpoints)
    names = dict.fromkeys(plain(name) for name in (*(step.service for step in automation.steps), *hosts) if name)
    shown = list(names)[:_SERVICES]
    return ", ".join(shown) + (f" +{len(names) - _SERVICES}" if len(names) > _SERVICES else "")


def _integrations(inventory: Inventory) -> list[list[str]]:
    return [
        [
            plain(one.service),
            ", ".join(one.hosts[:2]) + (" ..." if len(one.hosts) > 2 else ""),  # noqa: PLR2004 - two tell enough
            one.direction,
            str(len(one.automations)),
            str(len(one.credentials)),
        ]
        for one in inventory.integrations
    ]


def _credentials(inventory: Inventory) -> list[list[str]]:
    return [
        [
            one.kind,
            _cut(plain(one.name)) + (f" [{one.label}]" if one.label else ""),
            one.storage,
            plural(len(one.automations), "automation"),
            plain(place(one.locations[0], inventory.sources)) if one.locations else "-",
        ]
        for one in inventory.credentials
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _NAME else text[: _NAME - 3] + "..."
