"""A backup is whole or is none, costs no copy of what has not changed, and is made once a night."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg.conninfo import make_conninfo

from accreditation.core import storage
from accreditation.core.backups import keeping, making
from accreditation.core.backups.keeping import BackupReading, is_due, keep_backups
from accreditation.core.backups.making import forget_old, make_backup
from accreditation.core.backups.manifest import BackupError, Manifest, name_at, verify, whole_backups
from accreditation.core.backups.programs import address, program
from accreditation.core.backups.restoring import refuse_unless_it_fits

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 22, 22, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Any) -> Path:
    settings.PRIVATE_FILES_ROOT, settings.SIGNING_KEYS_DIR = tmp_path / "files", tmp_path / "keys"
    settings.BACKUPS_DIR = tmp_path / "backups"
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "1.pem").write_text("a private key")
    return tmp_path / "backups"


def test_a_backup_holds_database_files_and_keys_and_whoever_finds_it_reads_no_picture(place: Path) -> None:
    name = storage.store(b"a picture of somebody")
    backup = make_backup(place, now=NIGHT)
    assert backup.name == "2026-11-22T22-05-00Z"
    assert {path.name for path in backup.iterdir()} == {
        "manifest.json",
        "database.dump",
        "files",
        "files.sha256",
        "signing-keys",
    }
    assert (backup / "signing-keys" / "1.pem").read_text() == "a private key"
    everything = b"".join(path.read_bytes() for path in backup.rglob("*") if path.is_file())
    assert b"somebody" not in everything
    assert (backup / "files" / name).read_bytes() == (place.parent / "files" / name).read_bytes()
    manifest = verify(backup)
    assert manifest.rows["core_country"] > 100
    assert "django_session" not in manifest.rows
    assert "core.0005_backup_reading" in manifest.migrations


def test_nobody_else_may_enter_a_backup(place: Path) -> None:
    backup = make_backup(place, now=NIGHT)
    assert place.stat().st_mode & 0o077 == 0
    assert backup.stat().st_mode & 0o077 == 0
    assert (backup / "signing-keys" / "1.pem").stat().st_mode & 0o077 == 0


def test_a_database_that_takes_no_session_is_noted_like_any_hindrance(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.ensure_connection()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    assert keep_backups(NIGHT) is None
    reading = BackupReading.objects.get()
    assert reading.newest_at is None and reading.error.startswith("the database was not read")
    with pytest.raises(CommandError, match="the database was not read"):
        call_command("back_up")
    assert list(place.iterdir()) == []


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def say_more_rows(path: Path) -> None:
    said = json.loads(path.read_text())
    said["rows"]["accounts_user"] = 1_000
    path.write_text(json.dumps(said))


def list_one_file_less(path: Path) -> None:
    path.write_text("")


def the_private_file(backup: Path) -> Path:
    return next(path for path in (backup / "files").rglob("*") if path.is_file())


@pytest.mark.parametrize("harm", [flip_a_byte, cut, Path.unlink])
@pytest.mark.parametrize("part", ["database.dump", "signing-keys/1.pem", "files", "files.sha256"])
def test_a_backup_with_any_part_cut_altered_or_missing_is_refused(
    place: Path, part: str, harm: Callable[[Path], None]
) -> None:
    storage.store(b"a picture")
    backup = make_backup(place, now=NIGHT)
    path = backup / part
    harm(path if path.is_file() else next(one for one in path.rglob("*") if one.is_file()))
    with pytest.raises(BackupError):
        verify(backup)


@pytest.mark.parametrize("harm", [say_more_rows, cut, Path.unlink])
def test_a_backup_whose_manifest_is_altered_cut_or_missing_is_refused(
    place: Path, harm: Callable[[Path], None]
) -> None:
    backup = make_backup(place, now=NIGHT)
    harm(backup / "manifest.json")
    if harm is cut:
        harm(backup / "manifest.json")  # the first byte was the end of the line
    with pytest.raises(BackupError):
        verify(backup)


def test_a_file_that_a_list_leaves_out_or_adds_is_missed(place: Path) -> None:
    storage.store(b"a picture")
    backup = make_backup(place, now=NIGHT)
    (backup / "files.sha256" / "zz").write_text("")
    with pytest.raises(BackupError, match="not part of this backup"):
        verify(backup)


def test_a_backup_of_an_installation_with_other_secrets_is_refused_before_anything_is_touched(
    place: Path, settings: Any
) -> None:
    backup = make_backup(place, now=NIGHT)
    settings.INDEX_KEY = b"another installation's key, 32 b"
    with pytest.raises(BackupError, match="INDEX_KEY"):
        verify(backup)


def test_a_database_that_is_not_empty_and_a_release_that_is_too_old_are_refused(place: Path) -> None:
    backup = make_backup(place, now=NIGHT)
    manifest = verify(backup)
    with pytest.raises(BackupError, match="the database is not empty"):
        refuse_unless_it_fits(backup, manifest)
    manifest.migrations.append("core.9999_of_tomorrow")
    with pytest.raises(BackupError, match="newer release"):
        refuse_unless_it_fits(backup, manifest)


def test_half_a_backup_is_none_and_goes_with_the_next_one(place: Path) -> None:
    killed = place / ".unfinished-2026-11-21T22-05-00Z"
    killed.mkdir(parents=True)
    (killed / "manifest.json").write_text("{}")
    assert whole_backups(place) == []
    backup = make_backup(place, now=NIGHT)
    assert list(place.iterdir()) == [backup]


def test_what_fails_leaves_nothing_behind_and_says_what_to_do(
    place: Path, tmp_path: Path, settings: Any
) -> None:
    settings.POSTGRES_PROGRAMS = tmp_path / "bin"
    settings.POSTGRES_PROGRAMS.mkdir()
    program = settings.POSTGRES_PROGRAMS / "pg_dump"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 18.0" && exit\necho "no such luck" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    with pytest.raises(CommandError, match="pg_dump failed: no such luck"):
        call_command("back_up")
    assert list(place.iterdir()) == []
    assert BackupReading.objects.get().error == "pg_dump failed: no such luck"


def test_a_program_of_another_version_is_never_used(tmp_path: Path, settings: Any) -> None:
    settings.POSTGRES_PROGRAMS = tmp_path
    (tmp_path / "psql").write_text('#!/bin/sh\necho "psql (PostgreSQL) 15.4 (Debian 15.4-1)"\n')
    (tmp_path / "psql").chmod(0o755)
    assert program("psql") != tmp_path / "psql"


def test_a_disk_without_room_is_not_filled_to_its_end(place: Path, settings: Any) -> None:
    make_backup(place, now=NIGHT)
    settings.DISK_MIN_FREE_MB = 1_000_000_000
    with pytest.raises(BackupError, match="make room"):
        make_backup(place, now=NIGHT + DAY)
    assert len(list(place.iterdir())) == 1


def test_an_unchanged_file_is_on_the_disk_once_and_outlives_the_older_backup(
    place: Path, settings: Any
) -> None:
    kept, gone = storage.store(b"kept"), storage.store(b"gone")
    first = make_backup(place, now=NIGHT)
    storage.delete(gone)
    new = storage.store(b"new")
    second = make_backup(place, now=NIGHT + 2 * DAY)
    assert os.path.samefile(first / "files" / kept, second / "files" / kept)
    assert (second / "files" / new).exists()
    assert not (second / "files" / gone).exists()
    settings.BACKUPS_KEPT_DAYS = 1
    assert forget_old(place, now=NIGHT + 2 * DAY) == [first]
    assert verify(second).files == 2


def rot(path: Path) -> None:
    """As a disk does, without a trace in the file's times."""
    before = path.stat()
    flip_a_byte(path)
    os.utime(path, (before.st_atime, before.st_mtime))


