"""Programs that stand in for a tool, to see how ours handles one that fails, hangs or talks too much."""

import os
import sys
from pathlib import Path

import pytest

from autoguard.model import Document

WANTED = {
    "bandit": Document("job.py", b"import os\n"),
    "pip-audit": Document("requirements.txt", b"flask==0.5\n"),
    "zizmor": Document(".github/workflows/ci.yml", b"on: push\njobs: {}\n"),
}
"""A document that each tool wants to look at."""


class Programs:
    """A folder of programs, the only ones that are found while it is in force."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        """Put the folder where the tools are looked for: beside the interpreter, and on the path."""
        self.folder = folder
        folder.mkdir()
        patch.setattr(sys, "executable", str(folder / "python"))
        patch.setenv("PATH", str(folder))

    def add(self, name: str, script: str) -> None:
        """A program of that name that runs this shell script."""
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)


def is_running(process: int) -> bool:
    """Whether a process still runs; one that has ended and was not yet collected does not."""
    try:
        os.kill(process, 0)
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")
