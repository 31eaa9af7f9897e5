"""Which files are generated, and the blocks of hand-written ones that are.

A block stands between two lines of its own, `<!-- generated: NAME -->` and `<!-- end -->`; the rest of the file is left
as it is. Every block can stand in any file: links are made for the folder that the file lies in.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from autoguard.documentation import ROOT, calibration, catalog, readme, schemas

Block = Callable[[PurePosixPath], str]
BLOCKS: Mapping[str, Block] = {
    "commands": readme.commands,
    "exit-codes": readme.exit_codes,
    "formats": readme.formats,
    "platforms": readme.platforms,
    "policies": readme.policies,
    "hooks": readme.hooks,
    "demo": readme.demo,
    "check-keys": catalog.check_keys,
    "checks": catalog.checks,
    "facts": catalog.facts,
    "limits": catalog.limits,
    "calibration": calibration.calibration,
    "probes": catalog.probes,
    "kinds": catalog.kinds,
    "verification-keys": catalog.verification_keys,
    "verifications": catalog.verifications,
    "tables": catalog.tables,
}
_SCHEMAS: Mapping[str, Callable[[], str]] = {
    "reports/schema/assessment-1.json": schemas.assessment,
    "checks/schema.json": schemas.check_file,
}
_HAND_WRITTEN = ("checks/README.md", "policies/README.md", "README.md")
_START = re.compile(r"<!--\s*generated:\s*(\S*)\s*-->")
_END = re.compile(r"<!--\s*end\s*-->")


class DocumentationError(Exception):
    """A marker that names no block, or one without its other half."""


def generated(root: Path = ROOT) -> dict[str, str]:
    """What every generated file must hold, by its path below the root of the source tree.

    Raises:
        DocumentationError: a hand-written file is missing, or one of its markers is wrong.
    """
    files = {name: make() for name, make in _SCHEMAS.items()}
    for name in _HAND_WRITTEN:
        try:
            text = (root / name).read_text(encoding="utf-8")
        except OSError as error:
            raise DocumentationError(f"{name}: {error.strerror}; this needs the source tree") from None
        files[name] = fill(text, name)
    return files


def fill(text: str, name: str) -> str:
    """The text of the file of that name with every block made anew.

    Raises:
        DocumentationError: a marker is wrong, with `file:line`.
    """
    return "".join(_filled(text.splitlines(keepends=True), name))


def _filled(lines: list[str], name: str) -> Iterator[str]:
    open_since = 0
    for number, line in enumerate(lines, start=1):
        start, end = _START.fullmatch(line.strip()), _END.fullmatch(line.strip())
        if start:
            if open_since:
                raise DocumentationError(f"{name}:{open_since}: this block has no end")
            if start[1] not in BLOCKS:
                raise DocumentationError(f"{name}:{number}: no block {start[1]}; there are: {', '.join(BLOCKS)}")
            open_since = number
            yield line
            yield f"{BLOCKS[start[1]](PurePosixPath(name).parent).strip()}\n"
        elif end:
            if not open_since:
                raise DocumentationError(f"{name}:{number}: ends a block that did not start")
            open_since = 0
        if not open_since and not start:
            yield line
    if open_since:
        raise DocumentationError(f"{name}:{open_since}: this block has no end")
