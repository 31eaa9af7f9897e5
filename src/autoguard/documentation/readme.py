"""Blocks about the program: commands, exit codes, formats, platforms, policies, hooks, and what the demo prints."""

import ast
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Any

import typer

from autoguard import cli
from autoguard import hooks as hook_module
from autoguard.cli.app import app
from autoguard.documentation import ROOT
from autoguard.documentation.markdown import code, link, sentence, summary, table
from autoguard.plugins import load_plugins
from autoguard.policy import load_policy, policy_names

_EXIT_CODES = {
    "FOUND": "something is open at or above `--fail-on`; for `checks lint` and `checks test`, something is wrong",
    "ERROR": "usage, configuration or internal error",
    "INCOMPLETE": "something could not be read, and nothing else is open; `--allow-incomplete` makes it 0",
    "STOPPED": "stopped with Ctrl-C",
}
_HEAD = 40
_FINDING = re.compile(r"(critical|high|medium|low|info)\[")


def commands(_: PurePosixPath) -> str:
    """Every command with the first line of its help."""
    rows = [
        (code(name), sentence(help_text)) for name, help_text in _commands(typer.main.get_command(app), "autoguard")
    ]
    return table(("command", "what it does"), rows)


def _commands(command: Any, name: str) -> Iterator[tuple[str, str]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command.help.partition("\n")[0]
        return
    for word, found in below.items():
        yield from _commands(found, f"{name} {word}")


def exit_codes(_: PurePosixPath) -> str:
    """Every exit code of the command line with its meaning."""
    found = {value: name for name, value in vars(cli).items() if name.isupper() and isinstance(value, int)}
    rows = [("0", "nothing is open at or above `--fail-on`")]
    rows += [(str(value), _EXIT_CODES[name]) for value, name in sorted(found.items())]
    return table(("exit code", "meaning"), rows)


def formats(_: PurePosixPath) -> str:
    """Every built-in renderer."""
    found = load_plugins(external=False).all("renderers")
    rows = [(code(one.name), one.suffix and code(one.suffix), sentence(one.title)) for one in found]
    return table(("format", "file", "what it is"), rows)


def platforms(_: PurePosixPath) -> str:
    """Every built-in platform, with what its module says that it reads."""
    rows = []
    for one in load_plugins(external=False).platforms:
        line = summary(f"autoguard.platforms.{one.id.replace('-', '_')}")
        rows.append((code(one.id), one.title, sentence(line.partition(": ")[2] or line)))
    return table(("platform", "name", "what is read"), rows)


def policies(folder: PurePosixPath) -> str:
    """Every policy that is shipped."""
    found = [load_policy(name) for name in policy_names()]
    rows = [(link(one.id, f"policies/{one.id}.yaml", folder), one.title, code(one.fail_on)) for one in found]
    return table(("policy", "what for", "fails on"), rows)


def hooks(_: PurePosixPath) -> str:
    """Every hook with its argument list, what it returns, and the first line of its docstring."""
    rows = []
    for node in ast.parse(inspect.getsource(hook_module)).body:
        if isinstance(node, ast.FunctionDef) and any(ast.unparse(one) == "hookspec" for one in node.decorator_list):
            doc = (ast.get_docstring(node) or "").partition("\n")[0]
            rows.append((code(f"{node.name}({ast.unparse(node.args)})"), code(_returned(node)), sentence(doc)))
    return table(("hook", "returns", "what it adds"), rows)


def _returned(node: ast.FunctionDef) -> str:
    if isinstance(node.returns, ast.Constant):
        return str(node.returns.value)
    return ast.unparse(node.returns) if node.returns else "None"


def demo(_: PurePosixPath) -> str:
    """Beginning and end of what `make demo` prints, with whole findings."""
    output = _demo_output()
    parts = output.strip().split("\n\n")
    findings = list(takewhile(_FINDING.match, parts))
    shown: list[str] = []
    while len(shown) < len(findings) and sum(part.count("\n") + 2 for part in [*shown, findings[len(shown)]]) <= _HEAD:
        shown.append(findings[len(shown)])
    left_out = len(findings) - len(shown)
    dots = [f"... {left_out} more findings ..."] if left_out else []
    text = "\n\n".join([*shown, *dots, *parts[len(findings) :]])
    return f"```text\n{text}\n```"


def _demo_output() -> str:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [line] = re.findall(r"^demo:.*\n\t\$\(BIN\)/autoguard (.*)$", makefile, re.MULTILINE)
    arguments = shlex.split(line)
    # The console is wanted alone, without the file that the demo writes beside it.
    at = arguments.index("-f")
    del arguments[at : at + 2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOGUARD_")}
    done = subprocess.run(  # noqa: S603 - the program itself, with the arguments that the Makefile has
        [sys.executable, "-m", "autoguard", *arguments, "--no-plugins", "--quiet"],
        cwd=ROOT,
        env={**kept, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    return "\n".join(line.rstrip() for line in done.stdout.decode("utf-8").splitlines())
