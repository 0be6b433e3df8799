"""Who may make a move on a file, in DOMAIN's letters: A applicant, F focal point, C clerk, D approver, S system."""

from typing import Any

from accreditation.accounts.parties import Party, approver, clerk, has_role, supervisor, system
from accreditation.missions.models import speaks_for

__all__ = [
    "Party",
    "applicant",
    "approver",
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
