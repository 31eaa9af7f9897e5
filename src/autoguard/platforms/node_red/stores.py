"""Credential stores, the keys that encrypt them, and the list of installed node modules.

`flows_cred.json` is an object by node id, or `{"$": ...}` when it is encrypted: AES-256-CTR, the initial vector as 32
hex digits, then base64. Source: `lib/nodes/credentials.js` and `lib/storage/localfilesystem/settings.js` of
@node-red/runtime 4.1.15, and files that a running Node-RED 4.1.15 wrote (2026-11-24).
"""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Credential, Location
from autoguard.platforms import Facts, Fragment
from autoguard.platforms._values import mapping, sequence, string, strings, text
from autoguard.platforms.node_red.settings import encryption_key
from autoguard.syntax.parsed import Parsed

Path = tuple[str | int, ...]

NODE_ID = re.compile(r"[0-9a-f]{5,8}\.[0-9a-f]{1,8}|[0-9a-f]{16}")
"""Ids that Node-RED makes: two hex numbers with a dot until version 1, sixteen hex digits since."""
_CIPHER = re.compile(r"[0-9a-f]{32}[A-Za-z0-9+/]*={0,2}")
_EMPTY_CIPHER = 36
"""An encrypted `{}`: two bytes of ciphertext, since CTR mode keeps the length."""
_STORE_NAME = re.compile(r"_cred(?:s|entials)?\.json(?:\.backup)?$")
_ENVIRONMENT = re.compile(r"\$\{\S+\}|\$\(\S+\)")
_NO_SECRET = re.compile(
    r"(?:user(?:_?name|_?id)?|login|e-?mail|name|client_?id|host(?:name)?|server|url|port|database|db|region|domain|"
    r"certdata|cadata|expire_?time|scopes?|tenant(?:_?id)?|bot_?name|org(?:ani[sz]ation)?|topic)$",
    re.IGNORECASE,
)
"""Fields of a credential entry that say who, not what: alone they give nothing away."""
_SECRET_FIELD = re.compile(r"pass|secret|token|key|credential|private|auth", re.IGNORECASE)
_MAX_LOCATIONS = 50


def is_store(parsed: Parsed, value: Any) -> bool:
    """Whether a JSON value is a credential store; an empty one and one under ids of people's own go by the name."""
    if not isinstance(value, dict):
        return False
    named = bool(_STORE_NAME.search(parsed.name))
    if value.keys() == {"$"}:
        return isinstance(value["$"], str) and (named or bool(_CIPHER.fullmatch(value["$"])))
    if not all(isinstance(entry, dict) for entry in value.values()):
        return False
    if named:
        return True
    ids = bool(value) and all(NODE_ID.fullmatch(key) for key in value)
    return ids and any(_SECRET_FIELD.search(str(field)) for entry in value.values() for field in entry)


def is_config(value: Any) -> bool:
    """Whether a JSON value is one of the files in which Node-RED keeps its own settings."""
    return isinstance(value, dict) and bool(list(_secrets(value)) or _modules(value))


def read_store(parsed: Parsed, value: dict[str, Any], base: Path = ()) -> tuple[Credential, ...]:
    """The store as one credential; none where it holds no secret."""
    cipher = value.get("$") if value.keys() == {"$"} else None
    if isinstance(cipher, str):
        places = [] if len(cipher) <= _EMPTY_CIPHER else [(*base, "$")]
    else:
        places = [(*base, key) for key, entry in value.items() if _holds_secret(entry)]
    if not places:
        return ()
    return (
        Credential(
            id=f"node-red:store:{parsed.path}",
            kind="credential-store",
            storage="inline" if cipher is None else "encrypted-store",
            role="store",
            name="Node-RED credential store",
            holder="Node-RED credential store",
            platform="node-red",
            confidence="verified",
            entries=len(places) if cipher is None else 0,
            locations=tuple(parsed.at(parsed.json, *place) for place in places[:_MAX_LOCATIONS]),
        ),
    )


def read_config(parsed: Parsed, value: dict[str, Any]) -> Facts:
    """The keys that such a file holds, and which module ships each node type."""
    keys = tuple(
        encryption_key(parsed, str(path[-1]), "inline", parsed.at(parsed.json, *path), of)
        for path, of in _secrets(value)
    )
    modules = _modules(value)
    fragments = (Fragment("modules", parsed.folder, Location(parsed.path), modules),) if modules else ()
    return Facts(credentials=keys, fragments=fragments)


def _holds_secret(entry: Any) -> bool:
    return any(
        content.strip()
        and not _ENVIRONMENT.fullmatch(content)
        and not _NO_SECRET.match(str(next((key for key in reversed(path) if isinstance(key, str)), "")))
        for path, content in strings(entry)
    )


def _secrets(value: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    if string(value.get("_credentialSecret")):
        yield ("_credentialSecret",), ""
    # `.config.projects.json` holds the projects; the older single `.config.json` holds the same one level down.
    for base in ((), ("projects",)):
        outer = mapping(value.get("projects")) if base else value
        for name, project in mapping(outer.get("projects")).items():
            if string(mapping(project).get("credentialSecret")):
                yield (*base, "projects", name, "credentialSecret"), text(name, 80)


def _modules(value: dict[str, Any]) -> dict[str, tuple[str, str]]:
    listed = value if "node-red" in value else mapping(value.get("nodes"))
    if not isinstance(mapping(listed.get("node-red")).get("nodes"), dict):
        return {}
    shipped = {name: (text(name, 120), text(mapping(module).get("version"), 40)) for name, module in listed.items()}
    by_type = {
        kind: shipped[name]
        for name, module in listed.items()
        for node_set in mapping(mapping(module).get("nodes")).values()
        for kind in sequence(mapping(node_set).get("types"))
        if isinstance(kind, str)
    }
    return shipped | by_type if by_type else {}
