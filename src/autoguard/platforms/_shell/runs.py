"""Which programs a command line really runs: wrappers, `sh -c`, remote commands and the like are looked through."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from autoguard.platforms._shell.programs import INTERPRETERS, LOCAL_WRITERS, NEUTRAL, PROGRAMS, SHELLS, WRAPPERS
from autoguard.platforms._shell.words import MAX_DEPTH, Command, nested

_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w{0,80}\+?=")
_SAFE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.+@-]{0,62}$")
_VERSIONED = re.compile(r"^(php|python3?|ruby|perl|node|lua)[\d.]{1,8}$")
_VERB = re.compile(r"^[a-z][a-z0-9:_-]{0,40}$")
_BUILT_IN = {".": "source", "[": "test", "[[": "test", ":": "true"}
_MAX_RUNS = 2_000
_MAX_WRAPPERS = 8
_RUNNERS = {"poetry": "run", "pipenv": "run", "uv": "run", "bundle": "exec", "conda": "run", "pnpm": "exec"}
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "kubectl", "oc", "docker-compose", "podman-compose"})
_EXEC_VALUES = frozenset({"-e", "--env", "-u", "--user", "-w", "--workdir", "-n", "--namespace", "-c", "--container"})
_INLINE = {"php": "r", "php-cli": "r", "python": "c", "python2": "c", "python3": "c", "perl": "eE", "java": "0"}
_SSH_VALUES = frozenset("BbcDEeFIiJLlmOopQRSWw")
_GLOBAL_VALUES = frozenset(
    {"-r", "--repo", "--profile", "--region", "--endpoint-url", "--config", "--context", "-C", "-c", "--kubeconfig",
     "--project", "--account", "-f", "--file", "--log-level", "--password-file", "-p", "--cacert", "-H", "--host",
     "--output", "--env-file", "-n", "--namespace", "--subscription", "-R", "--remote-path", "--prefix",
     "--name"}
)  # fmt: skip

COMPUTED = "script"
"""Stands for a program whose name is computed at run time."""


@dataclass(frozen=True, slots=True)
class Run:
    """One program with its arguments. `program` is its own name without folder; "" for a bare redirection.

    `script` is the script or module that an interpreter is given. `wrappers` are the programs that run it.
    `assignments` are the variables set for it, `passes_on` that its argument is a command line of its own.
    """

    program: str
    arguments: tuple[str, ...]
    command: Command
    script: str = ""
    wrappers: frozenset[str] = frozenset()
    assignments: tuple[str, ...] = ()
    passes_on: bool = False

    @property
    def telling(self) -> bool:
        """Whether the program does the work of its command line, or only prepares it."""
        return bool(self.program) and self.program not in NEUTRAL and not self.passes_on


def runs(found: Iterable[Command]) -> list[Run]:
    """The programs that these commands run, in order."""
    result: list[Run] = []
    for run in _resolved(found, 0):
        result.append(run)
        if len(result) >= _MAX_RUNS:
            break
    return result


def base_name(word: str) -> str:
    """A program's or script's own name, "" where it is computed or no plain name."""
    name = word.rstrip("/").rpartition("/")[2].removesuffix(".exe")
    return _VERSIONED.sub(r"\1", name) if _SAFE.match(name) else ""


def operation(run: Run) -> str:
    """The subcommand words of a program that has some: `backup`, `s3 cp`, `export:workflow`."""
    known = PROGRAMS.get(run.program)
    return " ".join(words_of(run)[: known.verbs]) if known else ""


def words_of(run: Run) -> list[str]:
    """The leading arguments that are plain words, without options and their values."""
    found: list[str] = []
    skip = False
    for argument in run.arguments:
        if skip:
            skip = False
        elif run.program == "resticprofile" and not argument.startswith("-"):
            # `profile.command` (creativeprojects.github.io/resticprofile, "Command line", read 2026-11-24).
            return [argument.rpartition(".")[2]]
        elif argument.startswith("-"):
            if found:
                break
            skip = argument in _GLOBAL_VALUES
        elif _VERB.match(argument):
            found.append(argument)
        else:
            break
    return found


def option(run: Run, *names: str) -> str:
    """The value of the first of these options, written `--name value`, `--name=value` or `-nvalue`."""
    arguments = run.arguments
    for index, argument in enumerate(arguments):
        for name in names:
            if argument == name:
                return arguments[index + 1] if index + 1 < len(arguments) else ""
            if name.startswith("--") and argument.startswith(name + "="):
                return argument[len(name) + 1 :]
            if not name.startswith("--") and argument.startswith(name) and not argument.startswith("--"):
                return argument[len(name) :]
    return ""


def _resolved(found: Iterable[Command], depth: int) -> Iterator[Run]:
    for command in found:
        yield from _resolve(command, depth)


def _resolve(command: Command, depth: int) -> Iterator[Run]:
    words, assignments = _without_assignments(list(command.words))
    wrappers: set[str] = set()
    for _ in range(_MAX_WRAPPERS):
        if not words:
            break
        program = base_name(words[0])
        runner = _RUNNERS.get(program)
        if runner is not None and words[1:2] == [runner]:
            words = words[2:]
        elif program in WRAPPERS and not (program == "command" and words[1:2] in (["-v"], ["-V"])):
            wrappers.add(program)
            rest = _unwrapped(program, words[1:])
            if program == "flock" and rest[:1] == ["-c"]:
                rest = ["sh", *rest]
            words, more = _without_assignments(rest)
            assignments += more
        else:
            break
        words = words[1:] if words[:1] == ["--"] else words
    if not words:
        yield Run("", (), command, wrappers=frozenset(wrappers), assignments=tuple(assignments))
        return
    run = Run(
        _BUILT_IN.get(words[0]) or _program(words[0]),
        tuple(words[1:]),
        command,
        wrappers=frozenset(wrappers),
        assignments=tuple(assignments),
    )
    run = replace(run, script=_script(run), passes_on=_inner_text(run) is not None)
    yield run
    if depth < MAX_DEPTH:
        yield from _inner(run, depth)


def _program(word: str) -> str:
    name = base_name(word)
    folder = word.rpartition("/")[0].rpartition("/")[2]
    if name in LOCAL_WRITERS or name in NEUTRAL:
        # `~/dotfiles/install` is a script of that name and not the system's own tool.
        return name if not folder or folder in ("bin", "sbin") else f"./{name}"
    return name or COMPUTED


def _without_assignments(words: list[str]) -> tuple[list[str], list[str]]:
    count = 0
    while count < len(words) and _ASSIGNMENT.match(words[count]):
        count += 1
    return words[count:], words[:count]


def _unwrapped(program: str, arguments: list[str]) -> list[str]:
    valued, skipped = WRAPPERS[program]
    index = 0
    while index < len(arguments) and arguments[index].startswith("-") and arguments[index] not in ("-", "--"):
        word = arguments[index]
        if program == "flock" and word == "-c":
            break
        takes_value = not word.startswith("--") and word[-1:] in valued and word[1:2].isalpha()
        index += 2 if takes_value else 1
    return arguments[index + skipped :]


def _script(run: Run) -> str:
    if run.program not in INTERPRETERS:
        return ""
    arguments = list(run.arguments)
    inline = _INLINE.get(run.program, "cs" if run.program in SHELLS else "ec")
    if any(word == "-" or re.fullmatch(rf"-[a-zA-Z]{{0,4}}[{inline}]", word) for word in arguments[:4]):
        return ""  # the program is text or input, and the words after it may be anything
    if "-m" in arguments[:3]:
        following = arguments[arguments.index("-m") + 1 :]
        return base_name(following[0]) if following else ""
    word = next((word for word in arguments if not word.startswith("-")), "")
    return base_name(word) if run.command.link != "|" or re.search(r"/|\.[a-z]{1,4}$", word) else ""


def _inner_text(run: Run) -> str | None:
    if run.program in SHELLS or run.program == "su":
        for index, argument in enumerate(run.arguments[:6]):
            if re.fullmatch(r"-[a-zA-Z]{0,5}c", argument):
                return " ".join(run.arguments[index + 1 : index + 2])
            if not argument.startswith("-") and run.program != "su":
                break
        return run.command.document or None if not run.script else None
    if run.program == "eval":
        return " ".join(run.arguments)
    return None


def _inner(run: Run, depth: int) -> Iterator[Run]:
    text = _inner_text(run)
    failure = run.command.on_failure
    if text is not None:
        yield from _resolved(nested(text, depth + 1, on_failure=failure), depth + 1)
    elif run.program == "trap" and run.arguments and {"ERR", "EXIT", "0"} & set(run.arguments[1:]):
        yield from _resolved(nested(run.arguments[0], depth + 1, on_failure=True), depth + 1)
    elif run.program == "ssh":
        remote = " ".join(_after_host(run.arguments)[1:]) or run.command.document
        yield from _resolved(nested(remote, depth + 1, on_failure=failure), depth + 1)
    elif run.program in _CONTAINERS and "exec" in run.arguments[:4]:
        yield from _resolve(replace(run.command, words=_in_container(run.arguments), document=""), depth + 1)
    elif run.program == "find" and "-exec" in run.arguments:
        words = run.arguments[run.arguments.index("-exec") + 1 :]
        yield from _resolve(replace(run.command, words=words, document=""), depth + 1)


def _after_host(arguments: tuple[str, ...]) -> tuple[str, ...]:
    index = 0
    while index < len(arguments) and arguments[index].startswith("-"):
        word = arguments[index]
        index += 2 if len(word) == 2 and word[1] in _SSH_VALUES else 1  # noqa: PLR2004 - a dash and one letter
    return arguments[index:]


def ssh_host(run: Run) -> str:
    """The destination of an ssh command, as written."""
    return next(iter(_after_host(run.arguments)), "")


def _in_container(arguments: tuple[str, ...]) -> tuple[str, ...]:
    rest = arguments[arguments.index("exec") + 1 :]
    if "--" in rest:
        return rest[rest.index("--") + 1 :]
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        index += 2 if rest[index] in _EXEC_VALUES else 1
    return rest[index + 1 :]
