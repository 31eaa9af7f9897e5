"""`autoguard scan`: collect, judge, print."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from autoguard.cli import _options as options
from autoguard.errors import UsageError


def scan(
    sources: options.Sources = None,
    *,
    policy: options.Policy = "",
    format: Annotated[  # noqa: A002 - the option's name
        Optional[list[str]],  # noqa: UP045 - typer reads it at run time
        typer.Option(
            "-f", "--format", metavar="FORMAT[=FILE]", help="console, json, sarif, html, markdown; may be given again."
        ),
    ] = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option("-o", "--output", metavar="FILE", help="Write the result to this file."),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on", metavar="SEVERITY", help="End with 1 for open findings of this severity or above, or never."
        ),
    ] = "",
    select: options.Select = None,
    ignore: options.Ignore = None,
    baseline: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option("--baseline", metavar="FILE", help="What was known before does not count."),
    ] = None,
    inventory: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option(
            "--inventory", metavar="FILE", help="Judge an inventory that `autoguard inventory -f json` wrote."
        ),
    ] = None,
    config: options.Config = None,
    checks: options.Checks = None,
    trust_config: options.TrustConfig = False,
    secrets_only: options.SecretsOnly = False,
    online: options.Online = False,
    verify: options.Verify = False,
    today: options.Today = "",
    jobs: options.Jobs = 0,
    no_plugins: options.NoPlugins = False,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Do not end with 3 when something could not be read.")
    ] = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Audit files, folders or archives.

    Ends with 0 when nothing is open at or above --fail-on, 1 when there is, 2 for usage and configuration errors, and 3
    when something could not be read.
    """
    from autoguard.baseline import load_baseline  # noqa: PLC0415 - heavy imports wait until a command runs
    from autoguard.cli import _output, _run  # noqa: PLC0415 - as above
    from autoguard.render import RenderContext  # noqa: PLC0415 - as above

    session = _run.start(
        _run.Wanted(
            sources=sources or [],
            config=config,
            policy=policy,
            select=select or [],
            ignore=ignore or [],
            today=today,
            jobs=jobs,
            external_plugins=not no_plugins,
            checks=checks or [],
            trust_config=trust_config,
            online=online,
            secrets_only=secrets_only,
            verify=verify,
            quiet=quiet,
            baseline=load_baseline(baseline) if baseline else None,
        )
    )
    if fail_on:
        _output.check_fail_on(fail_on)
    chosen = _output.parse_formats(format or [], output, session.registry)
    if inventory is not None and verify:
        raise UsageError("--verify needs the files themselves: an inventory holds no secret to ask about")
    if inventory is not None:
        from autoguard.stored import load_inventory  # noqa: PLC0415 - as above

        judged = _run.judge_inventory(session, load_inventory(inventory), inventory.stem)
    else:
        with _output.progress(quiet=quiet) as ticker:
            estate = _run.read(session, ticker)
        _output.log(estate.calls, quiet=quiet)
        judged = _run.judge(session, estate)
    width, color = _output.terminal()
    context = RenderContext(session.catalog.checks, judged.policy, width, color, verbose)
    _output.write(judged.assessment, chosen, context, judged.redactor, quiet=quiet)
    threshold = fail_on or judged.policy.fail_on
    raise typer.Exit(_output.exit_code(judged.assessment, threshold, allow_incomplete=allow_incomplete))
