"""What is found in a document, with every engine alike, and how random text is told from words."""

import base64
import random
import string
import tracemalloc

import pytest
from support.estate import CATALOG

from autoguard.model import Document, Gap
from autoguard.patterns import MAX_HITS
from autoguard.rooms import room
from autoguard.secrets import Kind, encodings
from autoguard.secrets.detect import detect
from autoguard.secrets.engine import Engine
from autoguard.secrets.kinds import load_kinds
from autoguard.secrets.names import normal_name
from autoguard.secrets.randomness import randomness, word_share
from autoguard.secrets.spans import Spans
from autoguard.syntax.parsed import Parsed

KINDS: tuple[Kind, ...] = load_kinds([room("checks")], examples=True)
FAST, PLAIN = Engine(KINDS), Engine(KINDS, hyperscan=False)


def drawn(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=length))  # noqa: S311 - no secret is made


def found(text: str, engine: Engine = FAST, name: str = "settings.conf") -> list[tuple[str, str, int | None]]:
    document = Parsed(Document(name, text.encode()))
    return [(one.kind, one.holder, one.location.line) for one in detect(document, engine, b"key")]


@pytest.mark.parametrize("engine", [FAST, PLAIN], ids=["hyperscan", "re"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_line_of_a_file_of_variables(engine: Engine, end: str) -> None:
    names = ("A_PASSWORD", "SMTP_PASS", "DB_PASSWD", "ADMIN_PWD", "LAST_PASSWORD")
    text = "".join(f"{name}=Rye-and-Salt-{index}7{end}" for index, name in enumerate(names))
    assert found(text, engine) == [("generic-password", name, line) for line, name in enumerate(names, start=1)]


def test_both_engines_find_the_same() -> None:
    assert CATALOG.checks
    for kind in KINDS:
        for parts in (*kind.examples, *kind.counter_examples):
            text = "".join(parts)
            assert found(text, FAST) == found(text, PLAIN), kind.id


@pytest.mark.parametrize(
    "text",
    [
        "connectionKeySavedTimeKey: '2025-07-12T07:07:57.4Z'\n",
        'tokenUrl = "https://login.supplier.eu/oauth2/token"\n',
        'apiKeyName = "customer-notification-service"\n',
        "SECRET_NAME=orders-signing-secret\n",
        'password: "{{ lookup_the_password }}"\n',
        "API_KEY=${API_KEY}\n",
        "docker run -u 1000:1000 shop\n",
        "curl -u anna:$PASSWORD https://shop.supplier.eu\n",
        "mysqldump -p --port 3306 shop\n",
        "mkdir -p /srv/mysql\n",
        "wireguard_public_key: kJ8sLq2WvN4xTz7RmB3cYp1HgJ6fA9dE5uQ0iX2oZ7s=\n",
        '"partitionKey": "9f3kLm2QwFrTp7UiOpAs"\n',
        '"key": "3f8a1c2d-9b4e-4f6a-8c1d-7e5b2a9f0c36"\n',
    ],
)
def test_what_only_looks_like_a_secret(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("smtp", "authPassword"), "smtp_auth_password"),
        (("SMTP_AUTH_PASSWORD",), "smtp_auth_password"),
        (("smtp.auth-password",), "smtp_auth_password"),
        (("HTTPSProxyURL",), "https_proxy_url"),
        (("N8N_API_KEY",), "n8n_api_key"),
        (("s3SecretKey",), "s3_secret_key"),
        (("__",), ""),
    ],
)
def test_every_way_to_write_a_name(parts: tuple[str, ...], name: str) -> None:
    assert normal_name(*parts) == name


@pytest.mark.parametrize("alphabet", ["0123456789abcdef", string.ascii_lowercase + string.digits, string.ascii_letters])
@pytest.mark.parametrize("length", [16, 32, 64])
def test_random_text_has_the_entropy_of_random_text(alphabet: str, length: int) -> None:
    generator = random.Random(length)  # noqa: S311 - reproducible, and nothing is protected by it
    values = ["".join(generator.choices(alphabet, k=length)) for _ in range(300)]
    assert sum(randomness(value) for value in values) / 300 == pytest.approx(1, abs=0.03)
    assert sum(randomness(value) < 0.7 for value in values) <= 1
    assert sum(word_share(value) >= 0.5 for value in values) <= 6


@pytest.mark.parametrize("value", ["aaaaaaaaaaaaaaaa", "abababababababab", "0000000000000001"])
def test_repetition_is_not_random(value: str) -> None:
    assert randomness(value) < 0.7


@pytest.mark.parametrize("value", ["genericCredentialType", "customer-notification-service", "SharePointOnline"])
def test_words_are_read_as_words(value: str) -> None:
    assert word_share(value) >= 0.5


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (".pgpass", "#hostname:port:database:user:password\nlocalhost:5432:shop:root:password\n", 2),
        (".netrc", "machine mail.supplier.eu login anna password pass123\n", 1),
        (".esmtprc", 'username "anna"\npassword "password"\n', 2),
        (".git-credentials", "https://anna:Rye!#@77@git.supplier.eu\n", 1),
        ("master.key", "b3e748a89c2f4ad0ae8ac49f7f7b30d8\n", 1),
    ],
)
def test_records_tell_a_password_by_its_place(name: str, text: str, line: int) -> None:
    assert [found_line for _, _, found_line in found(text, name=name)] == [line]


