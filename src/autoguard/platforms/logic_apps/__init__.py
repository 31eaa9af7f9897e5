"""Azure Logic Apps: Standard and Consumption workflows, deployment templates, gallery templates, connections."""

import re
from collections.abc import Sequence

from autoguard.platforms import Facts, Platform, merge
from autoguard.platforms._workflow_definition.credentials import merged
from autoguard.platforms.logic_apps.connections import is_connections, read_connections
from autoguard.platforms.logic_apps.reader import computed_gap, read_workflow
from autoguard.platforms.logic_apps.shapes import workflows
from autoguard.platforms.logic_apps.templates import connection_resources, read_connection_resource
from autoguard.syntax.parsed import OtherFormatError, Parsed


def recognise(parsed: Parsed) -> bool:
    """A workflow in any of its forms, or the connections of a Standard app."""
    try:
        value = parsed.json.value
    except OtherFormatError:
        return False
    return is_connections(value) or bool(workflows(parsed, value))


def read(parsed: Parsed) -> Facts:
    """Every workflow in the document, with the connections it refers to or that stand beside it."""
    value = parsed.json.value
    if is_connections(value):
        return Facts(credentials=tuple(read_connections(parsed, value)))
    found = workflows(parsed, value)
    facts = [read_workflow(parsed, workflow) for workflow in found if workflow.definition is not None]
    gaps = tuple(computed_gap(parsed, workflow) for workflow in found if workflow.definition is None)
    resources = tuple(
        read_connection_resource(parsed, value, resource, path) for resource, path in connection_resources(value)
    )
    return merge([*facts, Facts(credentials=resources, gaps=gaps)])


def join(facts: Sequence[Facts]) -> Facts:
    """Each connection once, with what its own file and the workflows that use it say, its own file first."""
    whole = merge(facts)
    credentials = merge(sorted(facts, key=lambda one: bool(one.automations))).credentials
    return Facts(whole.automations, merged(credentials), whole.practices, whole.gaps)


PLATFORM = Platform(
    id="logic-apps",
    title="Azure Logic Apps",
    signature=re.compile(
        rb'"(?:triggers|actions|managedApiConnections|serviceProviderConnections)"\s*:\s*\{|Microsoft\.Logic/workflows'
    ),
    recognise=recognise,
    read=read,
    join=join,
    names=("workflow.json", "connections.json"),
)
