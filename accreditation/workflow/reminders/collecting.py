"""Badges that lie ready while the people who are to wear them have arrived."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import translation

from accreditation.core.outbox import Letter, Recipient
from accreditation.credentials.models import Accreditation, Badge
from accreditation.missions.models import Delegation, Election, Mission
from accreditation.workflow.letters import election_facts, roster_link
from accreditation.workflow.recipients import heads_of
from accreditation.workflow.reminders.deadline import missions_of
from accreditation.workflow.reminders.writing import Due, Reminder

DAYS_AFTER = (0, 2, 4)
"""Days after the arrival, on or after which the head is reminded: of those missed only the latest."""


@dataclass
class Left:
    """The badges of one delegation's people of one day that nobody has taken."""

    delegation: Delegation
    day: date
    after: int
    badges: list[Badge] = field(default_factory=list)


def collecting_reminders(election: Election, now: datetime) -> Iterator[Due]:
    """To those who speak for the mission, one letter a delegation and day of arrival, while badges lie ready.

    Somebody has arrived once the mission said so, or the day of arrival is over.
    """
    missions = {one.pk: one for one in missions_of(election)}
    for left in _left(election, election.calendar.today(now)):
        mission = missions[left.delegation.mission_id]
        left.delegation.mission = mission
        for head in heads_of(mission):
            key = f"badges:{left.delegation.pk}:{left.day}:{left.after}:{head.user_id}"
            yield key, partial(_to_head, mission, head, left)


def _left(election: Election, today: date) -> list[Left]:
    """What lies ready for people who have arrived; one query."""
    stated = "accreditation__membership"
    told = Q(**{f"{stated}__arrived_at__isnull": False}) | Q(
        **{f"{stated}__delegation__arrived_at__isnull": False}
    )
    ready = (
        Badge.objects.filter(
            state=Badge.State.READY,
            accreditation__election=election,
            accreditation__state=Accreditation.State.ACTIVE,
            accreditation__mission__state=Mission.State.REGISTERED,
        )
        .annotate(day=Coalesce(f"{stated}__arrives_on", f"{stated}__delegation__arrives_on"))
        .filter(Q(day__lt=today) | told & Q(day__lte=today))
        .select_related(f"{stated}__delegation")
        .order_by(f"{stated}__delegation", "day", f"{stated}__sort_key", "pk")
    )
    found: dict[tuple[int, date], Left] = {}
    for badge in ready:
        delegation, day = badge.accreditation.membership.delegation, badge.day
        after = max(days for days in DAYS_AFTER if days <= (today - day).days)
        found.setdefault((delegation.pk, day), Left(delegation, day, after)).badges.append(badge)
    return list(found.values())


def _to_head(mission: Mission, head: Recipient, left: Left) -> Reminder:
    with translation.override(head.language):
        facts = {
            **election_facts(mission.election),
            "mission": mission.name,
            "to_head": True,
            "link": roster_link(mission, head.language),
            "delegation": left.delegation.name,
            "arrived_on": left.day.isoformat(),
            "people": [{"name": badge.accreditation.membership.full_name} for badge in left.badges],
        }
    return Reminder(Letter("badges_not_collected", head, facts), left.delegation)
