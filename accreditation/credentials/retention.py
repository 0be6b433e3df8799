"""What is deleted by itself, and when: scans of badges with their alarms, and the sheets of print runs.

Each function reports what it removed, and is safe to run twice, at once, or after it was killed half way.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accreditation.core import storage
from accreditation.credentials.alarms import ScanAlarm
from accreditation.credentials.print_runs import PrintRun, PrintRunPart
from accreditation.credentials.scans import BadgeScan
from accreditation.missions.calendar import Calendar
from accreditation.missions.models import Election

log = logging.getLogger(__name__)

NAMELESS_KEPT = timedelta(days=90)
"""Scans of what no badge was: they are nobody’s and of no election; they show an attack as long as uploads stand."""
SHEETS_KEPT = timedelta(days=14)
"""Long enough to print a spoilt sheet again; afterwards a badge is replaced, so that no copy of it goes about."""
AT_ONCE = 10_000


def scans_kept_until(election: Election) -> datetime:
    """The first moment at which nothing needs an election's scans any more."""
    last = election.results_published_on or election.day + timedelta(days=election.badge_latest_end_days)
    calendar = Calendar(election.day, election.called_on, election.time_zone)
    return calendar.end_of(last + timedelta(days=election.scan_days))


def forget_scans(now: datetime) -> int:
    """Delete the scans and alarms whose time is over; how many scans."""
    gone = alarms = 0
    for election in Election.objects.all():
        if scans_kept_until(election) <= now:
            of_election = Q(badge__accreditation__election=election)
            alarms += ScanAlarm.objects.filter(of_election).delete()[0]
            gone += _deleted(BadgeScan.objects.filter(of_election))
    alarms += ScanAlarm.objects.filter(badge=None, received_at__lte=now - NAMELESS_KEPT).delete()[0]
    gone += _deleted(BadgeScan.objects.filter(badge=None, received_at__lte=now - NAMELESS_KEPT))
    log.info("retention: %d scans of badges and %d alarms were deleted", gone, alarms)
    return gone


def _deleted(scans: QuerySet[BadgeScan]) -> int:
    """In pieces, each a transaction: nobody who scans waits for a million rows."""
    gone = 0
    while keys := list(scans.values_list("pk", flat=True)[:AT_ONCE]):
        gone += BadgeScan.objects.filter(pk__in=keys).delete()[0]
    return gone


def forget_sheets(now: datetime) -> int:
    """Delete the files of print runs that ended long ago; of how many runs. The rows, which are the print log, stay.

    The files go first: a run that still names one that has gone is met again the next night.
    """
    parts = PrintRunPart.objects.filter(run=OuterRef("pk")).exclude(name="")
    ended = PrintRun.objects.exclude(state__in=PrintRun.OPEN).filter(finished_at__lte=now - SHEETS_KEPT)
    runs = list(ended.filter(~Q(pdf="") | Exists(parts)))
    for run in runs:
        for name in filter(None, [run.pdf, *run.parts.values_list("name", flat=True)]):
            storage.delete(name)
        run.parts.update(name="")
        PrintRun.objects.filter(pk=run.pk).update(pdf="", cleared_at=now)
    log.info("retention: the sheets of %d print runs were deleted", len(runs))
    return len(runs)
