"""The scan from sources to assessment: all reading happens here, all judging in the pure functions it calls.

`collect -> read -> link -> tools -> assess -> redact`. The library knows no terminal: progress is a callback.
"""

import re
import stat
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from autoguard import config as configuration
from autoguard.bearings import Bearings
from autoguard.collect import Entry
from autoguard.collect.files import is_archive, show, walk
from autoguard.errors import UnreadableError, UsageError
from autoguard.inventory import Linked, link
from autoguard.model import Document, Gap, Location, Source
from autoguard.plugins import Registry
from autoguard.practices.manifest import NAME as MANIFEST
from autoguard.practices.manifest import Manifest, parse_manifest
from autoguard.syntax.parsed import Parsed
from autoguard.tables import vendors
from autoguard.tools import Skip, Tool, ToolOptions, ToolReport
from autoguard.workers import Collected, Progress, ReadOptions, read_entries


@dataclass(frozen=True, slots=True)
class Root:
    """One source on disk with the label that its paths carry where there are several."""

    path: Path
    source: Source
    prefix: str


def roots_for(paths: Sequence[Path], cwd: Path) -> list[Root]:
    """The sources named on the command line.

    Raises:
        UsageError: one does not exist.
    """
    roots = []
    labels: Counter[str] = Counter()
    for path in paths:
        _check_source(path)
        resolved = path.resolve()
        label = show(resolved.name) or "root"
        labels[label] += 1
        label = label if labels[label] == 1 else f"{label}-{labels[label]}"
        folder = resolved if resolved.is_dir() else resolved.parent
        outside = f"{label}/" if len(paths) > 1 else ""
        source = Source(label, _shown_prefix(folder, cwd, outside), "folder" if path.is_dir() else _file_kind(path))
        roots.append(Root(path, source, f"{label}/" if len(paths) > 1 else ""))
    return roots


