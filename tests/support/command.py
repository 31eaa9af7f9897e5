"""The command itself, run as its users run it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Done:
    """How the command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def autoguard(*arguments: str | Path, cwd: Path, **environment: str) -> Done:
    """Run the command in that folder with a cache of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "autoguard", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
