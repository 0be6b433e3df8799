"""What those outside the commission are told of a file: one state for all that happens inside, and no decision
before its letter may leave.

Until then (settings.LETTER_UNDO_SECONDS) whoever decided may take the decision back (taking_back.py); so no page,
download, reminder or answer of the API tells of it earlier.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q

from accreditation.core.outbox import undo_window
from accreditation.workflow.models import Application

State = Application.State

INSIDE = (State.UNDER_REVIEW, State.RECOMMENDED)
"""To those outside these are one with SUBMITTED."""

DECIDED = (State.APPROVED, State.REFUSED)


def told_until(now: datetime) -> datetime:
    """Decisions of this moment and before are told."""
    return now - undo_window()


def held_back(now: datetime) -> Q:
    """Applications whose decision is not told yet."""
    return Q(state__in=DECIDED, decided_at__gt=told_until(now))


def is_held_back(application: Application, now: datetime) -> bool:
    decided_at = application.decided_at
    return application.state in DECIDED and decided_at is not None and decided_at > told_until(now)


def as_told(application: Application, now: datetime) -> Application:
    """The same row, as those outside may read it now: without a decision that is held back. Never to be saved.

    Twice is once. `held_back_at` is the moment of the decision that is not told.
    """
    if is_held_back(application, now):
        application.held_back_at = application.decided_at
        application.state, application.decided_at, application.accreditation = State.RECOMMENDED, None, None
    return application


def told_state(application: Application, now: datetime) -> str:
    """The state by its code, as other systems outside may know it."""
    inside = application.state in INSIDE or is_held_back(application, now)
    return State.SUBMITTED if inside else application.state


def in_told_state(state: str, now: datetime) -> Q:
    """The applications that outsiders know to be in a state, by its code."""
    if state == State.SUBMITTED:
        return Q(state__in=(State.SUBMITTED, *INSIDE)) | held_back(now)
    if state in INSIDE:
        return Q(pk__in=())
    return Q(state=state) & ~held_back(now) if state in DECIDED else Q(state=state)


def untold(application: Application) -> dict[str, Any]:
    """Which events of a file are not told, as a filter of its audit: a decision that is held back or was taken
    back, and the taking back.
    """
    moments = list(application.decisions.exclude(taken_back_at=None).values_list("decided_at", flat=True))
    return {
        "verb__in": ("approve", "refuse"),
        "at__in": [*moments, *filter(None, [application.held_back_at])],
    }
