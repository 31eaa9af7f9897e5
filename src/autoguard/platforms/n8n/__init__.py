"""n8n: workflow exports, backups and API answers, credential exports, and the instance's `config` file."""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Credential
from autoguard.platforms import Facts, Platform
from autoguard.platforms._values import text
from autoguard.platforms.n8n.reader import read_workflow
from autoguard.syntax.parsed import OtherFormatError, Parsed

_CREDENTIAL_KEYS = frozenset({"id", "name", "type", "data"})
_CONFIG_KEYS = frozenset({"encryptionKey", "tunnelSubdomain", "instanceId"})


def recognise(parsed: Parsed) -> bool:
    """A workflow, a list of them, an API answer that holds them, a credential export, or the instance's config."""
    try:
        value = parsed.json.value
    except OtherFormatError:
        return False
    return bool(_workflows(value) or _stored(value) or _is_config(parsed, value))


def read(parsed: Parsed) -> Facts:
    """Every workflow and every credential store in the document."""
    value = parsed.json.value
    automations, credentials = [], []
    for path, workflow in _workflows(value):
        automation, used = read_workflow(parsed, workflow, path)
        automations.append(automation)
        credentials.extend(used)
    credentials.extend(_stores(parsed, value))
    if _is_config(parsed, value):
        credentials.append(_config_key(parsed))
    return Facts(tuple(automations), tuple(credentials))


def _workflows(value: Any) -> list[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if _is_workflow(value):
        return [((), value)]
    if isinstance(value, list):
        return [((index,), item) for index, item in enumerate(value) if _is_workflow(item)]
    if isinstance(value, dict):
        for key in ("data", "workflows"):
            if isinstance(value.get(key), list):
                return [((key, index), item) for index, item in enumerate(value[key]) if _is_workflow(item)]
            if _is_workflow(value.get(key)):
                return [((key,), value[key])]
        if _is_workflow(value.get("workflow")):
            return [(("workflow",), value["workflow"])]
    return []


def _is_workflow(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    nodes, connections = value.get("nodes"), value.get("connections")
    if not isinstance(nodes, list) or not isinstance(connections, dict):
        return False
    typed = [node for node in nodes if isinstance(node, dict) and isinstance(node.get("type"), str)]
    # An empty workflow is one all the same; its settings or name tell it from other graphs.
    return bool(typed) or (not nodes and ("settings" in value or "active" in value or "pinData" in value))


def _stored(value: Any) -> list[tuple[tuple[str | int, ...], dict[str, Any]]]:
    items = value if isinstance(value, list) else [value]
    return [
        ((index,) if isinstance(value, list) else (), item)
        for index, item in enumerate(items)
        if isinstance(item, dict)
        and item.keys() >= _CREDENTIAL_KEYS
        and "nodes" not in item
        and isinstance(item["type"], str)
        and isinstance(item["data"], str | dict)
        and re.fullmatch(r"[a-z][A-Za-z0-9]{2,60}", item["type"])
    ]


def _stores(parsed: Parsed, value: Any) -> Iterator[Credential]:
    stored = _stored(value)
    if not stored:
        return
    plain = [(path, item) for path, item in stored if isinstance(item["data"], dict) and _holds_values(item["data"])]
    for storage, items in (("inline", plain), ("encrypted-store", [] if plain else stored)):
        if items:
            yield Credential(
                id=f"n8n:store:{parsed.path}",
                kind="credential-store",
                storage="inline" if storage == "inline" else "encrypted-store",
                role="store",
                name="n8n credential export",
                holder="n8n credential export",
                platform="n8n",
                confidence="verified",
                entries=len(items),
                locations=tuple(parsed.at(parsed.json, *path, "data") for path, _ in items[:50]),
            )


def _holds_values(data: dict[str, Any]) -> bool:
    return any(isinstance(item, str) and item and not item.startswith("=") for item in data.values())


def _is_config(parsed: Parsed, value: Any) -> bool:
    # Other programs have an `encryptionKey` too: the file's place or its few keys must be those of n8n.
    if not isinstance(value, dict) or not text(value.get("encryptionKey")):
        return False
    return value.keys() <= _CONFIG_KEYS or (parsed.name == "config" and parsed.folder.endswith(".n8n"))


def _config_key(parsed: Parsed) -> Credential:
    return Credential(
        id=f"n8n:encryption-key:{parsed.path}",
        kind="n8n-encryption-key",
        storage="inline",
        role="encryption-key",
        name="encryption key of an n8n instance",
        holder="encryptionKey",
        platform="n8n",
        confidence="likely",
        locations=(parsed.at(parsed.json, "encryptionKey"),),
    )


PLATFORM = Platform(
    id="n8n",
    title="n8n",
    signature=re.compile(
        rb'"nodes"\s*:\s*\[|n8n-nodes-|"encryptionKey"\s*:|"data"\s*:\s*(?:"U2FsdGVkX1|"A[Q-Za-f]|\{)|'
        rb'"data"\s*:\s*"[A-Za-z0-9_-]{1,36}:'
    ),
    recognise=recognise,
    read=read,
    names=("*.json", "config"),
)
