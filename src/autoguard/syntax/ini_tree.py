"""Sections with `key=value` lines as systemd writes them: keys may repeat, a backslash continues a line.

Format: systemd.syntax(7). The standard library's configparser refuses repeated keys, which units need.
"""

from dataclasses import dataclass

_SPACE = " \t\r"


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key=value` with its section and line from 1."""

    section: str
    key: str
    value: str
    line: int


def parse_ini(text: str) -> tuple[Entry, ...]:
    """All entries in order; lines that are neither section, entry nor comment are passed over."""
    entries: list[Entry] = []
    section = ""
    pending: tuple[str, int] | None = None
    parts: list[str] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip(_SPACE)
        if line.startswith(("#", ";")):
            continue  # also inside a continued value, as systemd does
        if pending is None:
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1].strip(_SPACE)
                continue
            key, equals, line = line.partition("=")
            if not equals:
                continue
            pending = key.strip(_SPACE), number
        continued = _continues(line)
        parts.append((line[:-1] if continued else line).strip(_SPACE))
        if not continued:
            entries.append(Entry(section, pending[0], " ".join(filter(None, parts)), pending[1]))
            pending, parts = None, []
    if pending is not None:
        entries.append(Entry(section, pending[0], " ".join(filter(None, parts)), pending[1]))
    return tuple(entries)


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def last(entries: tuple[Entry, ...], section: str, key: str) -> Entry | None:
    """The entry that counts where a key may stand once: the last one with a value; an empty value resets."""
    found: Entry | None = None
    for entry in entries:
        if entry.section == section and entry.key == key:
            found = entry if entry.value else None
    return found
