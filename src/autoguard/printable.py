"""Text that no terminal, page or editor can be steered by, whatever was scanned."""

import re

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Control characters but tab and line feed, marks of direction (Unicode Bidi_Control), invisible ones, surrogates."""


def printable(text: str) -> str:
    """The text with every character that steers instead of showing written as an escape that JSON understands too."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
