"""The folder of this user that outlasts a run."""

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Where what can be computed again is kept, readable by this user alone."""
    return Path(platformdirs.user_cache_dir("autoguard", appauthor=False))
