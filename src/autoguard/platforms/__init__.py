"""What a document means: one module a platform, each with `PLATFORM`, a recogniser and a reader.

A new platform is one new module here (or a package, when it needs tables of its own); its name is the platform's id
with `_` for `-`. Nothing else has to know of it. Modules that begin with `_` are shared helpers.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autoguard.model import Automation, Credential, Gap, Location, Practice
from autoguard.syntax.parsed import Parsed


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of an automation that stands in a file of its own, for the platform's `join` to put together.

    `kind` and `key` are the platform's own words; `data` holds plain values.
    """

    kind: str
    key: str
    location: Location
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one document says."""

    automations: tuple[Automation, ...] = ()
    credentials: tuple[Credential, ...] = ()
    practices: tuple[Practice, ...] = ()
    gaps: tuple[Gap, ...] = ()
    fragments: tuple[Fragment, ...] = ()


def merge(facts: Sequence[Facts]) -> Facts:
    """Several documents' facts as one, in order."""
    return Facts(
        tuple(item for one in facts for item in one.automations),
        tuple(item for one in facts for item in one.credentials),
        tuple(item for one in facts for item in one.practices),
        tuple(item for one in facts for item in one.gaps),
        tuple(item for one in facts for item in one.fragments),
    )


@dataclass(frozen=True, slots=True)
class Platform:
    """A reader for one platform's files.

    `signature` is searched in the text of every document, as UTF-8 whatever its own encoding, and decides cheaply
    whether to look closer; `recognise` looks at the content and says whether the document belongs to this platform;
    `read` turns it into facts. `join` gets the facts of all documents of the platform together, for what is spread
    over several files. `names` are file names (shell patterns, lower case) for which this reader is asked first.
    """

    id: str
    title: str
    signature: re.Pattern[bytes]
    recognise: Callable[[Parsed], bool]
    read: Callable[[Parsed], Facts]
    join: Callable[[Sequence[Facts]], Facts] = merge
    names: tuple[str, ...] = ()