def touch_and_cut(path: Path) -> None:
    cut(path)
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 60))


@pytest.mark.parametrize(("harm", "nights"), [(touch_and_cut, 30), (rot, 1), (Path.unlink, 30)])
def test_a_file_that_was_damaged_in_the_older_backup_is_taken_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Path], None], nights: int
) -> None:
    monkeypatch.setattr(making, "NIGHTS_TO_READ_ALL", nights)
    storage.store(b"a picture")
    first = make_backup(place, now=NIGHT)
    harm(the_private_file(first))
    second = make_backup(place, now=NIGHT + DAY)
    assert verify(second).files == 1
    with pytest.raises(BackupError):
        verify(first)


def test_the_newest_backup_is_never_forgotten(place: Path) -> None:
    backup = make_backup(place, now=NIGHT)
    assert forget_old(place, now=NIGHT + 1_000 * DAY) == []
    assert whole_backups(place) == [backup]


@pytest.mark.parametrize(
    ("newest", "now", "due"),
    [
        (None, NIGHT, True),
        (NIGHT - DAY, NIGHT, True),
        (NIGHT - DAY, NIGHT - HOUR, False),
        (NIGHT, NIGHT + HOUR, False),
        (NIGHT, NIGHT + DAY - HOUR, False),
        (NIGHT - 2 * DAY, NIGHT + 12 * HOUR, True),  # the night was missed; noon makes up for it
    ],
)
def test_one_is_due_after_each_night_s_hour(newest: datetime | None, now: datetime, due: bool) -> None:
    assert is_due(newest, now) is due


