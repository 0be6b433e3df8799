"""The letters of a mission's table in states.py: to those who speak for it and, where it touches them, to its people.

Each is a mail of its own, even where one head speaks for two missions: what it says is about one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import translation

from accreditation.core.machine import Move
from accreditation.core.outbox import Letter, OutboxMessage, Recipient, message_of
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission
from accreditation.workflow.letters import Facts, election_facts, facts_about, roster_link
from accreditation.workflow.models import Application
from accreditation.workflow.recipients import heads_of, person_behind
from accreditation.workflow.told import held_back, is_held_back

TOLD_TO_ITS_PEOPLE = {
    "suspend": "mission_suspended",
    "reinstate": "mission_reinstated",
    "withdraw": "mission_withdrawn",
}
"""Moves that those whom the mission names are told of as well, and the kind of their letter."""

OF_A_MISSION_THAT_COMES = (
    "mission_registered", "mission_suspended", "mission_reinstated", "deadline_reminder", "deadline_reminder_person",
)  # fmt: skip
"""Letters that speak of what can be sent, or will be again: nothing of a mission that was withdrawn."""

AT_ONCE = 1000


def registered(mission: Mission, move: Move) -> list[Letter]:
    """Its people may be named now; until when."""
    return _to_heads("mission_registered", mission, lambda: _closes_at(mission))


def declined(mission: Mission, move: Move) -> list[Letter]:
    """Why the mission is not registered."""
    return _to_heads("mission_declined", mission, lambda: {"reason": move.reason})


def suspended(mission: Mission, move: Move) -> list[Letter]:
    """Why, and what it means: nobody new comes in by this mission; what was granted stays."""
    return _to_heads("mission_suspended", mission, lambda: {"reason": move.reason})


def reinstated(mission: Mission, move: Move) -> list[Letter]:
    """The suspension is over; until when its people may be named."""
    return _to_heads("mission_reinstated", mission, lambda: _closes_at(mission))


def withdrawn(mission: Mission, move: Move) -> list[Letter]:
    """What becomes of its people's drafts, applications and accreditations."""
    return _to_heads("mission_withdrawn", mission, lambda: {"reason": move.reason})


def stop_what_holds_no_more(mission: Mission, move: Move) -> None:
    """An effect: letters to the mission and its people that have not left and speak of what is over."""
    about = Q(about_type=Mission._meta.label_lower, about_id=mission.pk) | Q(
        about_type=Application._meta.label_lower,
        about_id__in=Application.objects.filter(mission=mission).values("pk"),
    )
    state = OutboxMessage.State
    waiting = OutboxMessage.objects.filter(about, state__in=[state.PENDING, state.TO_PRINT])
    waiting.filter(kind__in=OF_A_MISSION_THAT_COMES).update(state=state.CANCELLED)


def tell_its_people(mission: Mission, move: Move) -> None:
    """An effect: what the move means for each person whom the mission names, at the person's own address.

    Whoever has none is reached by those who speak for the mission; whoever speaks for it is told as such, once.
    Why it was done stays between the commission and the mission.
    """
    kind = TOLD_TO_ITS_PEOPLE[move.transition.name]
    rows = [
        message_of(letter, now=move.now, about=application)
        for application, letter in _people(kind, mission, move)
    ]
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)


def _people(kind: str, mission: Mission, move: Move) -> Iterator[tuple[Application, Letter]]:
    heads = {head.email.lower() for head in heads_of(mission)}
    in_force = Q(state=Application.State.APPROVED, accreditation__state__in=Accreditation.CURRENT)
    concerned = Application.objects.filter(
        Q(state__in=Application.LIVE) | in_force | held_back(move.now),
        mission=mission,
        membership__ended_at=None,
    ).select_related("applicant", "membership", "category", "accreditation")
    for application in concerned.order_by("pk"):
        application.mission, application.election = mission, mission.election
        reader = person_behind(application, applicant=application.applicant)
        if not reader.email or reader.email.lower() in heads:
            continue
        key = f"{kind}:{mission.pk}:{mission.version}:{application.pk}"
        with translation.override(reader.language):
            facts = {**facts_about(application, application, reader), **_standing(application, move)}
        yield application, Letter(kind, reader, facts, key=key)


def _standing(application: Application, move: Move) -> Facts:
    """How far the person's file is, as far as it is told: a grant inside its undo window is not."""
    held = application.accreditation
    if application.state != Application.State.APPROVED or held is None or is_held_back(application, move.now):
        return {"held": "draft" if application.state == Application.State.DRAFT else "asked_for"}
    held.election = application.election
    return {"held": held.state, "accreditation_number": held.number_in_words}


def _closes_at(mission: Mission) -> Facts:
    deadline = mission.election.calendar.application_deadline_for(mission.default_category)
    return {"closes_at": deadline.closes_at.isoformat()}


def _to_heads(kind: str, mission: Mission, facts: Callable[[], dict[str, Any]]) -> list[Letter]:
    written = []
    for reader in heads_of(mission) or [Recipient(email="", language=mission.language or "en")]:
        with translation.override(reader.language):
            frozen = {
                **election_facts(mission.election),
                "mission": mission.name,
                "to_head": True,
                "link": roster_link(mission, reader.language),
                **facts(),
            }
        written.append(Letter(kind, replace(reader, together=False), frozen))
    return written