@pytest.mark.parametrize(
    "text",
    [
        "<Server><User>root</User><Pass>Rye-and-Salt-77</Pass></Server>",
        '<connection host="db" user="shop" password="Rye-and-Salt-77"/>',
        "conn.login('anna@supplier.eu', 'Rye-and-Salt-77', done);",
        "define('DB_PASSWORD', 'Rye-and-Salt-77');",
        "GMAIL_PASSWORD='Pass!12345'\n",
        "0 3 * * * PGPASSWORD=Rye-and-Salt-77 pg_dump shop > /srv/shop.sql\n",
        "curl -s -u anna:Rye-and-Salt-77 https://shop.supplier.eu/stock\n",
        "mysqldump -u root -pRye-and-Salt-77 shop > /srv/shop.sql\n",
    ],
)
@pytest.mark.parametrize("engine", [FAST, PLAIN], ids=["hyperscan", "re"])
def test_passwords_in_markup_calls_and_definitions(text: str, engine: Engine) -> None:
    assert [kind for kind, _, _ in found(text, engine)] == ["generic-password"]


def test_stored_hashes_are_secrets() -> None:
    hashed = "$" + "6$q7TzKd4WbN8sYp1H$" + "gJ6fA3B0c1D2mR7cV2xLq9TzKd4WbN8sYp1HgJ6fA3B0c1D2mR7cV2xLq9Tz"
    assert [kind for kind, _, _ in found(f"root:{hashed}:19000:0:99999:7:::\n", name="shadow")] == ["password-hash"]


def test_names_in_json_lead_from_the_outside_in() -> None:
    value = "b3e748a89c2f4ad0" + "ae8ac49f7f7b30d8"
    text = f'{{\n "twilio": {{\n  "authToken": "{value}"}}}}'
    assert found(text, name="a.json") == [("twilio-auth-token", "authToken", 3)]
    assert [kind for kind, _, _ in found(f'{{"shop": {{"authToken": "{value}"}}}}', name="a.json")] == [
        "generic-secret"
    ]


def test_escapes_in_json_are_undone() -> None:
    text = '\ufeff{"caf\u00e9": 1,\n "smtpPassword": "Rye\\"and\\u0026Salt\\\\77"}'
    document = Parsed(Document("a.json", text.encode()))
    [one] = detect(document, FAST, b"key")
    assert (one.value.reveal(), one.location.line, one.location.column) == ('Rye"and&Salt\\77', 2, 19)


@pytest.mark.parametrize(
    "order", ['"name": "X-Api-Key", "value": "{}"', '"value": "{}", "type": "text", "name": "X-Api-Key"']
)
def test_a_name_and_a_value_in_any_order(order: str) -> None:
    text = '{"headers": [{' + order.format("9f3kLm2QwFrTp7UiOpAs") + "}]}"
    assert found(text, name="a.json") == [("generic-secret", "X-Api-Key", 1)]


def test_a_document_of_very_many_values_is_walked_without_a_copy() -> None:
    text = '{"apiKey": "9f3kLm2QwFrTp7UiOpAs", "rows": [' + "[1]," * 400_000 + "[2]]}"
    document = Parsed(Document("a.json", text.encode()))
    assert document.json.value
    tracemalloc.start()
    try:
        assert [one.kind for one in detect(document, FAST, b"key")] == ["generic-secret"]
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("engine", [FAST, PLAIN], ids=["hyperscan", "re"])
def test_very_many_fields_hide_no_secret_behind_them(engine: Engine) -> None:
    noise = "".join(f"CACHE_KEY=entry_{number:06}_of_the_shop\n" for number in range(MAX_HITS + 500))
    stripe = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dcMn"
    assert [kind for kind, _, _ in found(f"{noise}LAST={stripe}\nSMTP_PASSWORD=Rye-and-Salt-77\n", engine)] == [
        "stripe-secret-key",
        "generic-password",
    ]


@pytest.mark.parametrize("engine", [FAST, PLAIN], ids=["hyperscan", "re"])
@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("deploy=acme_abc\nMAIN_PASSWORD=", "\n"),
        ('{"a":"// hello","apiKey":"', '"}'),
        ("name='x', smtp_password='", "'"),
    ],
)
def test_what_stands_before_a_field_takes_nothing_of_it(engine: Engine, before: str, behind: str) -> None:
    value = drawn(5, 24)
    assert len(found(f"{before}{value}{behind}", engine)) == 1


