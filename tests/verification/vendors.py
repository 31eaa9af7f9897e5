"""What each vendor is asked and answers, as its documentation writes it; the page is `source` in the kind's file.

The request is written down here a second time on purpose: a changed address, header or place of the secret fails.
"""

import base64
from dataclasses import dataclass
from typing import Any

from autoguard.model import Document
from autoguard.plugins import check_rooms, load_plugins
from autoguard.secrets import Kind
from autoguard.secrets.detect import detect
from autoguard.secrets.engine import Engine
from autoguard.secrets.kinds import load_kinds
from autoguard.syntax.parsed import Parsed

KINDS: dict[str, Kind] = {
    kind.id: kind for kind in load_kinds(check_rooms(load_plugins(external=False)), examples=True)
}
VERIFIED = {name: kind.verify for name, kind in KINDS.items() if kind.verify is not None}
_ENGINE = Engine(tuple(KINDS.values()))


def value_of(name: str) -> str:
    """A value of that kind, put together from the pieces of its first example."""
    for example in KINDS[name].examples:
        found = detect(Parsed(Document("settings.txt", "".join(example).encode())), _ENGINE, b"a key")
        for one in found:
            if one.kind == name:
                return one.value.reveal()
    raise LookupError(name)


@dataclass(frozen=True)
class Vendor:
    """A vendor's side of a call.

    `line` and `carrier` have `{secret}` where the secret stands. `refused` is a documented refusal, with what it means.
    """

    line: str
    carrier: tuple[str, str] | None
    live: Any
    refused: tuple[int, Any]
    means: str = "revoked"
    body: bytes = b""

    def request(self, secret: str) -> str:
        """The line of the request for this secret."""
        return self.line.replace("{secret}", secret)

    def header(self, secret: str) -> tuple[str, str] | None:
        """The header that carries this secret, with its value."""
        if self.carrier is None:
            return None
        name, text = self.carrier
        text = text.replace("{secret}", secret)
        if text.startswith("Basic "):
            text = "Basic " + base64.b64encode(text.removeprefix("Basic ").encode()).decode()
        return name, text


