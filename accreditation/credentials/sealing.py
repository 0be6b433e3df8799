"""A queued badge is sealed: its facts are taken, its picture made, both signed. Workers and commands only.

The web never signs: its processes hold no private key. What cannot be sealed says why on its row, and is tried again.
"""

import hashlib
import logging
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction

from accreditation.core import storage
from accreditation.core.actors import SYSTEM
from accreditation.core.errors import MoveError
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge, BadgePicture
from accreditation.credentials.keyring import badge_key
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.payload import PHOTO_BYTES, BadgeFacts, NotABadge, packed
from accreditation.credentials.printing.pictures import badge_picture
from accreditation.credentials.signatures import signed_badge
from accreditation.missions.models import DocumentKind
from accreditation.observers.models import Upload

log = logging.getLogger(__name__)

BATCH = 200
SIGNED_WITH = ("accreditation__election", "accreditation__mission", "accreditation__membership")


class Unsealable(Exception):
    """Why a badge cannot be sealed now, as one of Badge.Unsealable."""


def seal_waiting(*, now: datetime, limit: int = BATCH) -> int:
    """Seal queued badges, each in a transaction of its own, those never tried first; how many were sealed.

    Raises keyring.NoPrivateKey where badges wait and no key is in use, or this process does not hold its private
    half.
    """
    waiting = Badge.objects.to_be_sealed().select_related(*SIGNED_WITH).order_by("unsealable", "pk")[:limit]
    return seal(list(waiting), now=now) if waiting else 0


def seal(badges: list[Badge], *, now: datetime) -> int:
    """Seal these badges, read with SIGNED_WITH; those that were sealed or moved meanwhile are passed over."""
    key, private = badge_key(now)
    return sum(_seal(badge, key, private, now) for badge in badges)


def _seal(badge: Badge, key: SigningKey, private: Ed25519PrivateKey, now: datetime) -> bool:
    try:
        picture = picture_for(badge)
        facts = facts_of(badge, key, bytes(picture.sha256))
        signed = signed_badge(packed(facts), private)
    except Unsealable as error:
        Badge.objects.filter(pk=badge.pk, sealed_at=None).update(unsealable=str(error))
        return False
    except NotABadge:
        log.exception("badge %s", badge.pk)
        Badge.objects.filter(pk=badge.pk, sealed_at=None).update(unsealable=Badge.Unsealable.NO_FACTS)
        return False
    try:
        perform(
            BADGE, badge.pk, "seal", actor=SYSTEM, now=now, key=key, signed=signed, picture=picture,
            latest_end=facts.valid_until,
        )  # fmt: skip
    except MoveError:  # held, void, or sealed by another worker since it was read
        return False
    return True


def facts_of(badge: Badge, key: SigningKey, photo_sha256: bytes) -> BadgeFacts:
    """What the badge will say. Its term runs in the election's zone, to the latest end that its parameter allows."""
    accreditation, calendar = badge.accreditation, badge.accreditation.election.calendar
    stated = accreditation.membership
    starts = calendar.start_of(accreditation.valid_from)
    last_day = accreditation.election.day + timedelta(days=accreditation.election.badge_latest_end_days)
    return BadgeFacts(
        key_id=key.number,
        serial=bytes(badge.serial),
        election=accreditation.election_id,
        category=accreditation.category_id,
        valid_from=starts,
        valid_until=calendar.end_of(max(last_day, accreditation.valid_from)),
        photo_hash=photo_sha256[:PHOTO_BYTES],
        mission=accreditation.mission.code,
        name=f"{stated.family_name} {stated.given_names}",
    )


def picture_for(badge: Badge) -> BadgePicture:
    """The picture that this badge prints, made of the photo that stands for its membership. Raises Unsealable."""
    upload = Upload.objects.filter(
        membership=badge.accreditation.membership_id, kind=DocumentKind.PHOTO, replaced_at=None
    ).first()
    if upload is None:
        raise Unsealable(Badge.Unsealable.NO_PHOTO)
    made = BadgePicture.objects.filter(upload=upload).first()
    return made or _make_picture(upload)


def _make_picture(upload: Upload) -> BadgePicture:
    try:
        jpeg = badge_picture(storage.read(upload.name))
    except (OSError, ValueError) as error:
        raise Unsealable(Badge.Unsealable.UNREADABLE_PHOTO) from error
    name = storage.store(jpeg)
    try:
        with transaction.atomic():
            return BadgePicture.objects.create(upload=upload, name=name, sha256=hashlib.sha256(jpeg).digest())
    except IntegrityError:  # another worker was quicker
        storage.delete(name)
        return BadgePicture.objects.get(upload=upload)
