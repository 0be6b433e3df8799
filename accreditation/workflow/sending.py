"""A mission sends all its complete drafts: one move each, in a transaction each, with an answer for each."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from accreditation.core.actors import Actor
from accreditation.core.errors import Busy, MoveError, NotAllowed, Reason
from accreditation.core.machine import perform
from accreditation.missions.models import Mission, speaks_for
from accreditation.observers.models import Membership
from accreditation.workflow.models import Application
from accreditation.workflow.parties import clerk
from accreditation.workflow.readiness import complete_drafts
from accreditation.workflow.states import APPLICATION


@dataclass
class Sent:
    """One draft: sent, or why not."""

    application: Application
    reasons: list[Reason] = field(default_factory=list)

    @property
    def was_sent(self) -> bool:
        return not self.reasons


def submit_complete(mission: Mission, *, actor: Actor, now: datetime) -> list[Sent]:
    """Send every draft of the mission that is complete; the others are answered with what they lack.

    `now` is the moment at which the wish arrived: the deadline is measured against it for the last row as for
    the first. Raises NotAllowed.
    """
    if not (speaks_for(actor, mission.pk) or clerk(actor, mission)):
        raise NotAllowed()
    drafts = (
        Application.objects.filter(mission=mission, state=Application.State.DRAFT)
        .select_related("membership", "election")
        .order_by("membership__sort_key", "pk")
    )
    answers = []
    for draft in drafts:
        try:
            perform(APPLICATION, draft.pk, "submit", actor=actor, now=now, expected_version=draft.version)
        except (MoveError, Busy) as error:
            answers.append(Sent(draft, error.reasons))
        else:
            answers.append(Sent(draft))
    return answers


SECONDS = 8.0
"""A page waits no longer than this; what is left is sent by the next press."""


@dataclass
class Outcome:
    """What became of complete drafts: who was sent, who was not and why, how many are still to be sent."""

    sent: list[Membership] = field(default_factory=list)
    refused: list[tuple[Membership, list[Reason]]] = field(default_factory=list)
    left: int = 0


def send_complete(mission: Mission, *, actor: Actor, now: datetime, seconds: float = SECONDS) -> Outcome:
    """For a page: send the complete drafts alone, in the order of the roster, for at most so many seconds.

    Each is asked by the same guards as a single one; a refusal stops none of the others. Raises NotAllowed.
    """
    if not (speaks_for(actor, mission.pk) or clerk(actor, mission)):
        raise NotAllowed()
    end = time.monotonic() + seconds
    drafts = list(complete_drafts(mission).select_related("membership"))
    outcome = Outcome()
    for place, draft in enumerate(drafts):
        if time.monotonic() > end:
            outcome.left = len(drafts) - place
            break
        try:
            perform(APPLICATION, draft.pk, "submit", actor=actor, now=now, expected_version=draft.version)
        except (MoveError, Busy) as error:
            outcome.refused.append((draft.membership, error.reasons))
        else:
            outcome.sent.append(draft.membership)
    return outcome
