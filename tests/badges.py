"""Badges for tests, through the real doors: keys from the keyring, photos in the private storage, real signatures.

The caller sets SIGNING_KEYS_DIR and PRIVATE_FILES_ROOT to folders of its own. All people are synthetic.
"""

from datetime import datetime, timedelta
from typing import Any

from accreditation.accounts.roles import PRINT_DESK
from accreditation.core import storage
from accreditation.core.actors import SYSTEM
from accreditation.core.machine import perform
from accreditation.credentials import keyring
from accreditation.credentials.badge_states import BADGE, SIGNING_KEY
from accreditation.credentials.badges import Badge
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.sealing import SIGNED_WITH, seal
from accreditation.demo.drawing import photo_of
from accreditation.missions.models import DocumentKind
from accreditation.observers.models import Membership, Upload
from tests.factories import NOW, actor, application_in, make_staff


def make_keys(now: datetime = NOW) -> dict[str, SigningKey]:
    """One key in use for badges and one for lists, by purpose."""
    long_ago = now - timedelta(hours=49)
    made = {}
    for purpose in SigningKey.Purpose.values:
        key = keyring.make_key(purpose, actor=SYSTEM, now=long_ago)
        made[purpose] = perform(SIGNING_KEY, key.pk, "publish", actor=SYSTEM, now=long_ago)
    return made


def give_photo(membership: Membership) -> Upload:
    """A drawn face in the private storage, as the membership's photo."""
    upload = Upload.objects.get(membership=membership, kind=DocumentKind.PHOTO, replaced_at=None)
    upload.name = storage.store(photo_of(membership))  # type: ignore[arg-type]
    upload.save(update_fields=["name"])
    return upload


def make_badge(state: str = "queued", *, now: datetime = NOW, **given: Any) -> Badge:
    """A sealed badge of a person just accredited; `given` goes to application_in('approved')."""
    accreditation = application_in("approved", **given).accreditation
    assert accreditation is not None
    give_photo(accreditation.membership)
    badge = Badge.objects.select_related(*SIGNED_WITH).get(accreditation=accreditation)
    assert seal([badge], now=now) == 1
    desk = actor(make_staff(PRINT_DESK))
    road: dict[str, list[str]] = {
        "queued": [],
        "standby": ["hold"],
        "printed": ["print"],
        "ready": ["print", "make_ready"],
        "collected": ["print", "make_ready", "hand_over"],
        "returned": ["print", "make_ready", "hand_over", "take_back"],
        "lost": ["print", "make_ready", "hand_over", "report_lost"],
        "void": ["void"],
        "reissued": ["print", "reissue"],
    }
    words = {
        "hand_over": {"receiver": "A synthetic head"},
        "void": {"reason": "Test."},
        "reissue": {"reason": "Test."},
    }
    for name in road[state]:
        perform(BADGE, badge.pk, name, actor=desk, now=now, **words.get(name, {}))
    return Badge.objects.select_related(*SIGNED_WITH).get(pk=badge.pk)
