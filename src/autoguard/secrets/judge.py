"""Whether a matched value is a secret, and how sure that is."""

import base64
import binascii
import json
import re
import zlib

from autoguard.model.inventory import Confidence
from autoguard.secrets import Kind
from autoguard.secrets.randomness import randomness, word_share

_REFERENCE = re.compile(
    r"\{\{|\}\}|\$\{|\$\(|^\$[A-Za-z_]|^@\{|^@[a-z]+\(|^=|%[A-Za-z_]+%|<[A-Za-z_ -]+>|^\{[A-Za-z0-9_]*\}$|^\[[^\]]*\]$|"
    r"\b(?:process\.env|os\.environ|getenv|secrets?\.|vars?\.|env\.|vault:|ref:|arn:aws:secretsmanager|op://|"
    r"keyvault|appsetting|parameters?\()",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"x{4,}|\*{3,}|\.{3,}|…|change[_-]?(?:me|this)|"
    r"replace[_-]?(?:me|with)|"
    r"\b(?:your|my)[_ -]|my[_-]?(?:api|secret|token|password|key)|\b(?:insert|enter)[_ -]|example|"
    r"\bsample|placeholder|redacted|"
    r"\b(?:todo|fixme|fake|dummy)\b|foobar|lorem|deadbeef|not[_-]?(?:a[_-]?)?real|"
    r"test[_-]?(?:key|token|secret)|<|>",
    re.IGNORECASE,
)
_SEQUENCE = re.compile(r"0{6,}|1234(?:5|$)|abcd(?:e|$)|qwerty", re.IGNORECASE)
_WHOLE_REFERENCE = re.compile(r"=?\s*\{\{.*\}\}|\$\{.*\}|\$\(.*\)|@\{.*\}|<[^<>]*>|%\w+%|\[.*\]")
_LONG_SIGN = re.compile(r"example|placeholder|redacted|change_?me|01234567|12345678|abcdefgh|x{8,}", re.IGNORECASE)
"""What marks an example also in a long random text, where it does not stand by chance."""
_HASH = re.compile(
    r"^(?:\$(?:2[abxy]?|1|5|6|7|y|gy|md5|apr1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]*|sha1|P|H)\$|\{(?:SSHA|SHA|SMD5|MD5|CRYPT|"
    r"PBKDF2)[\w-]*\}|pbkdf2(?:_sha\d+)?[:$]|sha(?:1|256|512)[:$]|scrypt:|\*[0-9A-F]{40}$|SCRAM-SHA-256\$)"
)
"""Beginnings of stored password hashes (crypt(5), passlib, Django, MySQL, PostgreSQL), a question of their own."""
_WORDS_ONLY = re.compile(r"[A-Za-z][a-z]*(?:[A-Z][a-z]+|[ _.:/-][A-Za-z]+)*")
COMMON_WORDS = frozenset(
    {
        "true", "false", "null", "none", "nil", "undefined", "password", "passwd", "secret", "token",
        "string", "text", "required", "optional", "hidden", "basic", "bearer", "oauth2", "yes", "no", "off",
        "on", "default", "empty", "user", "username", "root", "postgres", "value", "key", "apikey",
        "api_key", "credential", "credentials",
    }
)  # fmt: skip
"""Words that stand in every program; as passwords they protect nothing, and to hide them would tear texts apart."""
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_URL_OR_PATH = re.compile(r"^(?:https?://[^@\s]*$|/[\w./-]+$|\.{1,2}/|[A-Za-z]:\\)")
_IDENTIFIER = re.compile(
    r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+(?:\(.*\)?)?|[a-z_]+\(.*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
)
_TEST_PATH = re.compile(
    r"(?:^|[/._-])(?:tests?|spec|fixtures?|mocks?|examples?|samples?|docs?)(?:[/._-]|$)", re.IGNORECASE
)
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MIN_GENERIC = 12
_MIN_PASSWORD = 4
_LONG = 20
_WORDS = 0.5
"""Share of readable words from which a value is a name and no key."""
_A_WORD = 0.3
_DRAWN, _RANDOM = 32, 0.85
"""Length and randomness from which a text without words was drawn by lot."""


def judge(kind: Kind, value: str, path: str, *, certain: bool = False) -> Confidence | None:
    """How sure it is that the value is a secret of that kind, or None where it is none.

    `certain`: the form of the file leaves no doubt that it is one, so that only a reference is none.
    """
    if certain:
        return None if is_reference(value) else "likely"
    if _stands_for_another(kind, value) or (kind.generic and _HASH.match(value)):
        return None
    if kind.checksum:
        correct = _CHECKSUMS[kind.checksum](value)
        if correct:
            return "verified"
        return "possible" if kind.checksum != "jwt" else None
    if not kind.password and randomness(value) < kind.min_randomness:
        return None
    if kind.generic and not (_looks_like_password(value) if kind.password else _looks_random(value)):
        return None
    # No vendor issues keys that are plain words; where the field's name alone tells the kind, they are examples.
    if (_TEST_PATH.search(path) and kind.generic) or (not kind.generic and _WORDS_ONLY.fullmatch(value)):
        return "possible"
    return "possible" if kind.generic and not kind.password and word_share(value) >= _A_WORD else "likely"


def _stands_for_another(kind: Kind, value: str) -> bool:
    if len(value) >= _DRAWN and word_share(value) < _A_WORD and randomness(value) >= _RANDOM:
        # Long random text holds every short sign by chance; only a reference as a whole is one.
        return bool(_WHOLE_REFERENCE.fullmatch(value) or _LONG_SIGN.search(value))
    # A row of keys is a poor password and still one; in a key that a machine made it marks an example.
    return is_reference(value) or is_placeholder(value) or (not kind.password and bool(_SEQUENCE.search(value)))


def is_reference(value: str) -> bool:
    """Whether the value only says where a secret is kept: a variable, an expression, a vault."""
    return bool(_REFERENCE.search(value))


def is_placeholder(value: str) -> bool:
    """Whether the value stands for a secret that somebody should fill in."""
    stripped = value.strip().strip("\"'")
    return len(set(stripped)) <= 2 or stripped.lower() in COMMON_WORDS or bool(_PLACEHOLDER.search(stripped))  # noqa: PLR2004


def _looks_like_password(value: str) -> bool:
    if len(value) < _MIN_PASSWORD or _IDENTIFIER.fullmatch(value) or _URL_OR_PATH.match(value):
        return False
    # Prose and labels: several words with spaces, or one plain word that names a field or a type.
    return not (" " in value.strip() and _WORDS_ONLY.fullmatch(value))


def _looks_random(value: str) -> bool:
    if len(value) < _MIN_GENERIC or " " in value or _UUID.fullmatch(value) or _URL_OR_PATH.match(value):
        return False
    if _DATE.fullmatch(value):
        return False
    if _IDENTIFIER.fullmatch(value) or _WORDS_ONLY.fullmatch(value):
        return False
    return not value.isdigit() and is_key_like(value)


def is_key_like(value: str) -> bool:
    """Whether the value is made like a key of a machine: without words, with some digits or both cases at length."""
    if word_share(value) >= _WORDS:
        return False
    digits = sum(character.isdigit() for character in value)
    mixed = any(character.islower() for character in value) and any(character.isupper() for character in value)
    return digits >= 2 or (mixed and len(value) >= _LONG)  # noqa: PLR2004 - one digit ends many ordinary names


def _github(value: str) -> bool:
    # github.blog, "Behind GitHub's new authentication token formats", 5 April 2021: the last six characters are the
    # CRC32 of the rest, in base 62 with leading zeros.
    body = value.rpartition("_")[2]
    number = zlib.crc32(body[:-6].encode())
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(6, "0") == body[-6:]


def _jwt(value: str) -> bool:
    # RFC 7519: header and payload are base64url JSON; the header names an algorithm, and `none` signs nothing.
    try:
        header, payload = (_segment(part) for part in value.split(".")[:2])
    except (ValueError, binascii.Error):
        return False
    return isinstance(header, dict) and isinstance(payload, dict) and str(header.get("alg", "none")).lower() != "none"


def _segment(part: str) -> object:
    decoded: object = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


_CHECKSUMS = {"crc32-base62": _github, "jwt": _jwt}
