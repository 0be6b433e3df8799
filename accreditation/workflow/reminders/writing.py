"""How a reminder is written once: by its key."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import models

from accreditation.core.outbox import Letter, OutboxMessage, message_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reminder:
    """A letter, and the object that it is about."""

    letter: Letter
    about: models.Model


Due = tuple[str, Callable[[], Reminder]]
"""A key, and what makes the reminder: those that were written already are not made again."""


def write(due: Iterable[Due], now: datetime) -> int:
    """Write those whose key is new; how many. Two queries, and one more for each thousand.

    One that cannot be worded holds up no other; it is tried again at the next tick.
    """
    makers = dict(due)
    known = set(OutboxMessage.objects.filter(key__in=list(makers)).values_list("key", flat=True))
    rows = []
    for key, make in makers.items():
        if key in known:
            continue
        try:
            reminder = make()
        except Exception:
            log.exception("reminder %s cannot be worded", key)
            continue
        rows.append(message_of(replace(reminder.letter, key=key), now=now, about=reminder.about))
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return len(rows)


def latest_reached(offsets: Sequence[int], days_left: int) -> int | None:
    """Of the offsets (days before) that are reached or passed the latest; None before the first."""
    return min((offset for offset in offsets if offset >= days_left), default=None)
