"""What the tests of checks share."""

import pytest

from checks.scanning import Scans


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    """Every case, read once."""
    return Scans(tmp_path_factory)
