"""The exact letters of a move, before it is made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.machine import Machine, perform
from accreditation.core.mail import Rendered, render
from accreditation.core.outbox import OutboxMessage

GRANTS = ("approval", "appeal_outcome")
"""Letters of decisions that give an accreditation its number."""


@dataclass(frozen=True)
class Preview:
    """A letter as it would leave now: to whom, in which language, in which words."""

    email: str
    language: str
    words: Rendered


class _Undone(Exception):
    pass


def letters_of(
    machine: Machine, pk: Any, name: str, *, actor: Actor, now: datetime, reason: str = "", **given: Any
) -> list[Preview]:
    """Make the move, read its letters, and undo everything, so that no number of a decision is used up.

    Raises what perform() raises, so that a preview also says why the move will be refused.
    """
    written: list[OutboxMessage] = []
    try:
        with transaction.atomic():
            last = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            subject = perform(machine, pk, name, actor=actor, now=now, reason=reason, **given)
            written = list(OutboxMessage.objects.about(subject).filter(pk__gt=last))
            raise _Undone
    except _Undone:
        pass
    return [
        Preview(row.email, row.language, render(row.kind, row.language, [_unnumbered(row)], sent_at=now))
        for row in written
    ]


def _unnumbered(row: OutboxMessage) -> dict[str, Any]:
    """The facts of a letter that was undone, without the numbers that it gave back: somebody else may get them."""
    given = ["decision_number", *(["accreditation_number"] if row.kind in GRANTS else [])]
    with translation.override(row.language):
        return {**row.facts, **{name: _("given when it is made") for name in given if row.facts.get(name)}}
