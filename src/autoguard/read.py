"""One document read by everybody: the platform it belongs to, the secrets in it, the evidence it holds."""

import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autoguard.credentials.certificates import MARK, certificates
from autoguard.errors import UnreadableError
from autoguard.model import Credential, Document, Gap, Practice
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

    def __init__(self, registry: Registry, kinds: Sequence[Kind], key: bytes) -> None:
        """Load the readers; `key` is this run's key for the digests of secrets."""
        self._platforms: tuple[Platform, ...] = registry.platforms
        self._evidence: tuple[EvidenceReader, ...] = tuple(registry.all("evidence"))
        self._tools: tuple[Tool, ...] = tuple(registry.all("tools"))
        self._engine = Engine(kinds)
        self._key = key

    def read(self, document: Document) -> DocumentFacts:
        """Everything one document says. Whatever a reader raises costs that reader's part and becomes a gap."""
        parsed = Parsed(document)
        gaps: list[Gap] = []
        platform, facts = "", Facts()
        secrets: list[Found] = []
        found: tuple[Credential, ...] = ()
        practices: list[Practice] = []
        try:
            data = parsed.utf8
            platform, facts = self._platform(parsed, data)
        except (UnreadableError, RecursionError) as error:
            gaps.append(Gap(document.path, str(error) if isinstance(error, UnreadableError) else "is nested too deep"))
            data = document.data
        try:
            secrets = detect(parsed, self._engine, self._key)
            if MARK in data:
                found = tuple(certificates(parsed))
            practices = list(self._practices(parsed, data))
        except (UnreadableError, RecursionError):
            pass  # said above already
        if not gaps and not platform:
            gaps.extend(_broken_json(parsed))
        return DocumentFacts(
            document.path,
            platform,
            facts,
            tuple(secrets),
            found,
            tuple(practices),
            tuple(gaps),
            document if self._is_kept(document) else None,
        )

    def _platform(self, parsed: Parsed, data: bytes) -> tuple[str, Facts]:
        for platform in self._candidates(parsed, data):
            try:
                if platform.recognise(parsed):
                    return platform.id, platform.read(parsed)
            except OtherFormatError:
                continue
            except (UnreadableError, RecursionError):
                raise
            except Exception as error:  # noqa: BLE001 - a reader's mistake, a plugin's above all, costs one document
                reason = f"the reader for {platform.id} failed ({type(error).__name__}); please report it"
                raise UnreadableError(reason) from None
        return "", Facts()

    def _candidates(self, parsed: Parsed, data: bytes) -> list[Platform]:
        found = [platform for platform in self._platforms if platform.signature.search(data)]
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


def _is_named(parsed: Parsed, platform: Platform) -> bool:
    return any(fnmatch.fnmatchcase(parsed.name, pattern) for pattern in platform.names)


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
