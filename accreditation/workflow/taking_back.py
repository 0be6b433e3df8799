"""Taking a decision back while its letter still waits: nobody has read it, so it can be made not to be.

The window is the time for which a decision's letter is held back (settings.LETTER_UNDO_SECONDS, DESIGN section 5).
Only who decided takes it back. The decision stays on record, marked; its letters never leave; what it granted is
cancelled, and the badge is void; the file is recommended again, as it was. A ruling is never taken back.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.errors import Reason, Refused
from accreditation.core.machine import Move, perform
from accreditation.core.outbox import OutboxMessage, OutboxMessageQuerySet, undo_window
from accreditation.credentials.models import Accreditation, Badge
from accreditation.observers.models import Person
from accreditation.workflow.models import Amendment, Application, Decision

WAITING = (OutboxMessage.State.PENDING, OutboxMessage.State.TO_PRINT)


def window_closes_at(decided_at: datetime) -> datetime:
    """The first moment that is too late to take a decision back; its letter leaves then."""
    return decided_at + undo_window()


def letters_of(decision: Decision) -> OutboxMessageQuerySet:
    """The letters of an approval or a refusal: those that its move wrote."""
    return OutboxMessage.objects.about(decision.application).filter(
        kind=decision.kind, created_at=decision.decided_at
    )


# Guards


def letter_still_waits(application: Application, move: Move) -> Reason | None:
    """What may have been read is not taken back."""
    decision = application.decisions.standing().last()
    if decision is None:
        return None  # the permission has asked who decided
    left = letters_of(decision).exclude(state__in=(*WAITING, OutboxMessage.State.CANCELLED))
    if move.now < window_closes_at(decision.decided_at) and not left.exists():
        return None
    return _too_late(decision)


def nothing_rests_on_the_grant(application: Application, move: Move) -> Reason | None:
    """An accreditation that was moved since, or whose badge was handed over, is ended by its own moves."""
    accreditation = application.accreditation
    if application.state != Application.State.APPROVED or accreditation is None:
        return None
    handed_over = accreditation.badges.filter(state=Badge.State.COLLECTED).exists()
    if accreditation.state == Accreditation.State.ACTIVE and not handed_over:
        return None
    return Reason(
        "grant_in_use",
        _(
            "The accreditation has been changed or its badge handed over since. "
            "Open the accreditation to suspend or cancel it."
        ),
    )


def _too_late(decision: Decision) -> Reason:
    if decision.kind == Decision.Kind.APPROVAL:
        words = _(
            "The letter is leaving: this decision is no longer taken back. Open the accreditation to cancel it."
        )
    else:
        words = _("The letter is leaving: this decision is no longer taken back. It can be appealed.")
    return Reason("letter_left", words)


# Effect


def take_back_the_decision(application: Application, move: Move) -> None:
    """Stop the letters, mark the decision, cancel what it granted; before the file is saved without it.

    Raises Refused where a deliverer has taken a letter since the guard looked: the update meets its claim.
    """
    decision = application.decisions.standing().last()
    if decision is None:
        raise ValueError(f"application {application.pk} has no decision")  # the permission asked who made it
    letters_of(decision).filter(state__in=WAITING).update(state=OutboxMessage.State.CANCELLED)
    if letters_of(decision).exclude(state=OutboxMessage.State.CANCELLED).exists():
        raise Refused([_too_late(decision)])
    decision.taken_back_at = move.now
    decision.save(update_fields=["taken_back_at"])
    if application.accreditation_id is not None:
        _cancel_the_grant(application, decision, move)


def _cancel_the_grant(application: Application, decision: Decision, move: Move) -> None:
    from accreditation.workflow.states import ACCREDITATION  # its table stands beside the one that names this

    by_the_way: Any = Actor(user=None, request_id=move.actor.request_id)
    perform(ACCREDITATION, application.accreditation_id, "take_back_grant", actor=by_the_way, now=move.now)
    Person.objects.filter(pk=application.person_id, confirmed_at=decision.decided_at).update(
        confirmed_at=None
    )
    corrections = Amendment.objects.filter(application=application, verdict=Amendment.Verdict.OPEN)
    corrections.update(is_correction=False)
