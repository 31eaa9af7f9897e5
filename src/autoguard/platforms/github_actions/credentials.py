"""Secrets that a workflow refers to, and the token that every job gets.

Source: docs.github.com, "Secrets", "GITHUB_TOKEN", "Workflow syntax: permissions" (read 2026-11-24). Names of secrets
do not depend on case. An action can read the token through `github.token` without being given it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from autoguard.model import Credential, Location
from autoguard.platforms._values import mapping, strings, text
from autoguard.platforms.github_actions.expressions import blocks

_SECRET = re.compile(
    r"\bsecrets\s*(?:\.\s*([A-Za-z_][\w-]{0,100})|\[\s*'([^']{1,100})'\s*\]|(\[)|(?=\s*\)))", re.IGNORECASE
)
_TOKEN = re.compile(r"\bgithub\s*\.\s*token\b|\bsecrets\s*\.\s*GITHUB_TOKEN\b", re.IGNORECASE)
ALL = "*"
"""Stands for every secret that the workflow may read: `secrets: inherit`, `toJSON(secrets)`."""


class Ledger:
    """The credentials of one document, each with all places that refer to it."""

    def __init__(self, path: str) -> None:
        """Keep the credentials of the document at `path`."""
        self._path = path
        # A secret belongs to a repository: two of one name in two repositories are two.
        self._repository = path.partition(".github/")[0].rstrip("/") if ".github/" in path else ""
        self._found: dict[str, Credential] = {}

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """All credentials, in the order of their first place."""
        return tuple(self._found.values())

    def secrets(self, value: Any, location: Location) -> tuple[str, ...]:
        """The ids of the secrets that the strings below `value` refer to."""
        ids = []
        for name in dict.fromkeys(_names(value)):
            ids.append("github-actions:secret:" + "/".join(part for part in (self._repository, name) if part))
            self._note(
                Credential(
                    id=ids[-1],
                    kind="ci-secret",
                    storage="vault",
                    name="all secrets" if name == ALL else name,
                    holder="GitHub secret",
                    platform="github-actions",
                ),
                location,
            )
        return tuple(ids)

    def token(self, job: str, permissions: Any, location: Location) -> str:
        """The id of the token of a job, or with "" of all jobs that the workflow sets permissions for."""
        key = f"github-actions:token:{self._path}" + (f"#{job}" if job else "")
        if key not in self._found:
            self._note(
                Credential(
                    id=key,
                    kind="ci-token",
                    storage="vault",
                    name="GITHUB_TOKEN",
                    holder="GitHub",
                    platform="github-actions",
                    service="github",
                    scopes=scopes(permissions),
                ),
                location,
            )
        return key

    def may_write(self, token: str) -> bool:
        """Whether that token is known to be allowed to change something."""
        granted = self._found[token].scopes if token in self._found else ()
        return any(one == "write-all" or one.endswith(":write") for one in granted)

    def _note(self, credential: Credential, location: Location) -> None:
        known = self._found.get(credential.id, credential)
        if location not in known.locations:
            known = replace(known, locations=(*known.locations, location))
        self._found[credential.id] = known


def scopes(permissions: Any) -> tuple[str, ...]:
    """Permissions as scopes: `contents:write`, `write-all`, `none`, or `default` where nothing is set."""
    if permissions is None:
        return ("default",)
    if isinstance(permissions, str):
        return (text(permissions, 40),)
    found = (f"{text(key, 40)}:{text(level, 10)}" for key, level in mapping(permissions).items())
    return tuple(sorted(one for one in found if not one.endswith(":none"))) or ("none",)


def uses_token(value: Any) -> bool:
    """Whether the strings below `value` refer to the job's token."""
    return any(_TOKEN.search(block) for _, item in strings(value) for block in blocks(item))


def _names(value: Any) -> Iterator[str]:
    if value == "inherit":
        yield ALL
    for _, item in strings(value):
        for block in blocks(item):
            for match in _SECRET.finditer(block):
                name = (match[1] or match[2] or ALL).upper()
                if name != "GITHUB_TOKEN":
                    yield name
