"""Facts of credentials: where they are kept, who uses them, how far they reach."""

import re
from typing import get_args

from autoguard.dates import days_since
from autoguard.estate import Estate
from autoguard.facts import Fact, SubjectKind, unique, unless_unknown
from autoguard.facts._automation import CRITICALITIES
from autoguard.model import Credential, Location, Subject
from autoguard.model.inventory import Confidence, CredentialRole, Liveness, Storage

_PERSONAL = re.compile(
    r"@(?:gmail\.com|googlemail\.com|(?:outlook|hotmail|live)\.(?:com|de|fr|it|es|nl|at|be|dk|co\.uk)|msn\.com|"
    r"yahoo\.(?:com|de|fr|it|es|co\.uk)|ymail\.com|icloud\.com|me\.com|mac\.com|gmx\.(?:de|net|at|ch|com)|web\.de|"
    r"t-online\.de|freenet\.de|proton\.me|protonmail\.com|aol\.com|laposte\.net|orange\.fr|libero\.it)"
    r"(?![\w-]|\.\w)",
    re.IGNORECASE,
)
"""Providers of private mailboxes. A firm's own host whose name begins like one is none."""


def _beside_store(credential: Credential, estate: Estate) -> bool:
    # One source is what leaves the house together: a repository, a folder, an archive.
    sources = {location.path.partition("!/")[0].partition("/")[0] for location in credential.locations}
    several = len(estate.inventory.sources) > 1
    for store in estate.stores:
        if store.platform and credential.platform and store.platform != credential.platform:
            continue
        if not several:
            return True
        if sources & {location.path.partition("!/")[0].partition("/")[0] for location in store.locations}:
            return True
    return False


def _days_to_expiry(credential: Credential, estate: Estate) -> int | None:
    days = days_since(credential.expires, estate.today)
    return None if days is None else -days


def _worst_criticality(credential: Credential, estate: Estate) -> str:
    used = [estate.automations[key] for key in credential.automations if key in estate.automations]
    return min((automation.criticality for automation in used), key=CRITICALITIES.index, default="normal")


def _platforms(credential: Credential, estate: Estate) -> list[str]:
    used = (estate.automations[key].platform for key in credential.automations if key in estate.automations)
    return unique((credential.platform, *used))


def _title(credential: Credential, _: Estate) -> str:
    name = credential.name or credential.holder or credential.kind
    return f"{name} ({credential.label})" if credential.label else name


FACTS = (
    Fact("kind", "string", "kind of credential, such as stripe-secret-key or oauth2", lambda item, _: item.kind),
    Fact(
        "role",
        "string",
        "a secret of its own, a store of many, the key of a store, or a certificate",
        lambda item, _: item.role,
        values=get_args(CredentialRole),
    ),
    Fact(
        "storage",
        "string",
        "where the value is kept",
        lambda item, _: unless_unknown(item.storage),
        values=tuple(word for word in get_args(Storage) if word != "unknown"),
        optional=True,
    ),
    Fact(
        "service", "string", "vendor it belongs to; empty where only its shape is known", lambda item, _: item.service
    ),
    Fact("name", "string", "name of the connection or field", lambda item, _: item.name or item.holder or item.kind),
    Fact("title", "string", "its name, with the label of the value where one was found", _title),
    Fact("expires", "string", "the day it expires on, or empty", lambda item, _: item.expires),
    Fact("label", "string", "label of the value in this run, or empty", lambda item, _: item.label),
    Fact("holder", "string", "the field, store or connection that holds it", lambda item, _: item.holder),
    Fact("platform", "string", "platform it belongs to, or empty", lambda item, _: item.platform),
    Fact("confidence", "string", "how sure it is", lambda item, _: item.confidence, values=get_args(Confidence)),
    Fact(
        "liveness",
        "string",
        "what its vendor answered when `--verify` asked",
        lambda item, _: unless_unknown(item.liveness),
        values=tuple(word for word in get_args(Liveness) if word != "unknown"),
        optional=True,
    ),
    Fact("entries", "int", "credentials inside a store", lambda item, _: item.entries),
    Fact("places", "int", "number of places it was found at", lambda item, _: len(item.locations)),
    Fact("automations", "int", "number of automations that use it", lambda item, _: len(item.automations)),
    Fact("platforms", "strings", "platforms it is used on", _platforms),
    Fact(
        "criticality",
        "string",
        "that of the most important automation which uses it",
        _worst_criticality,
        values=CRITICALITIES,
    ),
    Fact(
        "personal_account",
        "bool",
        "its name is an address at a private mail provider",
        lambda item, _: bool(_PERSONAL.search(item.name)),
    ),
    Fact("beside_store", "bool", "the encrypted store that it opens lies in the same source", _beside_store),
    Fact(
        "used_enabled",
        "bool",
        "an automation that is switched on, or may be, uses it",
        lambda item, estate: any(
            estate.automations[key].enabled != "no" for key in item.automations if key in estate.automations
        ),
    ),
    Fact("days_to_expiry", "int", "days until it expires; below zero once it has", _days_to_expiry, optional=True),
)


def _subject(credential: Credential) -> Subject:
    # A found value is known by its kind and the field that holds it, never by the value or a line.
    name = credential.name or credential.holder or credential.kind
    return Subject("credential", credential.id, name, credential.id, credential.platform)


def _locations(credential: Credential) -> tuple[Location, ...]:
    return credential.locations


KIND = SubjectKind("credential", FACTS, lambda estate: estate.inventory.credentials, _subject, _locations)
