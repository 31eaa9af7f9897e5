"""Stable identities: the platform's own id, else the name with an anchor in the content, else the path."""

import hashlib
import re


def identity(platform: str, *, native_id: str = "", name: str = "", anchor: str = "", path: str = "") -> str:
    """An automation's identity that survives moved lines, renamed files and reordered nodes.

    `anchor` is something inside the automation that stays when it is edited, such as the id of its trigger.
    """
    if native_id:
        return f"{platform}:{native_id}"
    if name and anchor:
        return f"{platform}:{slug(name)}:{hashlib.sha256(anchor.encode(errors='surrogatepass')).hexdigest()[:8]}"
    return f"{platform}:{path}"


def slug(name: str) -> str:
    """A short lower-case form of a name for use inside ids."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48] or "unnamed"
