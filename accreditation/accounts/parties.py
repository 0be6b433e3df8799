"""Who may make a move: parties of the staff, and how parties join.

A party is asked (actor, object); parties join with `|`, so that a row of a table of moves reads like the law.
"""

from collections.abc import Callable
from typing import Any

from accreditation.accounts.roles import ADMINISTRATOR, APPROVER, CLERK, PRINT_DESK, SUPERVISOR, roles_of
from accreditation.core.actors import Actor


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


system = Party("system", lambda actor, subject: actor.is_system)
clerk = Party("clerk", lambda actor, subject: has_role(actor, CLERK, SUPERVISOR))
supervisor = Party("supervisor", lambda actor, subject: has_role(actor, SUPERVISOR))
approver = Party("approver", lambda actor, subject: has_role(actor, APPROVER))
print_desk = Party("print desk", lambda actor, subject: has_role(actor, PRINT_DESK))
administrator = Party("administrator", lambda actor, subject: has_role(actor, ADMINISTRATOR))
