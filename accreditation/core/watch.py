"""What runs out without anybody noticing: room for private files, the freshness of the last backup, and what other apps
watch, such as spare keys.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accreditation.core.backups.keeping import BackupReading
from accreditation.core.errors import Reason
from accreditation.core.storage import private_files

MEGABYTE = 1_000_000
LONGEST_ERROR = 300
"""Characters of what programs say that are shown; all of it stands in the worker's log."""

Watch = Callable[[datetime], list[Reason]]
_others: list[Watch] = []


def watches(look: Watch) -> Watch:
    """Let another app warn as well of what core has no words for. Its module is imported when its app is ready.

    `look` is asked by `look_everywhere` alone: the desk of the clerks has no query to spare.
    """
    _others.append(look)
    return look


@dataclass(frozen=True)
class Seen:
    """A few numbers, None where there is nothing to measure, and what the staff should know of them."""

    files_free_mb: int | None = None
    backup_age_hours: int | None = None
    warnings: list[Reason] = field(default_factory=list)


def look(now: datetime) -> Seen:
    """Measure now: one system call, and one query where a backup is expected (BACKUP_MAX_AGE_HOURS)."""
    free, reading = _files_free(), _reading()
    newest = reading.newest_at if reading else None
    age = now - newest if newest else None
    warnings = [*_of_the_disk(free)]
    if settings.BACKUP_MAX_AGE_HOURS:
        warnings += [*_of_the_age(age), *_of_the_last_try(reading), *_of_the_backups_disk(reading)]
    return Seen(
        files_free_mb=None if free is None else free // MEGABYTE,
        backup_age_hours=None if age is None else age // timedelta(hours=1),
        warnings=warnings,
    )


def look_everywhere(now: datetime) -> Seen:
    """The same, with what the other apps watch."""
    seen = look(now)
    return replace(seen, warnings=[*seen.warnings, *(reason for other in _others for reason in other(now))])


def _files_free() -> int | None:
    """Of a local folder; other storages, such as S3-compatible ones, have no end that could be asked for."""
    measure = getattr(private_files(), "free_bytes", None)
    try:
        return None if measure is None else measure()
    except OSError:  # a disk that does not answer takes nothing
        return 0


def _reading() -> BackupReading | None:
    return BackupReading.objects.first() if settings.BACKUP_MAX_AGE_HOURS else None


def _is_low(free: int | None) -> bool:
    return free is not None and free < settings.DISK_MIN_FREE_MB * MEGABYTE


def _of_the_disk(free: int | None) -> list[Reason]:
    if not _is_low(free):
        return []
    words = _(
        "The disk for pictures and lists is nearly full (%(free)s MB left). When it is full, nobody can send any."
        " Tell those who run the server."
    )
    return [Reason("files_disk_nearly_full", words % {"free": (free or 0) // MEGABYTE})]


def _of_the_age(age: timedelta | None) -> list[Reason]:
    if age is None:
        words = _("There is no backup: what is lost now is lost for good. Tell those who run the server.")
        return [Reason("backup_missing", words)]
    if age <= timedelta(hours=settings.BACKUP_MAX_AGE_HOURS):
        return []
    hours = age // timedelta(hours=1)
    words = ngettext(
        "The last backup is %(hours)d hour old. Tell those who run the server.",
        "The last backup is %(hours)d hours old. Tell those who run the server.",
        hours,
    )
    return [Reason("backup_old", words % {"hours": hours})]


def _of_the_last_try(reading: BackupReading | None) -> list[Reason]:
    if reading is None or not reading.error:
        return []
    words = _("The last try to make a backup failed: %(error)s. Tell those who run the server.")
    return [
        Reason("backup_failed", words % {"error": Truncator(reading.error).chars(LONGEST_ERROR).rstrip(".")})
    ]


def _of_the_backups_disk(reading: BackupReading | None) -> list[Reason]:
    if reading is None or not _is_low(reading.free_bytes):
        return []
    words = _("The disk of the backups is nearly full. Tell those who run the server.")
    return [Reason("backup_disk_nearly_full", words)]
