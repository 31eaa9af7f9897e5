"""Archives that are broken, hostile or both, by the real command, and every bound by small limits."""

import bz2
import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from support.hostile import (
    Scan,
    export,
    grows_evenly,
    only_gap,
    scan,
    scans,
    survives,
    tar_header,
    tarred,
    write,
    zipped,
)

from autoguard.collect import LIMITS, Limits, Skipped
from autoguard.collect.archive_kind import archive_kind
from autoguard.collect.archives import expand
from autoguard.model import Document, Gap

INSIDE = export("Inside")
SMALL = Limits(
    file_bytes=50_000, member_bytes=10_000, archive_bytes=40_000, archive_members=50, archive_depth=2
)  # fmt: skip
ZEROS = bytes(1 << 20)
NEGATIVE = b"\xff" + (2**88 - 512).to_bytes(11, "big")
GIANT = b"\x80" + (2**80).to_bytes(11, "big")
PACKED: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def _patched(data: bytes, mark: bytes, at: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, changed.rindex(mark) + at, value)
    return bytes(changed)


def _lying(declared: int) -> bytes:
    # The last member's size, in the local and in the central header.
    data = zipped([("first.json", INSIDE), ("second.json", export("Second") + " " * 100_000)])
    return _patched(
        _patched(data, b"PK\x01\x02", 24, "<I", declared), b"PK\x03\x04", 22, "<I", declared
    )  # fmt: skip


def _encrypted() -> bytes:
    data = zipped([("other.json", INSIDE)])
    return _patched(_patched(data, b"PK\x01\x02", 8, "<H", 1), b"PK\x03\x04", 6, "<H", 1)


def _overlapping(entries: int) -> bytes:
    # One compressed member that the directory lists again and again.
    data = zipped([("a.bin", bytes(60_000_000))])
    start = data.index(b"PK\x01\x02")
    entry = data[start : data.index(b"PK\x05\x06")]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(entry) * entries, start, 0)
    return data[:start] + entry * entries + end


def _nested(levels: int, data: bytes = INSIDE.encode(), name: str = "other.json") -> bytes:
    for level in range(levels):
        data, name = zipped([(name, data)]), f"level-{level}.zip"
    return data


def _tar_of(size: int | bytes, kind: bytes = b"0") -> bytes:
    return tar_header("other.json", size, kind) + bytes(2048)


GAPS: dict[str, tuple[str, bytes, str, str]] = {
    "zip-lies-small": ("a.zip", _lying(10), "a.zip", "broken zip"),
    "zip-lies-large": ("a.zip", _lying(2_000_000_000), "a.zip!/second.json", "expands to more than 64 MB"),
    "zip-encrypted": ("a.zip", _encrypted(), "a.zip", "is encrypted; scan what is inside after unpacking"),
    "zip-cut": ("a.zip", zipped([("other.json", INSIDE)])[:-30], "a.zip", "broken zip"),
    "zip-cut-in-half": ("a.zip", zipped([("other.json", os.urandom(4000))])[:2000], "a.zip", "broken zip"),
    "zip-overlapping": ("a.zip", _overlapping(1000), "a.zip", "expands to more than 256 MB"),
    "zip-many-members": ("a.zip", zipped((f"{i}.txt", "") for i in range(20_001)), "a.zip", "more than 20000 members"),
    "zip-nested": ("a.zip", _nested(10), "a.zip!/level-8.zip!/level-7.zip", "archive inside 2 others and was not"),
    "zip-nested-bombs": ("a.zip", zipped((f"{i}.zip", _nested(1, bytes(60_000_000), "a.bin")) for i in range(12)),
                         "a.zip", "expands to more than 256 MB"),
    "zip-member-without-name": ("a.zip", zipped([("Q.json", INSIDE)]).replace(b"Q.json", b"\0.json"), "a.zip", ""),
    "zip-offset-beyond": ("a.zip", _patched(zipped([("other.json", INSIDE)]), b"PK\x01\x02", 42, "<I", 0xFFFFFFF0),
                          "a.zip", "broken zip"),
    "tar-cut": ("a.tar", tarred([("other.json", INSIDE)])[:900], "a.tar", "broken tar"),
    "tar-negative-size": ("a.tar", _tar_of(NEGATIVE), "", ""),
    "tar-negative-header": ("a.tar", _tar_of(NEGATIVE, b"x"), "a.tar", "broken tar"),
    "tar-giant-header": ("a.tar", _tar_of(GIANT, b"L"), "a.tar", "broken tar"),
    "tar-endless-names": ("a.tar", (tar_header("n", 512, b"L") + b"n" * 512) * 3000, "a.tar", "broken tar"),
    "gz-cut": ("a.json.gz", gzip.compress(INSIDE.encode())[:-20], "a.json.gz", "broken gz"),
    "gz-nested": ("a.gz", gzip.compress(gzip.compress(gzip.compress(INSIDE.encode()))), "a.gz!/a!/content",
                  "inside 2 others"),
    "gz-empty": ("a.json.gz", gzip.compress(b""), "a.json.gz!/a.json", "is empty"),
    "xz-cut": ("a.json.xz", lzma.compress(INSIDE.encode())[:-20], "a.json.xz", "broken xz"),
    "bz2-cut": ("a.json.bz2", bz2.compress(INSIDE.encode())[:-5], "a.json.bz2", "broken bz2"),
}  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Scan]]]:
    """Every case, scanned by itself."""
    with scans(
        tmp_path_factory.mktemp("cases"), {case: {name: data} for case, (name, data, _, _) in GAPS.items()}
    ) as futures:
        yield futures


