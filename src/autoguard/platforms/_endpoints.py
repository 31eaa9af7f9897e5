"""Hosts that a step connects to, from URLs, connection strings and program text: scheme, host and port alone."""

import re
from collections.abc import Iterator

from autoguard.model import Endpoint

_SCHEMES = (
    "https", "http", "wss", "ws", "ftps", "ftp", "sftp", "ssh", "smtps", "smtp", "imaps", "imap", "mqtts", "mqtt",
    "amqps", "amqp", "rediss", "redis", "ldaps", "ldap", "postgresql", "postgres", "mysql", "mariadb", "mongodb+srv",
    "mongodb", "mssql", "sqlserver", "s3", "git", "rsync",
)  # fmt: skip
_URL = re.compile(
    r"\b(?P<scheme>" + "|".join(re.escape(scheme) for scheme in _SCHEMES) + r")://"
    r"(?:[^\s/@\"'`<>]{1,256}@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^\s/:?#\"'`<>\\\[\](),;|]{1,255})"
    r"(?::(?P<port>\d{1,5}))?",
    re.IGNORECASE,
)
_DYNAMIC = re.compile(r"\{\{|\$\{|\$\(|@\{|\}\}|^[=@]|%[A-Za-z_]+%|[{}$]|^\$")
_HOST = re.compile(r"^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9])?)$")
_MAX_ENDPOINTS = 20
_COMMENT = re.compile(r"\s*(?://|#|\*|<!--|/\*|--\s)|.*(?<!:)//\s")
_VOCABULARY = re.compile(r"xmlns(?::[\w.-]{1,60})?\s*=\s*\\?[\"']$")
"""What stands before the name of an XML vocabulary, which only looks like an address."""
_NAMESPACES = frozenset(
    {"www.w3.org", "schemas.xmlsoap.org", "schemas.openxmlformats.org", "schemas.microsoft.com", "schema.org",
     "purl.org", "xmlns.com", "json-schema.org", "ns.adobe.com", "java.sun.com", "xmlns.jcp.org", "www.sitemaps.org",
     "ogp.me", "docs.oasis-open.org", "www.opengis.net", "specs.xmlsoap.org", "tempuri.org"}
)  # fmt: skip
"""Hosts in the names of XML and JSON vocabularies, to which nobody connects."""
_IN_EXPRESSION = re.compile(r"=\s*\{\{|@")
"""An expression of n8n or of a workflow definition, in which the beginning of an address may stand as text."""
_MAX_PORT = 65535


def endpoint(url: str) -> Endpoint | None:
    """The endpoint of a field that holds one URL or host; expressions make it dynamic; "" gives None."""
    url = url.strip()
    if not url:
        return None
    text = url.removeprefix("=").strip()
    match = _URL.match(text) or (_URL.search(text) if _IN_EXPRESSION.match(url) else None)
    if match is None:
        if "://" not in text and _HOST.match(text.lower().split("/")[0].split(":")[0]) and "." in text.split("/")[0]:
            return Endpoint("", text.lower().split("/")[0].split(":")[0])
        return Endpoint(dynamic=True)
    return _from(match)


def endpoints_in(text: str) -> tuple[Endpoint, ...]:
    """The endpoints named in program text or free text, without repetition, in order; at most 20."""
    found: dict[Endpoint, None] = {}
    for one in _all(text):
        found.setdefault(one)
        if len(found) >= _MAX_ENDPOINTS:
            break
    return tuple(found)


def is_local(host: str) -> bool:
    """Whether a host is this machine or lies in a private network (RFC 1918, RFC 4193, RFC 6762, single labels)."""
    host = host.lower().strip("[]").rstrip(".")
    if host in ("localhost", "host.docker.internal", "::1", "0.0.0.0") or host.endswith(  # noqa: S104 - compared
        (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".svc", ".cluster.local")
    ):
        return True
    if re.fullmatch(
        r"(?:127|10)(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}", host
    ):
        return True
    if host.startswith(("fc", "fd", "fe80:")) and ":" in host:
        return True
    return "." not in host and ":" not in host


def is_example(host: str) -> bool:
    """Whether a host is reserved for documentation (RFC 2606, RFC 6761) or an evident placeholder."""
    host = host.lower().rstrip(".")
    labels = host.split(".")
    return (
        labels[-1] in ("example", "test", "invalid")
        or host in ("example.com", "example.org", "example.net")
        or host.endswith((".example.com", ".example.org", ".example.net"))
        or bool(re.search(r"(?:^|[.-])(?:your|my)[-_]?(?:domain|company|site|host|server|instance|url|api)", host))
        or host in ("domain.com", "xxx.com", "yoursite.com", "website.com", "test.com")
    )


def _all(text: str) -> Iterator[Endpoint]:
    for match in _URL.finditer(text):
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        one = _from(match)
        if (
            not one.dynamic
            and one.host not in _NAMESPACES
            and not (_COMMENT.match(before) or _VOCABULARY.search(before))
        ):
            yield one


def _from(match: "re.Match[str]") -> Endpoint:
    host = match["host"].lower().rstrip(".")
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] and int(match["port"]) <= _MAX_PORT else None
    if _DYNAMIC.search(host) or not _HOST.match(host):
        return Endpoint(scheme, "", port, dynamic=True)
    return Endpoint(scheme, host, port)
