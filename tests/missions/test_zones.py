"""An election's time zone must be one that Python and PostgreSQL both know."""

import shutil
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accreditation.missions.elections import validate_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def known_to_python_alone(tmp_path: Path) -> Iterator[str]:
    """A zone as a newer Python may bring it."""
    found = next(
        Path(folder, "Asia/Baku") for folder in zoneinfo.TZPATH if Path(folder, "Asia/Baku").exists()
    )
    (tmp_path / "Asia").mkdir()
    shutil.copy(found, tmp_path / "Asia/Nowhere")
    zoneinfo.reset_tzpath([str(tmp_path), *zoneinfo.TZPATH])
    yield "Asia/Nowhere"
    zoneinfo.reset_tzpath()


def test_the_zones_of_the_world_are_taken() -> None:
    for name in ("Asia/Baku", "Europe/Paris", "UTC", "Pacific/Kiritimati"):
        validate_zone(name)


@pytest.mark.parametrize("name", ["", "Baku", "asia/baku", "+04", "Asia/Nowhere", "\0"])
def test_what_is_none_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ValidationError, match="write it like Asia/Baku"):
        validate_zone(name)


def test_one_that_python_alone_knows_is_refused_and_nothing_is_broken(known_to_python_alone: str) -> None:
    """With it, no badge of the election could be checked: its term ends by the database's clocks."""
    assert known_to_python_alone in zoneinfo.available_timezones()
    with pytest.raises(ValidationError, match="write it like Asia/Baku"):
        validate_zone(known_to_python_alone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
