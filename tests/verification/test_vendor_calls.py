"""Every vendor's call, made over TLS against a double that answers as the vendor documents it."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from support.vendor_server import Request, Response, VendorServer, vendor_server
from verification.vendors import KINDS, VENDORS, VERIFIED, value_of

from autoguard.verification import Verification
from autoguard.verification.call import Outcome, Reply, call_for, outcome_of
from autoguard.verification.transport import ask

HOSTS = sorted({vendor.line.split()[1].partition("/")[0] for vendor in VENDORS.values()})
WEBHOOK = "discord-webhook-url"


class Double:
    """A server whose answer is set from outside."""

    def __init__(self) -> None:
        self.answer = Response(500)

    def __call__(self, _: Request) -> Response:
        return self.answer


@pytest.fixture(scope="module")
def double() -> Double:
    return Double()


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory, double: Double) -> Iterator[VendorServer]:
    with vendor_server(tmp_path_factory.mktemp("vendors"), double, HOSTS) as server:
        yield server


@pytest.fixture
def server(vendors: VendorServer, monkeypatch: pytest.MonkeyPatch) -> VendorServer:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(vendors.authority))
    vendors.requests.clear()
    return vendors


def verification(name: str) -> Verification:
    found = VERIFIED[name]
    assert found is not None
    return found


def sent(name: str) -> str:
    """What of the value is sent: all of it, but of a webhook's address its id and token alone."""
    value = value_of(name)
    return value.partition("/api/webhooks/")[2] if name == WEBHOOK else value


def asked(server: VendorServer, name: str) -> Outcome:
    call = call_for(verification(name), value_of(name))
    assert call is not None
    reply = ask(call, adapter=server.adapter)
    return Outcome("unknown", reply) if isinstance(reply, str) else outcome_of(verification(name), reply)


def test_every_kind_that_can_be_asked_about_has_a_double_here() -> None:
    assert set(VENDORS) == set(VERIFIED)
    assert len({KINDS[name].vendor for name in VENDORS}) >= 16


@pytest.mark.parametrize("name", VENDORS)
def test_a_secret_that_works_is_live_and_asked_about_as_its_vendor_documents(
    name: str, server: VendorServer, double: Double
) -> None:
    vendor = VENDORS[name]
    double.answer = Response(200, vendor.live)
    assert asked(server, name) == Outcome("live")
    [request] = server.requests
    assert request.line == vendor.request(sent(name))
    assert request.body == vendor.body
    carrier = vendor.header(sent(name))
    elsewhere = {key: text for key, text in request.headers.items() if carrier is None or key != carrier[0]}
    assert carrier is None or request.headers[carrier[0]] == carrier[1]
    assert not any(sent(name) in text for text in elsewhere.values()), "the secret goes to one place"
    assert "Cookie" not in request.headers
    assert request.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("name", VENDORS)
def test_a_documented_refusal_proves_what_it_can(name: str, server: VendorServer, double: Double) -> None:
    vendor = VENDORS[name]
    double.answer = Response(*vendor.refused)
    outcome = asked(server, name)
    assert outcome.liveness == vendor.means
    if vendor.means == "unknown":
        assert outcome.refused
        assert outcome.reason == f"refused, but it may belong to {verification(name).elsewhere}"


OTHER_STATUSES = (201, 204, 301, 302, 307, 400, 403, 404, 407, 418, 429, 500, 502, 503)
OTHER_BODIES = (
    b"", b"<html>Log in to the guest network</html>", b"null", b"[]", b"true", b"{}", b'{"ok": true}', b"\xff\xfe",
    b'{"message": "welcome"}', b'{"data": null, "id": null}', b"[" * 60_000, b"1" * 60_000, b'{"a": 1} {"b": 2}',
)  # fmt: skip


@pytest.mark.parametrize("name", VENDORS)
def test_no_other_status_proves_anything_even_with_the_body_of_one_that_does(name: str) -> None:
    vendor = VENDORS[name]
    for status in OTHER_STATUSES:
        for body in (vendor.live, vendor.refused[1]):
            if (status, body) != vendor.refused:
                outcome = outcome_of(verification(name), Reply(status, Response(body=body).data))
                assert outcome == Outcome("unknown", f"an answer that proves nothing, status {status}")


