"""YAML, XML and manifests that are broken or hostile, by the real command beside a healthy workflow."""

import re
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from support.hostile import Scan, only_gap, scan, scans, write

FLOW = ".github/workflows/build.yml"
SOLUTION = "solution/customizations.xml"
MANIFEST = "autoguard.yaml"
DEEP = 20_000
BUILD = "name: build\non: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo hi\n"
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 25))
DECLARED = '<?xml version="1.0" encoding="utf-8"?>\n'
PARTS = (
    '<ImportExportXml>\n<Workflow WorkflowId="{{00000000-0000-0000-0000-000000000001}}" Name="F">'
    "<Category>5</Category></Workflow>{}</ImportExportXml>"
)
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))

GAPS: dict[str, tuple[str, str | bytes, str]] = {
    "alias-bomb": (FLOW, BUILD + BOMB, "alias bomb"),
    "alias-in-itself": (FLOW, BUILD + "a: &a [*a]\n", "alias contains itself"),
    "alias-in-itself-in-a-job": (FLOW, BUILD + "    env: &e {<<: *e}\n", "alias contains itself"),
    "deep-lists": (FLOW, BUILD + "a: " + "[" * 100_000 + "]" * 100_000, "nested too deep"),
    "deep-maps": (FLOW, BUILD + "a: " + "{a: " * DEEP + "}" * DEEP, "nested too deep"),
    "deep-and-open": (FLOW, BUILD + "a: " + "[" * DEEP, "nested too deep"),
    "deep-block-lists": (FLOW, BUILD + "a:\n  " + "- " * 100_000 + "x\n", "nested too deep"),
    "deep-block-keys": (FLOW, BUILD + "a:\n  " + "? " * 100_000 + "x\n", "nested too deep"),
    "deep-block-maps": (FLOW, BUILD + "a:\n" + "".join(" " * n + "k:\n" for n in range(1, 1500)), "nested too deep"),
    "yaml-cut": (FLOW, BUILD + 'a: "open\n', r"not valid YAML: line \d+"),
    "yaml-zero-byte": (FLOW, "#" + "x" * 9000 + "\n" + BUILD + "a: \0\n", "character that YAML does not allow"),
    "yaml-binary": (FLOW, b"\x93\0\1\2" * 99, "is binary"),
    "xml-bomb": (SOLUTION, f'{DECLARED}<!DOCTYPE a [<!ENTITY e0 "lol">{ENTITIES}]>' + PARTS.format("&e11;"),
                 "entities or external references, which are not expanded"),
    "xml-external": (SOLUTION, f'{DECLARED}<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + PARTS.format("&e;"),
                     "entities or external references"),
    "xml-subset": (SOLUTION, f'{DECLARED}<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + PARTS.format(""),
                   "entities or external references"),
    "xml-deep": (SOLUTION, PARTS.format("<a>" * 100_000 + "</a>" * 100_000), "nested too deep"),
    "xml-deep-and-open": (SOLUTION, "<ImportExportXml>" + "<a>" * 100_000, "nested too deep"),
    "xml-cut": (SOLUTION, (DECLARED + PARTS.format(""))[:-20], r"not valid XML: line 3: \w"),
    "xml-zero-byte": (SOLUTION, PARTS.format("<!--" + "x" * 9000 + "-->\0"), r"not valid XML: line 2: \w"),
    "manifest-deep": (MANIFEST, "a: " + "[" * DEEP, "not a valid manifest: .*nested too deep"),
    "manifest-bomb": (MANIFEST, BOMB, "not a valid manifest: .*alias bomb"),
    "manifest-in-itself": (MANIFEST, "a: &a [*a]\n", "not a valid manifest: .*contains itself"),
    "manifest-empty-number": (MANIFEST, 'version: !!int ""\n', "not a valid manifest|could not be read"),
    "manifest-cut": (MANIFEST, "version: 1\norganisation: [\n", "not a valid manifest: .*line 3"),
    "manifest-list": (MANIFEST, "- 1\n", "not a valid manifest: line 1"),
    "manifest-several": (MANIFEST, "version: 1\n---\nversion: 1\n", "not a valid manifest"),
    "manifest-odd-keys": (MANIFEST, "version: 1\n? [a]\n: b\n? {c: d}\n: e\n", "not a valid manifest: line"),
    "manifest-huge-number": (MANIFEST, "version: 0x" + "f" * 9000 + "\n", "not a valid manifest: line 1"),
}  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Scan]]]:
    """Every case, scanned by itself."""
    with scans(
        tmp_path_factory.mktemp("cases"), {case: {path: content} for case, (path, content, _) in GAPS.items()}
    ) as futures:
        yield futures


@pytest.mark.parametrize("case", GAPS)
def test_hostile_markup_costs_its_own_file(case: str, done: dict[str, Future[Scan]]) -> None:
    path, _, reason = GAPS[case]
    only_gap(done[case].result(), path, reason)


