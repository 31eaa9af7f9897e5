"""Addresses of webhooks: the same for caller and called, and nothing of the path is kept."""

import pytest

from autoguard.platforms._webhooks import calls_to, webhook_address


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://n8n.bakery.eu/webhook/orders", "orders"),
        ("https://n8n.bakery.eu/webhook-test/a/b/?x=1#y", "a/b"),
        ("https://bakery.eu/n8n/webhook/orders", "orders"),
        ("http://localhost:1880/order", "/order/"),
        ("http://10.0.0.7/order", "order"),
        ("https://flows.bakery.eu/a-long-order-path", "a-long-order-path"),
        ("https://flows.bakery.eu/b%C3%A4ckerei-auftrag", "bäckerei-auftrag"),
        ("wss://flows.bakery.eu/telemetry-in", "telemetry-in"),
    ],
)
def test_caller_and_called_meet(url: str, path: str) -> None:
    assert ("url", webhook_address(path)) in [(call.how, call.target) for call in calls_to(url)]


def test_a_path_that_itself_begins_with_webhook_is_met() -> None:
    # Node-RED serves whatever its user types.
    found = calls_to("http://bakehouse.lan:1880/webhook/print-labels")
    assert webhook_address("/webhook/print-labels") in {call.target for call in found}


@pytest.mark.parametrize(
    "url",
    ["https://api.vendor.eu/v1", "={{ $json.url }}", "https://x.eu/webhook/${ID}", "https://x.eu/{{path}}/webhook/a", "mailto:a@b.eu", "", "https://[::1", "http://x.eu/" + "a" * 3000],
)  # fmt: skip
def test_what_tells_too_little_is_no_call(url: str) -> None:
    assert calls_to(url) == ()


def test_nothing_of_the_path_is_kept() -> None:
    token = "b7Xq" + "9vLm2TzKd4WbN8sYp1HgJ6"
    for kept in (webhook_address(token), calls_to(f"https://discord.com/api/webhooks/1/{token}")[0].target):
        assert token[:6] not in kept
        assert len(kept) == 17
