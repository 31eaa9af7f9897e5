"""The file format of kinds of secrets, validated with all errors at once and the line of each.

Imported only when a file changed since it was last compiled.
"""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autoguard.dates import is_day
from autoguard.model.inventory import CredentialRole
from autoguard.verification.verification_file import VerificationEntry

_LOOK_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\(\?P=")
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Example = list[str | int] | str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class KindEntry(_Strict):
    """One kind of secret; what is left out of the last four keys is taken from the file."""

    id: Slug
    """Readable slug, beginning with the vendor. It stays for ever."""
    title: str
    """What it is, with the vendor's name for it: "Stripe live secret key"."""
    pattern: str = ""
    """The form that tells the kind by itself, in RE2 syntax, with the group `secret`. Either this or `name`."""
    name: str = ""
    """What its field is called, searched in the normal name (`smtp_password`). Either this or `pattern`."""
    value: str = r"\S{8,400}"
    """With `name`: the form of the whole value."""
    near: str = ""
    """Something that must stand within 300 characters, where the form alone is too common."""
    keywords: list[str] = []
    """With `pattern`: literal text, one of which stands in every match."""
    role: CredentialRole = "secret"
    """What it opens: `secret` for a service, `encryption-key` for a store of ours."""
    min_randomness: float = Field(default=0.7, ge=0, le=1)
    """Share of the entropy that a random text of that length and alphabet has on average."""
    checksum: str = ""
    """An offline check that makes a match certain: `crc32-base62`, `jwt`."""
    specificity: int = Field(default=10, ge=1, le=30)
    """Of several kinds on one value the highest counts: 1 to 4 generic, 8 a vendor's by name, 10 by form."""
    generic: bool = False
    """Of no vendor: judged more strictly."""
    password: bool = False
    """Chosen by a person, so that it need not look random."""
    examples: list[Example] = Field(min_length=1)
    """Texts in which it must be found, in pieces, so that no file of ours holds what looks like a real secret."""
    counter_examples: list[Example] = Field(min_length=1)
    """Texts in which it must not be found."""
    revoke: str = ""
    """Where it is made worthless."""
    rotate: list[str] = []
    """How it is replaced."""
    source: str = ""
    """The vendor's own documentation of the form."""
    read: str = ""
    """The day on which the source was read; none where the form is known from use and the source does not state it."""

    verify: VerificationEntry | None = None
    """The call by which `--verify` asks the vendor whether one works; none where no call is harmless."""

    @model_validator(mode="after")
    def _one_form(self) -> "KindEntry":
        if bool(self.pattern) == bool(self.name):
            raise ValueError("needs either `pattern` or `name`")
        for key in ("pattern", "name", "value", "near"):
            _check_expression(key, getattr(self, key))
        if self.verify is not None:
            _check_expression("verify.form", self.verify.form)
        if self.pattern and "secret" not in re.compile(self.pattern).groupindex:
            raise ValueError("`pattern` has no group `secret`")
        if self.pattern and not self.keywords:
            raise ValueError("`keywords` are needed: literal text, one of which stands in every match")
        return self


class KindsFile(_Strict):
    """The kinds of one vendor."""

    vendor: str
    """The vendor's name as it is shown."""
    source: str = ""
    """The vendor's own documentation."""
    read: str = ""
    """The day on which the sources were read."""
    revoke: str = ""
    """Where its secrets are made worthless."""
    rotate: list[str] = []
    """How they are replaced."""
    kinds: list[KindEntry] = Field(min_length=1)
    """The kinds, each with a form of its own."""

    @model_validator(mode="after")
    def _complete(self) -> "KindsFile":
        for entry in self.kinds:
            for key in ("revoke", "rotate"):
                if not (getattr(entry, key) or getattr(self, key)):
                    raise ValueError(f"{entry.id}: `{key}` is missing, here and in the file")
            if not entry.generic and not (entry.source or self.source):
                raise ValueError(f"{entry.id}: `source` is missing, here and in the file")
            if (entry.read or self.read) and not is_day(entry.read or self.read):
                raise ValueError(f"{entry.id}: `read` must be a day, written as 2026-11-24")
        return self


def _check_expression(key: str, expression: str) -> None:
    if _LOOK_AROUND.search(expression):
        raise ValueError(f"`{key}` uses look-around or a back-reference, which not every engine has")
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"`{key}`: {error}") from None
