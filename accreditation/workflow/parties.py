"""Who may make a move on a file, in DOMAIN's letters: A applicant, F focal point, C clerk, D approver, S system."""

from typing import Any

from accreditation.accounts.parties import Party, approver, clerk, has_role, supervisor, system
from accreditation.missions.models import speaks_for

__all__ = [
    "Party",
    "applicant",
    "approver",
    "approver_who_decided",
    "clerk",
    "clerk_who_entered_it",
    "clerk_who_holds_it",
    "focal_point",
    "has_role",
    "supervisor",
    "system",
]


def _mission_of(subject: Any) -> Any:
    """The mission of an application or an accreditation; a mission itself."""
    return getattr(subject, "mission_id", None) or subject.pk


def decided_by(application: Any) -> int | None:
    """Who approved or refused, where that decision stands and nothing was decided since."""
    last = application.decisions.standing().last()
    return last.decided_by_id if last is not None and last.kind in ("approval", "refusal") else None


applicant = Party(
    "applicant", lambda actor, subject: actor.user is not None and subject.applicant_id == actor.user_id
)
focal_point = Party("focal point", lambda actor, subject: speaks_for(actor, _mission_of(subject)))
clerk_who_entered_it = Party(
    "clerk who entered it",
    lambda actor, subject: clerk(actor, subject) and subject.entered_by_id == actor.user_id,
)
clerk_who_holds_it = Party(
    "clerk who holds it",
    lambda actor, subject: clerk(actor, subject) and subject.assigned_to_id == actor.user_id,
)
approver_who_decided = Party(
    "approver who decided",
    lambda actor, subject: approver(actor, subject) and decided_by(subject) == actor.user_id,
)
