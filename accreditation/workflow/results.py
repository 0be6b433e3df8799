"""The publication of the results ends every term: what that means is shown first, then it is recorded once.

Accreditations end with the day of the publication (`clocks.expire_accreditations`), each with its letter. None of
them begins again, so a day that was mistyped can be corrected only while no term has ended by it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accreditation.accounts.roles import roles_of
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Election
from accreditation.missions.publishing import PUBLISHERS


@dataclass(frozen=True)
class Ending:
    """What a day of publication would end: how many terms, and the first moment after them."""

    accreditations: int
    ends_at: datetime
    is_over: bool
    """The day has passed already: the terms end within minutes."""


def may_record(actor: Actor) -> bool:
    return actor.user is not None and not roles_of(actor.user).isdisjoint(PUBLISHERS)


def what_would_end(election: Election, day: date, now: datetime) -> Ending:
    """Count what recording that day would end. Writes nothing."""
    open_terms = Accreditation.objects.current().filter(election=election, valid_until=None)
    ends_at = election.calendar.end_of(day)
    return Ending(open_terms.count(), ends_at, ends_at <= now)


def reasons_against(election: Election, day: date, now: datetime) -> list[Reason]:
    """Why this day cannot be recorded; every reason."""
    found = []
    if election.published_at is None:
        found.append(Reason("not_published", _("This election is not published yet.")))
    if election.cancelled_at is not None:
        found.append(Reason("cancelled", _("This election was cancelled.")))
    if day < election.day:
        found.append(Reason("before_the_vote", _("Results cannot be published before election day.")))
    if day > election.calendar.today(now):
        found.append(Reason("not_yet", _("Record the publication on its day or later.")))
    if day != election.results_published_on and _terms_have_ended(election):
        words = _("Terms have ended by the day that is recorded; it cannot be changed any more.")
        found.append(Reason("terms_ended", words))
    return found


def _terms_have_ended(election: Election) -> bool:
    if election.results_published_on is None:
        return False
    return Accreditation.objects.filter(election=election, state=Accreditation.State.EXPIRED).exists()


@all_or_nothing
def record_results(election: Election, day: date, *, actor: Actor, now: datetime) -> Election:
    """Record the local day on which the official results were published. For who publishes elections.

    Writes the day and one audit event; the clock ends the terms. Raises NotAllowed, Refused.
    """
    if not may_record(actor):
        raise NotAllowed()
    locked = Election.objects.select_for_update(of=("self",), no_key=True).get(pk=election.pk)
    if against := reasons_against(locked, day, now):
        raise Refused(against)
    if locked.results_published_on == day:
        return locked
    before = locked.results_published_on
    locked.results_published_on = day
    locked.save(update_fields=["results_published_on"])
    record(
        locked,
        "results_recorded",
        actor=actor,
        now=now,
        fields=["results_published_on"],
        before=before.isoformat() if before else None,
        after=day.isoformat(),
    )
    return locked
