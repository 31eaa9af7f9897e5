"""Files whose lines are records: a password is told by its place, not by a name beside it.

Formats: the manual pages of libpq (`.pgpass`), netrc(5), git-credential-store(1), msmtp and esmtp; Rails' guide on
custom credentials for `master.key` (read 2026-11-24).
"""

import re
from collections.abc import Iterator, Mapping

from autoguard.secrets.assignments import Assignment

# host:port:database:user:password, a colon or backslash escaped by a backslash
_PGPASS = re.compile(rb"^(?!#)(?:(?:\\.|[^:\\\n])*:){4}(?P<secret>(?:\\.|[^:\\\r\n]){3,200})[ \t\r]*$", re.MULTILINE)
_CREDENTIALS = re.compile(rb"^https?://[^:/\s]{1,200}:(?P<secret>\S{3,200})@[^@/\s]{1,200}/?[ \t\r]*$", re.MULTILINE)
_MASTER_KEY = re.compile(rb"\A\s*(?P<secret>[0-9a-f]{32,128})\s*\Z")
_FORMS: Mapping[str, re.Pattern[bytes]] = {
    ".pgpass": _PGPASS, "pgpass.conf": _PGPASS, ".git-credentials": _CREDENTIALS, "master.key": _MASTER_KEY,
}  # fmt: skip
_WORDS = re.compile(
    rb"(?:^|[ \t\n])(?:password|passwd|pass|secret)[ \t]+(?:is[ \t]+)?[\"']?(?P<secret>[^\s\"']{3,200})[\"']?",
    re.IGNORECASE,
)
_OF_WORDS = frozenset(
    {
        ".netrc",
        "_netrc",
        ".esmtprc",
        "esmtprc",
        ".msmtprc",
        "msmtprc",
        ".fetchmailrc",
        "fetchmailrc",
        ".muttrc",
        ".ftprc",
    }
)
"""Files that write a password as the word `password`, a blank and the password."""
_HASH = re.compile(
    rb"(?P<secret>\$(?:1|2[abxy]|5|6|7|y|gy|apr1|argon2id|argon2i|argon2d)\$[A-Za-z0-9./$=,+-]{20,200}|\*[0-9A-F]{40})"
)
"""A stored hash of a password, crypt(5) and MySQL's; elsewhere than in lists of users it is what a file should hold."""
_OF_USERS = re.compile(
    r"^(?:shadow|gshadow|passwd|master\.passwd|\.?htpasswd|\w*ftpd?\.?passwd|proftpdpasswd)-?$|\.sql$"
)
_HOLDERS = {"master.key": "master_key"}


def record_fields(name: str, data: bytes) -> Iterator[Assignment]:
    """The passwords of a file of that name (its own, in lower case) where it is one of records."""
    if _OF_USERS.search(name):
        for match in _HASH.finditer(data):
            start, end = match.span("secret")
            yield Assignment("stored_password_hash", match["secret"].decode("ascii"), start, end, certain=True)
        return
    pattern = _FORMS.get(name) or (_WORDS if name in _OF_WORDS else None)
    for match in pattern.finditer(data) if pattern is not None else ():
        start, end = match.span("secret")
        yield Assignment(
            _HOLDERS.get(name, "password"), match["secret"].decode("utf-8", "replace"), start, end, certain=True
        )
