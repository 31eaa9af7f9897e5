"""How long a scan takes against reading the same bytes, in one run, and how that grows.

Figures are whole processes: CPU seconds of the command and its workers, wall-clock seconds, memory of the largest one.
Every scan is paired with a plain read of the same files in the same minute, and the ratio is what to quote: absolute
seconds say more about the machine than about the program.

The workflows are those of the corpus beside the project (AUTOGUARD_CORPUS), each copied under ids and names of its own;
without a corpus those of the example firm.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("AUTOGUARD_CORPUS", ROOT.parent / "shared" / "corpus"))
SIZES = (200, 2000, 20000)
RUNS = 3


@dataclass(frozen=True)
class Measured:
    """The median run of a command."""

    cpu: float
    wall: float
    memory_mb: float


def measure(command: Sequence[str], runs: int = RUNS) -> Measured:
    """The median of several runs after one that warms the caches."""
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    found = sorted((_once(command) for _ in range(runs)), key=lambda one: one.wall)
    return found[len(found) // 2]


def _once(command: Sequence[str]) -> Measured:
    # A child of its own, so that the memory figure is that of this command alone.
    script = (
        "import resource, subprocess, sys, time; start = time.perf_counter(); "
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=True)
    cpu, wall, memory = map(float, done.stdout.split())
    return Measured(cpu, wall, memory / 1024)


def workflows() -> list[dict[str, Any]]:
    """The workflows to copy."""
    folders = [CORPUS / "n8n", ROOT / "examples" / "corner-bakery"]
    for folder in folders:
        found = []
        for path in sorted(folder.rglob("*.json")):
            try:
                value = json.loads(path.read_text(encoding="utf-8-sig"))
            except ValueError:
                continue
            if isinstance(value, dict) and isinstance(value.get("nodes"), list) and "connections" in value:
                found.append(value)
        if found:
            return found
    raise SystemExit("no workflow to copy was found")


def plant(folder: Path, count: int, samples: Sequence[dict[str, Any]]) -> int:
    """Write `count` workflows in folders of a hundred; how many bytes they are."""
    size = 0
    for number in range(count):
        copy = {**samples[number % len(samples)], "id": f"copy-{number}", "name": f"Workflow {number}"}
        data = json.dumps(copy, indent=2).encode()
        target = folder / f"{number // 100:04d}" / f"{number:06d}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        size += len(data)
    return size


READ = (
    "import os, sys\n"
    "for folder, _, files in os.walk(sys.argv[1]):\n"
    "    for name in files:\n"
    "        with open(os.path.join(folder, name), 'rb') as stream:\n"
    "            stream.read()\n"
)
PARSE = READ.replace("stream.read()", "json.load(stream)").replace("import os", "import json, os")


def scan(folder: Path) -> list[str]:
    """The command that is measured."""
    return [sys.executable, "-m", "autoguard", "scan", str(folder), "-f", "json", "-q", "--no-plugins"]


def start_up() -> None:
    """Start-up: help, and a scan of nothing."""
    rows = []
    bare = measure([sys.executable, "-c", "pass"], 9)
    with tempfile.TemporaryDirectory() as folder:
        for name, command, limit in (
            ("bare python", [sys.executable, "-c", "pass"], ""),
            ("autoguard --help", [sys.executable, "-m", "autoguard", "--help"], "150 ms"),
            ("scan of an empty folder", scan(Path(folder)), "400 ms"),
        ):
            found = measure(command, 9)
            rows.append(
                [name, f"{found.cpu * 1000:.0f} ms", limit, f"{found.cpu / bare.cpu:.1f}", f"{found.memory_mb:.0f} MB"]
            )
    print(tabulate(rows, headers=["start-up", "CPU", "to reach", "times bare python", "memory"]), "\n")


def growth() -> None:
    """Scans of more and more workflows, each against reading and against parsing the same bytes."""
    samples = workflows()
    rows = []
    for count in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            size = plant(folder, count, samples)
            runs = 1 if count > 5000 else RUNS  # noqa: PLR2004 - the largest takes minutes
            read = measure([sys.executable, "-c", READ, name], runs)
            parse = measure([sys.executable, "-c", PARSE, name], runs)
            found = measure(scan(folder), runs)
            rows.append([
                count, f"{size / 1e6:.0f}", f"{found.wall:.1f}", f"{found.cpu:.1f}", f"{found.memory_mb:.0f}",
                f"{found.cpu / read.cpu:.0f}", f"{found.cpu / parse.cpu:.1f}", f"{found.cpu / count * 1000:.2f}",
            ])  # fmt: skip
    headers = ["workflows", "MB", "wall s", "CPU s", "MB memory", "times a read", "times json.load", "CPU ms each"]
    print(tabulate(rows, headers=headers))


if __name__ == "__main__":
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d')}, medians of whole processes\n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    start_up()
    growth()
