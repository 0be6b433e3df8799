"""Making a backup: under a temporary name, which it loses last."""

import hashlib
import logging
import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.files.storage import Storage
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from accreditation.core.backups.manifest import (
    DUMP,
    FILES,
    KEYS,
    MANIFEST,
    SUMS,
    UNFINISHED,
    BackupError,
    Manifest,
    lists_of_sums,
    moment_of,
    name_at,
    sum_of,
    sums_in,
    whole_backups,
)
from accreditation.core.backups.programs import address, environment, program, said
from accreditation.core.storage import private_files

log = logging.getLogger(__name__)

NIGHTS_TO_READ_ALL = 30
"""Each linked file is compared with its sum once in so many nights."""

LEFT_OUT = ("django_session", "usersessions_usersession", "django_cache")
"""Tables whose rows stay away: whoever was signed in signs in anew, and a backup opens nobody's session."""


def make_backup(place: Path, *, now: datetime) -> Path:
    """Write a whole backup into `place` and answer its folder. One at a time (keeping.turn).

    BackupError or OSError where it cannot be made; then nothing is left that could be taken for one.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in place.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left)  # of one that was killed
    _refuse_without_room(place)
    before = whole_backups(place)
    unfinished = place / (UNFINISHED + name_at(now))
    try:
        for part in (unfinished, unfinished / FILES, unfinished / SUMS):
            part.mkdir(mode=0o700)
        older = Older.of(before[-1], now) if before else None
        # Twice: what was there at the dump's moment was there before it, or is there after it. A file without a row
        # is litter, a row without its file is a loss.
        _take_files(unfinished, older)
        try:
            manifest = _take_database(unfinished, now)
        except psycopg.Error as error:  # a session of its own, whose errors are not Django's
            raise BackupError(f"the database was not read: {error}") from error
        _take_files(unfinished, older)
        _take_keys(unfinished)
        _describe(unfinished, manifest)
        _sync(unfinished)
        finished = place / name_at(now)
        unfinished.rename(finished)
        _sync(place)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return finished


def forget_old(place: Path, *, now: datetime) -> list[Path]:
    """Delete the backups that are older than BACKUPS_KEPT_DAYS, never the newest; which."""
    kept = now - timedelta(days=settings.BACKUPS_KEPT_DAYS)
    old = [one for one in whole_backups(place)[:-1] if moment_of(one) < kept]
    for one in old:
        leaving = place / (UNFINISHED + one.name)
        one.rename(leaving)  # half a deletion is no backup either
        shutil.rmtree(leaving)
    return old


def _refuse_without_room(place: Path) -> None:
    """A dump is never larger than its database; a disk that a backup fills may be the database's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        needed = cursor.fetchone()[0] + round(settings.DISK_MIN_FREE_MB * 1_000_000)
    free = shutil.disk_usage(place).free
    if free < needed:
        raise BackupError(
            f"{place} has {free // 1_000_000} MB free and a backup may need {needed // 1_000_000}:"
            " make room, or keep fewer days (BACKUPS_KEPT_DAYS)"
        )


# The database


def _take_database(folder: Path, now: datetime) -> Manifest:
    """The dump, and what it holds, counted in the same snapshot."""
    with _snapshot() as (session, snapshot):
        command: list[str | Path] = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
        command += [f"--snapshot={snapshot}", "--lock-wait-timeout=60s", f"--file={folder / DUMP}"]
        command += [f"--exclude-table-data={table}" for table in LEFT_OUT]
        dump = subprocess.run(command, env=environment(), capture_output=True, check=False)
        if dump.returncode:
            raise BackupError(f"pg_dump failed: {said(dump.stderr)}")
        return Manifest(
            made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
            release=settings.RELEASE,
            server=session.execute("SHOW server_version").fetchall()[0][0],
            migrations=migrations_in(session),
            rows=rows_in(session),
            files=0,
            file_bytes=0,
        )


@contextmanager
def _snapshot() -> Iterator[tuple[psycopg.Connection, str]]:
    """A session of its own with a snapshot that pg_dump may share, and without the limits of requests."""
    with psycopg.connect(make_conninfo(**address())) as session:
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # A role may carry the limits of requests.
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            session.execute(sql.SQL("SET LOCAL {} = 0").format(sql.Identifier(limit)))
        yield session, session.execute("SELECT pg_export_snapshot()").fetchall()[0][0]


