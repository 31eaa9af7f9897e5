"""`--verify`: the found secrets that their vendors can be asked about, between linking and redaction."""

from dataclasses import replace

from autoguard.inventory import Linked
from autoguard.plugins import Registry, check_rooms
from autoguard.secrets.kinds import load_kinds


def verified(linked: Linked, registry: Registry) -> tuple[Linked, tuple[str, ...]]:
    """The inventory with what vendors said of its secrets, and an account of the calls that names no value.

    How vendors are asked comes with the kinds: built in, of plugins, never of what is scanned.
    """
    from autoguard.verification.run import verify  # noqa: PLC0415 - only where the user asked for it

    found = verify(linked.inventory.credentials, linked.labels, load_kinds(check_rooms(registry)))
    return replace(linked, inventory=replace(linked.inventory, credentials=found.credentials)), found.account
