"""The detection of secrets: kinds come from `checks/kinds/`, values are judged and then forgotten.

A found value leaves this room only inside `Concealed`, which shows itself to nobody and exists so that the value can be
taken out of every text before it is written.
"""

from dataclasses import dataclass
from typing import Literal

from autoguard.model import Location
from autoguard.model.inventory import Confidence, CredentialRole

Alphabet = Literal["any", "hex", "base64", "base36", "base62", "digits"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of secret: how it looks, how sure a match is, and what to do about it.

    `pattern` is RE2-safe (no look-around, no back-references) with a group `secret`, and `key` where it names the
    field. `min_entropy` is in bits per character (Shannon). `checksum` names an offline check that makes a match
    certain; `specificity` lets a vendor's kind win over a generic one on the same value.
    """

    id: str
    title: str
    vendor: str
    pattern: str
    role: CredentialRole = "secret"
    keywords: tuple[str, ...] = ()
    min_entropy: float = 0.0
    checksum: str = ""
    specificity: int = 10
    generic: bool = False
    password: bool = False
    revoke: str = ""
    rotate: tuple[str, ...] = ()
    source: str = ""
    examples: tuple[tuple[str, ...], ...] = ()
    counter_examples: tuple[tuple[str, ...], ...] = ()


class Concealed:
    """A value that was found. Printing, formatting and logging show nothing of it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Hide `value`."""
        self._value = value

    def reveal(self) -> str:
        """The value, for taking it out of a text and for nothing else."""
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
