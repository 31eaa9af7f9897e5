"""The model as plain JSON values and back, by the types of its dataclasses alone.

What is None is left out, fractions are cut to four decimals, and a field that is marked `hidden` never appears.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

Model = TypeVar("Model")
_DECIMALS = 4


def to_plain(value: Any) -> Any:
    """A part of the model as dicts, lists, strings and numbers."""
    if isinstance(value, str) or value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    return {name: to_plain(item) for name, item in shallow(value).items()}


def shallow(value: Any) -> dict[str, Any]:
    """One object of the model as a dict whose values are still parts of the model; for encoders that ask back."""
    found = {}
    for name in _shown(value.__class__):
        item = getattr(value, name)
        if item is not None:
            found[name] = round(item, _DECIMALS) if item.__class__ is float else item
    return found


def from_plain(cls: type[Model], data: Any) -> Model:
    """The part of the model that `data` describes. Unknown keys are passed over, missing ones take their default.

    Raises:
        ValueError: a value of the wrong type, or a missing one that has no default.
    """
    made: Model = _build(cls, data, cls.__name__)
    return made


@cache
def _shown(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls) if not field.metadata.get("hidden"))


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _build(kind: Any, data: Any, where: str) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return data
    if origin in (Union, types.UnionType):
        return _any_of(kind, data, where)
    if origin is Literal:
        return _checked(data in get_args(kind), data, where)
    if origin is tuple:
        item = get_args(kind)[0]
        _checked(isinstance(data, list), data, where)
        return tuple(_build(item, one, f"{where}[{index}]") for index, one in enumerate(data))
    if origin is not None and issubclass(origin, Mapping):
        _checked(isinstance(data, dict), data, where)
        return {key: _build(get_args(kind)[1], one, f"{where}.{key}") for key, one in data.items()}
    if is_dataclass(kind):
        return _object(kind, data, where)
    if kind is float:
        _checked(isinstance(data, int | float) and not isinstance(data, bool), data, where)
        return float(data)
    return _checked(isinstance(data, kind) and (kind is bool or not isinstance(data, bool)), data, where)


def _object(kind: Any, data: Any, where: str) -> Any:
    _checked(isinstance(data, dict), data, where)
    values = {}
    hints = _hints(kind)
    for field in fields(kind):
        if field.name in data and not field.metadata.get("hidden"):
            values[field.name] = _build(hints[field.name], data[field.name], f"{where}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{where}.{field.name} is missing")
    return kind(**values)


def _any_of(kind: Any, data: Any, where: str) -> Any:
    if data is None and type(None) in get_args(kind):
        return None
    for option in get_args(kind):
        if option is type(None):
            continue
        try:
            return _build(option, data, where)
        except ValueError:
            continue
    return _checked(False, data, where)  # noqa: FBT003 - nothing fitted


def _checked(fits: bool, data: Any, where: str) -> Any:  # noqa: FBT001 - a test and the value it is about
    if not fits:
        raise ValueError(f"{where} has a value of the wrong type")
    return data
