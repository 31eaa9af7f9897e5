"""From a secret to its call, and from the vendor's answer to what it proves. Pure."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from autoguard import __version__
from autoguard.model.inventory import Liveness
from autoguard.verification import MAILCHIMP, Answer, Verification

_SENDABLE = re.compile(r"[!-~]{4,4000}")
"""Visible ASCII: nothing that could end a header or begin another one."""
_IN_PATH = re.compile(r"[A-Za-z0-9:_/-]{4,400}")
"""What stays one part of a path: no dot, no percent, no question mark."""
_DATACENTRE = re.compile(r"[a-z]{2,3}[0-9]{1,3}")
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Call:
    """One request. What may hold the secret shows itself to nobody."""

    host: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status and the whole body, as it was sent."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer proves, and why `unknown` proves nothing; `refused` is a documented refusal all the same."""

    liveness: Liveness
    reason: str = ""
    refused: bool = False


def call_for(verification: Verification, value: str) -> Call | None:
    """The call that asks about a value, or None where it has not the form that the vendor's secrets have."""
    found = re.fullmatch(verification.form, value) if verification.form else None
    if verification.form and found is None:
        return None
    groups = found.groupdict() if found is not None else {}
    secret = groups.get("secret") or value
    if not (_IN_PATH if verification.place == "path" else _SENDABLE).fullmatch(secret):
        return None
    url = verification.url
    host = urlsplit(url).netloc
    if host == MAILCHIMP:
        datacentre = groups.get("datacentre") or ""
        if not _DATACENTRE.fullmatch(datacentre):
            return None
        host = MAILCHIMP.replace("{datacentre}", datacentre)
        url = url.replace(MAILCHIMP, host)
    if verification.place == "path":
        url = url.replace("{secret}", secret)
    return Call(host, verification.method, url, _headers(verification, secret), verification.body)


def _headers(verification: Verification, secret: str) -> dict[str, str]:
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"autoguard/{__version__}",
        **verification.headers,
    }
    if verification.body:
        headers["Content-Type"] = "application/json"
    match verification.place:
        case "bearer":
            headers["Authorization"] = f"Bearer {secret}"
        case "header":
            headers[verification.header] = f"{verification.prefix}{secret}"
        case "user":
            headers["Authorization"] = _basic(secret, verification.beside)
        case "password":
            headers["Authorization"] = _basic(verification.beside, secret)
        case "path":
            pass
    return headers


def _basic(user: str, password: str) -> str:
    # RFC 7617, section 2.
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def outcome_of(verification: Verification, reply: Reply) -> Outcome:
    """What a reply proves: `live` and `revoked` for the documented answers alone, `unknown` for everything else."""
    document = _object(reply.body)
    if document is not None:
        if _fits(verification.valid, reply.status, document):
            return Outcome("live")
        if any(_fits(answer, reply.status, document) for answer in verification.invalid):
            if verification.elsewhere:
                return Outcome("unknown", f"refused, but it may belong to {verification.elsewhere}", refused=True)
            return Outcome("revoked")
    return Outcome("unknown", f"an answer that proves nothing, status {reply.status}")


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _fits(answer: Answer, status: int, document: dict[str, Any]) -> bool:
    return (
        status in answer.status
        and all(_at(document, pointer) not in (_MISSING, None) for pointer in answer.has)
        and all(_says(_at(document, pointer), values) for pointer, values in answer.equals.items())
    )


def _says(found: Any, values: tuple[Any, ...]) -> bool:
    # `true` and 1 are two values in JSON, and one in Python.
    return any(type(found) is type(value) and found == value for value in values)


def _at(document: Any, pointer: str) -> Any:
    # RFC 6901, section 4.
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isascii() and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return _MISSING
    return document