def _check_source(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        why = "there is no such file or folder" if isinstance(error, FileNotFoundError) else f"{error.strerror}".lower()
        raise UsageError(f"{path}: {why}") from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise UsageError(f"{path}: is neither a file nor a folder")


def read_roots(
    roots: Sequence[Root], registry: Registry, options: ReadOptions, progress: Progress | None = None
) -> Collected:
    """All documents of all sources, read by everybody, in the order of paths."""
    collected = Collected()
    entries: list[Entry] = []
    for root in roots:
        for found in walk(root.path):
            if isinstance(found, Entry):
                entries.append(replace(found, path=root.prefix + found.path))
            elif isinstance(found, Gap):
                collected.gaps.append(replace(found, path=root.prefix + found.path))
            else:
                collected.skipped[found.reason] += 1
    read_entries(collected, entries, registry, options, progress)
    return collected


def run_tools(collected: Collected, registry: Registry, options: ToolOptions) -> tuple[ToolReport, ...]:
    """The external scanners on the documents that they want, each in an empty folder of its own.

    What nobody here could read may end a scanner too, and with it the look at all other documents.
    """
    kept = [(document.kept, document.gaps) for document in collected.documents if document.kept is not None]
    reports = []
    for tool in registry.all("tools"):
        wanted = [document for document, gaps in kept if tool.wants(document) and not gaps]
        left_out = [document.path for document, gaps in kept if tool.wants(document) and gaps]
        report = _run_tool(tool, wanted, options)
        skipped = tuple(Skip(path, "it could not be read", Location(path)) for path in left_out)
        reports.append(replace(report, skipped=(*report.skipped, *skipped)))
    return tuple(reports)


_WORST_FIRST = ("failed", "timeout", "absent", "not-asked", "ran", "nothing-to-do")


def _run_tool(tool: Tool, wanted: Sequence[Document], options: ToolOptions) -> ToolReport:
    groups = [(wanted, options)]
    packed = [document for document in wanted if "!/" in document.path]
    if packed and tool.honours_ignores and options.own_tree:
        # What came packed was made elsewhere, and its own ignore comments count for nothing.
        loose = [document for document in wanted if "!/" not in document.path]
        groups = [(loose, options), (packed, replace(options, own_tree=False))]
    reports = []
    for documents, group_options in groups:
        with tempfile.TemporaryDirectory(prefix="autoguard-") as folder:
            reports.append(tool.run(documents, Path(folder), group_options))
    first, *more = sorted(reports, key=lambda report: _WORST_FIRST.index(report.run.status))
    for other in more:
        first = ToolReport(
            replace(first.run, files=first.run.files + other.run.files),
            (*first.results, *other.results),
            (*first.skipped, *other.skipped),
            (*first.ignored, *other.ignored),
        )
    return first


@dataclass(frozen=True, slots=True)
class FoundManifest:
    """The manifest that describes the estate, gaps for those that are not valid, and what is not taken from others.

    `ignored` are settings of a foreign manifest that do not count, `notes` tell of manifests that were passed over.
    """

    manifest: Manifest | None = None
    gaps: tuple[Gap, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_manifest(collected: Collected, roots: Sequence[Root], config: configuration.Config) -> FoundManifest:
    """The user's own configuration, else the manifest at the top of a scanned tree."""
    absolute = tuple((root.prefix, _folder(root).as_posix()) for root in roots)
    kept = [document.kept for document in collected.documents if document.kept is not None]
    found = sorted((one for one in kept if re.split(r"[/!]", one.path)[-1] == MANIFEST), key=lambda one: one.path)
    gaps: list[Gap] = []
    notes: list[str] = []
    used: Manifest | None = None
    if config.manifest is not None and config.file is not None:
        bearings = replace(config.manifest.bearings, roots=absolute)
        inside = bearings.resolve(config.file.name) if _inside(bearings.base, absolute) else ""
        used = replace(config.manifest, bearings=bearings, path=inside or config.path)
        found = [document for document in found if document.path != inside]
    for document in found:
        bearings = Bearings(_home(document, absolute), absolute)
        # One that lies deeper speaks of its own folder; taking it for the whole tree would call all else undeclared.
        wanted = used is None and _at_the_top(document, roots)
        try:
            manifest = replace(parse_manifest(Parsed(document)), bearings=bearings, own=False)
        except (UsageError, UnreadableError) as error:
            reason = str(error).splitlines()[0].removeprefix(f"{document.path}:")
            told = f"is not a valid manifest: {'line ' if reason[:1].isdigit() else 'it '}{reason}"
            if wanted:
                gaps.append(Gap(document.path, told))
            else:
                # Nothing of it would have been used, so nothing is missing.
                notes.append(f"{document.path} {told}")
            continue
        if wanted:
            used = manifest
        else:
            notes.append(_passed_over(manifest, config.path))
    ignored = configuration.ignored_settings(used) if used is not None and not used.own else ()
    return FoundManifest(used, tuple(gaps), ignored, tuple(notes))


def _passed_over(manifest: Manifest, config: str) -> str:
    beside = f"is not used beside {config}" if config else "speaks of a part of the tree"
    settings = ", ".join(configuration.ignored_settings(manifest))
    return f"{manifest.path} {beside}; scan its folder, or name it with --config" + (
        f" (it holds {settings})" if settings else ""
    )


def keep_to_scope(collected: Collected, manifest: Manifest) -> tuple[str, ...]:
    """Leave out what one's own manifest says is not part of the audit, with the count for each reason."""
    counts: Counter[str] = Counter()

    def belongs(path: str) -> bool:
        why = configuration.left_out(manifest, path)
        counts[why] += bool(why)
        return not why

    collected.documents = [document for document in collected.documents if belongs(document.path)]
    collected.gaps = [gap for gap in collected.gaps if belongs(gap.path)]
    return tuple(f"files left out: {count}, {why}" for why, count in counts.items() if count)


def build_inventory(
    collected: Collected,
    roots: Sequence[Root],
    registry: Registry,
    manifest: Manifest | None,
    gaps: Sequence[Gap],
    today: date,
) -> Linked:
    """The linked inventory of everything that was collected."""
    read = any(document.platform for document in collected.documents)
    return link(
        collected.documents,
        platforms={platform.id: platform for platform in registry.platforms} if read else {},
        evidence=tuple(registry.all("evidence")),
        manifest=manifest,
        sources=[root.source for root in roots],
        gaps=[*collected.gaps, *gaps],
        reading=collected.reading,
        today=today,
        vendors=vendors(),
    )


def _shown_prefix(folder: Path, cwd: Path, outside: str) -> str:
    try:
        relative = folder.relative_to(cwd.resolve())
    except ValueError:
        return outside
    return "" if relative == Path() else show(relative.as_posix()) + "/"


def _file_kind(path: Path) -> Literal["archive", "file"]:
    return "archive" if is_archive(path) else "file"


def _folder(root: Root) -> Path:
    resolved = root.path.resolve()
    return resolved if resolved.is_dir() else resolved.parent


def _inside(folder: str, roots: Iterable[tuple[str, str]]) -> bool:
    return any(folder == root or folder.startswith(root.rstrip("/") + "/") for _, root in roots)


def _home(document: Document, roots: Sequence[tuple[str, str]]) -> str:
    for prefix, root in sorted(roots, key=lambda item: -len(item[0])):
        if document.path.startswith(prefix):
            return f"{root}/{document.path.removeprefix(prefix)}".rpartition("/")[0]
    return "/"


def _at_the_top(document: Document, roots: Sequence[Root]) -> bool:
    """Whether a document lies at the top of a source; an archive's content counts from its only folder."""
    for root in roots:
        if document.path.startswith(root.prefix):
            *archives, inner = document.path.removeprefix(root.prefix).split("!/")
            packed = root.source.kind == "archive"
            return len(archives) == int(packed) and inner.count("/") <= int(packed)
    return False
