"""The secrets of one document."""

import hashlib
import hmac
import re
from bisect import bisect_right
from collections.abc import Iterator

from autoguard.model import Location
from autoguard.secrets import Concealed, Found, Kind
from autoguard.secrets.engine import Engine
from autoguard.secrets.judge import judge
from autoguard.syntax.parsed import Parsed

_KEY_BEFORE = re.compile(rb"[\"']?([A-Za-z_][\w.-]{0,60})[\"']?\s*(?:=>|:=|[:=])\s*[\"']?[^\"'\n]{0,200}\Z")
_LOCK_FILES = frozenset(
    {"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "cargo.lock", "composer.lock",
     "go.sum", "pipfile.lock", "gemfile.lock", "constraints.txt"}
)  # fmt: skip
_MINIFIED = (".min.js", ".min.css", ".map", ".svg")


def detect(parsed: Parsed, engine: Engine, key: bytes) -> list[Found]:
    """What the document holds, one entry a place, in the order of places.

    Of several kinds on one value the most specific counts. `key` is this run's own, so that digests mean nothing
    outside it.
    """
    if parsed.name in _LOCK_FILES or parsed.name.endswith(_MINIFIED):
        return []
    data = parsed.utf8
    candidates: list[tuple[int, int, int, Kind, str, str]] = []
    for kind, match in engine.scan(data):
        start, end = match.span("secret")
        value = data[start:end].decode("utf-8", errors="replace")
        holder = _holder(kind, match, data, start)
        candidates.append((start, end, -kind.specificity, kind, value, holder))
    found = list(_judged(parsed, candidates))
    if not found:
        return []
    lines = [0, *(match.end() for match in re.finditer(b"\n", data))]
    return [_found(parsed, lines, data, key, item) for item in found]


def _judged(
    parsed: Parsed, candidates: list[tuple[int, int, int, Kind, str, str]]
) -> Iterator[tuple[int, Kind, str, str, str]]:
    # The most specific kind first, so that what lies inside its span is already taken by it.
    taken: list[tuple[int, int]] = []
    accepted = []
    for start, end, _, kind, value, holder in sorted(candidates, key=lambda item: (item[2], item[0], -item[1])):
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        confidence = judge(kind, value, parsed.path)
        if confidence is not None:
            taken.append((start, end))
            accepted.append((start, kind, value, holder, confidence))
    yield from sorted(accepted, key=lambda item: item[0])


def _found(parsed: Parsed, lines: list[int], data: bytes, key: bytes, item: tuple[int, Kind, str, str, str]) -> Found:
    start, kind, value, holder, confidence = item
    line = bisect_right(lines, start)
    column = len(data[lines[line - 1] : start].decode("utf-8", errors="replace")) + 1
    digest = hmac.new(key, value.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
    return Found(
        kind=kind.id,
        role=kind.role,
        holder=holder,
        digest=digest,
        confidence=confidence,  # type: ignore[arg-type]  # the judge gives these words only
        location=Location(parsed.path, line, column, parsed.document.commit),
        value=Concealed(value),
        title=kind.title,
        vendor=kind.vendor if not kind.generic else "",
    )


def _holder(kind: Kind, match: "re.Match[bytes]", data: bytes, start: int) -> str:
    if "key" in match.re.groupindex and match["key"]:
        return match["key"].decode("utf-8", errors="replace").strip("\"' ")
    before = _KEY_BEFORE.search(data, max(0, start - 300), start)
    return before[1].decode("utf-8", errors="replace") if before else kind.id
