"""The only place that sends a found secret: one HTTPS request, and nothing that a library would add to it.

No redirect is followed, no cookie kept, no answer decompressed, and no more of it read than `Limits.bytes`. The user's
proxy and certificate authorities are honoured (`HTTPS_PROXY`, `NO_PROXY`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`), for
firms have no other way out; a proxy sees the host alone, unless the user trusts its certificate. `.netrc` is not read:
a password in it would take the place of the secret that is asked about. What libraries raise and log can hold the
secret, as a part of the address; so nothing of either leaves this module.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoguard.verification.call import Call, Reply

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

TIMED_OUT = "no answer in time"
NO_CONNECTION = "no connection"
CERTIFICATE = "a certificate that is not accepted"
PROXY = "a proxy that does not let it through"
TOO_LARGE = "an answer that is too large"
ENCODED = "an answer that is packed, unasked"
NOT_MADE = "the call could not be made"
_PIECE = 8192
_quiet = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost. Times are in seconds.

    `calls` in a run, each `gap` after the one before it to the same host. `connect` and `read` bound the silence before
    and within an answer, `whole` the time for its body, `bytes` its size. After `silent` answers in a row that prove
    nothing a host is left alone.
    """

    calls: int = 200
    gap: float = 0.5
    connect: float = 5.0
    read: float = 10.0
    whole: float = 15.0
    bytes: int = 65_536
    silent: int = 3
    hosts: int = 8


LIMITS = Limits()


def ask(
    call: Call,
    limits: Limits = LIMITS,
    adapter: "Callable[[], BaseAdapter] | None" = None,
    now: Callable[[], float] = time.monotonic,
) -> Reply | str:
    """The answer to a call, or in a few words why there is none. It raises nothing and logs nothing.

    `adapter` takes the place of the HTTPS adapter of requests.
    """
    try:
        return _ask(call, limits, adapter, now)
    except Exception as error:  # noqa: BLE001 - whatever it is: its text may hold the address, and so the secret
        return _category(error)


def _ask(
    call: Call, limits: Limits, adapter: "Callable[[], BaseAdapter] | None", now: Callable[[], float]
) -> Reply | str:
    import requests  # noqa: PLC0415 - a scan without --verify never loads it

    # A session for each call: a cookie of one secret's answer must not vouch for the next secret.
    with requests.Session() as session:
        session.trust_env = False
        session.headers.clear()
        session.adapters.clear()
        session.mount("https://", adapter() if adapter is not None else requests.adapters.HTTPAdapter())
        response = session.request(
            call.method,
            call.url,
            headers=dict(call.headers),
            data=call.body.encode() if call.body else None,
            timeout=(limits.connect, limits.read),
            allow_redirects=False,
            stream=True,
            proxies=requests.utils.get_environ_proxies(call.url),
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
        )
        with contextlib.closing(response):
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                return ENCODED
            body = _body(response.raw, limits, now)
            return body if isinstance(body, str) else Reply(response.status_code, body)


def _body(raw: Any, limits: Limits, now: Callable[[], float]) -> bytes | str:
    # `read1` gives what one piece of the network brought, so that the clock is looked at between them.
    end = now() + limits.whole
    read = getattr(raw, "read1", raw.read)
    body = bytearray()
    while piece := read(_PIECE, decode_content=False):
        body += piece
        if len(body) > limits.bytes:
            return TOO_LARGE
        if now() > end:
            return TIMED_OUT
    return bytes(body)


def _category(error: Exception) -> str:
    from requests import exceptions  # noqa: PLC0415 - as above
    from urllib3 import exceptions as below  # noqa: PLC0415 - as above

    if isinstance(error, exceptions.SSLError | below.SSLError):
        return CERTIFICATE
    if isinstance(error, exceptions.ProxyError | below.ProxyError):
        return PROXY
    if isinstance(error, exceptions.Timeout | below.TimeoutError):
        return TIMED_OUT
    if isinstance(error, exceptions.ConnectionError | below.HTTPError):
        return NO_CONNECTION
    # Every error of requests is an OSError as well: those that are left speak of the call and not of the network.
    return (
        NOT_MADE if isinstance(error, exceptions.RequestException) or not isinstance(error, OSError) else NO_CONNECTION
    )


@contextlib.contextmanager
def unlogged() -> Iterator[None]:
    """No logger says anything inside: those of the libraries write addresses, at levels that a user may switch on."""
    with _quiet:
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)
