"""What is about to run out is said before it has: on /readyz for machines, on the desk for people."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.accounts.roles import CLERK
from accreditation.core.backups.keeping import BackupReading
from accreditation.core.storage import PrivateFiles
from accreditation.core.watch import look
from tests.factories import make_election, make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_ROOT = tmp_path / "not made yet" / "files"
    settings.BACKUP_MAX_AGE_HOURS, settings.DISK_MIN_FREE_MB = 26, 0


def ready() -> dict[str, Any]:
    answer = Client().get("/readyz")
    assert answer.status_code == 200  # a warning takes no service away
    return answer.json()


def desk() -> str:
    make_election()
    client = Client()
    sign_in(client, make_staff(CLERK))
    return client.get(reverse("admin:workflow_application_changelist")).content.decode()


def last_backup(hours: float, *, free: int = 10**12) -> None:
    now = datetime.now(UTC)
    BackupReading.objects.create(looked_at=now, newest_at=now - timedelta(hours=hours), free_bytes=free)


def test_a_house_in_which_all_is_well_says_so_in_numbers_and_nothing_on_the_desk() -> None:
    last_backup(25)
    said = ready()
    assert said["files_free_mb"] > 0
    assert (said["backup_age_hours"], said["warnings"]) == (25, [])
    assert "those who run the server" not in desk()


def test_an_old_backup_is_told_to_machines_and_people() -> None:
    last_backup(49.5)
    assert (ready()["backup_age_hours"], ready()["warnings"]) == (49, ["backup_old"])
    assert "The last backup is 49 hours old." in desk()


def test_a_backup_that_was_never_made_is_told() -> None:
    assert (ready()["backup_age_hours"], ready()["warnings"]) == (None, ["backup_missing"])
    assert "There is no backup" in desk()


def test_a_folder_of_backups_that_was_emptied_is_told() -> None:
    BackupReading.objects.create(looked_at=datetime.now(UTC), newest_at=None)
    assert ready()["warnings"] == ["backup_missing"]


def test_a_backup_that_failed_is_told_at_once_with_the_reason() -> None:
    last_backup(1)
    BackupReading.objects.update(error="pg_dump failed: no such <b>luck</b>")
    assert ready()["warnings"] == ["backup_failed"]
    assert "The last try to make a backup failed: pg_dump failed: no such &lt;b&gt;luck&lt;/b&gt;." in desk()


def test_a_disk_of_backups_that_is_nearly_full_is_told(settings: Any) -> None:
    last_backup(1, free=999_999)
    assert ready()["warnings"] == []
    settings.DISK_MIN_FREE_MB = 1
    assert ready()["warnings"] == ["backup_disk_nearly_full"]


def test_a_disk_of_private_files_that_is_nearly_full_is_told(settings: Any) -> None:
    last_backup(1)
    settings.DISK_MIN_FREE_MB = 10**9
    assert "files_disk_nearly_full" in ready()["warnings"]
    assert "The disk for pictures and lists is nearly full" in desk()


def test_a_disk_that_does_not_answer_counts_as_full(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_self: PrivateFiles) -> int:
        raise OSError(116, "Stale file handle")

    last_backup(1)
    settings.DISK_MIN_FREE_MB = 1
    monkeypatch.setattr(PrivateFiles, "free_bytes", gone)
    assert ready()["files_free_mb"] == 0
    assert ready()["warnings"] == ["files_disk_nearly_full"]


def test_where_somebody_else_makes_the_backups_nobody_is_warned_and_nothing_is_asked(settings: Any) -> None:
    settings.BACKUP_MAX_AGE_HOURS = 0
    with CaptureQueriesContext(connection) as asked:
        seen = look(datetime.now(UTC))
    assert (seen.backup_age_hours, seen.warnings) == (None, [])
    assert not any("backup" in query["sql"] for query in asked)


def test_a_storage_without_an_end_is_not_measured(settings: Any) -> None:
    last_backup(1)
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    assert ready()["files_free_mb"] is None