@pytest.mark.parametrize("content", ["a: &a [*a]\n", "a: [\n", "- 1\n"], ids=["circle", "cut", "list"])
def test_reason_of_a_manifest_is_a_sentence(content: str, tmp_path: Path) -> None:
    reason = scan(write(tmp_path, {MANIFEST: content})).gaps[MANIFEST]
    assert not re.search(r"\bline (?!\d)", reason), reason


def test_template_of_another_language_is_told_and_is_no_damage(tmp_path: Path) -> None:
    done = scan(write(tmp_path, {FLOW: BUILD + "{{ if x }}\n- [\n"}))
    assert (done.code, done.gaps) == (0, {FLOW: "is a template of another language and was not read"})


def test_values_that_yaml_allows_and_nobody_expects(tmp_path: Path) -> None:
    values = (".inf", "-.inf", ".nan", "0x" + "f" * 9000, "9" * 9000, "1e999", "2026-02-30", "~", "[]", "!x y", "!!set {a}",
              "1:1:1", "!!binary ''", "*x")  # fmt: skip
    files = {
        f".github/workflows/f{index}.yml": BUILD.replace("name: build", f"name: flow {index}\nx: &x {{a: 1}}").replace(
            "    steps:", f"    timeout-minutes: {value}\n    env: {value}\n    steps:"
        )
        for index, value in enumerate(values)
    }
    done = scan(write(tmp_path, files))
    assert (done.code, done.gaps) == (0, {})
    assert done.names == sorted(["Orders", *(f"flow {index}" for index in range(len(values)))])


def test_deep_value_made_of_aliases_costs_its_own_file(tmp_path: Path) -> None:
    chain = "x0: &c0 {a: x}\n" + "".join(f"x{n}: &c{n} {{a: *c{n - 1}}}\n" for n in range(1, 1500))
    build = BUILD.replace("name: build\n", "name: build\n" + chain)
    places = ("    env: *c1499\n", "    with: *c1499\n", "    strategy: *c1499\n")
    files = {f".github/workflows/{n}.yml": build + place for n, place in enumerate(places)}
    done = scan(write(tmp_path, files))
    assert len(done.names) + len(done.gaps) == len(files) + 1


@pytest.mark.parametrize("deep", ["[" * 20_000 + "]" * 20_000, "\n  " + "- " * 20_000 + "x"], ids=["lists", "blocks"])
def test_tool_that_one_file_breaks_still_looks_at_the_others(deep: str, tmp_path: Path) -> None:
    weak = BUILD.replace("echo hi", "echo ${{ github.event.issue.title }}").replace("push", "issues")
    alone = scan(write(tmp_path / "alone", {FLOW: weak}))
    beside = scan(write(tmp_path / "beside", {FLOW: weak, ".github/workflows/deep.yml": f"{BUILD}a: {deep}\n"}))
    tools = [next(one for one in done.json["tools"] if one["tool"] == "zizmor") for done in (alone, beside)]
    assert [one["status"] for one in tools] == ["ran", "ran"], tools
    found = [[one["check"] for one in done.json["findings"] if _is_at(one, FLOW)] for done in (alone, beside)]
    assert found[0]
    assert found[1] == found[0]


def _is_at(finding: dict[str, Any], path: str) -> bool:
    return any(place["path"] == path for place in finding["locations"])


def test_every_encoding_of_a_workflow_and_a_solution_is_read(tmp_path: Path) -> None:
    encodings = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
    files: dict[str, str | bytes] = {}
    for encoding in encodings:
        files[f".github/workflows/{encoding}.yml"] = BUILD.replace("build", encoding).encode(encoding)
        part = PARTS.replace("00000001", f"{10 + len(files):08}").format("")
        files[f"{encoding}/customizations.xml"] = (DECLARED + part).encode(encoding)
    # A declaration that claims the other encoding, each way.
    files["claims-16/customizations.xml"] = DECLARED.replace("utf-8", "utf-16") + PARTS.format("")
    done = scan(write(tmp_path, files))
    assert done.names == sorted(["Orders", *encodings])
    flows = {path for path, reason in done.gaps.items() if "line 3 describes a cloud flow" in reason}
    assert flows == {path for path in files if path.endswith(".xml")}, "each solution was read down to its flow"


def test_nothing_holds_up_a_scan(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "quotes.json": '{"a": "' + '\\"x' * 40_000,
        "comments.json": "{" + "/* " * 60_000,
        ".github/workflows/lines.yml": BUILD + "\n" * 150_000 + "}",
        ".github/workflows/merges.yml": BUILD + "a:\n  <<: [" + ",".join(f"{{k{n}: 1}}" for n in range(40_000)) + "]\n",
        ".github/workflows/times.yml": BUILD + "a: 1" + ":1" * 400_000 + "\n",
        "unit.service": "[Service]\nExecStart=/bin/a \\\n" + ("x" * 80 + " \\\n") * 40_000,
    }
    scan(write(tmp_path, files), seconds=20)