BEARER = ("Authorization", "Bearer {secret}")
GITHUB = Vendor(
    "GET api.github.com/user",
    BEARER,
    {"login": "octocat", "id": 1, "type": "User"},
    (401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"}),
)
STRIPE = Vendor(
    "GET api.stripe.com/v1/balance",
    BEARER,
    {"object": "balance", "available": [{"amount": 666670, "currency": "usd"}], "livemode": False, "pending": []},
    (401, {"error": {"message": "Invalid API Key provided: ****", "type": "invalid_request_error"}}),
)
MAILGUN = Vendor(
    "GET api.mailgun.net/v4/domains?limit=1",
    ("Authorization", "Basic api:{secret}"),
    {"total_count": 1, "items": [{"name": "mg.mill-lane-bakery.eu", "state": "active"}]},
    (401, {"message": "Invalid private key"}),
    "unknown",
)
NOTION = Vendor(
    "GET api.notion.com/v1/users/me",
    BEARER,
    {"object": "user", "id": "16d84278-ab0e-484c-9bdd-b35da3bd8905", "type": "bot", "bot": {"owner": {}}},
    (401, {"object": "error", "status": 401, "code": "unauthorized", "message": "API token is invalid."}),
)
DIGITALOCEAN = Vendor(
    "GET api.digitalocean.com/v2/account",
    BEARER,
    {"account": {"droplet_limit": 25, "uuid": "b6fr89dbf6d9156cace5f3c78dc9851d957381ef", "status": "active"}},
    (401, {"id": "unauthorized", "message": "Unable to authenticate you."}),
)
CLOUDFLARE = Vendor(
    "GET api.cloudflare.com/client/v4/user/tokens/verify",
    BEARER,
    {"result": {"id": "100bf38cc8393103870917dd535e0628", "status": "active"}, "success": True, "errors": []},
    (200, {"result": {"id": "100bf38cc8393103870917dd535e0628", "status": "expired"}, "success": True, "errors": []}),
)
LINEAR = Vendor(
    "POST api.linear.app/graphql",
    ("Authorization", "{secret}"),
    {"data": {"viewer": {"id": "aa2d1a2c-9c0b-4e7c-a9a8-d7f37f0b4f70"}}},
    (401, {"errors": [{"message": "Authentication required", "extensions": {"code": "AUTHENTICATION_ERROR"}}]}),
    body=b'{"query":"{ viewer { id } }"}',
)
PIPEDRIVE = Vendor(
    "GET api.pipedrive.com/v1/users/me",
    ("x-api-token", "{secret}"),
    {"success": True, "data": {"id": 777, "company_id": 1, "company_name": "Mill Lane Bakery"}},
    (401, {"success": False, "error": "unauthorized access", "errorCode": 401}),
)
SQUARE = Vendor(
    "POST connect.squareup.com/oauth2/token/status",
    BEARER,
    {"scopes": ["PAYMENTS_READ"], "client_id": "CLIENT_ID", "merchant_id": "MERCHANT_ID"},
    (401, {"errors": [{"category": "AUTHENTICATION_ERROR", "code": "ACCESS_TOKEN_REVOKED"}]}),
)
POSTMARK_REFUSES = (401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."})
VENDORS: dict[str, Vendor] = {
    "github-token": GITHUB,
    "github-fine-grained-token": GITHUB,
    "gitlab-access-token": Vendor(
        "GET gitlab.com/api/v4/personal_access_tokens/self",
        ("PRIVATE-TOKEN", "{secret}"),
        {"id": 4, "name": "Test", "revoked": False, "scopes": ["api"], "user_id": 3, "active": True},
        (401, {"message": "401 Unauthorized"}),
        "unknown",
    ),
    "slack-token": Vendor(
        "POST slack.com/api/auth.test",
        BEARER,
        {"ok": True, "url": "https://subarachnoid.slack.com/", "team_id": "T12345678", "user_id": "W12345678"},
        (200, {"ok": False, "error": "token_revoked"}),
    ),
    "stripe-secret-key": STRIPE,
    "stripe-test-secret-key": STRIPE,
    "sendgrid-api-key": Vendor(
        "GET api.sendgrid.com/v3/scopes",
        BEARER,
        {"scopes": ["mail.send", "alerts.read"]},
        (401, {"errors": [{"field": None, "message": "authorization required"}]}),
        "unknown",
    ),
    "mailgun-api-key": MAILGUN,
    "mailgun-legacy-api-key": MAILGUN,
    "mailchimp-api-key": Vendor(
        "GET us14.api.mailchimp.com/3.0/?fields=account_id",
        ("Authorization", "Basic anystring:{secret}"),
        {"account_id": "8d3a3db4d97663a9074efcc16"},
        (401, {"type": "about:blank", "title": "API Key Invalid", "status": 401, "detail": "Your API key may be ..."}),
    ),
    "hubspot-private-app-token": Vendor(
        "GET api.hubapi.com/account-info/v3/details",
        BEARER,
        {"portalId": 123456, "accountType": "STANDARD", "timeZone": "US/Eastern", "uiDomain": "app.hubspot.com"},
        (401, {"status": "error", "message": "credentials not found", "category": "INVALID_AUTHENTICATION"}),
    ),
    "airtable-personal-access-token": Vendor(
        "GET api.airtable.com/v0/meta/whoami",
        BEARER,
        {"id": "usrL2PNC5o3H4lBEi"},
        (401, {"error": {"type": "AUTHENTICATION_REQUIRED", "message": "Authentication required"}}),
    ),
    "notion-integration-token": NOTION,
    "notion-secret": NOTION,
    "asana-personal-access-token": Vendor(
        "GET app.asana.com/api/1.0/users/me?opt_fields=gid",
        BEARER,
        {"data": {"gid": "12345"}},
        (401, {"errors": [{"message": "Not Authorized"}]}),
    ),
    "openai-api-key": Vendor(
        "GET api.openai.com/v1/models",
        BEARER,
        {"object": "list", "data": [{"id": "model-id-0", "object": "model"}]},
        (401, {"error": {"message": "Incorrect API key provided", "type": "x", "code": "invalid_api_key"}}),
    ),
    "anthropic-api-key": Vendor(
        "GET api.anthropic.com/v1/models?limit=1",
        ("x-api-key", "{secret}"),
        {"data": [{"type": "model", "id": "claude-x"}], "has_more": True, "first_id": "claude-x"},
        (401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
    ),
    "hugging-face-user-access-token": Vendor(
        "GET huggingface.co/api/whoami-v2",
        BEARER,
        {"type": "user", "id": "64f", "name": "baker", "orgs": []},
        (401, {"error": "Invalid credentials in Authorization header"}),
    ),
    "telegram-bot-token": Vendor(
        "GET api.telegram.org/bot{secret}/getMe",
        None,
        {"ok": True, "result": {"id": 591, "is_bot": True, "first_name": "Bakery", "username": "bakery_bot"}},
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}),
    ),
    "discord-bot-token": Vendor(
        "GET discord.com/api/v10/users/@me",
        ("Authorization", "Bot {secret}"),
        {"id": "80351110224678912", "username": "Nelly", "discriminator": "1337", "bot": True},
        (401, {"message": "401: Unauthorized", "code": 0}),
    ),
    "discord-webhook-url": Vendor(
        "GET discord.com/api/v10/webhooks/{secret}",
        None,
        {"name": "test", "type": 1, "channel_id": "199737254929760256", "token": "x", "id": "223704706495545344"},
        (404, {"message": "Unknown Webhook", "code": 10015}),
    ),
    "digitalocean-personal-access-token": DIGITALOCEAN,
    "digitalocean-oauth-token": DIGITALOCEAN,
    "cloudflare-user-api-token": CLOUDFLARE,
    "cloudflare-legacy-api-token": Vendor(
        CLOUDFLARE.line,
        BEARER,
        CLOUDFLARE.live,
        (401, {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}], "result": None}),
        "unknown",
    ),
    "linear-api-key": LINEAR,
    "linear-oauth-token": Vendor(LINEAR.line, BEARER, LINEAR.live, LINEAR.refused, body=LINEAR.body),
    "pipedrive-api-token": PIPEDRIVE,
    "pipedrive-token-in-url": PIPEDRIVE,
    "calendly-personal-access-token": Vendor(
        "GET api.calendly.com/users/me",
        BEARER,
        {"resource": {"uri": "https://api.calendly.com/users/A", "current_organization": "https://api.calendly.com/B"}},
        (401, {"title": "Unauthenticated", "message": "The access token is invalid"}),
    ),
    "postmark-server-token": Vendor(
        "GET api.postmarkapp.com/server",
        ("X-Postmark-Server-Token", "{secret}"),
        {"ID": 1, "Name": "Staging", "Color": "red"},
        POSTMARK_REFUSES,
    ),
    "postmark-account-token": Vendor(
        "GET api.postmarkapp.com/servers?count=1&offset=0",
        ("X-Postmark-Account-Token", "{secret}"),
        {"TotalCount": 2, "Servers": [{"ID": 1}]},
        POSTMARK_REFUSES,
    ),
    "square-access-token": SQUARE,
    "square-access-token-old": SQUARE,
    "dropbox-access-token": Vendor(
        "POST api.dropboxapi.com/2/users/get_current_account",
        BEARER,
        {"account_id": "dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc", "disabled": False, "email_verified": True},
        (401, {"error_summary": "expired_access_token/...", "error": {".tag": "expired_access_token"}}),
    ),
}
