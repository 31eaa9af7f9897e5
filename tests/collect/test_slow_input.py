"""Input that takes the command some seconds even where all is well: deselect with `-m "not slow"`."""

from pathlib import Path

import pytest
from support.hostile import scan, write

pytestmark = pytest.mark.slow
BUILD = "name: build\non: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo hi\n"


def test_a_hundred_thousand_files(tmp_path: Path) -> None:
    for number in range(500):
        folder = write(tmp_path, {}) / str(number)
        folder.mkdir()
        for index in range(200):
            (folder / f"{index}.json").write_bytes(b'{"number": %d}' % index)
    done = scan(tmp_path, seconds=120)
    assert (done.code, done.json["inventory"]["reading"]["files"]) == (0, 100_001)


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("frame", ['{{"nodes": [{}], "connections": {{}}}}', "[{}]"], ids=["export", "other"])
def test_json_whose_values_fill_the_memory(jobs: str, frame: str, tmp_path: Path) -> None:
    # 60 MB of text of which each seven bytes become an object of two hundred.
    text = frame.format('{"":0},' * 8_500_000 + "{}")
    done = scan(write(tmp_path, {"many.json": text}), "--jobs", jobs, seconds=120)
    (tmp_path / "many.json").unlink()
    assert not any("please report it" in reason for reason in done.gaps.values()), done.gaps
    assert done.names == ["Orders"]


def test_yaml_whose_values_fill_the_memory(tmp_path: Path) -> None:
    text = BUILD + "a: [" + "1," * 8_000_000 + "1]\n"
    done = scan(write(tmp_path, {".github/workflows/many.yml": text}), seconds=120)
    [reason] = done.gaps.values()
    assert "more memory" not in reason, "the bound on values holds before the memory is gone"
    assert "alias" not in reason, "there is none"


def test_xml_whose_elements_fill_the_memory(tmp_path: Path) -> None:
    text = "<ImportExportXml>" + "<a/>" * 12_000_000 + "</ImportExportXml>"
    done = scan(write(tmp_path, {"solution/customizations.xml": text}), seconds=120)
    [reason] = done.gaps.values()
    assert "too many elements" in reason
