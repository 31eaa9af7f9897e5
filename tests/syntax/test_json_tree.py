"""JSON: the values of the standard library, and the place of each as a search in the text finds it."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile import grows_evenly

from autoguard.errors import UnreadableError
from autoguard.syntax.json_tree import JsonTree, parse_json

Path = tuple[str | int, ...]
KEYS = st.text(st.characters(blacklist_characters="§", blacklist_categories=["Cs"]), max_size=6)
SHAPES = st.recursive(
    st.sampled_from([0, 1.5, True, None, "§"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
SPACE = ["", "", " ", "\n", "\t", "\r\n", "\n  "]
COMMENTS = ["", " ", "/* { [ , */", '/* " */', "// ] } ,\n", '// "\n', "/* a\n b */", "/**/", "/* // */", "// /*\n"]
TAILS = ["", "//", "/*", ",]", "\\\\", "ü"]


class Writer:
    """Writes a value with random space, and every text marker as a string that the document holds once."""

    def __init__(self, chance: random.Random, space: list[str], *, trailing: bool) -> None:
        """Take what may stand between tokens."""
        self._chance = chance
        self._space = space
        self._trailing = trailing
        self.markers: dict[Path, str] = {}

    def gap(self) -> str:
        return self._chance.choice(self._space)

    def text(self, value: Any, path: Path = ()) -> str:
        if isinstance(value, dict):
            parts = [
                f"{self._key(key)}{self.gap()}:{self.gap()}{self.text(item, (*path, key))}"
                for key, item in value.items()
            ]
            return self._joined("{", parts, "}")
        if isinstance(value, list):
            return self._joined("[", [self.text(item, (*path, index)) for index, item in enumerate(value)], "]")
        if value == "§":
            self.markers[path] = f'"§{len(self.markers)}§{self._chance.choice(TAILS)}"'
            return self.markers[path]
        return json.dumps(value)

    def _key(self, key: str) -> str:
        return json.dumps(key, ensure_ascii=self._chance.random() < 0.5)

    def _joined(self, opening: str, parts: list[str], closing: str) -> str:
        inside = f"{self.gap()},{self.gap()}".join(parts)
        comma = "," if parts and self._trailing and self._chance.random() < 0.5 else ""
        return f"{opening}{self.gap()}{inside}{self.gap()}{comma}{self.gap()}{closing}"


def place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


def check_markers(tree: JsonTree, text: str, markers: dict[Path, str]) -> None:
    for path, marker in markers.items():
        assert text.count(marker) == 1
        assert tree.position(*path) == place(text, text.index(marker))
        assert tree.position(*path, "no", "such") == tree.position(*path), "else the nearest ancestor"


@given(SHAPES, st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_positions_are_those_of_a_search_for_what_stands_there_once(value: Any, chance: random.Random) -> None:
    writer = Writer(chance, SPACE, trailing=False)
    text = writer.gap() + writer.text(value) + writer.gap()
    tree = JsonTree(text)
    assert tree.value == json.loads(text)
    assert tree.trailing_line == 0
    check_markers(tree, text, writer.markers)


@given(SHAPES, st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_comments_and_trailing_commas_move_nothing(value: Any, chance: random.Random) -> None:
    plain = Writer(random.Random(1), [""], trailing=False)  # noqa: S311 - a test
    writer = Writer(chance, COMMENTS, trailing=True)
    text = writer.gap() + writer.text(value) + writer.gap()
    tree = JsonTree(text, comments=True)
    assert _unmarked(tree.value) == _unmarked(json.loads(plain.text(value)))
    check_markers(tree, text, writer.markers)


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unmarked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unmarked(item) for item in value]
    return "§" if isinstance(value, str) and value.startswith("§") else value


def test_positions_of_containers_and_of_the_root() -> None:
    text = '\n {"a": [1,\n  {"b": {}}], "": []}'
    tree = JsonTree(text)
    for path, mark in (((), '{"a'), (("a",), "[1"), (("a", 1), '{"b'), (("a", 1, "b"), "{}"), (("",), "[]")):
        assert tree.position(*path) == place(text, text.index(mark))
        assert tree.position_at(tree.offset(*path)) == tree.position(*path)


def test_place_of_what_is_not_there_is_that_of_its_nearest_ancestor() -> None:
    tree = JsonTree('{\n"a": [\n1]}')
    assert tree.position("b") == tree.position() == (1, 1)
    assert tree.position("a", 7) == tree.position("a", "x") == tree.position("a", -1) == (2, 6)
    assert tree.position("a", 0, "x") == (3, 1)


def test_last_of_repeated_keys_counts_for_value_and_place() -> None:
    tree = JsonTree('{"a": 1,\n "a": {"b": 2}}')
    assert tree.value == {"a": {"b": 2}}
    assert tree.position("a") == (2, 7)


def test_keys_that_mean_something_elsewhere_are_plain_keys() -> None:
    tree = JsonTree('{"__proto__": {"a": 1},\n "constructor": 2, "\\u0061\\n": 3}')
    assert tree.value == {"__proto__": {"a": 1}, "constructor": 2, "a\n": 3}
    assert tree.position("a\n") == (2, 32)


def test_numbers_that_only_python_reads() -> None:
    value = JsonTree("[NaN, Infinity, -Infinity, 1e999]").value
    assert [str(item) for item in value] == ["nan", "inf", "-inf", "inf"]
    assert JsonTree("9" * 4000).value == int("9" * 4000)
    with pytest.raises(UnreadableError, match="number that is too long"):
        JsonTree("9" * 5000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude00"', "😀"),
        (r'"\uD83D\uDE00"', "😀"),
        (r'"\ud83d"', "\ufffd"),
        (r'"\ude00\ud83d"', "\ufffd\ufffd"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (r'"\\ud83d\n\u00e9"', "\\ud83d\né"),
        (r'"\\\ud83d"', "\\\ufffd"),
    ],
)
def test_half_of_a_surrogate_pair_is_replaced(text: str, value: str) -> None:
    tree = JsonTree(f"[{text}, 1]")
    assert tree.value == [value, 1]
    assert tree.position(1) == (1, len(text) + 4)


@pytest.mark.parametrize("text", ["[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="nested too deep"):
        JsonTree(text)
    assert parse_json(text) is None


def test_text_behind_the_value_is_told() -> None:
    assert JsonTree('{"a": 1}\n x').trailing_line == 2
    assert JsonTree('{"a": 1} {"b": 2}').value == {"a": 1}
    assert JsonTree('{"a": 1} // x\n', comments=True).trailing_line == 0


def _broken() -> Iterator[tuple[str, int]]:
    good = json.dumps({"a": [1, "x", {"b": None}], "c": "y"}, indent=1)
    for point in range(1, len(good)):
        yield good[:point], point
    for text in ("", "  \n ", "{'a': 1}", "[1,]", '{"a": 1,}', "[1 2]", '{"a" 1}', "tru", '"a\nb"', "[1, // c\n2]"):
        yield text, -1


@pytest.mark.parametrize("text", dict.fromkeys(text for text, _ in _broken()), ids=lambda text: f"{len(text)}")
def test_reason_names_the_line(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(text)
    with pytest.raises(UnreadableError, match=rf"^is not valid JSON: line {expected.value.lineno}\b") as error:
        JsonTree(text)
    assert "'" not in str(error.value).replace("','", "").replace("':'", ""), "nothing of the content is repeated"


@pytest.mark.parametrize(
    "text",
    ['{"a": "x // y /* z */ ,]"}', '["\\"//", "\\\\"] // c', '{"a": 1 /* " */, "b": 2}', '[1, // "a\n 2,\n]', "[/**/]"],
)
def test_comments_are_taken_out_and_strings_left(text: str) -> None:
    without = {
        '{"a": "x // y /* z */ ,]"}': {"a": "x // y /* z */ ,]"},
        '["\\"//", "\\\\"] // c': ['"//', "\\"],
        '{"a": 1 /* " */, "b": 2}': {"a": 1, "b": 2},
        '[1, // "a\n 2,\n]': [1, 2],
        "[/**/]": [],
    }
    assert JsonTree(text, comments=True).value == without[text]


GROWING: dict[str, Callable[[int], str]] = {
    "cut-in-a-string-of-quotes": lambda size: '{"a": "' + '\\"x' * size,
    "comment-without-end": lambda size: "{" + "/* " * size,
    "slashes": lambda size: "[" + "/" * size,
    "commas-and-space": lambda size: "[1" + (" ," + " " * 50) * size,
    "quotes": lambda size: "[" + '"' * size,
    "backslashes": lambda size: '["' + "\\" * size,
}


@pytest.mark.parametrize("kind", GROWING)
def test_broken_text_costs_no_more_than_its_length(kind: str) -> None:
    def parse(size: int) -> Callable[[], object]:
        text = GROWING[kind](size)

        def run() -> None:
            with pytest.raises(UnreadableError):
                JsonTree(text, comments=True)

        return run

    assert grows_evenly(parse, 500)


def test_places_of_all_values_cost_no_more_than_the_text() -> None:
    def ask(size: int) -> Callable[[], object]:
        text = json.dumps({"nodes": [{"id": index, "parameters": {"a": [1, 2]}} for index in range(size)]})

        def run() -> None:
            tree = JsonTree(text)
            assert all(tree.position("nodes", index, "id")[0] == 1 for index in range(size))

        return run

    assert grows_evenly(ask, 300)
