"""A backup every night, and what can be said of it by those who do not see the folder."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, models
from django.utils.translation import gettext_lazy as _

from accreditation.core.backups.making import forget_old, make_backup
from accreditation.core.backups.manifest import BackupError, moment_of, whole_backups

log = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)
"""Between two tries, of which each reads the whole database and every new file."""

_TURN = 0x0C1A_1417_0030


class BackupReading(models.Model):
    """What the worker, which alone has the folder, last saw in it. One row."""

    ONLY = 1

    looked_at = models.DateTimeField(_("looked at"))
    newest_at = models.DateTimeField(_("newest whole backup"), null=True)
    free_bytes = models.BigIntegerField(_("free on its disk"), null=True)
    error = models.TextField(_("error"), blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True, editable=False)

    class Meta:
        verbose_name = _("reading of the backups")
        verbose_name_plural = _("readings of the backups")

    def __str__(self) -> str:
        return str(self.newest_at or "-")


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is this process's turn to make a backup; the lock goes with its session, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_TURN])
        ours: bool = cursor.fetchone()[0]
    try:
        yield ours
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_TURN])


def is_due(newest: datetime | None, now: datetime) -> bool:
    """None is younger than the last BACKUP_HOUR (UTC): what a night missed is made up for with the next look."""
    hour = now.replace(hour=settings.BACKUP_HOUR, minute=0, second=0, microsecond=0)
    return newest is None or newest < (hour if hour <= now else hour - timedelta(days=1))


def keep_backups(now: datetime) -> Path | None:
    """Make a backup where one is due, forget old ones, note what there is; the new one. Safe to call at any time.

    Whatever keeps it from being made is noted and logged, and stays so until a try succeeds, the next after PAUSE.
    """
    place: Path | None = settings.BACKUPS_DIR
    if place is None:
        return None
    with turn() as ours:
        if not ours:
            return None
        last = BackupReading.objects.first()
        try:
            if not _is_due_in(place, now):
                note(place, now=now)
                return None
            if last and last.failed_at and last.failed_at <= now < last.failed_at + PAUSE:
                note(place, now=now, error=last.error, failed_at=last.failed_at)
                return None
            made = back_up(place, now=now)
        except (BackupError, OSError, DatabaseError) as failure:
            log.error("no backup was made: %s", failure)
            note(place, now=now, error=str(failure), failed_at=now)
            return None
        note(place, now=now)
        return made


def _is_due_in(place: Path, now: datetime) -> bool:
    backups = whole_backups(place)
    return is_due(moment_of(backups[-1]) if backups else None, now)


def back_up(place: Path, *, now: datetime) -> Path:
    """Make one now and forget the old ones. Only in one's turn; raises what make_backup raises."""
    made = make_backup(place, now=now)
    log.info("backup %s was made", made)
    for old in forget_old(place, now=now):
        log.info("backup %s was old and is deleted", old)
    return made


def note(place: Path, *, now: datetime, error: str = "", failed_at: datetime | None = None) -> None:
    """Write down what is in the folder, and why the last try failed, if it did."""
    newest, free = None, None
    with suppress(OSError):  # a folder that cannot be read holds nothing for anybody
        backups = whole_backups(place)
        newest = moment_of(backups[-1]) if backups else None
        free = shutil.disk_usage(place).free if place.is_dir() else None
    values = {
        "looked_at": now,
        "newest_at": newest,
        "free_bytes": free,
        "error": error,
        "failed_at": failed_at,
    }
    BackupReading.objects.update_or_create(pk=BackupReading.ONLY, defaults=values)
