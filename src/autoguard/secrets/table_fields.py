"""Fields of tables: a column of names beside one of values, and columns that are called by what they hold."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from autoguard.secrets.fields import MAX_FIELDS, Field
from autoguard.syntax.lines import line_starts
from autoguard.syntax.parsed import Parsed

_NAMES = frozenset({"name", "key", "setting", "variable", "asset", "parameter", "property", "field", "schluessel"})
_VALUES = frozenset({"value", "wert", "valeur", "valor", "default"})
_SHORTEST = 4
_LONGEST_CELL = 100_000


def table_fields(parsed: Parsed) -> Iterator[Field]:
    """Every cell that a name belongs to: that of its row, as in UiPath's Config.xlsx, or that of its column."""
    text = parsed.text
    starts = [*line_starts(parsed.utf8), len(parsed.utf8) + 1]
    csv.field_size_limit(max(len(text), _LONGEST_CELL))
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=_delimiter(text))
    header: list[str] = []
    try:
        for row in islice(reader, MAX_FIELDS):
            line = reader.line_num
            if not header:
                header = [cell.strip() for cell in row]
                continue
            for called, value in _cells(header, row):
                if len(value) >= _SHORTEST:
                    yield Field(called, value, lambda line=line: (starts[line - 1], starts[line] - 1))  # type: ignore[misc]
    except csv.Error:
        return


def _cells(header: list[str], row: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    lower = [cell.lower() for cell in header]
    named = next((row[index].strip() for index, cell in enumerate(lower) if cell in _NAMES and index < len(row)), "")
    for index, cell in enumerate(row):
        value = cell.strip()
        column = header[index] if index < len(header) else ""
        if named and column.lower() in _VALUES:
            yield (named,), value
        elif column:
            yield (column,), value


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)
