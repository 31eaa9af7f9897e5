"""Node-RED: flow files, Admin API answers, credential stores, `settings.js` and the runtime's own settings."""

import re
from typing import Any

from autoguard.platforms import Facts, Platform, merge
from autoguard.platforms.node_red.document import entries
from autoguard.platforms.node_red.joining import join
from autoguard.platforms.node_red.reader import read_flows
from autoguard.platforms.node_red.settings import is_settings, read_settings
from autoguard.platforms.node_red.stores import is_config, is_store, read_config, read_store
from autoguard.syntax.parsed import OtherFormatError, Parsed


def recognise(parsed: Parsed) -> bool:
    """A flow, a credential store, a file of the runtime's own settings, or a settings module."""
    if is_settings(parsed):
        return True
    try:
        value = parsed.json.value
    except OtherFormatError:
        return False
    return bool(entries(value)) or is_store(parsed, value) or is_config(value)


def read(parsed: Parsed) -> Facts:
    """Everything that the document says."""
    if is_settings(parsed):
        return read_settings(parsed)
    value = parsed.json.value
    found = entries(value)
    if found:
        return merge([read_flows(parsed, found), Facts(credentials=_enclosed(parsed, value))])
    return read_config(parsed, value) if is_config(value) else Facts(credentials=read_store(parsed, value))


def _enclosed(parsed: Parsed, value: Any) -> Any:
    stored = value.get("credentials") if isinstance(value, dict) else None
    return read_store(parsed, stored, ("credentials",)) if isinstance(stored, dict) else ()


PLATFORM = Platform(
    id="node-red",
    title="Node-RED",
    signature=re.compile(
        rb'"wires"\s*:|"type"\s*:\s*"(?:tab|subflow)"|[cC]redentialSecret|httpNode(?:Root|Auth|Middleware)|httpAdminRoot|'
        rb"functionGlobalContext|adminAuth|flowFile|webSocketNodeVerifyClient|httpStaticAuth|functionExternalModules|"
        rb'"node-red"\s*:\s*\{|"\$"\s*:\s*"|"(?:[0-9a-f]{16}|[0-9a-f]{5,8}\.[0-9a-f]{1,8})"\s*:\s*\{|'
        rb'\A\s*\{\s*(?:\}\s*\Z|"[^"\\]{1,64}"\s*:\s*\{\s*"[^"\\]{1,64}"\s*:\s*")'
    ),
    recognise=recognise,
    read=read,
    join=join,
    names=(
        "flow*.json", ".flow*.json.backup", "*_cred.json", "*_cred.json.backup", "settings.js", ".config*.json",
        ".config*.json.backup",
    ),
)  # fmt: skip
