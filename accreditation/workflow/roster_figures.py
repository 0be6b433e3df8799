"""How many people a mission names, and in which states their files are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, Value
from django.db.models.functions import Concat

from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission
from accreditation.observers.models import Membership
from accreditation.workflow.models import Application
from accreditation.workflow.plain_states import (
    ACCREDITED,
    GROUPS,
    NOT_IN_FORCE,
    REFUSED,
    WITH_THE_COMMISSION,
    PlainState,
)
from accreditation.workflow.tallies import NO_LONGER, PEOPLE, SHARED, tallied
from accreditation.workflow.told import DECIDED, held_back

HELD, HELD_AND_ENDED, TAKEN_BACK = "held_", "held and ended", "taken back"


@dataclass
class Counts:
    """How many of each, as told at `at`: `people` are the memberships, `by_group` the states that a page names."""

    at: datetime
    people: int = 0
    shared: int = 0
    by_group: dict[str, int] = field(default_factory=dict)
    states: frozenset[str] = frozenset()
    """The states that any file of the mission is in."""
    held: int = 0
    """Files whose decision is not told yet; they are counted as with the commission."""

    def may_hold(self, group: PlainState) -> bool:
        """Whether any file of the mission can stand in this group; those of other missions aside."""
        if group == NOT_IN_FORCE and not self.by_group[group.code]:
            return False
        if group == WITH_THE_COMMISSION and self.held:
            return True
        return not self.states.isdisjoint(group.states)


def members(mission: Mission) -> QuerySet[Membership]:
    """Everybody whom the mission names today."""
    return Membership.objects.filter(mission=mission, ended_at=None)


def counts(mission: Mission, *, now: datetime) -> Counts:
    """People and states of the whole mission, as told at `now`; one query, which reads few rows of any mission."""
    found = dict(tallied(mission).union(_taken_back(mission), *_not_told(mission, now), all=True))
    held = {state: found.get(HELD + state, 0) for state in DECIDED}
    by_group = {group.code: sum(found.get(state, 0) for state in group.states) for group in GROUPS}
    ended = found.get(NO_LONGER, 0) - found.get(TAKEN_BACK, 0) - found.get(HELD_AND_ENDED, 0)
    by_group[NOT_IN_FORCE.code] = ended
    by_group[ACCREDITED.code] -= ended + held[Application.State.APPROVED]
    by_group[REFUSED.code] -= held[Application.State.REFUSED]
    by_group[WITH_THE_COMMISSION.code] += sum(held.values())
    return Counts(
        now,
        people=found.get(PEOPLE, 0),
        shared=found.get(SHARED, 0),
        by_group=by_group,
        states=frozenset(found),
        held=sum(held.values()),
    )


def _taken_back(mission: Mission) -> QuerySet[Any, Any]:
    """Among the accreditations no longer in force those of decisions taken back, which no file rests on."""
    cancelled = Accreditation.objects.filter(mission=mission, state=Accreditation.State.CANCELLED)
    return _number(TAKEN_BACK, cancelled.filter(application=None))


def _not_told(mission: Mission, now: datetime) -> list[QuerySet[Any, Any]]:
    """Decisions that are held back, by their state; and whose accreditation has ended in that short time."""
    held = Application.objects.filter(held_back(now), mission=mission).order_by()
    word = Concat(Value(HELD), F("state"), output_field=CharField())
    return [
        held.values("state").annotate(how_many=Count("*")).values_list(word, "how_many"),
        _number(
            HELD_AND_ENDED,
            held.filter(
                ~Q(accreditation__state=Accreditation.State.ACTIVE), state=Application.State.APPROVED
            ),
        ),
    ]


def _number(word: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """The word and how many rows there are of the one mission that they are filtered by."""
    return (
        rows.order_by().values("mission").annotate(how_many=Count("*")).values_list(Value(word), "how_many")
    )
