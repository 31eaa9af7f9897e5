"""`python -m autoguard` is the command `autoguard`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # `-m` puts the working folder first, which may be the tree that is scanned, with modules of its own.
    if not sys.flags.safe_path and Path(sys.path[0]).resolve() != Path(__file__).resolve().parent.parent:
        del sys.path[0]

    from autoguard.cli import main

    main()