def test_the_worker_makes_one_a_night_and_notes_what_it_sees(place: Path) -> None:
    made = keep_backups(NIGHT)
    assert made == place / name_at(NIGHT)
    assert keep_backups(NIGHT + HOUR) is None
    reading = BackupReading.objects.get()
    assert (reading.newest_at, reading.looked_at, reading.error) == (NIGHT, NIGHT + HOUR, "")
    assert reading.free_bytes and reading.free_bytes > 0
    shutil.rmtree(place)
    assert keep_backups(NIGHT + 2 * HOUR) == place / name_at(NIGHT + 2 * HOUR)


def test_one_that_failed_is_tried_again_after_an_hour_and_the_reason_stands_until_then(
    place: Path, settings: Any
) -> None:
    room, settings.DISK_MIN_FREE_MB = settings.DISK_MIN_FREE_MB, 1_000_000_000
    assert keep_backups(NIGHT) is None
    settings.DISK_MIN_FREE_MB = room
    assert keep_backups(NIGHT + HOUR * 3 / 4) is None
    reading = BackupReading.objects.get()
    assert "make room" in reading.error
    assert (reading.failed_at, reading.looked_at) == (NIGHT, NIGHT + HOUR * 3 / 4)
    assert keep_backups(NIGHT + HOUR) == place / name_at(NIGHT + HOUR)
    reading.refresh_from_db()
    assert (reading.error, reading.failed_at) == ("", None)


def test_one_that_was_made_by_hand_after_a_failure_ends_the_warning(place: Path) -> None:
    BackupReading.objects.create(pk=1, looked_at=NIGHT, error="no such luck", failed_at=NIGHT)
    make_backup(place, now=NIGHT + HOUR / 4)
    assert keep_backups(NIGHT + HOUR / 2) is None
    reading = BackupReading.objects.get()
    assert (reading.error, reading.newest_at) == ("", NIGHT + HOUR / 4)


def test_two_workers_never_make_one_at_once(place: Path) -> None:
    with psycopg.connect(make_conninfo(**address())) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [keeping._TURN])
        assert keep_backups(NIGHT) is None
        assert not place.exists()
        other.execute("SELECT pg_advisory_unlock(%s)", [keeping._TURN])  # a session ends after it was closed
    assert keep_backups(NIGHT) is not None


def test_without_a_folder_nothing_is_made_and_the_command_says_which_setting_is_missing(
    settings: Any,
) -> None:
    settings.BACKUPS_DIR = None
    assert keep_backups(NIGHT) is None
    with pytest.raises(CommandError, match="BACKUPS_DIR"):
        call_command("back_up")


def test_a_backup_is_looked_through_from_the_shell(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup = make_backup(place, now=NIGHT)
    call_command("back_up", check="latest")
    assert f"whole: {backup}" in capsys.readouterr().out
    flip_a_byte(backup / "database.dump")
    with pytest.raises(CommandError, match="cut or altered"):
        call_command("back_up", check="latest")


def test_rows_are_counted_in_the_dump_s_own_snapshot(place: Path) -> None:
    """What this test writes is not committed: neither the dump nor the count sees it."""
    BackupReading.objects.create(looked_at=NIGHT)
    assert BackupReading.objects.count() == 1
    assert Manifest.read(make_backup(place, now=NIGHT)).rows["core_backupreading"] == 0
    assert connection.in_atomic_block
