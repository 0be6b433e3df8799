"""A key is revoked: every badge that it signed is replaced, however many, and whoever was interrupted meanwhile.

The signed list names the revoked key at once, which makes all its badges void for every verifier. What follows here,
badge by badge, is that another is queued; what a killed command left, the next tick goes on with.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist

from accreditation.core.actors import SYSTEM, Actor
from accreditation.core.errors import MoveError
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge, BadgeQuerySet
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.models import Accreditation

log = logging.getLogger(__name__)

BATCH = 500
REASON = "the key that signed it was revoked"


def badges_of_revoked_keys() -> BadgeQuerySet:
    """Those that still pass as live, although nothing that their key signed holds."""
    return Badge.objects.live().filter(key__state=SigningKey.State.REVOKED)


def reissue_badges_of_revoked_keys(
    now: datetime, *, actor: Actor = SYSTEM, at_most: int | None = None
) -> int:
    """Replace the badges of revoked keys, oldest first; how many were. Safe to run twice at once and to interrupt."""
    done = 0
    for badge in _in_batches():
        if at_most is not None and done >= at_most:
            break
        try:
            _replace(badge, actor, now)
            done += 1
        except (MoveError, ObjectDoesNotExist) as error:  # somebody was quicker
            log.warning("badge %s was not replaced: %s", badge.pk, error)
    return done


def _in_batches() -> Iterator[Badge]:
    last = 0
    while True:
        rows = (
            badges_of_revoked_keys()
            .filter(pk__gt=last)
            .select_related("accreditation")
            .order_by("pk")[:BATCH]
        )
        found = list(rows)
        if not found:
            return
        yield from found
        last = found[-1].pk


def _replace(badge: Badge, actor: Actor, now: datetime) -> None:
    """Another badge where the accreditation holds; where it does not, the badge is void and nothing follows."""
    if badge.accreditation.state != Accreditation.State.ACTIVE:
        perform(BADGE, badge.pk, "void", actor=actor, reason=REASON, now=now)
        return
    if badge.state == Badge.State.STANDBY:  # it was not to be printed; the next one says so again
        perform(BADGE, badge.pk, "void", actor=actor, reason=REASON, now=now)
    perform(BADGE, badge.pk, "reissue", actor=actor, reason=REASON, now=now)
