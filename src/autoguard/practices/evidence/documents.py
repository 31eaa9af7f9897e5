"""Runbooks, plans and notices: that a document exists, has something to say, and when it was last reviewed."""

import re
from collections.abc import Iterable

from autoguard.errors import UnreadableError
from autoguard.model import Practice
from autoguard.practices import EvidenceReader
from autoguard.syntax.parsed import Parsed

KIND = "document"
_SUFFIXES = (".md", ".txt", ".rst", ".adoc")
_MIN_LENGTH = 200
_REVIEWED = re.compile(
    r"^\W{0,4}(?:last[ _-])?(?:reviewed|updated|date)\W{1,4}(\d{4}-\d{2}-\d{2})", re.IGNORECASE | re.MULTILINE
)
_HEADING = re.compile(r"^#{1,4}[ \t]+\S", re.MULTILINE)


def read(parsed: Parsed) -> Iterable[Practice]:
    """The outline of a text document, so that a manifest which names it can be judged."""
    if not parsed.name.endswith(_SUFFIXES):
        return
    try:
        text = parsed.text
    except UnreadableError:
        return
    reviewed = _REVIEWED.search(text)
    yield Practice(
        kind=KIND,
        scope=parsed.path,
        present="yes" if len(text.strip()) >= _MIN_LENGTH else "no",
        strength=2,
        date=reviewed[1] if reviewed else "",
        details={"headings": len(_HEADING.findall(text)), "length": len(text)},
        locations=(parsed.at_line(1),),
    )


EVIDENCE = EvidenceReader(name=KIND, signature=re.compile(rb"\S"), read=read)
