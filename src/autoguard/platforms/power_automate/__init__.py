"""Power Automate: legacy packages, solutions, clipboard copies, and answers of its APIs."""

import re

from autoguard.platforms import Facts, Platform, merge
from autoguard.platforms.power_automate.completion import join
from autoguard.platforms.power_automate.packages import is_map, is_package, read_map, read_package
from autoguard.platforms.power_automate.reader import read_flow
from autoguard.platforms.power_automate.shapes import flows, is_asset_list
from autoguard.platforms.power_automate.solutions import is_solution_part, read_solution_part
from autoguard.syntax.parsed import OtherFormatError, Parsed


def recognise(parsed: Parsed) -> bool:
    """A flow in any of its forms, or a part of a package or solution that says more about one."""
    try:
        value = parsed.json.value
    except OtherFormatError:
        return _recognise_xml(parsed)
    return bool(is_asset_list(value) or is_package(value) or is_map(parsed.name, value) or flows(parsed, value))


def read(parsed: Parsed) -> Facts:
    """Every flow in the document, or the fragments that `join` completes flows with."""
    try:
        value = parsed.json.value
    except OtherFormatError:
        return read_solution_part(parsed)
    if is_package(value):
        return read_package(parsed, value)
    if is_map(parsed.name, value):
        return read_map(parsed, value)
    return merge([read_flow(parsed, flow) for flow in flows(parsed, value)])


def _recognise_xml(parsed: Parsed) -> bool:
    try:
        return is_solution_part(parsed.xml)
    except OtherFormatError:
        return False


PLATFORM = Platform(
    id="power-automate",
    title="Power Automate",
    signature=re.compile(
        rb'"(?:triggers|actions|operationDefinition|serializedOperation)"\s*:\s*\{|"clientdata"\s*:|"flowAssets"\s*:|'
        rb'"Microsoft\.(?:Flow|PowerApps)/|"shared_[a-z0-9_-]{1,120}"\s*:|<ImportExportXml|<Workflow\s'
    ),
    recognise=recognise,
    read=read,
    join=join,
    names=("definition.json", "apismap.json", "connectionsmap.json", "customizations.xml", "*.data.xml"),
)
