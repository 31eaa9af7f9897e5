"""GitHub Actions: workflows, reusable workflows, composite actions, and who owns them (CODEOWNERS).

Gitea and Forgejo run the same files. An action written in JavaScript or as a container is a program and no automation.
"""

import re
from typing import Any

from autoguard.errors import UnreadableError
from autoguard.platforms import Facts, Fragment, Platform, merge
from autoguard.platforms._values import mapping
from autoguard.platforms.github_actions.joining import join
from autoguard.platforms.github_actions.owners import KIND, parse, root_of
from autoguard.platforms.github_actions.workflow import read_composite, read_workflow
from autoguard.syntax.parsed import OtherFormatError, Parsed


def recognise(parsed: Parsed) -> bool:
    """`jobs` and `on`, or a composite action; CODEOWNERS by its name, as its lines could be those of any list."""
    if parsed.name == "codeowners":
        return parse(parsed.text) is not None
    try:
        trees = parsed.yaml
    except OtherFormatError:
        return False
    return any(_is_workflow(tree.value) or _is_composite(tree.value) for tree in trees)


def read(parsed: Parsed) -> Facts:
    """Every workflow or composite action of the document, or the rules of CODEOWNERS."""
    if parsed.name == "codeowners":
        data = {"rules": tuple(parse(parsed.text) or ())}
        return Facts(fragments=(Fragment(KIND, root_of(parsed.folder), parsed.at_line(1), data),))
    found: list[Facts] = []
    for tree in parsed.yaml:
        reader = read_workflow if _is_workflow(tree.value) else read_composite if _is_composite(tree.value) else None
        if reader is not None:
            for _, line in tree.repeated_keys():
                raise UnreadableError(f"gives a key a second time in line {line}, which GitHub refuses")
            automation, reading = reader(parsed, tree, tree.value)
            found.append(
                Facts((automation,), reading.ledger.credentials, (), tuple(reading.gaps), tuple(reading.fragments))
            )
    return merge(found)


def _is_workflow(value: Any) -> bool:
    if not isinstance(value, dict) or "on" not in value or not isinstance(value.get("jobs"), dict):
        return False
    jobs = [job for job in value["jobs"].values() if isinstance(job, dict)]
    return any("runs-on" in job or "steps" in job or "uses" in job for job in jobs)


def _is_composite(value: Any) -> bool:
    runs = mapping(mapping(value).get("runs"))
    return runs.get("using") == "composite" and isinstance(runs.get("steps"), list)


PLATFORM = Platform(
    id="github-actions",
    title="GitHub Actions",
    signature=re.compile(
        rb"\bjobs[\"']?[ \t]{0,8}:|\busing[\"']?[ \t]{0,8}:[ \t]{0,8}[\"']?composite|"
        rb"^[^\s#]\S{0,200}[ \t]{1,100}[^\s@]{0,64}@\w",
        re.MULTILINE,
    ),
    recognise=recognise,
    read=read,
    join=join,
    names=("action.yml", "action.yaml", "codeowners"),
)
