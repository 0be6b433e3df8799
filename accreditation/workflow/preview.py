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
    """Make the move, read its letters, and undo everything.

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
    """The facts of a letter that was undone: the number of its decision is gone, and the next one has another."""
    if not row.facts.get("decision_number"):
        return dict(row.facts)
    with translation.override(row.language):
        return {**row.facts, "decision_number": _("given when it is made")}
