"""`settings.js`: whether webhooks ask for a password, and where the key of the credential store comes from.

The file is a CommonJS module; most of its options stand in comments. Names and meanings: the default `settings.js` and
`red.js` of node-red 4.1.15, `lib/nodes/credentials.js` of @node-red/runtime 4.1.15 (read 2026-11-24).
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from autoguard.model import Credential, Location, Storage, TriggerAuth
from autoguard.platforms import Facts, Fragment
from autoguard.platforms.node_red.javascript import (
    Property,
    Token,
    exports_closed_object,
    properties,
    tokens,
    unquoted,
)
from autoguard.syntax.parsed import Parsed

OWN_NAMES = frozenset(
    {"credentialSecret", "functionGlobalContext", "httpNodeAuth", "httpNodeRoot", "httpAdminRoot",
     "flowFilePretty", "httpNodeMiddleware", "adminAuth", "webSocketNodeVerifyClient", "httpStaticAuth",
     "functionExternalModules", "exportGlobalContextKeys"}
)  # fmt: skip
"""Options that no other program has."""
_SHARED_NAMES = frozenset({"uiHost", "uiPort", "userDir", "nodesDir", "editorTheme", "flowFile"})
_NAMES = OWN_NAMES | _SHARED_NAMES | {"httpAuth", "ui", "dashboard"}
_MAX_SIZE = 500_000
_STARTS = re.compile(r"\bmodule\s*\.\s*exports\b|\bRED\s*\.\s*init\s*\(")
_EMBEDDED = re.compile(r"\bRED\s*\.\s*init\s*\(")
"""A program that runs Node-RED as a part of itself has its own server, on which `httpNodeAuth` has no effect."""
_LOOPBACK = frozenset({"localhost", "::1"})
_NOT_SET = frozenset({"false", "null", "undefined"})

Origin = Literal["literal", "environment", "off", "computed"]
"""Where a value comes from: it stands here, in the environment, is switched off, or the file cannot tell."""


def is_settings(parsed: Parsed) -> bool:
    """Whether the document is a Node-RED settings module: it sets options of Node-RED, at least one of them its own."""
    if not parsed.name.endswith((".js", ".cjs", ".js.backup")):
        return False
    if len(parsed.text) > _MAX_SIZE or not _STARTS.search(parsed.text):
        return False
    found = properties(list(tokens(parsed.text)), _NAMES)
    own = [name for name in found if name in OWN_NAMES]
    if parsed.name == "settings.js" and any(found[name].depth == 1 for name in own):
        return True
    return bool(own) and len(found.keys() & (OWN_NAMES | _SHARED_NAMES)) > 1


def read_settings(parsed: Parsed) -> Facts:
    """The key of the credential store, and a fragment with what the flows in the same folder need to know."""
    program = list(tokens(parsed.text))
    found = properties(program, _NAMES)
    whole = exports_closed_object(program)
    data = {
        "http_auth": "unknown" if _EMBEDDED.search(parsed.text) else _http_auth(found, whole=whole),
        "socket_auth": _present(found, "webSocketNodeVerifyClient", whole=whole),
        "dashboard_auth": _dashboard_auth(found, whole=whole),
        "admin_auth": _present(found, "adminAuth", whole=whole),
        "routes_off": _is_off(found, "httpNodeRoot"),
        "loopback": _listens_on_loopback(found),
    }
    fragment = Fragment("settings", parsed.folder, Location(parsed.path), data)
    return Facts(credentials=_keys(parsed, found), fragments=(fragment,))


def origin(value: tuple[Token, ...]) -> Origin:
    """Where a value comes from, by its tokens. `process.env.X || "abc"` is a literal: the fallback stands here."""
    if len(value) == 1 and value[0].text in _NOT_SET:
        return "off"
    hidden: list[bool] = []
    environment = False
    for index, token in enumerate(value):
        before = value[index - 1] if index else None
        if token.text in ("(", "[", "{"):
            # Only a bracket that groups keeps its content visible: arguments and keys are no value of their own.
            hidden.append(token.text != "(" or (before is not None and before.kind == "name"))
        elif token.text in (")", "]", "}") and hidden:
            hidden.pop()
        elif _is_fixed(token) and not any(hidden):
            return "literal"
        environment = environment or token.text == "env" or (token.kind == "template" and "process.env" in token.text)
    return "environment" if environment else "computed"


def _is_fixed(token: Token) -> bool:
    written = token.kind == "string" or (token.kind == "template" and "${" not in token.text)
    return written and len(token.text) > len('""')


def _keys(parsed: Parsed, found: Mapping[str, Property]) -> tuple[Credential, ...]:
    secret = found.get("credentialSecret")
    # `false` stores credentials in plain text (then the store itself is the finding), the others mean a generated key.
    if secret is None or origin(secret.value) == "off":
        return ()
    storage: dict[Origin, Storage] = {"literal": "inline", "environment": "env"}
    before = parsed.text[: secret.offset]
    place = Location(parsed.path, before.count("\n") + 1, secret.offset - (before.rfind("\n") + 1) + 1)
    return (encryption_key(parsed, "credentialSecret", storage.get(origin(secret.value), "unknown"), place),)


def encryption_key(parsed: Parsed, holder: str, storage: Storage, place: Location, of: str = "") -> Credential:
    """The key that encrypts a credential store; `of` tells several in one file apart."""
    return Credential(
        id=":".join(item for item in ("node-red:encryption-key", parsed.path, of) if item),
        kind="node-red-credential-secret",
        storage=storage,
        role="encryption-key",
        name="key of a Node-RED credential store",
        holder=holder,
        platform="node-red",
        locations=(place,),
    )


def _http_auth(found: Mapping[str, Property], *, whole: bool) -> TriggerAuth:
    # `httpAuth` is the option's name before version 0.10; red.js still reads it.
    auth = next((found[name] for name in ("httpNodeAuth", "httpAuth") if _is_set(found, name)), None)
    if auth is not None:
        named = {unquoted(token) for token in auth.value}
        return "shared-secret" if auth.value[0].text == "{" and "user" in named else "unknown"
    if _is_set(found, "httpNodeMiddleware") or not whole:
        return "unknown"
    return "none"


def _present(found: Mapping[str, Property], *names: str, whole: bool) -> str:
    if any(_is_set(found, name) for name in names):
        return "yes"
    return "no" if whole else "unknown"


def _dashboard_auth(found: Mapping[str, Property], *, whole: bool) -> str:
    options = [found[name].value for name in ("ui", "dashboard") if name in found]
    return _present({}, whole=whole and not any("iddleware" in token.text for value in options for token in value))


def _is_set(found: Mapping[str, Property], name: str) -> bool:
    return name in found and bool(found[name].value) and origin(found[name].value) != "off"


def _is_off(found: Mapping[str, Property], name: str) -> bool:
    return name in found and [token.text for token in found[name].value] == ["false"]


def _listens_on_loopback(found: Mapping[str, Property]) -> bool:
    value: tuple[Any, ...] = found["uiHost"].value if "uiHost" in found else ()
    host = unquoted(value[0]) if len(value) == 1 else ""
    return host in _LOOPBACK or host.startswith("127.")