@pytest.mark.parametrize("case", GAPS)
def test_hostile_archive_costs_itself(case: str, done: dict[str, Future[Scan]]) -> None:
    _, _, path, reason = GAPS[case]
    found = done[case].result()
    only_gap(found, path or next(iter(found.gaps), ""), reason)


@pytest.mark.parametrize("pack", PACKED)
def test_bomb_of_one_stream(pack: str, tmp_path: Path) -> None:
    write(tmp_path, {f"a.json.{pack}": PACKED[pack](ZEROS * 80)})
    survives(tmp_path, f"a.json.{pack}", "expands to more than 64 MB")


def test_zip_bomb_of_gigabytes(tmp_path: Path) -> None:
    # One compressed megabyte again and again: what unpacks it sees three thousand of them.
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = block * 3000 + packer.flush()
    for declared, reason in ((3000 << 20, "expands to more than 64 MB"), (1000, "broken zip")):
        local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), declared, 6, 0) + b"a.json"
        entry = struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), declared, 6, 0, 0, 0, 0, 0, 0
        ) + b"a.json"  # fmt: skip
        start = len(local) + len(packed)
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), start, 0)
        found = scan(write(tmp_path / str(declared), {"a.zip": local + packed + entry + end}))
        assert reason in "".join(found.gaps.values())
        assert found.names == ["Orders"]
    unpacked = zlib.decompressobj(-15).decompress(packed, 64_000_001)
    assert len(unpacked) > 64_000_000, "the bomb is one"


def test_zip_directory_that_claims_gigabytes(tmp_path: Path) -> None:
    # 3 GB of nothing on a disk that keeps holes: the directory alone would fill the memory.
    with (write(tmp_path, {}) / "a.zip").open("wb") as stream:
        stream.write(b"PK\x03\x04" + bytes(26))
        stream.seek(3_000_000_000)
        stream.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2_900_000_000, 100_000_000, 0))
    survives(tmp_path, "a.zip", "")


def test_tar_header_that_claims_gigabytes(tmp_path: Path) -> None:
    with (write(tmp_path, {}) / "a.tar").open("wb") as stream:
        stream.write(tar_header("pax", 2_900_000_000, b"x"))
        stream.truncate(3_000_000_000)
    survives(tmp_path, "a.tar", "")


def test_xz_that_asks_for_gigabytes(tmp_path: Path) -> None:
    data = bytearray(lzma.compress(INSIDE.encode()))
    length = (data[12] + 1) * 4
    data[data.index(0x21, 12) + 2] = 40  # the window that the stream asks for: 4 GiB
    struct.pack_into("<I", data, 12 + length - 4, zlib.crc32(bytes(data[12 : 12 + length - 4])))
    survives(write(tmp_path, {"a.json.xz": bytes(data)}), "a.json.xz", "")


