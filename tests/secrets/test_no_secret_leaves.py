"""Random secrets are planted everywhere, and every byte that was written is searched for them."""

import base64
import json
import random
import string
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import Done, autoguard
from support.estate import node, workflow, write_tree

ALPHABET = string.ascii_letters + string.digits


def token(generator: random.Random, length: int) -> str:
    return "".join(generator.choice(ALPHABET) for _ in range(length))


class Planted:
    """An estate with a secret of its own in every kind of place."""

    def __init__(self, seed: int) -> None:
        generator = random.Random(seed)  # noqa: S311 - reproducible, and nothing is protected by it
        self.stripe = "sk_" + "live_" + token(generator, 40)
        self.header = token(generator, 32)
        self.password = f"{token(generator, 9)}-{token(generator, 4)}!"
        self.url_password = token(generator, 14)
        self.env = token(generator, 28)
        self.store = token(generator, 18)
        self.key = token(generator, 32)
        self.code = token(generator, 24)
        self.pinned = token(generator, 40)
        self.name = "ghp" + "_" + token(generator, 36)
        self.slack = (
            "https://hooks.slack.com/services/"
            f"T{token(generator, 9).upper()}/B{token(generator, 9).upper()}/{token(generator, 24)}"
        )
        self.jwt = (
            "eyJhbGciOiJIUzI1NiJ9."
            + base64.urlsafe_b64encode(json.dumps({"sub": token(generator, 12)}).encode()).decode().rstrip("=")
            + "."
            + token(generator, 43)
        )
        self.yaml = token(generator, 26)
        self.cron = token(generator, 16)

    def values(self) -> list[str]:
        return list(vars(self).values())

    def files(self) -> dict[str, object]:
        flow = workflow(
            f"Orders {self.name}",
            [
                node("Hook", "webhook", {"path": "orders"}),
                node("Ask", "httpRequest", {
                    "url": f"http://user:{self.url_password}@shop.supplier.eu/api?token={self.header}",
                    "headerParameters": {"parameters": [{"name": "Authorization", "value": f"Bearer {self.header}"}]},
                }),
                node(f"Code {self.stripe}", "code", {"jsCode": f"const apiKey = '{self.code}';\nconst k = \"{self.stripe}\";"}),
                node("Slack", "httpRequest", {"url": self.slack, "method": "POST"}),
                node("Note", "stickyNote", {"content": f"the password: '{self.password}'\n{self.jwt}"}),
            ],
            ("Hook", "Ask"), ("Ask", f"Code {self.stripe}"), (f"Code {self.stripe}", "Slack"),
            pinData={"Hook": [{"json": {"apiKey": self.pinned, "email": "jane.doe@cafe-central.eu"}}]},
        )  # fmt: skip
        return {
            "n8n/orders.json": flow,
            "n8n/broken.json": json.dumps(flow)[:-200],
            "n8n/minified.json": json.dumps({**flow, "id": "other", "name": "Other"}),
            "n8n/credentials.json": [{"id": "1", "name": "DB", "type": "postgres", "data": {"password": self.store}}],
            ".n8n/config": {"encryptionKey": self.key},
            ".env": f"STRIPE_SECRET_KEY={self.stripe}\nMAIL_PASSWORD={self.password}\nORDERS_TOKEN={self.env}\n",
            "make/blueprint.json": {"name": "Bill", "flow": [{"id": 1, "module": "http:ActionSendData", "version": 3, "parameters": {},
                "mapper": {"url": "https://api.stripe.com", "headers": [{"name": "Authorization", "value": f"Bearer {self.stripe}"}]},
                "metadata": {"designer": {"x": 0, "y": 0}}}], "metadata": {"version": 1}},
            ".github/workflows/ci.yml": f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env:\n      API_TOKEN: '{self.yaml}'\n    steps:\n      - run: curl -H 'Authorization: Bearer {self.header}' https://x.eu\n",
            "crontab": f"MAILTO=''\n0 3 * * * mysqldump --password='{self.cron}' shop > /backup/shop.sql\n",
            "scripts/pay.py": f"import requests\nPASSWORD = '{self.password}'\nrequests.get('https://x.eu', verify=False, auth=('a', '{self.password}'))\n",
            f"notes/{self.name}.md": f"# Keys\n\npassword: '{self.password}'\n",
            "autoguard.yaml": f"version: 1\norganisation: {{name: Bakery}}\nautomations:\n  - {{id: o, source: n8n/orders.json, owner: ada, purpose: 'uses {self.stripe}'}}\n",
        }  # fmt: skip


