"""Results of earlier runs, read back from JSON."""

import json
from pathlib import Path
from typing import Any

from autoguard.errors import UsageError
from autoguard.model import Assessment, Inventory
from autoguard.plain import from_plain
from autoguard.render import _contract


def load_assessment(path: Path) -> Assessment:
    """The assessment in a file that `-f json` wrote.

    Raises:
        UsageError: no such file, or not an assessment.
    """
    try:
        return _contract.restore(_read(path))
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None


def load_inventory(path: Path) -> Inventory:
    """The inventory in a file that `autoguard inventory -f json` or `scan -f json` wrote.

    Raises:
        UsageError: no such file, or no inventory in it.
    """
    data = _read(path)
    if not isinstance(data, dict) or "inventory" not in data:
        raise UsageError(f"{path}: holds no inventory; write one with `autoguard inventory -f json -o {path}`")
    try:
        return from_plain(Inventory, data["inventory"])
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: is not JSON") from None
