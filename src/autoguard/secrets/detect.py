"""The secrets of one document."""

import hashlib
import hmac
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from autoguard.model import Location
from autoguard.model.inventory import Confidence
from autoguard.secrets import Concealed, Found, Kind
from autoguard.secrets.engine import Engine
from autoguard.secrets.judge import judge
from autoguard.secrets.records import record_fields
from autoguard.secrets.tree_fields import json_fields
from autoguard.syntax.parsed import Parsed

_KEY_BEFORE = re.compile(rb"[\"']?([A-Za-z_][\w.-]{0,60})[\"']?\s*(?:=>|:=|[:=])\s*[\"']?[^\"'\n]{0,200}\Z")
_LOCK_FILES = frozenset(
    {"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "cargo.lock", "composer.lock",
     "go.sum", "pipfile.lock", "gemfile.lock", "constraints.txt"}
)  # fmt: skip
_MINIFIED = (".min.js", ".min.css", ".map", ".svg")
_NEAR = 300
"""Bytes on each side in which what must stand near a value may stand."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What may be a secret: a span of bytes with its kind, its value, and the name of what holds it."""

    start: int
    end: int
    kind: Kind
    value: str
    holder: str
    certain: bool = False


def detect(parsed: Parsed, engine: Engine, key: bytes) -> list[Found]:
    """What the document holds, one entry a place, in the order of places.

    Of several kinds on one value the most specific counts. `key` is this run's own, so that digests mean nothing
    outside it.
    """
    if parsed.name in _LOCK_FILES or parsed.name.endswith(_MINIFIED):
        return []
    data = parsed.utf8
    candidates = list(_candidates(parsed, data, engine))
    found = list(_judged(parsed, candidates)) if candidates else []
    if not found:
        return []
    lines = [0, *(match.end() for match in re.finditer(b"\n", data))]
    return [_found(parsed, lines, data, key, *item) for item in found]


def _candidates(parsed: Parsed, data: bytes, engine: Engine) -> Iterator[_Candidate]:
    hits = engine.scan(data)
    for kind, match in hits.kinds():
        start, end = match.span("secret")
        if kind.near and not re.search(kind.near.encode(), data[max(0, start - _NEAR) : end + _NEAR]):
            continue
        value = data[start:end].decode("utf-8", errors="replace")
        yield _Candidate(start, end, kind, value, _holder(kind, match, data, start))
    for one in (*hits.assignments(), *record_fields(parsed.name, data)):
        for kind in engine.of_field((one.name,), one.value):
            yield _Candidate(one.start, one.end, kind, one.value, one.name, one.certain)
    if hits.fields:
        yield from _in_tree(parsed, engine)


def _in_tree(parsed: Parsed, engine: Engine) -> Iterator[_Candidate]:
    for field in json_fields(parsed):
        kinds = [kind for kind in engine.of_field(field.names, field.value) if judge(kind, field.value, parsed.path)]
        start, end = field.place() if kinds else (0, 0)
        for kind in kinds:
            yield _Candidate(start, end, kind, field.value, field.names[-1])


def _judged(parsed: Parsed, candidates: list[_Candidate]) -> Iterator[tuple[_Candidate, Confidence]]:
    # The most specific kind first, so that what lies inside its span is already taken by it.
    taken: list[tuple[int, int]] = []
    accepted = []
    for one in sorted(candidates, key=lambda item: (-item.kind.specificity, item.start, -item.end)):
        if any(one.start < end and start < one.end for start, end in taken):
            continue
        confidence = judge(one.kind, one.value, parsed.path, certain=one.certain)
        if confidence is not None:
            taken.append((one.start, one.end))
            accepted.append((one, confidence))
    yield from sorted(accepted, key=lambda item: item[0].start)


def _found(parsed: Parsed, lines: list[int], data: bytes, key: bytes, one: _Candidate, confidence: Confidence) -> Found:
    line = bisect_right(lines, one.start)
    column = len(data[lines[line - 1] : one.start].decode("utf-8", errors="replace")) + 1
    digest = hmac.new(key, one.value.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
    return Found(
        kind=one.kind.id,
        role=one.kind.role,
        holder=one.holder,
        digest=digest,
        confidence=confidence,
        location=Location(parsed.path, line, column, parsed.document.commit),
        value=Concealed(one.value),
        title=one.kind.title,
        vendor=one.kind.vendor if not one.kind.generic else "",
    )


def _holder(kind: Kind, match: "re.Match[bytes]", data: bytes, start: int) -> str:
    if "key" in match.re.groupindex and match["key"]:
        return match["key"].decode("utf-8", errors="replace").strip("\"' ")
    before = _KEY_BEFORE.search(data, max(0, start - 300), start)
    return before[1].decode("utf-8", errors="replace") if before else kind.id