@pytest.mark.parametrize("engine", [FAST, PLAIN], ids=["hyperscan", "re"])
@pytest.mark.parametrize(
    "encoding", ["base64", "base64 behind a word", "utf-16 in base64", "hex", "percent", "escapes"]
)
def test_what_is_encoded_is_decoded(engine: Engine, encoding: str) -> None:
    text = "SMTP_PASSWORD=" + drawn(7, 20) + "\n"
    plain = base64.b64encode(text.encode()).decode()
    written = {
        "base64": f"blob {plain}\n",
        "base64 behind a word": f"/v1/{plain}\n",
        "utf-16 in base64": f"powershell -enc {base64.b64encode(text.encode('utf-16-le')).decode()}\n",
        "hex": f"dump {text.encode().hex()}\n",
        "percent": f"next=/a?{text.strip().replace('=', '%3D')}\n",
        "escapes": f"x = 'a\\u0026{text.strip().replace('=', chr(92) + 'u003d')}'\n",
    }[encoding]
    [one] = found(written, engine)
    assert one[0] == "generic-password"
    assert one[2] == 1


def test_bytes_that_are_decoded_are_bounded() -> None:
    line = base64.b64encode(b"PASSWORD=${PASSWORD}\n" * 50_000)
    gaps: list[Gap] = []
    data = b"\n".join([line] * 25)
    detect(Parsed(Document("a.txt", data)), FAST, b"key", gaps)
    assert [gap.path for gap in gaps] == ["a.txt"]
    assert "encoded text" in gaps[0].reason


@pytest.mark.parametrize(
    ("name", "before", "behind"),
    [
        ("secret.yaml", "kind: Secret\ndata:\n  admin-password: ", "\n"),
        ("values.yaml", "env:\n  - name: DB_PASSWORD\n    value: ", "\n"),
        ("app.config", '<configuration><add key="SmtpPassword" value="', '"/></configuration>'),
        ("app.xml", '<a><setting name="Password"><value>', "</value></setting></a>"),
        ("job.plist", "<plist><dict><key>Password</key><string>", "</string></dict></plist>"),
        ("Config.csv", "Name,Value,Description\nSapPassword,", ",for SAP\n"),
        ("a.json", '{"apiPassword": {"type": "string", "defaultValue": "', '"}}'),
        ("b.json", '{"id": 1, "value": "', '", "name": "db_password"}'),
    ],
)
def test_fields_of_every_grammar(name: str, before: str, behind: str) -> None:
    value = drawn(9, 18)
    written = base64.b64encode(value.encode()).decode() if name == "secret.yaml" else value
    [one] = detect(Parsed(Document(name, (before + written + behind).encode())), FAST, b"key")
    assert one.value.reveal() == value
    line = before.count("\n") + 1
    assert one.location.line == line


def test_encoded_text_that_cannot_be_read_is_tried_once() -> None:
    # Every telling form in it once began the work anew: 20 kB took a second, 2 MB would have taken hours.
    form = base64.b64encode(b"password").decode().rstrip("=")
    runs = ["".join(drawn(seed, 60) + form for seed in range(count)).encode() for count in (2_000, 8_000)]
    tried = [sum(map(len, counted_decodes(run))) for run in runs]
    assert 0 < tried[1] <= 5 * tried[0]


def counted_decodes(data: bytes) -> list[bytes]:
    """Everything that is taken out of base64 while the document is searched."""
    decoded: list[bytes] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "_readable", decoded.append)
        detect(Parsed(Document("a.txt", data)), FAST, b"key")
    return decoded


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b\x0c\n", "\x1c\u2028\n"])
def test_a_table_counts_lines_as_git_does(end: str) -> None:
    text = f"Name,Value{end}" + "".join(f"A{index}_PASSWORD,Rye-and-Salt-{index}7x{end}" for index in range(5))
    assert [line for _, _, line in found(text, name="a.csv")] == [2, 3, 4, 5, 6]


def test_a_value_with_entities_is_one_secret() -> None:
    text = '<a>\n<add key="SmtpPassword" value="Rye&amp;Salt&quot;77x"/>\n<p id="p1"><![CDATA[none]]></p></a>'
    [one] = detect(Parsed(Document("a.config", text.encode())), FAST, b"key")
    assert (one.value.reveal(), one.location.line) == ('Rye&Salt"77x', 2)


def test_an_element_keeps_its_name_beside_an_attribute() -> None:
    text = '<a>\n<password id="p1"><![CDATA[Rye-and-Salt-77x]]></password></a>'
    [one] = detect(Parsed(Document("a.xml", text.encode())), FAST, b"key")
    assert (one.value.reveal(), one.location.line) == ("Rye-and-Salt-77x", 2)


def test_spans_that_meet_are_one() -> None:
    rng = random.Random(11)  # noqa: S311 - no secret is made
    for _ in range(200):
        spans, taken = Spans(), set[int]()
        for _ in range(20):
            start = rng.randrange(60)
            end = start + rng.randrange(1, 8)
            assert spans.meet(start, end) == bool(taken & set(range(start, end)))
            spans.add(start, end)
            taken.update(range(start, end))
