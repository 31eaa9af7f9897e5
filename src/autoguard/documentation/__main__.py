"""The command behind `make docs` and the last line of `make lint`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autoguard.documentation import ROOT
from autoguard.documentation.files import DocumentationError, generated


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write everything that is generated, or with `--check` name what is out of date and return 1."""
    parser = argparse.ArgumentParser(prog="python -m autoguard.documentation", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a file is out of date")
    check = parser.parse_args(arguments).check
    try:
        files = generated(root)
    except DocumentationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    stale = {name: text for name, text in files.items() if _stored(root / name) != text}
    for name, text in stale.items():
        if check:
            sys.stderr.write(f"{name}: is out of date\n")
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{name}: written\n")
    if check and stale:
        sys.stderr.write("run `make docs`\n")
    return 1 if check and stale else 0


def _stored(path: Path) -> str | None:
    # Read without translating line ends: a file that was saved with others is out of date as well.
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
