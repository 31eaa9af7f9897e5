"""Values that no file of the repository may hold, put together when a tree is written."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

TODAY = date(2026, 11, 24)
"""The day of every scan in these tests."""
_PLACE = re.compile(r"@@([A-Z0-9_]+)@@")
_CERTIFICATE = re.compile(r"CERTIFICATE_(MINUS_)?(\d+)")
_TEXT_OF_A_CIPHER = b"sixteen bytes and then some more of them, which nobody can read"


def fill(text: str) -> str:
    """The text with every placeholder replaced.

    Raises:
        KeyError: a placeholder that does not exist.
    """
    return _PLACE.sub(lambda match: _value(match[1]), text)


def _value(name: str) -> str:
    certificate = _CERTIFICATE.fullmatch(name)
    if certificate is not None:
        days = int(certificate[2])
        return _certificate(-days if certificate[1] else days)
    return _VALUES[name]()


_VALUES: dict[str, Callable[[], str]] = {
    "RANDOM_PASSWORD": lambda: "-".join(("Rye", "Crumb", "Oven", "77")),
    "RANDOM_TOKEN": lambda: "".join(("q7Zt4mVx", "9LdKw2Rb", "H5nYc8Gs")),
    "ENCRYPTION_KEY": lambda: "".join(("vT4kQ9zL", "w2XmR7bN", "c5HsG8dY")),
    "STRIPE_KEY": lambda: "_".join(("sk", "live", "9vQ2mTz7LkX4nRb8WdYc5HsG")),
    "BCRYPT_HASH": lambda: "$".join(("", "2b", "08", "k" * 22 + "Q9zLw2XmR7bNc5HsG8dYvT4fJp1eWuA")),
    "NODE_RED_CIPHER": lambda: "0123456789abcdef" * 2 + base64.b64encode(_TEXT_OF_A_CIPHER).decode(),
    "N8N_CIPHER": lambda: base64.b64encode(b"Salted__" + _TEXT_OF_A_CIPHER).decode(),
    "PERSON_EMAIL": lambda: "@".join(("greta.sauerteig", "mill-lane-customers.eu")),
    "PERSON_PRIVATE_EMAIL": lambda: "@".join(("invented.mill.lane.baker", "gmail.com")),
    "GITHUB_TOKEN_WITH_WRONG_CHECKSUM": lambda: "_".join(("ghp", "q7Zt4mVx9LdKw2RbH5nYc8GsT3vJfP6aXe1u")),
    "IBAN": lambda: _iban("DE", "210501700012345678"),
    "CARD": lambda: _card("510928374650192"),
}


def _iban(country: str, account: str) -> str:
    """An account number whose check digits are right (ISO 13616)."""
    digits = "".join(str(int(character, 36)) for character in account + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def _card(number: str) -> str:
    """A card number whose check digit is right (ISO/IEC 7812)."""
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(number))]
    return f"{number}{-sum(value - 9 if value > 9 else value for value in doubled) % 10}"


@cache
def _certificate(days: int) -> str:
    """A certificate that ends in so many days, signed by a key that is the same in every run."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.mill-lane-bakery.eu")])
    end = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(days=days, hours=12)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(end - timedelta(days=365))
        .not_valid_after(end)
        .sign(key, None)
    )
    return made.public_bytes(Encoding.PEM).decode().strip()
