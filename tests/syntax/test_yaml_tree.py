"""YAML: plain values with the places that a search finds, custom tags, merge keys, and every bound."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile import grows_evenly

from autoguard.errors import UnreadableError
from autoguard.syntax import MAX_DEPTH, yaml_tree
from autoguard.syntax.yaml_tree import Tagged, YamlTree, parse_yaml

Path = tuple[str | int, ...]
SHAPES = st.recursive(
    st.sampled_from(["§", 1, True, None, "two\nlines\n", "ü😀: [x] #"]),
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.lists(inner, min_size=1, max_size=4).map(tuple),
    max_leaves=20,
)


def one(text: str) -> YamlTree:
    """The only document of a text."""
    [tree] = parse_yaml(text)
    return tree


def place(text: str, mark: str) -> tuple[int, int]:
    """Where a mark stands that the text holds once."""
    assert text.count(mark) == 1
    offset = text.index(mark)
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


@given(
    SHAPES,
    st.sampled_from([True, False, None]),
    st.sampled_from([2, 3, 7]),
    st.sampled_from(["", "# ü😀\n\n---\n"]),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=120, deadline=None)
def test_positions_are_those_of_a_search_for_what_stands_there_once(
    shape: Any, style: Any, indent: int, head: str, end: str
) -> None:
    marks: dict[Path, str] = {}

    def build(value: Any, path: Path) -> Any:
        # A tuple stands for a mapping, whose keys are unlike each other in the whole document.
        if isinstance(value, tuple):
            made = {}
            for item in value:
                key = f"k{len(marks)}k"
                marks[(*path, key)] = key
                made[key] = build(item, (*path, key))
            return made
        if isinstance(value, list):
            return [build(item, (*path, index)) for index, item in enumerate(value)]
        if value == "§" and path and isinstance(path[-1], int):
            marks[path] = f"v{len(marks)}v"
            return marks[path]
        return value

    content = build(shape, ())
    text = head + yaml.safe_dump(
        content, default_flow_style=style, indent=indent, allow_unicode=True, width=10**6, sort_keys=False
    )
    text = text.replace("\n", end)
    tree = one(text)
    assert tree.value == content
    for path, mark in marks.items():
        assert tree.position(*path) == place(text, mark)


def test_place_of_what_is_not_there_is_that_of_its_nearest_ancestor() -> None:
    tree = one("# c\na:\n  - b: 1\n    c: {d: 2}\n")
    assert tree.position() == (2, 1)
    assert tree.position("x") == (2, 1)
    assert tree.position("a", 0, "c", "x") == (4, 5)
    assert tree.position("a", 9) == tree.position("a", -1) == tree.position("a", "b") == (2, 1)


def test_keys_stay_text() -> None:
    text = "on: push\nyes: 1\noff: {no: 2}\n1: a\n~: b\n2026-01-01: c\n1.5: d\n? [x]\n: e\n"
    tree = one(text)
    assert tree.value == {
        "on": "push", "yes": 1, "off": {"no": 2}, "1": "a", "~": "b", "2026-01-01": "c", "1.5": "d", "7": "e",
    }  # fmt: skip
    assert tree.position("off", "no") == (3, 7)


def test_values_are_those_of_the_safe_loader() -> None:
    text = (
        "a: on\nb: 'on'\nc: 0o17\nd: 017\ne: 1_000\nf: .inf\ng: 1:30\nh: ~\ni: 2026-02-30\nj: 2026-01-01\nk: !!str 1\n"
    )
    assert one(text).value == {
        "a": True, "b": "on", "c": "0o17", "d": 15, "e": 1000, "f": float("inf"), "g": 90, "h": None,
        "i": "2026-02-30", "j": "2026-01-01", "k": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ['!!int ""', "!!int x", '!!int "-"', "!!int 0x", '!!float ""', "!!float x", "!!bool x", "!!null x", "!!binary '#'",
     "!!timestamp x", "!!merge x", "!!value x", "!!set x", "!!map x", "!!seq x", "!!omap x", "!!python/name:os.system x",
     "0b", "0x_", "=", "<<"],
)  # fmt: skip
def test_scalar_whose_tag_does_not_fit_is_its_text(value: str) -> None:
    assert set(one(f"a: {value}\nb: 1\n").value) == {"a", "b"}


def test_own_tags_are_kept_beside_the_text() -> None:
    tree = one("a: !secret door\nb: !env_var [X, y]\nc: !Sub\n  d: ${X}\ne: !vault |\n  line\nf: !x\n")
    assert tree.value == {"a": "door", "b": ["X", "y"], "c": {"d": "${X}"}, "e": "line\n", "f": ""}
    assert [(type(tree.value[key]), tree.value[key].tag) for key in "aef"] == [
        (Tagged, "!secret"),
        (Tagged, "!vault"),
        (Tagged, "!x"),
    ]
    assert tree.position("c", "d") == (4, 3)


def test_tags_of_python_make_nothing() -> None:
    tree = one("a: !!python/object/apply:os.getcwd []\nb: !!python/name:os.system\nc: !!python/tuple [1]\n")
    assert tree.value["a"] == []
    assert tree.value["c"] == [1]
    assert not callable(tree.value["b"])


def test_own_keys_win_over_merged_ones_and_earlier_maps_over_later() -> None:
    text = (
        "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  b: own\n  <<: [*x, *y]\nv: {<<: *x, a: 0}\nw: {a: 0, <<: *x}\n"
    )
    tree = one(text)
    assert tree.value["z"] == {"a": 1, "b": "own", "c": 4}
    assert tree.value["v"] == tree.value["w"] == {"a": 0, "b": 2}
    assert tree.position("z", "b") == (4, 3)
    assert tree.position("v", "b") == (1, 14), "what was merged stands where it was written"


def test_key_that_came_from_a_list_of_maps_has_a_place() -> None:
    tree = one("x: &x {a: 1}\ny: &y {b: 2}\nz:\n  <<: [*x, *y]\n")
    assert (tree.position("z", "a"), tree.position("z", "b")) == ((1, 8), (2, 8))


def test_alias_has_the_value_and_the_place_of_its_anchor() -> None:
    tree = one("a: &a\n  - {b: 1}\nc: [*a, *a]\n")
    assert tree.value["c"] == [[{"b": 1}], [{"b": 1}]]
    assert tree.position("c", 1, 0, "b") == (2, 6)


def test_last_of_repeated_keys_counts_for_value_and_place() -> None:
    tree = one("a: 1\na: 2\n")
    assert (tree.value, tree.position("a")) == ({"a": 2}, (2, 1))


def test_several_documents() -> None:
    trees = parse_yaml("a: 1\n---\n- b\n---\n...\n---\nc: 2\n")
    assert [tree.value for tree in trees if tree.value is not None] == [{"a": 1}, ["b"], {"c": 2}]
    assert trees[-1].position("c") == (7, 1)
    assert parse_yaml("") == parse_yaml("# only a comment\n") == []


def test_block_scalars_are_told_from_others() -> None:
    tree = one("a: |\n  x\nb: >-\n  y\nc: z\nd: ['q']\n")
    assert [tree.is_block_scalar(key) for key in "abcd"] == [True, True, False, False]
    assert not tree.is_block_scalar("d", 0)
    assert not tree.is_block_scalar("none")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_lines_are_those_that_git_and_editors_count(separator: str) -> None:
    assert one(f'a: "x{separator}y"\n# c\nd: 1\n').position("d") == (3, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: [1\nc: 2\n", r"line 3: \w"),
        ("a: 'x\n", r"line 2: \w"),
        ("a:\n\t- b\n", r"line 2: \w"),
        ("a: *none\n", r"line 1: \w"),
        ("a: b: c\n", r"line 1: \w"),
        ("{{ x }}\nb: [\n", "is a template of another language"),
        ("{% if x %}\na: 1\n", "is a template of another language"),
        ("a: x\0y\n", "character that YAML does not allow"),
        ("a: x\x01y\n", "character that YAML does not allow"),
        ("%YAML 9.9\n---\na: 1\n", r"line 1: \w"),
    ],
)
def test_reason_says_what_and_where(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as error:
        parse_yaml(text)
    assert "none" not in str(error.value), "nothing of the content is repeated"


FORMS: dict[str, Callable[[int], str]] = {
    "lists": lambda depth: "[" * depth + "]" * depth,
    "maps": lambda depth: "{a: " * depth + "}" * depth,
    "open": lambda depth: "[" * depth,
    "block-lists": lambda depth: "- " * depth + "x",
    "block-keys": lambda depth: "? " * depth + "x",
    "block-maps": lambda depth: "".join(" " * level + "k:\n" for level in range(min(depth, 3000))),
    "mixed": lambda depth: "[{a: " * depth,
    "behind-a-key": lambda depth: "a:\n  " + "- " * depth + "x",
    "later-document": lambda depth: "a: 1\n---\n" + "[" * depth,
    "indented": lambda depth: " " * 50 + "- " * depth + "x",
    "tabs": lambda depth: "-\t" * depth + "x",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 5_000])
def test_depth(form: str, depth: int) -> None:
    with pytest.raises(UnreadableError) as error:
        parse_yaml(FORMS[form](depth))
    assert "nested too deep" in str(error.value) or form == "tabs"


def test_depth_that_is_allowed() -> None:
    value = one("[" * MAX_DEPTH + "]" * MAX_DEPTH).value
    for _ in range(MAX_DEPTH - 1):
        [value] = value
    assert value == []


def test_chain_of_aliases_that_is_deep_when_written_out() -> None:
    text = "c0: &c0 [x]\n" + "".join(f"c{index}: &c{index} [*c{index - 1}]\n" for index in range(1, 1500))
    with pytest.raises(UnreadableError):
        parse_yaml(text)


def test_bombs_and_circles() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 15))
    with pytest.raises(UnreadableError, match="alias bomb"):
        parse_yaml(bomb)
    merges = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 15)
    )
    with pytest.raises(UnreadableError, match="alias bomb"):
        parse_yaml(merges)
    for text in ("a: &a [*a]", "&a {b: *a}", "&a {<<: *a}", "&a [[[*a]]]", "&a {? *a : 1}"):
        with pytest.raises(UnreadableError, match="contains itself"):
            parse_yaml(text)


def test_number_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "MAX_EXPANDED", 20)
    assert len(one("[" + "1, " * 18 + "1]").value) == 19
    with pytest.raises(UnreadableError):
        parse_yaml("[" + "1, " * 19 + "1]")


GROWING: dict[str, tuple[Callable[[int], str], int]] = {
    "merged-maps": (lambda size: "<<: [" + ",".join(f"{{k{index}: 1}}" for index in range(size)) + "]\n", 1500),
    "empty-lines": (lambda size: "a: 1\n" + "\n" * size + "}", 1000),
    "empty-lines-and-dashes": (lambda size: "a: 1\n" + "\n" * size + "-" + "\n" * size + "}", 500),
    "base-60": (lambda size: "a: 1" + ":1" * size + "\n", 3000),
    "digits": (lambda size: "a: " + "1" * size + "\n", 20_000),
    "keys": (lambda size: "".join(f"k{index}: 1\n" for index in range(size)), 500),
}


@pytest.mark.parametrize("kind", GROWING)
def test_cost_grows_with_the_length(kind: str) -> None:
    write, size = GROWING[kind]

    def parse(length: int) -> Callable[[], object]:
        text = write(length)

        def run() -> None:
            with contextlib.suppress(UnreadableError):
                parse_yaml(text)

        return run

    assert grows_evenly(parse, size)