def test_members_that_lead_out_are_refused_one_by_one(tmp_path: Path) -> None:
    names = ("../a.json", "x/../../b.json", "/c.json", "C:\\d.json", "C:e.json", "..\\f.json", "\\\\host\\g.json")
    inside = ("ok.json", "deep/ok.json", "..dots/ok.json", "a..b.json")
    members = [(name, export(f"Bad {index}")) for index, name in enumerate(names)]
    members[3:3] = [(name, export(name)) for name in inside]
    for name, data in (("a.zip", zipped(members)), ("a.tar", tarred(members))):
        tree = write(tmp_path / name.replace(".", "-"), {name: data})
        done = scan(tree)
        assert done.names == sorted(["Orders", *inside])
        assert sorted(done.gaps) == sorted(f"{name}!/{member}".replace("\\", "/") for member in names)
        assert set(done.gaps.values()) == {"is a member whose path leaves the archive; it was not read"}


def test_links_and_devices_in_a_tar(tmp_path: Path) -> None:
    link = tarred([("link.json", ""), ("up", "")], type=tarfile.SYMTYPE, linkname="../../etc/passwd")
    hard = tarred([("hard.json", "")], type=tarfile.LNKTYPE, linkname="/etc/passwd")
    device = tarred([("device.json", "")], type=tarfile.CHRTYPE)
    pipe = tarred([("pipe.json", "")], type=tarfile.FIFOTYPE)
    parts = [part.rstrip(b"\0") + bytes(-len(part.rstrip(b"\0")) % 512) for part in (link, hard, device, pipe)]
    data = b"".join(parts) + tarred([("ok.json", INSIDE)])
    done = scan(write(tmp_path, {"a.tar": data, "a.tar.gz": gzip.compress(data)}))
    assert (done.code, done.names) == (0, ["Inside", "Inside", "Orders"])
    assert done.json["inventory"]["reading"]["skipped"]["link inside an archive"] == 6


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.tar.gz", "a.json.gz", "a.tar.xz", "a.bz2"])
def test_name_that_promises_an_archive_and_is_none(name: str, tmp_path: Path) -> None:
    survives(write(tmp_path, {name: b"\0\1\2\3" + os.urandom(2000)}), name, "")


def test_method_that_is_not_known_is_not_called_damage(tmp_path: Path) -> None:
    data = zipped([("other.json", INSIDE)])
    data = _patched(_patched(data, b"PK\x01\x02", 10, "<H", 9), b"PK\x03\x04", 8, "<H", 9)
    done = scan(write(tmp_path, {"a.zip": data}))
    assert done.gaps
    assert not any("broken" in reason for reason in done.gaps.values()), done.gaps


def test_archive_of_which_nothing_was_read_does_not_claim_a_part(tmp_path: Path) -> None:
    done = scan(write(tmp_path, {"a.zip": zipped([("other.json", INSIDE)])[:-30]}))
    assert done.names == ["Orders"]
    assert "was read" not in done.gaps["a.zip"]


def test_temporary_files_are_never_made(tmp_path: Path) -> None:
    files = {"a.zip": _nested(2), "b.tar.gz": gzip.compress(tarred([("ok.json", INSIDE), ("ok.py", "x = 1\n")]))}
    done = scan(write(tmp_path, {**files, "c.zip": _encrypted()}))  # `scan` looks for what is left behind
    assert done.names == ["Inside", "Inside", "Orders"]


