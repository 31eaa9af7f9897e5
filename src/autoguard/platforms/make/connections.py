"""Connections and keys that a module's parameters refer to. The secrets themselves stay with Make."""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Credential
from autoguard.platforms._values import dig, mapping, sequence, text

_CONNECTION_FIELDS = frozenset({"__IMTCONN__", "account", "connection", "makeConnectionId"})
_KEY_FIELDS = frozenset({"key", "__IMTKEY__"})
_TYPE = re.compile(r"^(account|keychain|aikey):([\w-]{1,60})")


def credentials(module: dict[str, Any]) -> Iterator[Credential]:
    """A credential for each connection and each key that the module names.

    Both are known by a number; where an export has none, by the label that it shows for them. Anything else in such a
    field may be a secret that somebody typed in, and is left to the secrets engine.
    """
    parameters = mapping(module.get("parameters"))
    declared = _declared(module)
    for field in dict.fromkeys((*parameters, *declared)):
        stated = declared.get(field, ("", ""))
        is_key = field in _KEY_FIELDS or field.endswith(("Keychain", "keychain")) or stated[0] == "keychain"
        if not is_key and field not in _CONNECTION_FIELDS and stated[0] not in ("account", "aikey"):
            continue
        native, label = _native(parameters.get(field)), _label(module, field)
        if native or label:
            kind = "keychain" if is_key else "connection"
            yield Credential(
                id=f"make:{kind}:{native or label}",
                kind="api-key" if is_key else "connection",
                storage="reference",
                name=label or native,
                holder=f"Make {kind}",
                platform="make",
                service=stated[1] or text(dig(_restored(module, field), "data", "connection"), 60),
            )


def _declared(module: dict[str, Any]) -> dict[str, tuple[str, str]]:
    found = {}
    for item in sequence(dig(module, "metadata", "parameters")):
        match = _TYPE.match(text(mapping(item).get("type")))
        if match and isinstance(item.get("name"), str):
            found[item["name"]] = (match.group(1), match.group(2))
    return found


def _native(value: Any) -> str:
    found = "" if isinstance(value, float) else text(value, 20)
    return found if found.isascii() and found.isdigit() and int(found) else ""


def _restored(module: dict[str, Any], field: str) -> dict[str, Any]:
    restore = mapping(dig(module, "metadata", "restore"))
    return mapping(mapping(restore.get("parameters")).get(field)) or mapping(restore.get(field))


def _label(module: dict[str, Any], field: str) -> str:
    label = text(_restored(module, field).get("label"))
    return "" if "{{" in label else label
