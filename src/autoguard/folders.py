"""Folders of this user that outlast a run: the cache and the data folder."""

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Where what can be computed again is kept, readable by this user alone."""
    return Path(platformdirs.user_cache_dir("autoguard", appauthor=False))


def data_folder() -> Path:
    """Where runs that the user asked to keep are kept."""
    return Path(platformdirs.user_data_dir("autoguard", appauthor=False))
