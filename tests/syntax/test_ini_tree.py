"""Units as systemd writes them: what systemd.syntax(7) says of continuations, comments and repeated keys."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile import grows_evenly

from autoguard.syntax.ini_tree import Entry, last, parse_ini

WORDS = st.text(st.characters(whitelist_categories=["L", "N"], whitelist_characters=" -./%="), max_size=12)


def pairs(text: str) -> list[tuple[str, str, str, int]]:
    return [(entry.section, entry.key, entry.value, entry.line) for entry in parse_ini(text)]


def test_sections_keys_comments_and_what_is_none_of_them() -> None:
    text = "top=0\n[Unit]\n# a=1\n;b=2\n Description = A = B \n\n[ Service ]\nnonsense\nExecStart=/bin/a -b=c\nEmpty=\n[open\n"
    assert pairs(text) == [
        ("", "top", "0", 1),
        ("Unit", "Description", "A = B", 5),
        ("Service", "ExecStart", "/bin/a -b=c", 9),
        ("Service", "Empty", "", 10),
    ]


def test_repeated_keys_are_all_kept_and_the_last_counts() -> None:
    entries = parse_ini("[Service]\nExecStart=/bin/a\nExecStart=/bin/b\n[Timer]\nExecStart=/bin/c\n")
    assert [entry.value for entry in entries] == ["/bin/a", "/bin/b", "/bin/c"]
    assert last(entries, "Service", "ExecStart") == Entry("Service", "ExecStart", "/bin/b", 3)
    assert last(entries, "Service", "User") is None


def test_empty_value_resets() -> None:
    entries = parse_ini("[Service]\nUser=a\nUser=\n")
    assert last(entries, "Service", "User") is None
    assert last((*entries, Entry("Service", "User", "b", 9)), "Service", "User") == Entry("Service", "User", "b", 9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=b \\\n  c\nd=e", "b c"),
        ("a=b\\\nc\\\n d\nd=e", "b c d"),
        ("a=\\\n  c\nd=e", "c"),
        ("a=b \\\n# comment\n; another\n  c\nd=e", "b c"),
        ("a=b \\\n[Section]\nd=e", "b [Section]"),
        ("a=b \\\nc=d\nd=e", "b c=d"),
        ("a=b \\\n\nd=e", "b"),
        ("a=b \\", "b"),
        ("a=b \\\n", "b"),
        ("a=b \\\r\n  c\r\nd=e", "b c"),
    ],
)
def test_continuations(text: str, value: str) -> None:
    found = pairs(text)
    assert (found[0][1], found[0][2].split(), found[0][3]) == ("a", value.split(), 1)
    assert found[0][2] == found[0][2].strip()
    assert [(key, item) for _, key, item, _ in found[1:]] == ([("d", "e")] if "d=e" in text else [])


def test_escaped_backslash_at_the_end_continues_nothing() -> None:
    # systemd counts the backslashes: of two, the second is escaped by the first.
    assert pairs("a=C:\\\\\nb=c\n") == [("", "a", "C:\\\\", 1), ("", "b", "c", 2)]


def test_comment_that_ends_in_a_backslash_is_one_line() -> None:
    assert pairs("# a \\\nb=c\n") == [("", "b", "c", 2)]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_only_line_breaks_end_a_line(separator: str) -> None:
    assert pairs(f"# a{separator}b\nc=d\ne=f{separator}g=h\n") == [
        ("", "c", "d", 2),
        ("", "e", f"f{separator}g=h", 3),
    ]


@given(st.lists(st.tuples(st.sampled_from(["A", "B1", "Cc"]), WORDS, st.integers(0, 3)), max_size=12))
@settings(max_examples=150, deadline=None)
def test_what_is_written_comes_back_with_its_lines(entries: list[tuple[str, str, int]]) -> None:
    lines, expected = ["[S]"], []
    for key, value, blank in entries:
        lines += [""] * blank + (["# c"] if blank == 3 else [])
        lines.append(f"{key} = {value}")
        expected.append(("S", key, value.strip(), len(lines)))
    assert pairs("\n".join(lines)) == expected


def test_long_continuations_cost_no_more_than_their_length() -> None:
    def parse(size: int) -> Callable[[], object]:
        text = "a=b \\\n" + ("x" * 80 + " \\\n") * size
        return lambda: parse_ini(text)

    assert grows_evenly(parse, 3000)
