"""Connections that several workflows refer to, as one credential each."""

from collections.abc import Iterable
from dataclasses import replace

from autoguard.model import Credential


def merged(credentials: Iterable[Credential]) -> tuple[Credential, ...]:
    """One credential for each id, with the places of all; what one knows fills the gaps of the others.

    `embedded connection` wins over `invoker connection`: it is enough that one workflow runs with its owner's rights.
    """
    found: dict[str, Credential] = {}
    for credential in credentials:
        known = found.get(credential.id)
        found[credential.id] = credential if known is None else _both(known, credential)
    return tuple(found.values())


def _both(first: Credential, second: Credential) -> Credential:
    embedded = second.holder.startswith("embedded") and first.holder.startswith("invoker")
    return replace(
        first,
        kind=first.kind if first.kind != "connection" else second.kind,
        name=first.name or second.name,
        holder=second.holder if embedded else first.holder or second.holder,
        service=first.service or second.service,
        owner=first.owner or second.owner,
        locations=tuple(dict.fromkeys((*first.locations, *second.locations))),
    )
