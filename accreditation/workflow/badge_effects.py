"""What a grant, and its end, mean for the badge. Database writes only."""

from accreditation.core.machine import Move
from accreditation.credentials.issuing import queue_badge, queue_where_none_lives, void_badges
from accreditation.credentials.models import Accreditation
from accreditation.workflow.models import Application


def queue_the_badge(application: Application, move: Move) -> None:
    """A grant queues its badge (DOMAIN section 7, 'approve')."""
    move.events += queue_badge(application.accreditation, actor=move.actor, now=move.now)[1]


def void_the_badge(accreditation: Accreditation, move: Move) -> None:
    """No badge outlives what it stands for: at once, in the same transaction."""
    void_badges(accreditation, reason=move.transition.name, request_id=move.actor.request_id, now=move.now)


def queue_the_badge_anew(accreditation: Accreditation, move: Move) -> None:
    """In force again: another badge with a new serial, since a void one never holds again."""
    move.events += queue_where_none_lives(accreditation, actor=move.actor, now=move.now)


def replace_the_badge(accreditation: Accreditation, move: Move) -> None:
    """A corrected name is on a new badge; the number stays."""
    void_the_badge(accreditation, move)
    queue_the_badge_anew(accreditation, move)
