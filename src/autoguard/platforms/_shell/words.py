"""Command lines taken apart the way a POSIX shell would, as far as reading them needs: nothing is expanded or run.

Grammar: POSIX.1-2024, Shell Command Language, sections 2.4 (reserved words) and 2.9 (commands). Text that is no shell
at all gives odd words, never an error; size, depth and number of commands are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autoguard.platforms._shell.scanner import Scanner

MAX_TEXT = 60_000
MAX_COMMANDS = 1_000
MAX_DEPTH = 5
_TEMPLATE = re.compile(r"\$\{\{.{0,2000}?\}\}|\{\{.{0,2000}?\}\}", re.DOTALL)
_PLACEHOLDER = "$TEMPLATE"
_FUNCTION = re.compile(r"^[ \t]*(?:function[ \t]+)?[\w-]{1,80}[ \t]?\(\)[ \t]*(?=[{(\n])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command.

    `link` is the operator before it: "" at the start, `;`, `|`, `&&`, `||`, `$(` where it is substituted into another
    command. `on_failure`: it runs because something before it failed. `redirects` pairs an operator such as `2>` with
    its target; `document` is the text of a here-document.
    """

    words: tuple[str, ...]
    link: str = ""
    on_failure: bool = False
    redirects: tuple[tuple[str, str], ...] = ()
    document: str = ""


def commands(text: str, *, operators: bool = True) -> list[Command]:
    """The simple commands of a script in order, substituted ones before the command that uses them.

    Without `operators` the text is one command and its arguments, as systemd reads a line.
    """
    text = _FUNCTION.sub("", _TEMPLATE.sub(_PLACEHOLDER, text[:MAX_TEXT]))
    return list(_commands(text, operators=operators, depth=0))


def nested(text: str, depth: int, *, on_failure: bool = False) -> Iterator[Command]:
    """The commands of a text that itself is the argument of a command (`sh -c "..."`)."""
    yield from _commands(text, operators=True, depth=depth, on_failure=on_failure)


@dataclass(slots=True)
class _Frame:
    """An open group or condition: whether what stands inside runs because something failed."""

    word: str
    failure: bool = False
    negated: bool = False


def _commands(text: str, *, operators: bool, depth: int, on_failure: bool = False) -> Iterator[Command]:
    if depth > MAX_DEPTH:
        return
    builder = _Builder(on_failure=on_failure)
    count = 0
    for token in Scanner(text, operators=operators).tokens():
        for inner in token.inner:
            yield from (_substituted(one) for one in _commands(inner, operators=True, depth=depth + 1))
        if not token.operator:
            builder.word(token.text)
        elif (finished := builder.operator(token.text)) is not None:
            yield finished
            count += 1
            if count >= MAX_COMMANDS:
                return
    last = builder.finish()
    if last is not None:
        yield last


def _substituted(command: Command) -> Command:
    return command if command.link == "|" else replace(command, link="$(")


_PASSED = frozenset({"do", "done", "esac", "while", "until", "time", "function"})
_CLOSING = {"}": "{", "fi": "if"}
_FAILED = re.compile(r"\$(?:\?|\w+)\"? (?:-ne|-gt|!=) \"?0")


class _Builder:
    """Puts words and operators together into commands."""

    def __init__(self, *, on_failure: bool) -> None:
        self._frames = [_Frame("", failure=on_failure)]
        self._link = ""
        self._redirect = ""
        self._words: list[str] = []
        self._redirects: list[tuple[str, str]] = []
        self._document = ""

    def word(self, text: str) -> None:
        if self._redirect == "<<":
            self._document = text
        elif self._redirect:
            self._redirects.append((self._redirect, text))
        elif self._words or not self._keyword(text):
            self._words.append(text)
        self._redirect = ""

    def operator(self, text: str) -> Command | None:
        if "<" in text or ">" in text:
            self._redirect = text
            return None
        self._redirect = ""
        finished = self.finish()
        self._connect(text)
        return finished

    def finish(self) -> Command | None:
        if not self._words and not self._redirects:
            return None
        frame = self._frames[-1]
        if frame.word == "if" and self._words[:1] in (["["], ["[["], ["test"]):
            # `if [ $? -ne 0 ]` asks for a failure just as `if ! command` does.
            frame.negated = frame.negated or bool(_FAILED.search(" ".join(self._words)[:500]))
        failure = self._link == "||" or any(frame.failure for frame in self._frames)
        finished = Command(tuple(self._words), self._link, failure, tuple(self._redirects), self._document)
        self._words, self._redirects, self._document, self._link = [], [], "", ""
        return finished

    def _connect(self, operator: str) -> None:
        if operator == "(":
            self._frames.append(_Frame("(", failure=self._link == "||"))
        elif operator == ")":
            self._close("(")
        elif operator in ("&&", "||"):
            self._link = operator
        elif operator in ("|", "|&"):
            self._link = "|"
        elif not (operator == "\n" and self._link in ("&&", "||", "|")):
            self._link = ";"

    def _close(self, word: str) -> None:
        if self._frames[-1].word == word:
            self._frames.pop()

    def _keyword(self, word: str) -> bool:
        # A reserved word only counts where a command may begin (POSIX, section 2.4).
        frame = self._frames[-1]
        if word in ("{", "if"):
            self._frames.append(_Frame(word, failure=self._link == "||"))
        elif word in _CLOSING:
            self._close(_CLOSING[word])
        elif word == "!":
            frame.negated = frame.word == "if"
        elif word in ("then", "elif", "else"):
            if frame.word == "if":
                frame.failure = frame.negated if word == "then" else word == "else" and not frame.negated
        else:
            return word in _PASSED
        return True
