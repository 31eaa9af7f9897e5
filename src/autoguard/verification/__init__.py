"""Whether a found secret works: one read-only call to its vendor, declared beside the kind in `checks/kinds/`.

Nothing here is reached without `--verify`. The host of a call is written in the kind's file and never taken from what
is scanned; a call changes nothing, sends nothing to anybody else and costs nothing. Only the documented answer counts:
what is neither the one for a working secret nor the one for a dead one proves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Place = Literal["bearer", "header", "user", "password", "path"]
Method = Literal["GET", "POST"]
Scalar = str | bool | int

MAILCHIMP = "{datacentre}.api.mailchimp.com"
"""The one host with a part that depends on the secret: a Mailchimp key names its data centre."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A documented answer: one of these statuses and a JSON object that fits.

    `has` and `equals` name fields by JSON pointers (RFC 6901): what must be there and not null, and what must say one
    of these values.
    """

    status: tuple[int, ...]
    has: tuple[str, ...] = ()
    equals: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verification:
    """The call that tells whether a secret of a kind works.

    `place` is where the secret goes: `bearer` (RFC 6750), `header` (the one called `header`, behind `prefix`), `user`
    or `password` of basic authentication (RFC 7617, with `beside` as the other half), or `path`, at `{secret}` in it.
    `form` is an expression for the whole value, in RE2 syntax: others are not asked about. Its group `secret` is the
    part that is sent, its group `datacentre` the one that Mailchimp's host begins with. `elsewhere` names what else a
    refused secret may belong to, such as a region or a server of one's own: a refusal then proves nothing. `read` is
    the day on which `source` was read.
    """

    url: str
    place: Place
    valid: Answer
    invalid: tuple[Answer, ...] = ()
    method: Method = "GET"
    header: str = ""
    prefix: str = ""
    beside: str = ""
    form: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    elsewhere: str = ""
    source: str = ""
    read: str = ""
