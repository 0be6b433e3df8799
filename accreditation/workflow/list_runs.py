"""Lists that were sent are taken in: chunk by chunk, on after a crash, and again where one breaks off."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accreditation.core.actors import SYSTEM, Actor
from accreditation.core.errors import Busy, MoveError, Reason
from accreditation.core.transactions import IN_THE_WAY, TOO_LONG, all_or_nothing, sqlstate_of
from accreditation.observers.lists import ListRefused, ReadList
from accreditation.observers.models import ListImport
from accreditation.workflow.intake import Intake
from accreditation.workflow.list_imports import COUNTS, read_again, report_of, take_in_list

log = logging.getLogger(__name__)

CHUNK = 2_000
"""Rows a transaction in a job, so that its page shows progress. Real lists are shorter: one transaction."""

RUNS = 0x0B5E_0002  # advisory locks of running jobs: (this, job)

MOST_TRIES, FIRST_PAUSE = 5, timedelta(minutes=1)


def run_waiting(*, now: datetime) -> int:
    """Run every list that waits, and those whose worker died: a row that stands already changes nothing. How
    many. One that breaks off holds up no other.
    """
    states = [ListImport.State.WAITING, ListImport.State.RUNNING]
    waiting = ListImport.objects.filter(
        Q(try_again_at=None) | Q(try_again_at__lte=now), state__in=states
    ).order_by("pk")
    return sum(_tried(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


def _tried(pk: int, now: datetime) -> bool:
    try:
        return run(pk, now=now)
    except Exception as error:
        if isinstance(error, OperationalError) and not _is_of_one_list(error):
            raise  # the database, not the list
        log.exception("list %s broke off", pk)
        with suppress(Busy):  # uncounted then, and tried with the next tick
            _try_again_later(pk, now)
        return False


def _is_of_one_list(error: OperationalError) -> bool:
    """Whether PostgreSQL broke off this list's work for the sake of somebody else, and answers all others."""
    return isinstance(error, Busy) or sqlstate_of(error) in IN_THE_WAY | TOO_LONG


@all_or_nothing
def _try_again_later(pk: int, now: datetime) -> None:
    """Again with a doubling pause; after the last try its sender is told, and what was taken in so far stands.

    Nobody waits for a row that somebody holds: its list is tried again with the next tick, uncounted.
    """
    job = (
        ListImport.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(pk=pk)
        .first()
    )
    if job is None:
        return
    job.tries += 1
    job.try_again_at = now + FIRST_PAUSE * 2 ** (job.tries - 1)
    job.save(update_fields=["tries", "try_again_at"])
    if job.tries >= MOST_TRIES:
        words = _("This list could not be taken in to its end. What was taken in stands; write to us.")
        job.report = {**job.report, "error": Reason("broke_off", words).as_json()}
        _finish(job, ListImport.State.REFUSED, now)


def run(pk: int, *, now: datetime) -> bool:
    """Take in one list, chunk by chunk, each in a transaction of its own; False when somebody else does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUNS, pk])
        if not cursor.fetchone()[0]:
            return False
    try:
        job = ListImport.objects.select_related(
            "mission__election", "delegation__mission__election", "sent_by"
        ).get(pk=pk)
        if job.state not in (ListImport.State.WAITING, ListImport.State.RUNNING):
            return False
        _run(job, now)
        return True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUNS, pk])


def _run(job: ListImport, now: datetime) -> None:
    try:
        read = read_again(job, now=now)
        if job.state == ListImport.State.WAITING:
            job.state, job.rows_done, job.rows_total = ListImport.State.RUNNING, 0, len(read.good)
            job.save(update_fields=["state", "rows_done", "rows_total"])
        while job.rows_done < job.rows_total:
            take_in_chunk(job, read, now=now)
    except (ListRefused, MoveError) as error:
        reasons = [error.reason] if isinstance(error, ListRefused) else error.reasons
        job.report = {**job.report, "error": reasons[0].as_json()}
        _finish(job, ListImport.State.REFUSED, now)
        return
    _finish(job, ListImport.State.DONE, now)


def take_in_chunk(job: ListImport, read: ReadList, *, now: datetime) -> None:
    """Take in the next rows of a running job and note it, both or neither: a job that died goes on from
    there.
    """
    job.report, job.rows_done = _take_in_next(job, read, now)


@all_or_nothing
def _take_in_next(job: ListImport, read: ReadList, now: datetime) -> tuple[dict[str, Any], int]:
    actor = Actor(user=job.sent_by) if job.sent_by else SYSTEM
    assert job.delegation is not None
    done = Intake(**{name: job.report[name] for name in COUNTS}) if job.rows_done else Intake()
    last = min(job.rows_done + CHUNK, job.rows_total)
    done += take_in_list(
        read, delegation=job.delegation, actor=actor, now=now, first=job.rows_done, last=last
    )
    report = report_of(read, done)
    ListImport.objects.filter(pk=job.pk).update(report=report, rows_done=last)
    return report, last


def _finish(job: ListImport, state: str, now: datetime) -> None:
    job.state, job.finished_at = state, now
    job.save(update_fields=["state", "report", "finished_at"])
