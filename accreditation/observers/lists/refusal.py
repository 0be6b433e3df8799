"""A list that cannot be read at all."""

from __future__ import annotations

from accreditation.core.errors import Reason
from accreditation.observers.reasons import reason


class ListRefused(Exception):
    """The file as a whole is refused, with one sentence that says what to do. Nothing of it was read."""

    def __init__(self, why: Reason) -> None:
        self.reason = why
        super().__init__(str(why.words))


def refuse(code: str, **facts: object) -> ListRefused:
    return ListRefused(reason(code, **facts))
