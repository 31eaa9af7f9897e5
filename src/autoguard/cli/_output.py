"""Where a result goes: `-f FORMAT` to standard output, `-f FORMAT=FILE` to a file, progress to a terminal."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from autoguard.errors import UsageError
from autoguard.model import Assessment, Inventory, severity_rank
from autoguard.model.check import SEVERITIES
from autoguard.plugins import Registry
from autoguard.printable import printable
from autoguard.render import RenderContext, Renderer
from autoguard.secrets.redaction import Redactor

CONSOLE = "console"


def parse_formats(
    formats: Sequence[str], output: Path | None, registry: Registry
) -> list[tuple[Renderer, Path | None]]:
    """The renderers that were asked for with their files; the console where none goes to standard output.

    Raises:
        UsageError: an unknown format, or two that both want standard output.
    """
    chosen: list[tuple[Renderer, Path | None]] = []
    for text in formats:
        name, _, file = text.partition("=")
        renderer = registry.load("renderers", name)
        if renderer is None:
            raise UsageError(f"there is no format {name}; there are: {', '.join(registry.names('renderers'))}")
        chosen.append((renderer, Path(file) if file else None))
    if output is not None:
        bare = [index for index, (_, file) in enumerate(chosen) if file is None]
        if not bare:
            chosen.append((_by_suffix(output, registry), output))
        else:
            chosen[bare[0]] = (chosen[bare[0]][0], output)
    if sum(file is None for _, file in chosen) > 1:
        raise UsageError("two formats cannot share standard output; write one to a file with FORMAT=FILE")
    if all(file is not None for _, file in chosen):
        chosen.insert(0, (registry.load("renderers", CONSOLE), None))
    return chosen


def write(
    assessment: Assessment,
    chosen: Sequence[tuple[Renderer, Path | None]],
    context: RenderContext,
    redactor: Redactor,
    *,
    quiet: bool,
) -> None:
    """Every format to its place; found values are taken out of what is written once more.

    Raises:
        UsageError: a file cannot be written.
    """
    for renderer, file in chosen:
        content = renderer.render(assessment, context)
        data = redactor.text(content).encode("utf-8", errors="replace") if isinstance(content, str) else content
        if file is None:
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        except OSError as error:
            raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
        if not quiet:
            sys.stderr.write(printable(f"{renderer.title}: {file}\n"))


def log(lines: Sequence[str], *, quiet: bool) -> None:
    """Lines about what was done, on stderr."""
    if not quiet:
        sys.stderr.writelines(printable(f"{line}\n") for line in lines)


def exit_code(assessment: Assessment, fail_on: str, *, allow_incomplete: bool) -> int:
    """0 nothing open at or above the threshold, 1 there is, 3 something could not be read; 1 wins over 3."""
    from autoguard.cli import FOUND, INCOMPLETE  # noqa: PLC0415 - the package imports this module's users

    if fail_on != "never":
        limit = severity_rank(fail_on)  # type: ignore[arg-type]  # checked where the option is read
        for finding in assessment.findings:
            if finding.outcome == "fail" and finding.status == "open" and severity_rank(finding.severity) >= limit:
                return FOUND
    return INCOMPLETE if is_incomplete(assessment.inventory) and not allow_incomplete else 0


def is_incomplete(inventory: Inventory) -> bool:
    """Whether something that may matter was not read; a template of another language is none of it."""
    return any(gap.kind != "template" for gap in inventory.gaps)


def check_fail_on(value: str) -> str:
    """The threshold, if it is one.

    Raises:
        UsageError: it is none.
    """
    if value not in (*SEVERITIES, "never"):
        raise UsageError(f"--fail-on {value}: must be one of {', '.join(SEVERITIES)} or never")
    return value


def terminal() -> tuple[int, bool]:
    """Width of the terminal and whether it shows colour."""
    interactive = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if interactive else 100
    return width, interactive and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator["Ticker | None"]:
    """A line on an interactive stderr that says how far reading is; nothing anywhere else."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    ticker = Ticker()
    try:
        yield ticker
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


class Ticker:
    """Called with the files read and the files in all."""

    def __call__(self, done: int, total: int) -> None:
        """Show the numbers."""
        sys.stderr.write(f"\r\x1b[Kreading {done} of {total} files")
        sys.stderr.flush()


def _by_suffix(path: Path, registry: Registry) -> Renderer:
    found = next((one for one in registry.all("renderers") if one.suffix == path.suffix and one.name != CONSOLE), None)
    if found is None:
        raise UsageError(f"{path}: say which format it should have with -f FORMAT={path}")
    renderer: Renderer = found
    return renderer
