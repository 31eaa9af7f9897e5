"""XML: elements with their lines, and nothing that reaches outside or grows."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile import grows_evenly

from autoguard.errors import UnreadableError
from autoguard.syntax import MAX_DEPTH, xml_tree
from autoguard.syntax.xml_tree import Element, parse_xml

Shape = list["Shape"]
SHAPES: st.SearchStrategy[Shape] = st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=4), max_leaves=25)
SPACE = ["", " ", "\n", "\n\n  ", "ü", "&amp;", "<!-- a\nb -->", "<![CDATA[<e0>\n]]>", "<?p\nq?>"]
DECLARED = ["", '<?xml version="1.0"?>', '<?xml version="1.0"\n encoding="utf-16"?>\n', "\n<?xml version='1.0'\n\n?>"]


def everything(root: Element) -> list[Element]:
    return [root, *(found for child in root.children for found in everything(child))]


@given(SHAPES, st.sampled_from(DECLARED), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_lines_are_those_of_a_search_for_the_tag(shape: Shape, declared: str, chance: random.Random) -> None:
    count = 0

    def text(inner: Shape) -> str:
        nonlocal count
        name, count = f"e{count}x", count + 1
        attribute = chance.choice(["", ' a="1"', '\n a="<\n"'.replace("<", "&lt;"), " xmlns:n='u'\n n:b='2'"])
        parts = "".join(chance.choice(SPACE) + text(one) for one in inner)
        if not parts and chance.random() < 0.3:
            return f"<{name}{attribute}/>"
        return f"<{name}{attribute}>{parts}{chance.choice(SPACE)}</{name}>"

    document = declared + text(shape)
    found = everything(parse_xml(document))
    assert [element.name for element in found] == [f"e{number}x" for number in range(count)]
    for element in found:
        offset = document.index(f"<{element.name}")
        assert element.line == document.count("\n", 0, offset) + 1


def test_names_texts_and_attributes() -> None:
    root = parse_xml(
        '<r xmlns="d" xmlns:n="u" n:a=" 1 " b="2">x<n:c>t&amp;&#65;<d/>u</n:c> y<c> v </c><e f="g"/></r>'
    )  # fmt: skip
    assert (root.name, root.namespace, root.text, root.line) == ("r", "d", "x y", 1)
    assert root.attributes == {"a": " 1 ", "b": "2"}
    assert [(child.name, child.namespace) for child in root.children] == [("c", "u"), ("c", "d"), ("e", "d")]
    first = root.child("c")
    assert first is not None
    assert (first.text, root.child("d")) == ("t&Au", None)
    assert (root.value("c"), root.value("a"), root.value("b"), root.value("z")) == ("t&Au", "1", "2", "")
    assert [element.name for element in root.all("d")] == ["d"]
    assert [element.text for element in root.all("c")] == ["t&Au", " v "]


REFUSED = {
    "entity": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "entity-unused": '<!DOCTYPE a [<!ENTITY b "c">]><a/>',
    "bomb": '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;">]><a>&d;</a>',
    "parameter": '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><a/>',
    "external": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "external-subset": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "public-subset": '<!DOCTYPE a PUBLIC "-//A//B" "http://127.0.0.1:9/a.dtd"><a/>',
}


@pytest.mark.parametrize("case", REFUSED)
def test_entities_and_references_outside_are_refused(case: str) -> None:
    with pytest.raises(UnreadableError, match="entities or external references, which are not expanded"):
        parse_xml(REFUSED[case])


def test_type_without_entities_is_harmless() -> None:
    assert parse_xml("<!DOCTYPE a [<!ELEMENT a ANY>]><a>x</a>").text == "x"


@pytest.mark.parametrize("excess", [0, 1, 100_000])
def test_depth(excess: int) -> None:
    text = "<a>" * (MAX_DEPTH + excess) + "</a>" * (MAX_DEPTH + excess)
    if not excess:
        assert len(everything(parse_xml(text))) == MAX_DEPTH
        return
    with pytest.raises(UnreadableError, match="nested too deep"):
        parse_xml(text)


def test_number_of_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_tree, "MAX_ELEMENTS", 50)
    assert len(parse_xml("<a>" + "<b/>" * 49 + "</a>").children) == 49
    with pytest.raises(UnreadableError, match="too many elements"):
        parse_xml("<a>" + "<b/>" * 50 + "</a>")


@pytest.mark.parametrize(
    ("text", "line"),
    [("<a>\n<b>\n</a>", 3), ("<a>\n", 2), ("<a/>\n\n<b/>", 3), ("<a>\n&none;</a>", 2), ("<a>\n\x01</a>", 2), ("", 1),
     ("<a\n b='1'\n b='2'/>", 3), ("<a>\n<b xmlns:n=''/>\n</a>", 2), ("<a><n:b/></a>", 1)],
)  # fmt: skip
def test_reason_names_the_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableError, match=rf"^is not valid XML: line {line}: \w") as error:
        parse_xml(text)
    assert "none" not in str(error.value), "nothing of the content is repeated"


@pytest.mark.parametrize("kind", ["<a b='", "<a><!--", "<a><![CDATA[", "<a>", "<a ", "<"])
def test_one_long_token_costs_no_more_than_its_length(kind: str) -> None:
    def parse(size: int) -> Callable[[], object]:
        text = kind + "x" * size

        def run() -> None:
            with pytest.raises(UnreadableError):
                parse_xml(text)

        return run

    # pyexpat hands a megabyte over at a time, so that beyond it each one costs as much as all before it: 63 MB, 2 seconds.
    assert grows_evenly(parse, 100_000)
