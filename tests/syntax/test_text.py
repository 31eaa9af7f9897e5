"""From bytes to text: marks, patterns of zero bytes, and declarations that lie."""

import codecs
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.reading import parsed

from autoguard.errors import UnreadableError
from autoguard.syntax.parsed import OtherFormatError
from autoguard.syntax.text import decode, is_binary

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff"), max_size=60)
MARKED = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
FLOW = '<ImportExportXml>\n<Workflow WorkflowId="{0}" Name="Zürich"/></ImportExportXml>'


@given(TEXTS, st.sampled_from([*MARKED]))
@settings(max_examples=200, deadline=None)
def test_marked_text_comes_back_without_its_mark(text: str, encoding: str) -> None:
    data = MARKED[encoding] + text.encode(encoding)
    assert not is_binary(data)
    assert decode(data) == text


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_plain_utf8_comes_back(text: str) -> None:
    assert decode(text.encode()) == text
    assert not is_binary(text.encode())


@given(
    st.text(st.characters(min_codepoint=9, max_codepoint=126), min_size=2, max_size=60), st.sampled_from(["le", "be"])
)
@settings(max_examples=100, deadline=None)
def test_latin_text_in_utf16_needs_no_mark(text: str, order: str) -> None:
    data = text.encode(f"utf-16-{order}")
    assert not is_binary(data)
    assert decode(data) == text


def test_some_other_letters_in_between_are_no_hindrance() -> None:
    text = '{"name": "Zürich, Łódź, 東京 €"}' + " " * 40
    for order in ("le", "be"):
        assert decode(text.encode(f"utf-16-{order}")) == text


@given(st.binary(max_size=80))
@example(b"\xff\xfe\0\0")
@example(b"\xff\xfe\0\xd8")
@example(b"\xff")
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        decode(data)
    except UnreadableError:
        assert is_binary(data) or data.startswith(tuple(MARKED.values()))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xef\xbb\xbfZ\xfcrich", "utf-8"),
        (b"\xff\xfea", "utf-16-le"),
        (b"\xfe\xff\xd8\0\0a", "utf-16-be"),
        (b"\xff\xfe\0\0abcd", "utf-32-le"),
        (b"\0\0\xfe\xffabc", "utf-32-be"),
    ],
)
def test_mark_that_lies_is_named(data: bytes, encoding: str) -> None:
    with pytest.raises(UnreadableError, match=f"starts with a {encoding} byte-order mark but is not {encoding} text"):
        decode(data)


def test_what_is_no_unicode_is_latin() -> None:
    assert decode("Zürich".encode("latin-1")) == "Zürich"
    assert decode(b"\xff\xfb\x90") == "ÿû\x90"
    declared = "<?xml version='1.0' encoding='windows-1252'?><a>€</a>"
    assert decode(declared.encode("windows-1252")) == declared


def test_declaration_of_another_name_is_not_believed() -> None:
    for name in ("rot13", "utf-7", "unknown", "idna", "zlib", "utf-16"):
        text = f"<?xml version='1.0' encoding='{name}'?><a>ü</a>"
        assert decode(text.encode("latin-1")) == text
        assert decode(text.encode()) == text


@pytest.mark.parametrize("data", [b"\0", b"a\0b", b"\0\0\0\0", b"\x7fELF\0\0", "ab".encode("utf-32-le"), b"ab\0" * 50])
def test_zero_bytes_without_a_pattern_are_binary(data: bytes) -> None:
    assert is_binary(data)
    with pytest.raises(UnreadableError, match="is binary, not text"):
        decode(data)


def _declared() -> Iterator[tuple[str, bytes]]:
    for claimed in ("utf-8", "utf-16", "utf-16le", "us-ascii", "nonsense"):
        text = f'<?xml version="1.0" encoding="{claimed}"?>\n{FLOW}'
        for real in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32"):
            yield f"{claimed}-is-{real}", text.encode(real)


@pytest.mark.parametrize(("name", "data"), [*_declared()], ids=[name for name, _ in _declared()])
def test_xml_is_read_whatever_its_declaration_says(name: str, data: bytes) -> None:
    root = parsed(data, "customizations.xml").xml
    [element] = root.children
    assert (element.attributes["Name"], element.line) == ("Zürich", 3), name


def test_utf8_for_patterns_is_the_text_in_every_encoding() -> None:
    text = '{"name": "Zürich"}'
    assert parsed(text.encode()).utf8 is not None
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"):
        assert parsed(text.encode(encoding)).utf8 == text.encode()
    assert parsed(b"\xef\xbb\xbf" + text.encode()).utf8.endswith(text.encode())


def test_other_format_is_no_damage() -> None:
    with pytest.raises(OtherFormatError):
        _ = parsed("a: 1").json
    with pytest.raises(OtherFormatError):
        _ = parsed('{"a": 1}').xml
    with pytest.raises(OtherFormatError):
        _ = parsed("a: [", "notes.txt").yaml
    with pytest.raises(UnreadableError):
        _ = parsed("a: [", "flow.yml").yaml
    with pytest.raises(UnreadableError):
        _ = parsed('{"a"').json
    with pytest.raises(UnreadableError):
        _ = parsed("<a").xml


def test_names_and_places_inside_archives() -> None:
    document = parsed("{}", "exports/all.zip!/Flows/One.JSON")
    assert (document.name, document.folder) == ("one.json", "exports/all.zip!/Flows")
    assert (parsed("", "One.json").name, parsed("", "One.json").folder) == ("one.json", "")
    assert parsed("", "all.json.gz!/all.json").name == "all.json"
    assert document.at(document.json).line == 1