@pytest.mark.parametrize("name", VENDORS)
def test_a_portal_and_json_of_another_shape_prove_nothing(name: str) -> None:
    for body in OTHER_BODIES:
        assert outcome_of(verification(name), Reply(200, body)).liveness == "unknown", body
        if not body.startswith(b"{"):
            outcome = outcome_of(verification(name), Reply(401, body))
            assert outcome == Outcome("unknown", "an answer that proves nothing, status 401"), body


@pytest.mark.parametrize("name", VENDORS)
def test_the_host_is_the_vendors_whatever_the_value_says(name: str) -> None:
    host = VENDORS[name].line.split()[1].partition("/")[0]
    for value in (
        value_of(name),
        value_of(name) + "@evil.example.org",
        value_of(name) + "\r\nHost: evil.example.org",
        "evil.example.org/" + value_of(name),
        value_of(name).replace("-us14", "-evil.example.org/?us14").replace("discord.com", "evil.example.org"),
        "../../" + value_of(name),
        value_of(name) + "?x=1#y",
    ):
        call = call_for(verification(name), value)
        if call is not None:
            parts = urlsplit(call.url)
            assert (parts.scheme, parts.netloc, call.host) == ("https", host, host)
            assert parts.path.count("/") == urlsplit(
                "https://" + VENDORS[name].request(sent(name)).split()[1]
            ).path.count("/")
            assert not any("\r" in text or "\n" in text for text in call.headers.values())


@pytest.mark.parametrize(
    "value", ["us14", "a" * 32 + "-us14.evil.example.org", "a" * 32 + "-usus1", "a" * 32 + "-1", "-us1"]
)
def test_a_mailchimp_key_with_another_end_is_not_asked_about(value: str) -> None:
    assert call_for(verification("mailchimp-api-key"), value) is None


def test_the_host_stays_mailchimps_whatever_a_kinds_form_lets_through() -> None:
    lax = replace(verification("mailchimp-api-key"), form="(?P<secret>.{32})-(?P<datacentre>.*)")
    assert call_for(lax, "a" * 32 + "-us1") is not None
    for end in ("evil.example.org/", "us1.evil.example.org/?", "user@evil.example.org/", "", "us1\n"):
        assert call_for(lax, "a" * 32 + "-" + end) is None


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("slack-token", 200, {"ok": 1, "team_id": "T1", "user_id": "U1"}),
        ("slack-token", 200, {"ok": "true", "team_id": "T1", "user_id": "U1"}),
        ("slack-token", 200, {"ok": 0, "error": "token_revoked"}),
        ("discord-bot-token", 401, {"message": "401: Unauthorized", "code": False}),
        ("pipedrive-api-token", 401, {"success": False, "errorCode": "401"}),
        ("cloudflare-user-api-token", 401, {"success": False, "errors": [], "result": None}),
        ("cloudflare-user-api-token", 401, {"success": False, "errors": {"0": {"code": "1000"}}}),
    ],
)
def test_a_value_of_another_type_is_another_value(name: str, status: int, body: dict[str, object]) -> None:
    assert outcome_of(verification(name), Reply(status, Response(body=body).data)).liveness == "unknown"


def test_tokens_that_the_call_says_nothing_about_are_not_asked_about() -> None:
    # A refresh token is refused as a bearer token while it works, and so is an administrator's key at other addresses.
    tail = value_of("github-token")[4:]
    assert call_for(verification("github-token"), "ghp" + "_" + tail) is not None
    assert call_for(verification("github-token"), "ghr" + "_" + tail) is None
    assert call_for(verification("github-token"), "ghs" + "_" + tail) is None
    key = value_of("anthropic-api-key")
    assert call_for(verification("anthropic-api-key"), key.replace("-api", "-admin")) is None


def test_a_call_shows_nothing_of_the_secret() -> None:
    for name in VENDORS:
        call = call_for(verification(name), value_of(name))
        assert sent(name) not in repr(call)
        assert sent(name) not in str(call)


def test_slack_may_mean_the_address_with_an_invalid_token_so_it_proves_nothing() -> None:
    # docs.slack.dev, auth.test: `invalid_auth` is also the answer to an address that is not allowed.
    reply = Reply(200, b'{"ok": false, "error": "invalid_auth"}')
    assert outcome_of(verification("slack-token"), reply).liveness == "unknown"


def test_no_hook_that_would_start_something_is_ever_called() -> None:
    hooks = [name for name in KINDS if "webhook" in name or "hook" in name]
    assert len(hooks) >= 10
    assert [name for name in hooks if name in VERIFIED] == [WEBHOOK]
    assert verification(WEBHOOK).method == "GET", "Discord documents GET on a webhook's address as reading its settings"
