"""The normal form of field names, so that one expression covers every way to write them."""

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def normal_name(*parts: str) -> str:
    """Names from the outside in as one: lower case, words joined by `_`.

    `("smtp", "authPassword")`, `SMTP_AUTH_PASSWORD` and `smtp.auth-password` are all `smtp_auth_password`.
    """
    return _OTHER.sub("_", "_".join(_HUMP.sub("_", part) for part in parts).lower()).strip("_")
