"""Who may make a move, in DOMAIN's letters: A applicant, F focal point, C clerk, D approver, S system.

A party is asked (actor, object); parties join with `|`, so that a row of the table reads like the law.
"""

from collections.abc import Callable
from typing import Any

from accreditation.accounts.roles import APPROVER, CLERK, SUPERVISOR, roles_of
from accreditation.core.actors import Actor
from accreditation.missions.models import speaks_for


class Party:
    """One who may act on an object."""

    def __init__(self, name: str, includes: Callable[[Actor, Any], bool]) -> None:
        self.name, self.includes = name, includes

    def __call__(self, actor: Actor, subject: Any) -> bool:
        return self.includes(actor, subject)

    def __or__(self, other: "Party") -> "Party":
        return Party(
            f"{self.name} or {other.name}",
            lambda actor, subject: self(actor, subject) or other(actor, subject),
        )

    def __repr__(self) -> str:
        return self.name


def has_role(actor: Actor, *roles: str) -> bool:
    """Whether the actor holds one of the staff roles; the system holds none."""
    return actor.user is not None and not roles_of(actor.user).isdisjoint(roles)


def _mission_of(subject: Any) -> Any:
    """The mission of an application or an accreditation; a mission itself."""
    return getattr(subject, "mission_id", None) or subject.pk


system = Party("system", lambda actor, subject: actor.is_system)
applicant = Party(
    "applicant", lambda actor, subject: actor.user is not None and subject.applicant_id == actor.user_id
)
focal_point = Party("focal point", lambda actor, subject: speaks_for(actor, _mission_of(subject)))
clerk = Party("clerk", lambda actor, subject: has_role(actor, CLERK, SUPERVISOR))
supervisor = Party("supervisor", lambda actor, subject: has_role(actor, SUPERVISOR))
approver = Party("approver", lambda actor, subject: has_role(actor, APPROVER))
clerk_who_entered_it = Party(
    "clerk who entered it",
    lambda actor, subject: clerk(actor, subject) and subject.entered_by_id == actor.user_id,
)
clerk_who_holds_it = Party(
    "clerk who holds it",
    lambda actor, subject: clerk(actor, subject) and subject.assigned_to_id == actor.user_id,
)
