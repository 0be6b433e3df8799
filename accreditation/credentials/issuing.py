"""Badges are born: one with each grant, another where one was lost, void or corrected. Database writes only."""

import secrets
from datetime import datetime
from functools import partial
from typing import Any

from accreditation.core.actors import SYSTEM, Actor
from accreditation.core.audit import AuditEvent, creations
from accreditation.core.inserting import insert
from accreditation.core.machine import perform
from accreditation.credentials.badges import Badge
from accreditation.credentials.payload import code_of

SERIAL_BYTES = 16


def queue_badge(
    accreditation: Any, *, actor: Actor, now: datetime, replaces: Badge | None = None
) -> tuple[Badge, list[AuditEvent]]:
    """Write a badge that waits for its signature and the printer; its 'created' events are still to be written.

    The serial is 128 random bits. That its code meets another's (one in a thousand million at a million
    badges) the unique constraint refuses, and the wish can be repeated.
    """
    serial = secrets.token_bytes(SERIAL_BYTES)
    badge = Badge(
        accreditation=accreditation, serial=serial, code=code_of(serial), replaces=replaces, queued_at=now
    )
    insert([badge])
    return badge, creations([badge], actor=actor, now=now, accreditation=accreditation.pk)


def void_badges(accreditation: Any, *, reason: str, request_id: str, now: datetime) -> None:
    """Make every badge of an accreditation that no longer holds void, by the system, in the caller's transaction."""
    from accreditation.credentials.badge_states import BADGE  # its effects call this room

    actor = Actor(user=None, request_id=request_id or SYSTEM.request_id)
    move = partial(perform, BADGE, actor=actor, reason=reason, now=now)
    # Somebody may be moving one at this moment: the lock waits for that, passes over what does not hold any more,
    # and the next look finds the badge that took its place.
    live = Badge.objects.live().filter(accreditation=accreditation).order_by("pk")
    while live.exists():
        for pk in list(live.select_for_update(no_key=True).values_list("pk", flat=True)):
            move(pk, "void")


def queue_where_none_lives(accreditation: Any, *, actor: Actor, now: datetime) -> list[AuditEvent]:
    """Queue another badge for an accreditation that holds again; nothing where one lives. Events to be written."""
    badges = Badge.objects.filter(accreditation=accreditation)
    if badges.live().exists():
        return []
    last = badges.filter(replaced_by=None).order_by("-pk").first()
    return queue_badge(accreditation, actor=actor, now=now, replaces=last)[1]
