"""One document read by everybody: the platform it belongs to, the secrets in it, the evidence it holds."""

import contextlib
import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autoguard.credentials.certificates import MARK, certificates
from autoguard.errors import TemplateError, UnreadableError
from autoguard.model import Credential, Document, Gap, Practice
from autoguard.patterns import PatternSet, with_flags
from autoguard.platforms import Facts, Platform
from autoguard.plugins import Registry
from autoguard.practices import EvidenceReader
from autoguard.practices.manifest import NAME as MANIFEST
from autoguard.secrets import Found, Kind
from autoguard.secrets.detect import detect
from autoguard.secrets.engine import Engine
from autoguard.syntax.json_tree import JsonTree
from autoguard.syntax.parsed import OtherFormatError, Parsed
from autoguard.tools import Tool

_JSON_SUFFIXES = (".json", ".blueprint")


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What one document gave. `kept` is the document itself, where a tool or the manifest needs its bytes later."""

    path: str
    platform: str = ""
    facts: Facts = field(default_factory=Facts)
    secrets: tuple[Found, ...] = ()
    certificates: tuple[Credential, ...] = ()
    practices: tuple[Practice, ...] = ()
    gaps: tuple[Gap, ...] = ()
    kept: Document | None = None


class Reader:
    """All readers, ready for one document after another."""

    def __init__(self, registry: Registry, kinds: Sequence[Kind], key: bytes, *, secrets_only: bool = False) -> None:
        """Load the readers, with `secrets_only` none of automations and evidence.

        `key` is this run's key for the digests of secrets.
        """
        self._secrets_only = secrets_only
        self._platforms: tuple[Platform, ...] = () if secrets_only else registry.platforms
        self._signatures = PatternSet(
            "signatures", [with_flags(one.signature) for one in self._platforms], first_only=True
        )
        self._evidence: tuple[EvidenceReader, ...] = () if secrets_only else tuple(registry.all("evidence"))
        self._tools: tuple[Tool, ...] = () if secrets_only else tuple(registry.all("tools"))
        self._engine = Engine(kinds)
        self._key = key

    def prepare(self) -> None:
        """Load what would otherwise be loaded with the first document."""
        self._signatures.prepare()
        self._engine.patterns.prepare()

    def read(self, document: Document) -> DocumentFacts:
        """Everything one document says. Whatever a reader raises costs that reader's part and becomes a gap."""
        parsed = Parsed(document)
        gaps: list[Gap] = []
        platform, facts = "", Facts()
        secrets: tuple[Found, ...] = ()
        found: tuple[Credential, ...] = ()
        practices: tuple[Practice, ...] = ()
        with _costing_a_gap(parsed, gaps, "the reader"):
            platform, facts = self._platform(parsed, parsed.utf8)
        if not gaps or "is binary" not in gaps[0].reason:
            with _costing_a_gap(parsed, gaps, "the search for secrets"):
                secrets = tuple(detect(parsed, self._engine, self._key, gaps))
            with _costing_a_gap(parsed, gaps, "the reader of certificates"):
                found = tuple(certificates(parsed)) if MARK in parsed.utf8 else ()
            with _costing_a_gap(parsed, gaps, "the reader of evidence"):
                practices = tuple(self._practices(parsed, parsed.utf8))
        if not gaps and not self._secrets_only:
            with _costing_a_gap(parsed, gaps, "the reader"):
                gaps.extend(_text_behind(parsed) if platform else _broken_json(parsed))
        kept = document if self._is_kept(document) else None
        return DocumentFacts(document.path, platform, facts, secrets, found, practices, tuple(gaps[:1]), kept)

    def _platform(self, parsed: Parsed, data: bytes) -> tuple[str, Facts]:
        for platform in self._candidates(parsed, data):
            with contextlib.suppress(OtherFormatError):
                if platform.recognise(parsed):
                    return platform.id, platform.read(parsed)
        return "", Facts()

    def _candidates(self, parsed: Parsed, data: bytes) -> list[Platform]:
        found = [self._platforms[index] for index in self._signatures.which(data)]
        return sorted(found, key=lambda platform: not _is_named(parsed, platform))

    def _practices(self, parsed: Parsed, data: bytes) -> Iterator[Practice]:
        for reader in self._evidence:
            if reader.signature is not None and reader.signature.search(data):
                try:
                    yield from reader.read(parsed)
                except (UnreadableError, OtherFormatError):
                    continue

    def _is_kept(self, document: Document) -> bool:
        name = re.split(r"[/!]", document.path)[-1]
        return name == MANIFEST or any(tool.wants(document) for tool in self._tools)


@contextlib.contextmanager
def _costing_a_gap(parsed: Parsed, gaps: list[Gap], what: str) -> Iterator[None]:
    """Whatever goes wrong inside costs this part of this document: a plugin's mistake or ours as well."""
    try:
        yield
    except TemplateError as error:
        gaps.append(Gap(parsed.path, str(error), "template"))
    except UnreadableError as error:
        gaps.append(Gap(parsed.path, str(error)))
    except RecursionError:
        gaps.append(Gap(parsed.path, "is nested too deep to read"))
    except MemoryError:
        gaps.append(Gap(parsed.path, "needs more memory to read than there is"))
    except Exception as error:  # noqa: BLE001 - the name of the type alone, for its text may hold what was read
        gaps.append(Gap(parsed.path, f"could not be read: {what} failed ({type(error).__name__}); please report it"))


def _is_named(parsed: Parsed, platform: Platform) -> bool:
    return any(fnmatch.fnmatchcase(parsed.name, pattern) for pattern in platform.names)


def _text_behind(parsed: Parsed) -> Iterator[Gap]:
    # Only where a reader asked for JSON: two exports in one file, or an export with something else behind it.
    tree = vars(parsed).get("json")
    if tree is not None and tree.trailing_line:
        yield Gap(parsed.path, f"has more text behind its first JSON value, from line {tree.trailing_line}, not read")


def _broken_json(parsed: Parsed) -> Iterator[Gap]:
    # A `.json` that no reader claims and that is not JSON may be an export that was cut off; settings with comments are
    # no such thing.
    if not parsed.name.endswith(_JSON_SUFFIXES):
        return
    try:
        text = parsed.text
        if text.strip():
            JsonTree(text, comments=True)
    except UnreadableError as error:
        yield Gap(parsed.path, str(error))
