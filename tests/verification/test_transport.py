"""The call itself against servers that behave badly: what is kept of it, and what never leaves."""

import io
import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from support.vendor_server import Request, Response, VendorServer, vendor_server
from verification.vendors import VENDORS, VERIFIED, value_of

from autoguard.verification import transport
from autoguard.verification.call import Call, Reply, call_for
from autoguard.verification.transport import LIMITS, ask

HOST, ELSEWHERE = "api.telegram.org", "elsewhere.example.org"
KIND = "telegram-bot-token"
QUICK = replace(LIMITS, connect=2.0, read=0.3, whole=0.5)


class Double:
    """A server whose answer is set from outside."""

    def __init__(self) -> None:
        self.answer = Response(500)

    def __call__(self, _: Request) -> Response:
        return self.answer


@pytest.fixture
def double() -> Double:
    return Double()


@pytest.fixture
def server(tmp_path: Path, double: Double, monkeypatch: pytest.MonkeyPatch) -> Iterator[VendorServer]:
    with vendor_server(tmp_path, double, [HOST, ELSEWHERE]) as running:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.authority))
        yield running


@pytest.fixture
def call() -> Call:
    verification = VERIFIED[KIND]
    assert verification is not None
    made = call_for(verification, value_of(KIND))
    assert made is not None
    return made


def test_an_answer_comes_back_as_it_was_sent(server: VendorServer, double: Double, call: Call) -> None:
    double.answer = Response(200, VENDORS[KIND].live)
    assert ask(call, adapter=server.adapter) == Reply(200, double.answer.data)
    double.answer = replace(double.answer, chunked=True)
    assert ask(call, adapter=server.adapter) == Reply(200, double.answer.data)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_the_secret_goes_nowhere_else(
    status: int, server: VendorServer, double: Double, call: Call
) -> None:
    double.answer = Response(status, VENDORS[KIND].live, {"Location": f"https://{ELSEWHERE}/x"})
    reply = ask(call, adapter=server.adapter)
    assert isinstance(reply, Reply)
    assert reply.status == status
    assert [one.host for one in server.requests] == [HOST]


def test_a_redirect_to_the_same_host_is_not_followed_either(server: VendorServer, double: Double, call: Call) -> None:
    double.answer = Response(302, headers={"Location": "/bot/getMe"})
    ask(call, adapter=server.adapter)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_nothing_is_tried_a_second_time(status: int, server: VendorServer, double: Double, call: Call) -> None:
    double.answer = Response(status, headers={"Retry-After": "0"})
    reply = ask(call, adapter=server.adapter)
    assert isinstance(reply, Reply)
    assert reply.status == status
    assert len(server.requests) == 1


def test_a_server_that_is_slow_to_begin_ends_in_time(server: VendorServer, double: Double, call: Call) -> None:
    double.answer = Response(200, VENDORS[KIND].live, pause=3)
    began = time.monotonic()
    assert ask(call, QUICK, server.adapter) == transport.TIMED_OUT
    assert time.monotonic() - began < 2


def test_a_server_that_drips_ends_in_time(server: VendorServer, double: Double, call: Call) -> None:
    # Each byte comes soon enough for the read time-out; only the time for the whole ends it.
    double.answer = Response(200, VENDORS[KIND].live, drip=0.1)
    began = time.monotonic()
    assert ask(call, QUICK, server.adapter) == transport.TIMED_OUT
    assert time.monotonic() - began < 2


def test_no_more_is_read_than_the_limit(server: VendorServer, double: Double, call: Call) -> None:
    double.answer = Response(200, b" " * LIMITS.bytes)
    assert ask(call, adapter=server.adapter) == Reply(200, double.answer.body)
    double.answer = Response(200, b" " * (LIMITS.bytes + 1))
    assert ask(call, adapter=server.adapter) == transport.TOO_LARGE
    double.answer = Response(200, b" " * 40_000_000)
    assert ask(call, adapter=server.adapter) == transport.TOO_LARGE


