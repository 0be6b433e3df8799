"""Reminders: due on or before a day, never on it; each written once, by its key.

A reminder that could not be written on its day (nothing ran) is written later, as long as it makes sense; of
several that were missed only the latest is. A changed date has new keys, and so new reminders. All of it is
read in sets: the number of queries does not grow with the people of an election.

Where nobody has an address no reminder is written: printed, it would arrive after what it reminds of.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accreditation.core.claims import not_left
from accreditation.core.outbox import OutboxMessage
from accreditation.missions.models import Election
from accreditation.workflow.letters import DECISIONS
from accreditation.workflow.reminders.arrival import arrival_reminders
from accreditation.workflow.reminders.badge_ready import badges_ready
from accreditation.workflow.reminders.collecting import collecting_reminders
from accreditation.workflow.reminders.deadline import deadline_reminders
from accreditation.workflow.reminders.overdue import overdue_notices
from accreditation.workflow.reminders.writing import Due, write

log = logging.getLogger(__name__)

ALARM_AFTER = timedelta(hours=24)

Kind = Callable[[Election, datetime], Iterable[Due]]
UNTIL_THE_DAY: tuple[Kind, ...] = (arrival_reminders, badges_ready, collecting_reminders, deadline_reminders)


def write_reminders(now: datetime) -> int:
    """Write every reminder that is due and was never written; how many. Safe to run twice, also at once."""
    written = 0
    elections = Election.objects.filter(published_at__isnull=False, cancelled_at=None)
    for election in elections.prefetch_related("overrides", "categories"):
        kinds = UNTIL_THE_DAY if election.calendar.today(now) <= election.day else ()
        written += sum(write_kind(kind, election, now) for kind in (*kinds, overdue_notices))
    late = late_decisions(now).count()
    if late:
        log.error("%d decision letter(s) have not left for 24 hours: see the letters page", late)
    return written


def write_kind(kind: Kind, election: Election, now: datetime) -> int:
    """Reminders of one kind; how many. Where they cannot be found the others go on, and the next tick tries again."""
    try:
        return write(kind(election, now), now)
    except Exception:
        log.exception("%s of %s were not written", kind.__name__, election.code)
        return 0


def late_decisions(now: datetime) -> QuerySet[OutboxMessage]:
    """Letters with a decision that were written a day ago and have not left: nobody's appeal has begun."""
    return not_left(DECISIONS, since=now - ALARM_AFTER)
