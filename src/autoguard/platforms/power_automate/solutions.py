"""Parts of a solution: names and states of flows, and connection references.

They stand in `customizations.xml`, or in one `*.data.xml` beside each flow where the solution was unpacked. Facts are
child elements in full exports and attributes in compact ones.
"""

from collections.abc import Iterator

from autoguard.platforms import Facts, Fragment
from autoguard.platforms._values import text
from autoguard.platforms.power_automate.reader import guid
from autoguard.syntax.parsed import Parsed
from autoguard.syntax.xml_tree import Element


def is_solution_part(root: Element) -> bool:
    """Customizations with workflows or connection references, or the description of one workflow."""
    if root.name == "Workflow":
        return bool(value(root, "WorkflowId")) and bool(value(root, "Category"))
    return root.name == "ImportExportXml" and any(
        True for name in ("Workflow", "connectionreference") for _ in root.all(name)
    )


def read_solution_part(parsed: Parsed) -> Facts:
    """A fragment for each workflow and each connection reference."""
    return Facts(fragments=tuple(_fragments(parsed, parsed.xml)))


def value(element: Element, name: str) -> str:
    """Text of the child or attribute of that name, whatever its case."""
    wanted = name.lower()
    for child in element.children:
        if child.name.lower() == wanted and child.text.strip():
            return text(child.text)
    return next((text(item) for key, item in element.attributes.items() if key.lower() == wanted), "")


def _fragments(parsed: Parsed, root: Element) -> Iterator[Fragment]:
    for element in (root,) if root.name == "Workflow" else root.all("Workflow"):
        native_id = guid(value(element, "WorkflowId"))
        if native_id:
            data = {
                "name": value(element, "Name") or _localized(element, "LocalizedNames"),
                "description": value(element, "Description") or _localized(element, "Descriptions"),
                "state": value(element, "StateCode"),
                "category": value(element, "Category"),
                "file": value(element, "JsonFileName") or value(element, "XamlFileName"),
            }
            yield Fragment("workflow", native_id, parsed.at_line(element.line), data)
    for element in root.all("connectionreference"):
        logical = value(element, "connectionreferencelogicalname")
        if logical:
            data = {"name": value(element, "connectionreferencedisplayname"), "api": value(element, "connectorid")}
            yield Fragment("reference", logical.lower(), parsed.at_line(element.line), data)


def _localized(element: Element, group: str) -> str:
    found = element.child(group)
    return value(found.children[0], "description") if found is not None and found.children else ""
