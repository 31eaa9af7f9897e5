"""Make (formerly Integromat): scenario blueprints, and scenarios as its API answers them."""

import re

from autoguard.platforms import Facts, Platform, merge
from autoguard.platforms.make.reader import read_scenario
from autoguard.platforms.make.shapes import scenarios
from autoguard.syntax.parsed import OtherFormatError, Parsed


def recognise(parsed: Parsed) -> bool:
    """A blueprint, or an answer of the API that holds one or more."""
    try:
        return bool(scenarios(parsed, parsed.json.value))
    except OtherFormatError:
        return False


def read(parsed: Parsed) -> Facts:
    """Every scenario in the document and the connections it uses."""
    return merge([read_scenario(parsed, scenario) for scenario in scenarios(parsed, parsed.json.value)])


PLATFORM = Platform(
    id="make",
    title="Make",
    # The API takes and gives blueprints as text too, whose quotes are escaped.
    signature=re.compile(rb'\\?"(?:flow|subflows)\\?"\s*:\s*\['),
    recognise=recognise,
    read=read,
    names=("*.blueprint.json", "blueprint.json", "*blueprint*.json"),
)
