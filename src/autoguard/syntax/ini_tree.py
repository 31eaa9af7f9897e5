"""Sections with `key=value` lines as systemd writes them: keys may repeat, a backslash continues a line.

Format: systemd.syntax(7). The standard library's configparser refuses repeated keys, which units need.
"""

from dataclasses import dataclass


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
    pending: Entry | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if pending is not None:
            if line.startswith(("#", ";")):
                continue  # comments inside a continued value are dropped, as systemd does
            continued = line.endswith("\\")
            joined = Entry(
                pending.section, pending.key, f"{pending.value} {line.rstrip(chr(92)).strip()}", pending.line
            )
            pending = joined if continued else None
            if not continued:
                entries.append(joined)
        elif not line or line.startswith(("#", ";")):
            continue
        elif line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif "=" in line:
            key, _, value = line.partition("=")
            entry = Entry(section, key.strip(), value.strip().rstrip("\\").strip(), number)
            if line.endswith("\\"):
                pending = entry
            else:
                entries.append(entry)
    if pending is not None:
        entries.append(pending)
    return tuple(entries)


def last(entries: tuple[Entry, ...], section: str, key: str) -> Entry | None:
    """The entry that counts where a key may stand once: the last one with a value; an empty value resets."""
    found: Entry | None = None
    for entry in entries:
        if entry.section == section and entry.key == key:
            found = entry if entry.value else None
    return found
