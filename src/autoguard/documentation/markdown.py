"""Pieces of Markdown."""

import importlib
import posixpath
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without padding, so that one changed cell is one changed line."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def link(text: str, target: str, folder: PurePosixPath) -> str:
    """A link from a file in that folder to a path below the root of the source tree."""
    return f"[{text}]({posixpath.relpath(target, folder)})"


def code(*words: str) -> str:
    """Each word as code."""
    return ", ".join(f"`{word}`" for word in words)


def summary(documented: object) -> str:
    """The first line of a docstring; of a module's where its name is given."""
    found = importlib.import_module(documented) if isinstance(documented, str) else documented
    return (found.__doc__ or "").strip().partition("\n")[0]


def sentence(text: str) -> str:
    """The text with a capital letter and without the full stop, as a cell of a table holds it."""
    return text[:1].upper() + text[1:].rstrip(".")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