def rows_in(session: psycopg.Connection) -> dict[str, int]:
    """The rows of every table that a backup holds."""
    tables = session.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s) ORDER BY tablename",
        [list(LEFT_OUT)],
    ).fetchall()
    count = sql.SQL("SELECT count(*) FROM {}")
    return {
        table: session.execute(count.format(sql.Identifier("public", table))).fetchall()[0][0]
        for (table,) in tables
    }


def migrations_in(session: psycopg.Connection) -> list[str]:
    rows = session.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
    return [name for (name,) in rows]


# The private files


def walk(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every file below a folder of a storage; what is being written, or is hidden, is none."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        if not name.startswith("."):
            yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        yield from walk(storage, f"{folder}/{name}" if folder else name)


def first_folders(storage: Storage) -> list[str]:
    """The folders under the storage's root; each private file lies in one."""
    try:
        return sorted(name for name in storage.listdir("")[0] if not name.startswith("."))
    except FileNotFoundError:
        return []


@dataclass(frozen=True)
class Older:
    """The backup before: whose files are linked, when it was whole, and which part of them is read again tonight."""

    folder: Path
    whole_at: float
    part: int

    @classmethod
    def of(cls, folder: Path, now: datetime) -> "Older":
        return cls(folder, (folder / MANIFEST).stat().st_mtime, now.toordinal() % NIGHTS_TO_READ_ALL)

    def still_holds(self, name: str, wanted: str) -> bool:
        """Whether its file is what its sum says: asked of one that was touched since, and of each in its night.

        Links share their bytes: what is damaged once would be so in all backups to come.
        """
        path = self.folder / FILES / name
        turn = zlib.crc32(name.encode()) % NIGHTS_TO_READ_ALL == self.part
        try:
            if not turn and path.stat().st_mtime <= self.whole_at:
                return True
            whole = sum_of(path) == wanted
        except OSError:
            whole = False
        if not whole:
            log.warning("%s was cut, altered or lost: it is taken anew", path)
        return whole


def _take_files(unfinished: Path, older: Older | None) -> None:
    """What this backup does not have yet; a list of sums at a time, so that a million files need no memory."""
    storage = private_files()
    for first in first_folders(storage):
        path = unfinished / SUMS / first
        taken, known = sums_in(path), sums_in(older.folder / SUMS / first) if older else {}
        for name in walk(storage, first):
            if name not in taken:
                found = _link(unfinished, older, name, known) or _copy(storage, unfinished, name)
                if found:
                    taken[name] = found
        lines = [f"{found}  {name}\n" for name, found in taken.items()]
        path.write_text("".join(lines))


def _link(unfinished: Path, older: Older | None, name: str, known: dict[str, str]) -> str | None:
    """The same file of the backup before, where it has it whole and the disk can link; its sum."""
    if older is None or name not in known or not older.still_holds(name, known[name]):
        return None
    target = unfinished / FILES / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(older.folder / FILES / name, target)
    except OSError:
        return None
    return known[name]


def _copy(storage: Storage, unfinished: Path, name: str) -> str | None:
    """The file from the storage, and its sum; None where it has just been deleted."""
    target = unfinished / FILES / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sha256 = hashlib.sha256()
    try:
        source = storage.open(name)
    except FileNotFoundError:
        return None
    with source, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        for chunk in source.chunks():
            copy.write(chunk)
            sha256.update(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return sha256.hexdigest()


# What is left


def _take_keys(unfinished: Path) -> None:
    """The private halves of signing keys, where this process holds them."""
    source = Path(settings.SIGNING_KEYS_DIR) if settings.SIGNING_KEYS_DIR else None
    keys = sorted(source.glob("*.pem")) if source else []
    if keys:
        (unfinished / KEYS).mkdir(mode=0o700)
    for key in keys:
        copy = unfinished / KEYS / key.name
        copy.touch(mode=0o600)
        copy.write_bytes(key.read_bytes())


def _describe(unfinished: Path, manifest: Manifest) -> None:
    parts = [unfinished / DUMP, *lists_of_sums(unfinished), *sorted((unfinished / KEYS).glob("*"))]
    manifest.sums = {str(path.relative_to(unfinished)): sum_of(path) for path in parts}
    for path in lists_of_sums(unfinished):
        for name in sums_in(path):
            manifest.files += 1
            manifest.file_bytes += (unfinished / FILES / name).stat().st_size
    manifest.write(unfinished)


def _sync(folder: Path) -> None:
    """A folder's own files and names, on the disk before the backup bears its name."""
    for path in [*folder.glob("*"), *(folder / SUMS).glob("*"), *(folder / KEYS).glob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