def _expand(data: bytes, limits: Limits = SMALL, name: str = "a") -> tuple[list[Document], dict[str, str]]:
    found = list(expand(io.BytesIO(data), name, archive_kind(data[:512], name), limits))
    documents = [one for one in found if isinstance(one, Document)]
    return documents, {one.path: one.reason for one in found if isinstance(one, Gap | Skipped)}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_member_at_the_limit_is_read_and_one_byte_more_is_not(pack: Callable[..., bytes]) -> None:
    documents, gaps = _expand(pack([("fits.txt", "x" * 10_000), ("larger.txt", "x" * 10_001), ("last.txt", "y")]))
    assert [(one.path, len(one.data), one.origin) for one in documents] == [
        ("a!/fits.txt", 10_000, "archive"),
        ("a!/last.txt", 1, "archive"),
    ]
    assert [*gaps] == ["a!/larger.txt"]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_bytes_of_an_archive_are_counted_over_its_members(pack: Callable[..., bytes]) -> None:
    documents, gaps = _expand(pack([(f"{index}.txt", "x" * 9000) for index in range(6)]))
    assert len(documents) == 4
    assert "archive bomb" in gaps["a"]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_members_of_an_archive_are_counted(pack: Callable[..., bytes]) -> None:
    documents, gaps = _expand(pack([(f"{index}.txt", "x") for index in range(51)]))
    assert (len(documents), gaps) == (50, {"a": "has more than 50 members; the rest was not read"})


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_depth_of_archives_in_archives(depth: int) -> None:
    limits = replace(SMALL, archive_depth=depth)
    documents, gaps = _expand(_nested(depth), limits)
    assert ([one.data for one in documents], gaps) == ([INSIDE.encode()], {})
    documents, gaps = _expand(_nested(depth + 1), limits)
    assert documents == []
    assert [*gaps.values()] == [f"is an archive inside {depth} others and was not opened"]


@pytest.mark.parametrize("what", ["bytes", "members"])
def test_archives_inside_share_the_bounds_of_the_outer_one(what: str) -> None:
    count, size = (1, 9000) if what == "bytes" else (20, 1)
    inner = zipped([(f"{index}.txt", "x" * size) for index in range(count)])
    documents, gaps = _expand(zipped([(f"{index}.zip", inner) for index in range(20)]))
    assert sum(len(one.data) for one in documents) <= SMALL.archive_bytes
    assert len(documents) <= SMALL.archive_members
    assert gaps


@pytest.mark.parametrize("pack", PACKED)
def test_packed_file_keeps_its_name(pack: str) -> None:
    packed = PACKED[pack]
    [document] = _expand(packed(INSIDE.encode()), name=f"dir/flow.json.{pack}")[0]
    assert (document.path, document.data) == (f"dir/flow.json.{pack}!/flow.json", INSIDE.encode())
    [member] = _expand(packed(tarred([("x/flow.json", INSIDE)])), LIMITS, f"dir/all.tar.{pack}")[0]
    assert (member.path, member.data) == (f"dir/all.tar.{pack}!/x/flow.json", INSIDE.encode())
    assert _expand(packed(b"x" * 10_001))[1] == {"a": "expands to more than 0 MB"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_method_of_zip(method: int) -> None:
    assert [one.data for one in _expand(zipped([("a.json", INSIDE)], method))[0]] == [INSIDE.encode()]


def test_documents_of_office_programs_are_not_expanded() -> None:
    assert archive_kind(zipped([("a.json", INSIDE)]), "book.XLSX") == ""
    assert archive_kind(zipped([("a.json", INSIDE)]), "book.zip") == "zip"


def test_tar_headers_cost_no_more_than_their_length() -> None:
    def parse(digits: int) -> Callable[[], object]:
        data = b"1" * digits
        return lambda: _expand(tar_header("p", digits, b"x") + data + bytes(-digits % 512), LIMITS)

    assert grows_evenly(parse, 1500)


def test_damage_anywhere_is_a_gap_and_no_error() -> None:
    # Three seconds of damage at random places, always the same ones as far as the machine gets.
    members = [("a.json", '{"a": 1}' * 30), ("d/" * 40 + "b.json", "{}"), ("ü.json", "x" * 300)]
    forms = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT)
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    whole = [*(tarred(members, form) for form in forms), *(zipped(members, method) for method in methods)]
    whole += [pack(tarred(members)) for pack in PACKED.values()]
    chance = random.Random(7)  # noqa: S311 - the same damage every time
    end = time.monotonic() + 3
    while time.monotonic() < end:
        damaged = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 1, 2, 6))):
            place = chance.randrange(len(damaged))
            damaged[place : place + chance.choice((1, 8))] = chance.choice((b"\0", b"\xff" * 8, chance.randbytes(8)))
        if archive_kind(bytes(damaged[:512]), "a"):
            _expand(bytes(damaged))
