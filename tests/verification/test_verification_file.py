"""A `verify` block that could reach another host, change something or prove too much is refused with its reason."""

from pathlib import Path
from typing import Any

import pytest

from autoguard.errors import UsageError
from autoguard.secrets import Kind
from autoguard.secrets.kinds import load_kinds

KINDS = """\
vendor: Oven
source: https://docs.oven.example.org/keys
revoke: https://oven.example.org/keys
rotate: [Make a new one.]
kinds:
  - id: oven-key
    title: Oven key
    pattern: '\\b(?P<secret>oven_[a-z0-9]{20})\\b'
    keywords: [oven_]
    verify:
      url: https://api.oven.example.org/v1/me
      place: bearer
      valid: {status: [200], has: [/id]}
      invalid: [{status: [401], equals: {/code: [bad_key, 7, true]}}]
      source: https://docs.oven.example.org/errors
      read: 2026-11-24
    examples: [[oven_, q7m2z9k4x1w8]]
    counter_examples: [[oven_, short]]
"""
URL = "url: https://api.oven.example.org/v1/me"


def load(folder: Path, *changes: tuple[str, str]) -> Kind:
    text = KINDS
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "kinds").mkdir()
    (folder / "kinds" / "oven.yaml").write_text(text, encoding="utf-8")
    [kind] = load_kinds([folder], examples=True)
    return kind


def refused(folder: Path, *changes: tuple[str, str]) -> str:
    with pytest.raises(UsageError) as error:
        load(folder, *changes)
    return str(error.value)


def test_a_new_vendor_is_a_few_lines_of_yaml(tmp_path: Path) -> None:
    verification: Any = load(tmp_path).verify
    assert verification.url == "https://api.oven.example.org/v1/me"
    assert verification.valid.has == ("/id",)
    assert verification.invalid[0].equals == {"/code": ("bad_key", 7, True)}
    assert [type(value) for value in verification.invalid[0].equals["/code"]] == [str, int, bool]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.oven.example.org/v1/me",
        "https://{secret}.oven.example.org/v1/me",
        "https://{region}.api.oven.example.org/v1/me",
        "https://{datacentre}.api.oven.example.org/v1/me",
        "https://{datacentre}.api.mailchimp.com.example.org/v1/me",
        "https://{host}/v1/me",
        "https://api.oven.example.org:8443/v1/me",
        "https://user@api.oven.example.org/v1/me",
        "https://api.oven.example.org@example.com/v1/me",
        "https://127.0.0.1/v1/me",
        "https://[::1]/v1/me",
        "https://localhost/v1/me",
        "https://API.oven.example.org/v1/me",
        "https://api.oven.example.org",
        "https://api.oven.example.org/v1/{id}",
        "https://api.oven.example.org/v1/me?key={secret}",
        "https://api.oven.example.org/v1/me#x",
        "https://api.oven.example.org/v1 /me",
        "https://api.oven.example.org\\\\@example.com/v1/me",
        "//api.oven.example.org/v1/me",
    ],
)
def test_a_host_that_is_not_fixed_is_refused(url: str, tmp_path: Path) -> None:
    told = refused(tmp_path, (URL, f"url: '{url}'"))
    assert "kinds/oven.yaml:10: kinds.0.verify: `url` must" in told


def test_only_mailchimps_own_host_may_depend_on_the_key(tmp_path: Path) -> None:
    url = "url: 'https://{datacentre}.api.mailchimp.com/3.0/'"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert "must have a group `datacentre`" in refused(tmp_path / "a", (URL, url))
    form = "form: '[0-9a-f]{32}-(?P<datacentre>[a-z]{2,3}[0-9]{1,3})'"
    assert load(tmp_path / "b", (URL, f"{url}\n      {form}")).verify is not None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("place: bearer", "place: path", "must have `{secret}` in its path"),
        (URL, "url: 'https://api.oven.example.org/{secret}'", "must have `{secret}` in its path"),
        ("place: bearer", "place: query", "place"),
        ("place: bearer", "place: header", "`header` belongs to `place: header`"),
        ("place: bearer", "place: bearer\n      header: X-Key", "`header` belongs to `place: header`"),
        ("place: bearer", "place: bearer\n      prefix: Key", "`prefix` belongs to"),
        ("place: bearer", "place: bearer\n      beside: api", "`beside` belongs to"),
        ("place: bearer", "place: bearer\n      method: DELETE", "method"),
        ("place: bearer", "place: bearer\n      body: '{}'", "`body` belongs to"),
        ("place: bearer", "place: bearer\n      method: POST\n      body: 'mutation { a }'", "must only read"),
        ("place: bearer", "place: bearer\n      headers: {Authorization: x}", "may not set Authorization"),
        ("place: bearer", "place: bearer\n      headers: {host: evil.example.org}", "may not set host"),
        ("place: bearer", 'place: bearer\n      headers: {X-A: "a\\r\\nHost: b"}', "headers"),
        ("place: bearer", "place: bearer\n      form: '(?=a)'", "look-around"),
        ("place: bearer", "place: bearer\n      form: '('", "`form`"),
        ("place: bearer", "place: bearer\n      redirects: true", "redirects"),
        ("valid: {status: [200], has: [/id]}", "valid: {status: [200]}", "`valid` must be 200 with a field"),
        ("valid: {status: [200], has: [/id]}", "valid: {status: [403], has: [/id]}", "`valid` must be 200 with a field"),
        ("status: [401]", "status: [403]", "`invalid` may be 401"),
        ("status: [401]", "status: [429]", "`invalid` may be 401"),
        ("status: [401]", "status: [401, 500]", "`invalid` may be 401"),
        ("{status: [401], equals: {/code: [bad_key, 7, true]}}", "{status: [404]}", "needs `equals`"),
        ("{status: [401], equals: {/code: [bad_key, 7, true]}}", "{status: [401], has: [code]}", "has"),
        ("read: 2026-11-24", "read: 2026-13-24", "`read` must be a day"),
        ("      source: https://docs.oven.example.org/errors\n", "", "source"),
    ],
)  # fmt: skip
def test_other_mistakes_are_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    found = refused(tmp_path, (old, new))
    assert told in found
    assert "kinds/oven.yaml:" in found
