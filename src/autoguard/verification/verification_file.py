"""The `verify` block of a kind's file, validated so that no call can reach another host than the one it names.

Imported only when a file changed since it was last compiled.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, field_validator, model_validator

from autoguard.dates import is_day
from autoguard.verification import MAILCHIMP, Method, Place

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_URL = re.compile(
    rf"https://(?P<host>(?:{_LABEL}\.)+[a-z]{{2,24}}|{re.escape(MAILCHIMP)})"
    r"(?P<path>/[A-Za-z0-9._~@/{}-]*)(?:\?[A-Za-z0-9_=&-]+)?"
)
"""A fixed host, neither an address nor a port, with a fixed path; the secret's place in it is the only variable."""
_PLACEHOLDER = re.compile(r"\{[^}]*\}?|\}")
_OWN_HEADERS = re.compile(
    r"(?i)(?:authorization|cookie|host|connection|content-.*|transfer-.*|proxy-.*|accept-encoding)"
)
_MAY_REFUSE = frozenset({200, 400, 401, 404})
"""Statuses that can say that a secret is dead; 403 is one without the right, and 429 and 5xx say nothing of it."""
Pointer = Annotated[str, Field(pattern=r"^(?:/[^/]+)+$", max_length=120)]
Value = StrictBool | StrictInt | StrictStr
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{1,60}$")]
HeaderValue = Annotated[str, Field(pattern=r"^[ -z|~]{1,200}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class AnswerEntry(_Strict):
    """A documented answer: one of these statuses, and a JSON object in which the fields are as they say."""

    status: list[int] = Field(min_length=1)
    """Statuses, one of which it has."""
    has: list[Pointer] = []
    """Fields that are there and not null, as JSON pointers: `/account/uuid`."""
    equals: dict[Pointer, Value | list[Value]] = {}
    """Fields with the value that they have, or a list of values one of which they have."""

    @field_validator("equals")
    @classmethod
    def _lists(cls, equals: dict[str, Value | list[Value]]) -> dict[str, list[Value]]:
        return {pointer: value if isinstance(value, list) else [value] for pointer, value in equals.items()}


class VerificationEntry(_Strict):
    """The one call that `--verify` makes for a secret of this kind. It changes, sends and costs nothing."""

    url: str
    """An address on the vendor's own host, written out: only `{secret}` in the path may vary, for `place: path`."""
    method: Method = "GET"
    """GET, or POST where the vendor has its reading calls so."""
    place: Place
    """Where the secret goes: bearer, header, user, password, or path, which is for vendors without another way."""
    header: HeaderName | Literal[""] = ""
    """With `place: header`: the header's name."""
    prefix: str = Field(default="", pattern=r"^[A-Za-z ]{0,20}$")
    """With `place: header`: what stands before the secret."""
    beside: str = Field(default="", pattern=r"^[a-z]{0,20}$")
    """With `place: user` or `password`: the fixed other half."""
    form: str = ""
    """An expression that the whole value must match to be asked about; its group `secret` is the part that is sent."""
    headers: dict[HeaderName, HeaderValue] = {}
    """Further headers that the vendor asks for, such as a version."""
    body: str = Field(default="", max_length=300)
    """With POST: the fixed JSON that is sent."""
    valid: AnswerEntry
    """The answer for a secret that works."""
    invalid: list[AnswerEntry] = []
    """The answers for one that does not."""
    elsewhere: str = Field(default="", max_length=80)
    """What else a refused secret may belong to, so that a refusal proves nothing: a region, a server of one's own."""
    source: str = Field(pattern=r"^https://")
    """The vendor's own documentation of the call and its answers."""
    read: str = ""
    """The day on which it was read; none where an answer is known from use and the source does not state it."""

    @model_validator(mode="after")
    def _safe(self) -> Self:
        _check_url(self)
        _check_place(self)
        _check_answers(self)
        if self.read and not is_day(self.read):
            raise ValueError("`read` must be a day, written as 2026-11-24")
        return self


def _check_url(entry: VerificationEntry) -> None:
    found = _URL.fullmatch(entry.url)
    if found is None:
        raise ValueError("`url` must be https:// with a fixed host, without port, user or placeholder, and a path")
    placeholders = _PLACEHOLDER.findall(found["path"])
    if placeholders != (["{secret}"] if entry.place == "path" else []):
        raise ValueError("`url` must have `{secret}` in its path, once, where `place` is path, and nothing else")
    groups = _groups(entry.form)
    if (found["host"] == MAILCHIMP) != ("datacentre" in groups):
        raise ValueError(f"`form` must have a group `datacentre` where the host is {MAILCHIMP}, and nowhere else")


def _check_place(entry: VerificationEntry) -> None:
    if bool(entry.header) != (entry.place == "header"):
        raise ValueError("`header` belongs to `place: header`")
    if entry.prefix and entry.place != "header":
        raise ValueError("`prefix` belongs to `place: header`")
    if entry.beside and entry.place not in ("user", "password"):
        raise ValueError("`beside` belongs to `place: user` and `place: password`")
    if entry.body and (entry.method != "POST" or "mutation" in entry.body):
        raise ValueError("`body` belongs to `method: POST`, and must only read")
    for name in entry.headers:
        if _OWN_HEADERS.fullmatch(name):
            raise ValueError(f"`headers` may not set {name}")


def _check_answers(entry: VerificationEntry) -> None:
    if entry.valid.status != [200] or not (entry.valid.has or entry.valid.equals):
        raise ValueError("`valid` must be 200 with a field that only a working secret gets")
    for answer in entry.invalid:
        if not _MAY_REFUSE.issuperset(answer.status):
            raise ValueError("`invalid` may be 401, or 200, 400 or 404 with a field that says so; others prove nothing")
        if answer.status != [401] and not answer.equals:
            raise ValueError("`invalid` with another status than 401 needs `equals`")


def _groups(form: str) -> set[str]:
    try:
        return set(re.compile(form).groupindex)
    except re.error as error:
        raise ValueError(f"`form`: {error}") from None
