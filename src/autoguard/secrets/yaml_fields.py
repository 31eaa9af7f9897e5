"""Fields of a YAML document."""

from collections.abc import Iterator
from typing import Any

from autoguard.secrets.fields import Field, decoded_base64
from autoguard.secrets.json_fields import texts
from autoguard.syntax.lines import line_starts
from autoguard.syntax.parsed import Parsed
from autoguard.syntax.yaml_tree import Tagged, YamlTree


def yaml_fields(parsed: Parsed) -> Iterator[Field]:
    """Every text of one line in the documents of a YAML file; what has several lines is read as text.

    The values of a Kubernetes Secret stand in base64 under `data` (kubernetes.io, "Secrets", read 2026-11-24).

    Raises:
        OtherFormatError: no YAML.
        UnreadableError: broken YAML.
    """
    starts = line_starts(parsed.utf8)
    for tree in parsed.yaml:
        secret = isinstance(tree.value, dict) and tree.value.get("kind") == "Secret"
        for names, path, value in texts(tree.value):
            if "\n" in value.rstrip("\n") or isinstance(value, Tagged):
                continue
            encoded = secret and path[:1] == ("data",)
            text = decoded_base64(value) if encoded else value.strip()
            if text:
                yield Field(names, text, lambda tree=tree, path=path: _span(starts, tree, path))  # type: ignore[misc]


def _span(starts: list[int], tree: YamlTree, path: tuple[Any, ...]) -> tuple[int, int]:
    line, column = tree.position(*path)
    # A block begins on the line behind its sign; the sign itself is place enough.
    start = starts[min(line, len(starts)) - 1] + column - 1
    end = starts[line] if line < len(starts) else start + 1
    return start, max(end - 1, start + 1)
