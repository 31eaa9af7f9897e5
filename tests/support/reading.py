"""Reading a text with one platform's reader, and the real corpus where it is present."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoguard.model import Document
from autoguard.platforms import Facts, Platform
from autoguard.syntax.parsed import Parsed

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
CORPUS = Path(os.environ.get("AUTOGUARD_CORPUS", ROOT.parent / "shared" / "corpus"))


def parsed(text: str | bytes, path: str = "export.json") -> Parsed:
    """A document made of that text under that name."""
    return Parsed(Document(path, text.encode() if isinstance(text, str) else text))


def read(platform: Platform, text: str | bytes, path: str = "export.json") -> Facts:
    """What the platform's reader makes of a document that it must recognise, joined as in a scan of that one file."""
    document = parsed(text, path)
    assert platform.signature.search(document.utf8), "the signature must let the document through"
    assert platform.recognise(document), "the reader must recognise the document"
    return platform.join([platform.read(document)])


def fixture(*parts: str) -> bytes:
    """The bytes of a file below tests/fixtures."""
    return FIXTURES.joinpath(*parts).read_bytes()


def corpus_files(folder: str) -> Iterator[Path]:
    """Every file of that folder of the corpus; the test is skipped where the corpus is absent."""
    if not (CORPUS / folder).is_dir():
        pytest.skip(f"the corpus is not here ({folder})")
    yield from sorted(path for path in (CORPUS / folder).rglob("*") if path.is_file())
