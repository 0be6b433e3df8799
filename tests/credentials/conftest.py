"""Badges for tests are real: a key in a folder of the test's own, a photo in the private storage, a signature."""

from pathlib import Path
from typing import Any

import pytest

from tests import badges


@pytest.fixture
def signing_keys(tmp_path: Path, settings: Any, db: None) -> dict[str, Any]:
    """A badge key and a list key in use, their private halves in a folder that only this test has."""
    settings.SIGNING_KEYS_DIR = str(tmp_path / "keys")
    settings.PRIVATE_FILES_ROOT = str(tmp_path / "private")
    return badges.make_keys()
