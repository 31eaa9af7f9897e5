"""The detection of secrets: kinds come from `checks/kinds/`, values are judged and then forgotten.

A found value leaves this room only inside `Concealed`, which shows itself to nobody and exists so that the value can be
taken out of every text before it is written.
"""

from dataclasses import dataclass

from autoguard.model import Location
from autoguard.model.inventory import Confidence, CredentialRole
from autoguard.verification import Verification


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of secret: how it looks, how sure a match is, and what to do about it.

    Either the value itself tells: `pattern` is RE2-safe (no look-around, no back-references) with a group `secret`. Or
    the field that holds it does: `name` is searched in the field's normal name (see `names.normal_name`), and `value`
    must be the whole of what it holds. `near` is something that must stand close by. `min_randomness` is a share of
    what a random text of that alphabet has. `checksum` names an offline check that makes a match certain; of several
    kinds on one value, the highest `specificity` counts. `generic` kinds are judged more strictly, `password` says that
    people choose the values. `read` is the day on which `source` was read. `verify` is the call that asks its vendor
    whether one works, where there is a harmless one.
    """

    id: str
    title: str
    vendor: str
    pattern: str = ""
    name: str = ""
    value: str = ""
    near: str = ""
    role: CredentialRole = "secret"
    keywords: tuple[str, ...] = ()
    min_randomness: float = 0.7
    checksum: str = ""
    specificity: int = 10
    generic: bool = False
    password: bool = False
    revoke: str = ""
    rotate: tuple[str, ...] = ()
    source: str = ""
    read: str = ""
    verify: Verification | None = None
    examples: tuple[tuple[str, ...], ...] = ()
    counter_examples: tuple[tuple[str, ...], ...] = ()


class Concealed:
    """A value that was found. Printing, formatting and logging show nothing of it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Hide `value`."""
        self._value = value

    def reveal(self) -> str:
        """The value: for taking it out of a text and, where the user asks for that, for showing it to its vendor."""
        return self._value

    def __repr__(self) -> str:
        return "Concealed()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Concealed) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[type["Concealed"], tuple[str]]:
        return (Concealed, (self._value,))


@dataclass(frozen=True, slots=True)
class Found:
    """A secret at one place. `digest` is keyed with this run's key; `holder` is the field or variable that holds it."""

    kind: str
    role: CredentialRole
    holder: str
    digest: str
    confidence: Confidence
    location: Location
    value: Concealed
    title: str = ""
    vendor: str = ""
