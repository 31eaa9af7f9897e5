"""The secrets of one document: its fields, its text, and what is encoded in it."""

import hashlib
import hmac
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from autoguard.model import Document, Gap, Location
from autoguard.model.inventory import Confidence
from autoguard.secrets import Concealed, Found, Kind
from autoguard.secrets.encodings import MAX_DEPTH
from autoguard.secrets.engine import Engine, Hits
from autoguard.secrets.fields import Field, fields, is_table
from autoguard.secrets.judge import is_key_like, is_placeholder, is_reference, judge
from autoguard.secrets.records import record_fields
from autoguard.secrets.spans import Spans
from autoguard.syntax.lines import line_starts
from autoguard.syntax.parsed import Parsed

_KEY_BEFORE = re.compile(rb"[\"']?([A-Za-z_][\w.-]{0,60})[\"']?\s*(?:=>|:=|[:=])\s*[\"']?[^\"'\n]{0,200}\Z")
_LOCK_FILES = frozenset(
    {"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "cargo.lock", "composer.lock",
     "go.sum", "pipfile.lock", "gemfile.lock", "constraints.txt"}
)  # fmt: skip
_MINIFIED = (".min.js", ".min.css", ".map", ".svg")
_NEAR = 300
"""Bytes on each side in which what must stand near a value may stand."""
_MAX_DECODED = 20_000_000
"""Bytes of one document that are read after decoding; code in JSON strings counts as well."""
_LONGEST_FIELD = 4_000
_KEY_LIKE = 8


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What may be a secret: a span of bytes with its kind, its value, and the name of what holds it."""

    start: int
    end: int
    kind: Kind
    value: str
    holder: str
    certain: bool = False
    confidence: Confidence = "possible"


class _Budget:
    """How many decoded bytes of a document may still be read."""

    __slots__ = ("left", "spent")

    def __init__(self) -> None:
        self.left = _MAX_DECODED
        self.spent = False

    def take(self, size: int) -> bool:
        self.left -= size
        self.spent = self.spent or self.left < 0
        return self.left >= 0


def detect(parsed: Parsed, engine: Engine, key: bytes, gaps: list[Gap] | None = None) -> list[Found]:
    """What the document holds, one entry a place, in the order of places.

    Of several kinds on one value the most specific counts. `key` is this run's own, so that digests mean nothing
    outside it. What the bound on decoded bytes left unread is added to `gaps`.
    """
    if parsed.name in _LOCK_FILES or parsed.name.endswith(_MINIFIED):
        return []
    budget = _Budget()
    accepted = _accepted(parsed, engine, budget, 0)
    if budget.spent and gaps is not None:
        gaps.append(
            Gap(
                parsed.path, f"holds more than {_MAX_DECODED // 1_000_000} MB of encoded text; the rest was not decoded"
            )
        )
    if not accepted:
        return []
    data = parsed.utf8
    lines = line_starts(data)
    found: dict[tuple[int, str], Found] = {}
    for one in sorted(accepted, key=lambda item: (item.start, item.end)):
        found.setdefault((one.start, one.value), _found(parsed, lines, data, key, one))
    return list(found.values())


def _accepted(parsed: Parsed, engine: Engine, budget: _Budget, depth: int) -> list[_Candidate]:
    data = parsed.utf8
    hits = engine.scan(data)
    assigned = list(hits.assignments())
    inner: list[_Candidate] = []
    # What the grammar says of a field goes before what its text looks like, with escapes and entities in it.
    candidates: list[_Candidate] = []
    if depth < MAX_DEPTH:
        for part in hits.encoded():
            inner.extend(_inside(parsed, part.data, (part.start, part.end), engine, budget, depth))
        named = chain(((one.name, one.value) for one in assigned), hits.neighbours())
        if (
            is_table(parsed)
            or hits.apart
            or any(_is_promising(name, value, engine, parsed.path) for name, value in named)
        ):
            for field in fields(parsed):
                candidates.extend(_of_field(field, engine, parsed.path))
                if "\n" in field.value or '"' in field.value:
                    inner.extend(_inside(parsed, field.value.encode("utf-8", "replace"), field, engine, budget, depth))
    candidates.extend(_by_form(data, hits))
    candidates.extend(
        _Candidate(one.start, one.end, kind, one.value, one.name, one.certain)
        for one in ((*assigned, *record_fields(parsed.name, data)) if depth == 0 else assigned)
        for kind in engine.of_field((one.name,), one.value)
    )
    return [*inner, *_judged(parsed, candidates, Spans((one.start, one.end) for one in inner))]


def _by_form(data: bytes, hits: Hits) -> Iterator[_Candidate]:
    for kind, match in hits.kinds():
        start, end = match.span("secret")
        if kind.near and not re.search(kind.near.encode(), data[max(0, start - _NEAR) : end + _NEAR]):
            continue
        value = data[start:end].decode("utf-8", errors="replace")
        yield _Candidate(start, end, kind, value, _holder(kind, match, data, start))


def _of_field(field: Field, engine: Engine, path: str) -> Iterator[_Candidate]:
    if len(field.value) > _LONGEST_FIELD:
        return
    kinds = [kind for kind in engine.of_field(field.names, field.value) if judge(kind, field.value, path)]
    start, end = field.place() if kinds else (0, 0)
    for kind in kinds:
        yield _Candidate(start, end, kind, field.value, field.names[-1])


def _inside(
    parsed: Parsed, text: bytes, place: "tuple[int, int] | Field", engine: Engine, budget: _Budget, depth: int
) -> Iterator[_Candidate]:
    """What a text holds that stands in the document in other characters: it is placed where the text is."""
    if not budget.take(len(text)):
        return
    found = _accepted(Parsed(Document(parsed.path, text)), engine, budget, depth + 1)
    if not found:
        return
    start, end = place.place() if isinstance(place, Field) else place
    for one in found:
        raw = one.value.encode("utf-8", "replace")
        exact = parsed.utf8.find(raw, start, max(end, start + 2 * len(text)))
        yield replace(one, start=exact, end=exact + len(raw)) if exact >= 0 else replace(one, start=start, end=end)


def _is_promising(name: str, value: str, engine: Engine, path: str) -> bool:
    """Whether the tree may know more of a field than the text does: what it lies in may tell whose key it is."""
    if is_reference(value) or is_placeholder(value):
        return False
    if "\\" in value or (len(value) >= _KEY_LIKE and is_key_like(value)):
        return True
    return any(judge(kind, value, path) for kind in engine.of_field((name,), value))


def _judged(parsed: Parsed, candidates: Iterable[_Candidate], taken: Spans) -> Iterator[_Candidate]:
    # The most specific kind first, so that what lies inside its span is already taken by it.
    for one in sorted(candidates, key=lambda item: (-item.kind.specificity, item.start, -item.end)):
        if taken.meet(one.start, one.end):
            continue
        confidence = judge(one.kind, one.value, parsed.path, certain=one.certain)
        if confidence is not None:
            taken.add(one.start, one.end)
            yield replace(one, confidence=confidence)


def _found(parsed: Parsed, lines: list[int], data: bytes, key: bytes, one: _Candidate) -> Found:
    line = bisect_right(lines, one.start)
    column = len(data[lines[line - 1] : one.start].decode("utf-8", errors="replace")) + 1
    digest = hmac.new(key, one.value.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
    return Found(
        kind=one.kind.id,
        role=one.kind.role,
        holder=one.holder,
        digest=digest,
        confidence=one.confidence,
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