def spellings(value: str) -> Iterator[bytes]:
    """The ways in which a value could be written: plain, escaped for JSON, HTML or a URL, in base64."""
    yield value.encode()
    yield json.dumps(value)[1:-1].encode()
    yield urllib.parse.quote(value, safe="").encode()
    yield base64.b64encode(value.encode())
    yield value.replace("&", "&amp;").replace("'", "&#39;").encode()
    yield value[: len(value) * 3 // 4].encode()


def assert_nothing_leaked(planted: Planted, written: dict[str, bytes]) -> None:
    for value in planted.values():
        for spelling in spellings(value):
            for where, content in written.items():
                assert spelling not in content, f"a planted secret stands in {where}"


FORMATS = ("console", "json", "sarif", "markdown", "html")


def everything_written(folder: Path, done: Done) -> dict[str, bytes]:
    written = {"stdout": done.out.encode(), "stderr": done.err.encode()}
    for path in folder.rglob("*"):
        if path.is_file():
            written[str(path)] = path.read_bytes()
    return written


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("key", ["", "a key of the user"])
def test_no_planted_secret_is_written_anywhere(tmp_path: Path, seed: int, key: str) -> None:
    planted = Planted(seed)
    write_tree(tmp_path / "tree", planted.files())
    out = tmp_path / "out"
    out.mkdir()
    wanted = [argument for name in FORMATS for argument in ("-f", f"{name}={out}/report.{name}")]
    user = {"XDG_CACHE_HOME": str(out / "cache"), "XDG_DATA_HOME": str(out / "data"), "TMPDIR": str(out)}
    done = autoguard("scan", "tree", "-v", *wanted, cwd=tmp_path, AUTOGUARD_KEY=key, **user)
    assert done.code == 1, done.err
    written = everything_written(out, done)
    assert_nothing_leaked(planted, written)
    found = json.loads(written[f"{out}/report.json"])
    labels = {one["label"] for one in found["inventory"]["credentials"] if one["label"]}
    assert len(labels) >= 9, "most of the planted secrets must have been found, or this test shows nothing"
    fingerprints = [one["fingerprint"] for one in found["inventory"]["credentials"] if one.get("fingerprint")]
    assert bool(fingerprints) == bool(key)
    done = autoguard("inventory", "tree", "-f", "json", cwd=tmp_path, **user)
    assert_nothing_leaked(planted, everything_written(out, done))
    done = autoguard("baseline", "create", "tree", cwd=tmp_path, **user)
    assert_nothing_leaked(planted, everything_written(out, done))


def test_an_error_inside_shows_nothing_of_what_was_read(tmp_path: Path) -> None:
    planted = Planted(4)
    write_tree(tmp_path / "tree", planted.files())
    write_tree(
        tmp_path,
        {
            "sitecustomize.py": "import autoguard.secrets.judge as j\ndef boom(kind, value, path, **more): raise RuntimeError(value)\nimport autoguard.secrets.detect as d\nd.judge = boom\n"
        },
    )
    # The error's text is the value itself, which must not come out with it.
    done = autoguard("scan", "tree", "-f", "json", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.code in (1, 3)
    assert "Traceback" not in done.err
    gaps = [one["reason"] for one in done.json["inventory"]["gaps"]]
    assert "could not be read: the search for secrets failed (RuntimeError); please report it" in gaps
    assert_nothing_leaked(planted, {"stderr": done.err.encode(), "gaps": "\n".join(gaps).encode()})


def test_with_a_key_of_the_user_the_same_value_has_the_same_fingerprint(tmp_path: Path) -> None:
    planted = Planted(5)
    write_tree(tmp_path / "tree", planted.files())

    def fingerprints(key: str) -> set[str]:
        found = autoguard("scan", "tree", "-f", "json", cwd=tmp_path, AUTOGUARD_KEY=key).json
        return {one["fingerprint"] for one in found["inventory"]["credentials"] if one.get("fingerprint")}

    assert fingerprints("one") == fingerprints("one")
    assert not fingerprints("one") & fingerprints("two")
