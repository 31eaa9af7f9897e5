"""Addresses of webhooks: good enough to find out who calls whom, and never kept.

The path of a webhook is often all that protects it, so what goes into the model is a digest of it. Callers and webhooks
of one estate have the same digest and meet in the graph.
"""

import hashlib
import re
from urllib.parse import unquote, urlsplit

from autoguard.model import Call
from autoguard.platforms._endpoints import is_local

_SERVED_BELOW = re.compile(r"(?:^|/)(?:webhook|webhook-test|form|form-test|webhook-waiting)/(.+)$")
"""n8n serves the path of a node below these (docs.n8n.io, "Webhook node", read 2026-11-24)."""
_MIN_SPECIFIC = 8
_MAX_URL = 2000


def webhook_address(path: str) -> str:
    """What stands for a webhook's path in the model; "" where there is none."""
    plain = path.strip().strip("/")
    return "~" + hashlib.sha256(plain.encode(errors="surrogatepass")).hexdigest()[:16] if plain else ""


def calls_to(url: str) -> tuple[Call, ...]:
    """The webhooks that a request to a fixed URL may start; none where the URL is computed or tells too little."""
    if len(url) > _MAX_URL or re.search(r"\{\{|\$\{|\$\(|@\{|^=", url):
        return ()
    try:
        parts = urlsplit(url.strip())
        host, path = parts.hostname or "", unquote(parts.path).strip("/")
    except ValueError:
        return ()
    if parts.scheme not in ("http", "https", "ws", "wss") or not path:
        return ()
    below = _SERVED_BELOW.search(path)
    # One short word on a public host is too common to tell whose webhook it is.
    whole = len(path) >= _MIN_SPECIFIC or is_local(host)
    paths = ([below[1]] if below else []) + ([path] if whole else [])
    return tuple(Call("url", webhook_address(one)) for one in paths)
