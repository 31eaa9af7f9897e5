"""The three data rooms: inside the installed package, or at the top of the source tree."""

from pathlib import Path
from typing import Literal


def room(name: Literal["checks", "policies", "reports"]) -> Path:
    """The folder of that data room."""
    package = Path(__file__).resolve().parent
    shipped = package / "data" / name
    return shipped if shipped.is_dir() else package.parent.parent / name
