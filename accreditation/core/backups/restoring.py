"""Putting a backup back into an empty installation. What a whole restore is, in its order: restore_backup.py."""

import os
import shutil
import subprocess
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import psycopg
from django.conf import settings
from django.core.files.base import File
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import make_conninfo

from accreditation.core.backups.making import first_folders, rows_in, walk
from accreditation.core.backups.manifest import (
    DUMP,
    FILES,
    KEYS,
    SUMS,
    BackupError,
    Manifest,
    files_of,
    sum_of,
    sums_in,
)
from accreditation.core.backups.programs import address, environment, program, said
from accreditation.core.outbox import OutboxMessage
from accreditation.core.storage import private_files

MOST_SAID = 4_000
"""Bytes of a program's complaints that are looked at."""

WAITING = (OutboxMessage.State.PENDING, OutboxMessage.State.SENDING)


def refuse_unless_it_fits(folder: Path, manifest: Manifest) -> None:
    """BackupError, before anything is touched, where the installation is not empty or cannot hold this backup.

    Files and keys of this same backup may be there: a restore that broke off is simply run again.
    """
    unknown = set(manifest.migrations) - {".".join(key) for key in MigrationLoader(None).disk_migrations}
    if unknown:
        raise BackupError(
            f"the backup is of a newer release ({manifest.release or 'unnamed'}), with {min(unknown)}:"
            " restore it with that release"
        )
    if held := _tables():
        raise BackupError(
            f"the database is not empty, it holds {held} tables. A restore needs an empty one: stop web,"
            " worker and beat, put the old database aside (ALTER DATABASE ... RENAME TO ...) and make a new one with"
            " deploy/roles.sh, or start a new database volume"
        )
    storage = private_files()
    for first in first_folders(storage):
        ours = sums_in(folder / SUMS / first)
        for name in walk(storage, first):
            if name not in ours:
                raise BackupError(
                    "the private files are not empty, and hold what this backup does not know: put the old folder"
                    " aside and give an empty one"
                )
    for key in sorted((folder / KEYS).glob("*")):
        here = Path(settings.SIGNING_KEYS_DIR) / key.name if settings.SIGNING_KEYS_DIR else None
        if here and here.exists() and sum_of(here) != sum_of(key):
            raise BackupError(f"{here} is another key than the backup's: put the old folder of keys aside")


def _tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname !~ '^pg_|^information_schema$'")
        tables: int = cursor.fetchone()[0]
        return tables


def restore_files(folder: Path) -> int:
    """Put the private files back; how many the backup has. What is there already is left, if it is the same."""
    storage, files = private_files(), 0
    for name, _sum in files_of(folder):
        files += 1
        if storage.exists(name):
            with storage.open(name) as there:
                same = there.read() == (folder / FILES / name).read_bytes()
            if same:
                continue
            storage.delete(name)
        with open(folder / FILES / name, "rb") as source:
            saved = storage.save(name, File(source))
        if saved != name:  # its seal is bound to its name
            storage.delete(saved)
            raise BackupError(f"the private storage did not take the name {name}")
    return files


def restore_keys(folder: Path) -> int | None:
    """Put the private halves of signing keys back; how many. None where this process has no folder for them."""
    keys = sorted((folder / KEYS).glob("*"))
    if not settings.SIGNING_KEYS_DIR:
        return None if keys else 0
    target = Path(settings.SIGNING_KEYS_DIR)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for key in keys:
        here = target / key.name
        here.touch(mode=0o600)
        shutil.copyfile(key, here)
    return len(keys)


def restore_database(folder: Path, manifest: Manifest) -> None:
    """Load the dump, and hold its letters, in one transaction: no letter can leave in between, and half a restore
    leaves the database empty. BackupError where PostgreSQL refuses it.
    """
    read: list[str | Path] = [
        program("pg_restore"),
        "--no-owner",
        "--no-privileges",
        "--file=-",
        folder / DUMP,
    ]
    # Terse: details and context of an error quote rows.
    write: list[str | Path] = [program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    write.append("--set=VERBOSITY=terse")
    connection.close()  # no session of ours stands in the way of a lock
    # Complaints go to files: a pipe that nobody reads meanwhile takes 64 KB, then its program waits for ever.
    with TemporaryFile() as refused, TemporaryFile() as complaint:
        loaded, was_read = _load(read, write, f"{_hold_in_sql(manifest)}\nCOMMIT;\n", refused, complaint)
        if loaded:
            raise BackupError(
                f"PostgreSQL refused the dump, the database is as empty as before: {said(_end_of(refused))}"
            )
        if was_read:
            raise BackupError(
                f"pg_restore failed, the database is as empty as before: {said(_end_of(complaint))}"
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _load(
    read: list[str | Path], write: list[str | Path], last: str, refused: IO[bytes], complaint: IO[bytes]
) -> tuple[int, int]:
    """Let psql write what pg_restore reads, and what stands `last` once all was read; how psql and pg_restore ended."""
    there = environment()
    with (
        subprocess.Popen(
            write, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=refused, env=there
        ) as loading,
        subprocess.Popen(read, stdout=subprocess.PIPE, stderr=complaint, env=there) as reading,
    ):
        assert loading.stdin and reading.stdout
        try:
            loading.stdin.write(b"BEGIN;\n")
            shutil.copyfileobj(reading.stdout, loading.stdin, 1 << 20)
            if reading.wait() == 0:  # without COMMIT, psql's end undoes everything
                loading.stdin.write(last.encode())
            loading.stdin.close()
        except BrokenPipeError:  # psql has ended, and says why
            reading.kill()
            with suppress(BrokenPipeError):
                loading.stdin.close()
    return loading.returncode, reading.returncode


def _end_of(words: IO[bytes]) -> bytes:
    """The end of what a program wrote, however much that was."""
    words.seek(max(words.seek(0, os.SEEK_END) - MOST_SAID, 0))
    return words.read()


def rows_that_differ(manifest: Manifest) -> list[str]:
    """A sentence for each table with other rows than the backup counted; only right before anything else writes.

    BackupError where they cannot be counted.
    """
    try:
        with psycopg.connect(make_conninfo(**address())) as session:
            here = rows_in(session)
    except psycopg.Error as error:  # a session of its own, whose errors are not Django's
        raise BackupError(f"the rows were not counted again: {error}") from error
    tables = sorted(manifest.rows.keys() | here.keys())
    return [
        f"{table}: {here.get(table, 'no table')} rows, in the backup {manifest.rows.get(table, 'no table')}"
        for table in tables
        if here.get(table) != manifest.rows.get(table)
    ]


# Letters: whatever waited may have left after the backup, and would leave again


def why_held(made_at: datetime) -> str:
    """What the page of letters says of one that is held."""
    return f"restored from the backup of {made_at:%Y-%m-%d %H:%M} UTC: it may have left after that"


def _hold_in_sql(manifest: Manifest) -> str:
    states = ", ".join(f"'{state.value}'" for state in WAITING)
    return (
        f"UPDATE public.core_outboxmessage SET state = '{OutboxMessage.State.UNCERTAIN.value}', claimed_by = NULL,"  # noqa: S608
        f" error = '{why_held(manifest.moment)}' WHERE state IN ({states});"
    )


def hold_what_waits(manifest: Manifest) -> int:
    """Put every letter that waits in doubt; how many are in doubt now. Nothing leaves without a clerk's word."""
    uncertain = OutboxMessage.State.UNCERTAIN
    OutboxMessage.objects.filter(state__in=WAITING).update(
        state=uncertain, claimed_by=None, error=why_held(manifest.moment)
    )
    return OutboxMessage.objects.filter(state=uncertain).count()
