"""`autoguard baseline`: findings that were there before."""

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from autoguard.cli import _options as options

app = typer.Typer(help="Baselines: findings that were there before.", no_args_is_help=True, rich_markup_mode=None)
Output = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads it at run time
    typer.Option("-o", "--output", metavar="FILE", help="Write the baseline to this file."),
]


@app.command()
def create(
    sources: options.Sources = None,
    output: Output = None,
    policy: options.Policy = "",
    config: options.Config = None,
    today: options.Today = "",
) -> None:
    """Write everything that is open now into a baseline, so that a gate stops only what is new."""
    from autoguard.baseline import from_findings, to_json  # noqa: PLC0415 - heavy imports wait until a command runs
    from autoguard.cli import _run  # noqa: PLC0415 - as above

    session = _run.start(_run.Wanted(sources=sources or [], policy=policy, config=config, today=today))
    judged = _run.judge(session, _run.read(session))
    _write(to_json(from_findings(judged.assessment.findings)), output)


@app.command()
def prune(
    baseline: Annotated[Path, typer.Argument(metavar="BASELINE")],
    sources: options.Sources = None,
    output: Output = None,
    policy: options.Policy = "",
    config: options.Config = None,
    today: options.Today = "",
) -> None:
    """Drop from a baseline what is no longer found; what is new is not added."""
    from autoguard.baseline import Baseline, from_findings, load_baseline, to_json  # noqa: PLC0415 - as above
    from autoguard.cli import _run  # noqa: PLC0415 - as above

    before = load_baseline(baseline)
    session = _run.start(_run.Wanted(sources=sources or [], policy=policy, config=config, today=today, baseline=before))
    judged = _run.judge(session, _run.read(session))
    known = [finding for finding in judged.assessment.findings if finding.status == "known"]
    kept = from_findings(known)
    _write(to_json(Baseline(kept.entries)), output or baseline)
    sys.stderr.write(f"{len(before.entries) - len(kept.entries)} of {len(before.entries)} findings are gone\n")


def _write(text: str, output: Path | None) -> None:
    from autoguard.errors import UsageError  # noqa: PLC0415 - as above

    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from None
