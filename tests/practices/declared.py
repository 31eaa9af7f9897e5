"""An estate with a manifest, read and judged in one call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from support.estate import READER, REGISTRY, TODAY, request
from support.reading import parsed

from autoguard import inventory as linking
from autoguard.assess import assess
from autoguard.model import Assessment, Document, Inventory, Practice, Reading, Source
from autoguard.practices.manifest import Manifest, parse_manifest
from autoguard.tables import vendors

HEAD = "version: 1\n"


def manifest_of(text: str, **changes: Any) -> Manifest:
    """The manifest of that text below its first line, at the top of the only source."""
    return replace(parse_manifest(parsed(HEAD + text, "autoguard.yaml")), **changes)


def estate(files: Mapping[str, str], text: str | Manifest, today: date = TODAY) -> Inventory:
    """The inventory of some files that a manifest describes."""
    documents = [READER.read(Document(path, content.encode())) for path, content in sorted(files.items())]
    return linking.link(
        documents,
        platforms={platform.id: platform for platform in REGISTRY.platforms},
        evidence=tuple(REGISTRY.all("evidence")),
        manifest=manifest_of(text) if isinstance(text, str) else text,
        sources=[Source("estate")],
        gaps=[],
        reading=Reading(len(documents)),
        today=today,
        vendors=vendors(),
    ).inventory


def assessed(files: Mapping[str, str], text: str, today: date = TODAY) -> Assessment:
    """The assessment of such an estate on that day."""
    return assess(estate(files, text, today), request(today=today))


def outcomes(assessment: Assessment, check: str) -> tuple[int, int, int]:
    """How often a check passed, failed and could not be decided."""
    [count] = [one for one in assessment.checks if one.id == check]
    return count.passed, count.failed, count.unknown


def practice(inventory: Inventory, kind: str) -> Practice:
    """The one practice of that kind."""
    [found] = [one for one in inventory.practices if one.kind == kind]
    return found
