"""People and delegations that arrive before election day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import translation

from accreditation.core.outbox import Letter, Recipient
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Delegation, Election, Mission
from accreditation.observers.models import Membership
from accreditation.workflow.letters import election_facts, roster_link, status_link
from accreditation.workflow.models import Application
from accreditation.workflow.plain_states import plain_state
from accreditation.workflow.recipients import heads_of
from accreditation.workflow.reminders.deadline import missions_of
from accreditation.workflow.reminders.writing import Due, Reminder, latest_reached
from accreditation.workflow.told import as_told

State = Application.State
UNDER_WAY = (*Application.WITH_THE_COMMISSION, State.APPROVED, State.APPEALED)


@dataclass
class Visit:
    """What arrives with one delegation on one day."""

    delegation: Delegation
    day: date
    offset: int
    people: list[tuple[Membership, Application]] = field(default_factory=list)


def arrival_reminders(election: Election, now: datetime) -> Iterator[Due]:
    """To those who speak for the mission, one letter a delegation and day; to the people their own.

    A person's own letter goes by the primary membership, and not while the file is a draft: whoever has not
    been sent in yet is on the head's list, with that state.
    """
    today = election.calendar.today(now)
    missions = {one.pk: one for one in missions_of(election)}
    for visit in _visits(election, today, now):
        mission = missions[visit.delegation.mission_id]
        visit.delegation.mission = mission
        for head in heads_of(mission):
            key = f"arrival:{visit.delegation.pk}:{visit.day}:{visit.offset}:{head.user_id}"
            yield key, partial(_to_head, mission, head, visit, now)
        for membership, application in visit.people:
            to = _own_address(membership, application, mission)
            if to is not None:
                key = f"arrival:person:{membership.pk}:{visit.day}:{visit.offset}"
                yield key, partial(_to_person, mission, to, membership, application, visit, now)


def _visits(election: Election, today: date, now: datetime) -> list[Visit]:
    """What arrives soon enough to be reminded of, and has not arrived; four queries."""
    offsets = election.arrival_reminder_days
    if not offsets:
        return []
    last = min(today + timedelta(days=max(offsets)), election.day - timedelta(days=1))
    soon = {"day__gte": today, "day__lte": last}
    visits: dict[tuple[int, date], Visit] = {}

    def visit_of(delegation: Delegation, day: date) -> Visit:
        offset = latest_reached(offsets, (day - today).days)
        assert offset is not None, "the last day is within the greatest offset"
        return visits.setdefault((delegation.pk, day), Visit(delegation, day, offset))

    registered = Q(mission__election=election, mission__state=Mission.State.REGISTERED)
    delegations = Delegation.objects.filter(registered, arrived_at=None).annotate(day=F("arrives_on"))
    for delegation in delegations.filter(**soon).order_by("pk"):
        visit_of(delegation, delegation.day)
    expected = (
        Membership.objects.current()
        .filter(registered, arrived_at=None)
        .exclude(arrives_on=None, delegation__arrived_at__isnull=False)
        .annotate(day=Coalesce("arrives_on", "delegation__arrives_on"))
        .filter(**soon)
        .select_related("delegation")
        .order_by("sort_key", "pk")
    )
    memberships = list(expected)
    files = _files(election, memberships, now)
    for membership in memberships:
        application = files.get(membership.person_id)
        if application is not None:
            visit_of(membership.delegation, membership.day).people.append((membership, application))
    return [visit for visit in visits.values() if visit.people or visit.delegation.arrives_on == visit.day]


def _files(election: Election, memberships: Sequence[Membership], now: datetime) -> dict[int, Application]:
    """The newest file of each person that is under way or led to a current accreditation, as told at `now`."""
    granted = Q(state=State.APPROVED, accreditation__state__in=Accreditation.CURRENT)
    live = Q(state__in=list(Application.LIVE))
    applications = (
        Application.objects.filter(granted | live, election=election)
        .filter(person__in={one.person_id for one in memberships})
        .select_related("accreditation", "applicant")
        .order_by("pk")
    )
    files: dict[int, Application] = {}
    for application in applications:
        application.election = election
        if application.accreditation is not None:
            application.accreditation.election = election
        files[application.person_id] = as_told(application, now)
    return files


def _own_address(membership: Membership, application: Application, mission: Mission) -> Recipient | None:
    if application.membership_id != membership.pk or application.state not in UNDER_WAY:
        return None
    account = application.applicant
    email = membership.email or (account.email if account is not None else "")
    if not email:
        return None
    language = (account.language if account is not None else "") or mission.language or "en"
    return Recipient(email=email, language=language, user_id=account.pk if account is not None else None)


def _to_head(mission: Mission, head: Recipient, visit: Visit, now: datetime) -> Reminder:
    with translation.override(head.language):
        facts = {
            **election_facts(mission.election),
            "mission": mission.name,
            "to_head": True,
            "link": roster_link(mission, head.language),
            "delegation": visit.delegation.name,
            "arrives_on": visit.day.isoformat(),
            "people": [
                {"name": one.full_name, **_state_of(file, now), **_way_of(one, visit.delegation)}
                for one, file in visit.people
            ],
        }
    arrived = mission.election.calendar.end_of(visit.day)
    return Reminder(Letter("arrival_reminder", head, facts, not_after=arrived), visit.delegation)


def _to_person(
    mission: Mission,
    to: Recipient,
    membership: Membership,
    application: Application,
    visit: Visit,
    now: datetime,
) -> Reminder:
    with translation.override(to.language):
        facts = {
            **election_facts(mission.election),
            "name": membership.full_name,
            "mission": mission.name,
            "number": application.number,
            "link": status_link(application, to.language),
            "arrives_on": visit.day.isoformat(),
            **_state_of(application, now),
            **_way_of(membership, visit.delegation),
        }
    arrived = mission.election.calendar.end_of(visit.day)
    return Reminder(Letter("arrival_reminder_person", to, facts, not_after=arrived), application)


def _state_of(application: Application, now: datetime) -> dict[str, Any]:
    accreditation = application.accreditation
    return {
        "state": str(plain_state(application, now).word),
        "accreditation_number": accreditation.number_in_words if accreditation is not None else "",
    }


def _way_of(membership: Membership, delegation: Delegation) -> dict[str, str]:
    """Place, flight and hour of whoever stated the day: the person, else the delegation."""
    stay = membership if membership.arrives_on is not None else delegation
    hour = stay.arrives_at
    return {
        "place": stay.arrival_place,
        "flight": stay.arrival_flight,
        "hour": f"{hour:%H:%M}" if hour is not None else "",
    }
