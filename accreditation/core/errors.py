"""What can be wrong with a wish, as typed errors that every surface maps once.

NotAllowed is 403, WrongState 409, Refused 422, Busy 503; what the actor may not see is Django's ObjectDoesNotExist,
404.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Reason:
    """Why something is refused: a stable code for programs, words for people in their language."""

    code: str
    words: str | Promise

    def __str__(self) -> str:
        return str(self.words)

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "words": str(self.words)}


class MoveError(Exception):
    """A move that was not made. `reasons` says why, one sentence each; nothing was written."""

    status = 400

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(str(reason) for reason in self.reasons))


class NotAllowed(MoveError):
    """The actor has no part in this move."""

    status = 403

    def __init__(self, words: str | Promise | None = None) -> None:
        super().__init__([Reason("not_allowed", words or _("You may not do this."))])


class WrongState(MoveError):
    """Somebody was faster, or the page is old. Says the state now, who moved it and when."""

    status = 409

    def __init__(
        self,
        words: str | Promise,
        *,
        state: str,
        version: int,
        moved_by: str | None = None,
        moved_at: datetime | None = None,
    ) -> None:
        super().__init__([Reason("wrong_state", words)])
        self.state, self.version, self.moved_by, self.moved_at = state, version, moved_by, moved_at


class Refused(MoveError):
    """The rules say no. Holds every reason, not the first only."""

    status = 422


class Busy(OperationalError):
    """PostgreSQL broke a whole piece of work off, since somebody else was in the way for too long; nothing was written.

    No MoveError: the rules did not speak, and the same wish is likely to be carried out a few seconds later.
    """

    status = 503

    def __init__(self) -> None:
        words = _("The system is busy. Nothing was changed: try again in a few seconds.")
        self.reasons = [Reason("busy", words)]
        super().__init__(words)


def as_json(error: MoveError | Busy) -> dict[str, Any]:
    """The body of an API answer, and what a command prints."""
    answer: dict[str, Any] = {"reasons": [reason.as_json() for reason in error.reasons]}
    if isinstance(error, WrongState):
        answer |= {"state": error.state, "version": error.version, "moved_by": error.moved_by}
        answer["moved_at"] = error.moved_at.isoformat() if error.moved_at else None
    return answer
