"""Kinds of secrets from `checks/kinds/<vendor>.yaml`."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from autoguard import compiled
from autoguard.errors import UnreadableError, UsageError
from autoguard.plain import from_plain, to_plain
from autoguard.secrets import Kind
from autoguard.syntax.text import decode
from autoguard.syntax.yaml_tree import parse_yaml

_LOOK_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\(\?P=")


def load_kinds(rooms: Iterable[Path]) -> tuple[Kind, ...]:
    """All kinds in the `kinds` folders of these rooms, in the order of files.

    Raises:
        UsageError: a file that is not valid, or a pattern that the engines cannot share.
    """
    files = [
        (f"{room.name}/kinds/{path.name}", path) for room in rooms for path in sorted((room / "kinds").glob("*.yaml"))
    ]
    key = compiled.digest((shown, path.read_bytes()) for shown, path in files)
    stored = compiled.compiled("kinds", key, lambda: [to_plain(kind) for kind in _compile(files)])
    return tuple(from_plain(Kind, item) for item in stored)


def _compile(files: Iterable[tuple[str, Path]]) -> Iterator[Kind]:
    known: set[str] = set()
    for shown, path in files:
        for kind in _read(path, shown):
            if kind.id in known:
                raise UsageError(f"{shown}: kind {kind.id} exists already")
            known.add(kind.id)
            yield kind


def _read(path: Path, shown: str) -> Iterator[Kind]:
    try:
        content: Any = parse_yaml(decode(path.read_bytes()))[0].value
        for item in content["kinds"]:
            kind = Kind(
                **{
                    **{key: value for key, value in item.items() if key not in ("examples", "counter_examples")},
                    "vendor": content["vendor"],
                    "source": item.get("source", content.get("source", "")),
                    "revoke": item.get("revoke", content.get("revoke", "")),
                    "rotate": tuple(item.get("rotate", content.get("rotate", ()))),
                    "keywords": tuple(item.get("keywords", ())),
                    "examples": _parts(item.get("examples", ())),
                    "counter_examples": _parts(item.get("counter_examples", ())),
                }
            )
            _check(kind, shown)
            yield kind
    except (KeyError, TypeError, IndexError, AttributeError, UnreadableError) as error:
        raise UsageError(f"{shown}: is not a valid file of kinds: {error}") from None


def _parts(examples: Iterable[Any]) -> tuple[tuple[str, ...], ...]:
    # Examples are written in pieces, so that no file of ours holds text which looks like a real secret.
    return tuple(tuple(map(str, item)) if isinstance(item, list) else (str(item),) for item in examples)


def _check(kind: Kind, shown: str) -> None:
    if _LOOK_AROUND.search(kind.pattern):
        raise UsageError(f"{shown}: pattern of {kind.id} uses look-around or a back-reference")
    try:
        compiled = re.compile(kind.pattern)
    except re.error as error:
        raise UsageError(f"{shown}: pattern of {kind.id}: {error}") from None
    if "secret" not in compiled.groupindex:
        raise UsageError(f"{shown}: pattern of {kind.id} has no group `secret`")
