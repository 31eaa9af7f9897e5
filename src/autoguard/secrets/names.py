"""The normal form of field names, so that one expression covers every way to write them."""

import re

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")

_PUBLIC = re.compile(
    r"(?:^|_)(?:public|publishable|pub|fingerprint|thumbprint|site_?key|(?:key|client|tenant|account|app)_?id|"
    r"(?:primary|foreign|sort|partition|range|hash|cache|idempotency|object|dedup\w*|s3|row|map|lookup|group|translation|"
    r"i18n|config|setting|registry|hot|short_?cut)_keys?)(?:_|$)"
)


def normal_name(*parts: str) -> str:
    """Names from the outside in as one: lower case, words joined by `_`.

    `("smtp", "authPassword")`, `SMTP_AUTH_PASSWORD` and `smtp.auth-password` are all `smtp_auth_password`.
    """
    return _OTHER.sub("_", "_".join(_HUMP.sub("_", part) for part in parts).lower()).strip("_")


def is_public(name: str) -> bool:
    """Whether a normal name says that its value may be known: a public key, an id, a key of a table or cache."""
    return bool(_PUBLIC.search(name))