def test_a_packed_answer_is_not_unpacked(server: VendorServer, double: Double, call: Call) -> None:
    double.answer = Response(200, b"\x1f\x8b" + b"x" * 100, {"Content-Encoding": "gzip"})
    assert ask(call, adapter=server.adapter) == transport.ENCODED


def test_an_answer_that_breaks_off_proves_nothing(server: VendorServer, double: Double, call: Call) -> None:
    double.answer = Response(200, VENDORS[KIND].live, length=50_000)
    reply = ask(call, QUICK, server.adapter)
    assert reply in (transport.NO_CONNECTION, transport.TIMED_OUT)


def test_a_certificate_of_nobodys_authority_is_not_accepted(
    server: VendorServer, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert ask(call, adapter=server.adapter) == transport.CERTIFICATE
    assert server.requests == [], "the secret must not be sent before the certificate is known"


def test_a_certificate_for_another_host_is_not_accepted(
    tmp_path: Path, double: Double, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    with vendor_server(tmp_path / "other", double, ["another.example.org"]) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.authority))
        assert ask(call, adapter=running.adapter) == transport.CERTIFICATE
        assert running.requests == []


def test_nobody_there(call: Call) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert ask(call, QUICK, VendorServer(port, Path()).adapter) == transport.NO_CONNECTION


def test_a_proxy_of_the_user_is_used_and_sees_the_host_alone(
    server: VendorServer, double: Double, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    double.answer = Response(200, VENDORS[KIND].live)
    assert ask(call) == Reply(200, double.answer.data)
    assert server.connects == [f"{HOST}:443"]


def test_a_proxy_that_refuses_proves_nothing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert ask(call, QUICK) in (transport.PROXY, transport.NO_CONNECTION)


def test_a_password_in_netrc_does_not_take_the_place_of_the_secret(
    server: VendorServer, double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text(f"machine {HOST} login baker password loaf\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(home / ".netrc"))
    assert requests.utils.get_netrc_auth(f"https://{HOST}/") == ("baker", "loaf"), "or this test shows nothing"
    double.answer = Response(200, {})
    bearer = Call(HOST, "GET", f"https://{HOST}/x", {"Authorization": "Bearer one"})
    ask(bearer, adapter=server.adapter)
    ask(Call(HOST, "GET", f"https://{HOST}/x", {}), adapter=server.adapter)
    assert [one.headers.get("Authorization") for one in server.requests] == ["Bearer one", None]


def test_a_cookie_of_one_answer_is_not_sent_with_the_next_call(
    server: VendorServer, double: Double, call: Call
) -> None:
    double.answer = Response(200, {}, {"Set-Cookie": "session=of-the-first; Path=/"})
    ask(call, adapter=server.adapter)
    ask(call, adapter=server.adapter)
    assert [one.headers.get("Cookie") for one in server.requests] == [None, None]


def test_nothing_but_https_is_spoken(server: VendorServer, call: Call) -> None:
    assert ask(replace(call, url=call.url.replace("https:", "http:")), adapter=server.adapter) == transport.NOT_MADE
    assert server.requests == []


class Boom(requests.adapters.BaseAdapter):
    """An adapter whose errors tell the whole address."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        raise RuntimeError(f"could not reach {request.url}")

    def close(self) -> None:
        pass


def test_no_text_of_an_error_comes_out(call: Call) -> None:
    assert ask(call, adapter=Boom) == transport.NOT_MADE


def test_the_libraries_would_log_the_secret_and_are_kept_from_it(
    server: VendorServer, double: Double, call: Call
) -> None:
    # urllib3 logs the path of every request, which holds a Telegram token.
    double.answer = Response(200, VENDORS[KIND].live)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        ask(call, adapter=server.adapter)
        assert value_of(KIND) in written.getvalue(), "or this test shows nothing"
        written.seek(0)
        written.truncate()
        with transport.unlogged():
            ask(call, adapter=server.adapter)
        assert written.getvalue() == ""
        logging.getLogger("after").debug("heard again")
        assert "heard again" in written.getvalue()
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
