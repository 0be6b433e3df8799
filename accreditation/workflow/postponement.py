"""Postponing or cancelling an election: what it does to files and letters, shown first and done at once."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Greatest, TruncDate

from accreditation.accounts.roles import ADMINISTRATOR, APPROVER, roles_of
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.models import Accreditation
from accreditation.missions.calendar import Calendar
from accreditation.missions.legal_dates import ELECTION_DAY
from accreditation.missions.models import DateOverride, Election
from accreditation.missions.postponement import DateChange, date_changes, postponed_calendar, reasons_against
from accreditation.missions.publishing import rules_reopened
from accreditation.workflow.models import Application
from accreditation.workflow.postponement_letters import (
    cancel_reminders,
    readers,
    waiting_reminders,
    write_letters,
)

DECIDERS = frozenset({APPROVER, ADMINISTRATOR})
MANY_LETTERS = 10_000


@dataclass(frozen=True)
class Consequences:
    """What a new day (or none: cancelled) would change, in numbers that a page shows before it is done."""

    dates: list[DateChange]
    drafts_reopened: int
    lapsed_files: int
    decisions_moved: int
    reminders_cancelled: int
    letters: int
    accreditations: int
    terms_ended: int

    @property
    def takes_seconds(self) -> bool:
        """So many letters that whoever confirms should know why the page does not answer at once."""
        return self.letters > MANY_LETTERS


def may_postpone(actor: Actor) -> bool:
    return actor.user is not None and not roles_of(actor.user).isdisjoint(DECIDERS)


def what_would_change(election: Election, new_day: date | None, now: datetime) -> Consequences:
    """Count everything that `postpone` (or with None `cancel`) would change. Writes nothing."""
    moved, reopened = 0, []
    if new_day is not None:
        after = postponed_calendar(election, new_day)
        moved = sum(
            files.count() for files, _due in _decisions_to_move(election, _latest(election.calendar), after)
        )
        reopened = _categories_reopened(election, after, now)
    files = Application.objects.filter(election=election)
    in_reopened = files.filter(category__in=reopened).aggregate(
        drafts=Count("pk", filter=Q(state=Application.State.DRAFT)),
        lapsed=Count("pk", filter=Q(state=Application.State.LAPSED)),
    )
    current = Accreditation.objects.current().filter(election=election).count()
    return Consequences(
        dates=date_changes(election, new_day),
        drafts_reopened=in_reopened["drafts"],
        lapsed_files=in_reopened["lapsed"],
        decisions_moved=moved,
        reminders_cancelled=waiting_reminders(election).count(),
        letters=sum(1 for _reader in readers(election)),
        accreditations=current,
        terms_ended=current if new_day is None else 0,
    )


@all_or_nothing
def postpone(election: Election, new_day: date, *, reason: str, actor: Actor, now: datetime) -> Election:
    """Move the election to a later day. For approvers.

    In one transaction: the day, recorded as a date set by hand; decisions that the latest decision bound or
    binds now; waiting reminders cancelled; an audit event; a letter to every head and applicant. Terms go on:
    they end with the results. Raises NotAllowed, Refused.
    """
    locked = _locked_for(election, new_day, reason, actor, now)
    old_latest, old_day = _latest(locked.calendar), locked.day
    counts = _counts(what_would_change(locked, new_day, now))
    with rules_reopened():
        locked.day = new_day
        locked.save(update_fields=["day"])
    after = postponed_calendar(locked, new_day)
    DateOverride.objects.create(
        election=locked,
        date_name=ELECTION_DAY,
        closes_at=after.end_of(new_day),
        reason=reason.strip(),
        made_by=actor.user,
    )
    days = {"old_day": old_day.isoformat(), "new_day": new_day.isoformat()}
    event = record(
        locked, "postponed", actor=actor, now=now, fields=["day"], reason=reason.strip(), **days, **counts
    )
    cancel_reminders(locked, event)
    locked.__dict__.pop("calendar", None)
    closes_at = locked.calendar.application_deadline.closes_at.isoformat()
    write_letters(locked, "election_postponed", event, now, {**days, "closes_at": closes_at})
    for files, due in _decisions_to_move(locked, old_latest, after):  # last: clerks wait for these rows
        files.update(decision_due_at=due)
    return locked


@all_or_nothing
def cancel(election: Election, *, reason: str, actor: Actor, now: datetime) -> Election:
    """Cancel the election. For approvers. Accreditations end with this local day; reminders are cancelled.

    In one transaction, with one audit event and a letter to every head and applicant. Raises NotAllowed,
    Refused.
    """
    locked = _locked_for(election, None, reason, actor, now)
    counts = _counts(what_would_change(locked, None, now))
    locked.cancelled_at = now
    locked.save(update_fields=["cancelled_at"])
    event = record(
        locked, "cancelled", actor=actor, now=now, fields=["cancelled_at"], reason=reason.strip(), **counts
    )
    cancel_reminders(locked, event)
    write_letters(locked, "election_cancelled", event, now, {"old_day": locked.day.isoformat()})
    Accreditation.objects.current().filter(election=locked).update(
        valid_until=Greatest(F("valid_from"), Value(locked.calendar.today(now)))
    )
    return locked


def rebind_decisions(election: Election, old_latest: datetime | None) -> int:
    """After the latest decision was set: move the decisions that it bound until now or binds now; how many."""
    return sum(
        files.update(decision_due_at=due)
        for files, due in _decisions_to_move(election, old_latest, election.calendar)
    )


def _locked_for(
    election: Election, new_day: date | None, reason: str, actor: Actor, now: datetime
) -> Election:
    if not may_postpone(actor):
        raise NotAllowed()
    locked = Election.objects.select_for_update(of=("self",), no_key=True).get(pk=election.pk)
    if against := reasons_against(locked, new_day, reason, now):
        raise Refused(against)
    return locked


def _counts(found: Consequences) -> dict[str, int]:
    names = ("drafts_reopened", "decisions_moved", "reminders_cancelled", "letters", "terms_ended")
    return {name: getattr(found, name) for name in names}


# Files


def _categories_reopened(election: Election, after: Calendar, now: datetime) -> list[int]:
    """Categories whose deadline has passed and would lie ahead again."""
    before = election.calendar
    return [
        category.pk
        for category in election.categories.all()
        if before.application_deadline_for(category).closes_at
        <= now
        < after.application_deadline_for(category).closes_at
    ]


def _latest(calendar: Calendar) -> datetime | None:
    return calendar.latest_decision.closes_at if calendar.latest_decision else None


def _decisions_to_move(
    election: Election, old: datetime | None, after: Calendar
) -> list[tuple[QuerySet[Application], datetime]]:
    """Waiting files whose decision date hangs on the latest decision, each set with its new date.

    Where the latest decision does not bind, a decision is due by its submission and stays as it is.
    """
    new = _latest(after)
    if old == new:
        return []
    waiting = Application.objects.filter(election=election).waiting()
    sets: list[tuple[QuerySet[Application], datetime]] = []
    if old is not None:
        bound = waiting.filter(decision_due_at=old)
        days = bound.annotate(day=TruncDate("submitted_at", tzinfo=after.zone)).values_list("day", flat=True)
        for day in days.distinct().order_by("day"):
            due = after.decision_due(after.start_of(day))
            span = Q(submitted_at__gte=after.start_of(day), submitted_at__lt=after.end_of(day))
            if due != old:
                sets.append((bound.filter(span), due))
    if new is not None:
        later = waiting.filter(decision_due_at__gt=new)
        sets.append((later.exclude(decision_due_at=old) if old is not None else later, new))
    return sets
