"""Taking found values out of every text before it is written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from autoguard.secrets import Concealed
from autoguard.secrets.judge import COMMON_WORDS

_MIN_LENGTH = 8
_MIN_MIXED = 5


class Redactor:
    """Replaces every found value by its label.

    Short plain words are left, and longer ones that a file or folder is called by: they would tear names apart, and a
    label in the place of a known name tells the value.
    """

    def __init__(self, labels: Mapping[Concealed, str], paths: Iterable[str] = ()) -> None:
        """Take the values with the labels that stand for them, and the paths that will be shown."""
        shown = "\n".join(paths)
        self._labels = {
            hidden.reveal(): label
            for hidden, label in labels.items()
            if _is_telling(hidden.reveal().strip()) and not (hidden.reveal().isalpha() and hidden.reveal() in shown)
        }
        longest_first = sorted(self._labels, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(value) for value in longest_first)) if longest_first else None

    def text(self, text: str) -> str:
        """The text with every found value replaced by its label in brackets."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: f"[{self._labels[match[0]]}]", text)

    def model(self, value: Any) -> Any:
        """A copy of any part of the model in which no text holds a found value."""
        if self._pattern is None:
            return value
        return self._model(value)

    def _model(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if is_dataclass(value) and not isinstance(value, type):
            changes = {}
            for field in fields(value):
                before = getattr(value, field.name)
                after = self._model(before)
                if after is not before:
                    changes[field.name] = after
            return replace(value, **changes) if changes else value
        if isinstance(value, tuple | list):
            items = [self._model(item) for item in value]
            same = all(after is before for after, before in zip(items, value, strict=True))
            return value if same else type(value)(items)
        if isinstance(value, Mapping):
            pairs = {self._model(name): self._model(item) for name, item in value.items()}
            return pairs if pairs != value else value
        return value


def labels_for(values: Iterable[Concealed]) -> dict[Concealed, str]:
    """Labels S1, S2 ... in the order in which the values are first met."""
    labels: dict[Concealed, str] = {}
    for value in values:
        labels.setdefault(value, f"S{len(labels) + 1}")
    return labels


def _is_telling(value: str) -> bool:
    if value.lower() in COMMON_WORDS:
        return False
    if len(value) >= _MIN_LENGTH:
        return True
    return len(value) >= _MIN_MIXED and not value.isalpha()
