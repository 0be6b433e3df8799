"""Where the badges of the story were shown, and what of it alarms: a badge at two places, forged ones at one gate.

Rows as the door for checks writes them, at moments before now; a worker's look through them raises the alarms.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from accreditation.core.actors import Actor
from accreditation.credentials.alarms import ScanAlarm, look_into, raise_alarms
from accreditation.credentials.badges import Badge
from accreditation.credentials.scans import BadgeScan, hashed
from accreditation.demo.files import Story
from accreditation.demo.staff import colleague

ENTRANCE, GATE, CENTRE = "Commission, main entrance", "Media centre, gate 2", "Media centre, gate 1"
YESTERDAY = timedelta(hours=17)
ANSWERED = timedelta(hours=16)
COPIED = timedelta(hours=3)
FORGED = timedelta(hours=2)
SENT = timedelta(minutes=50)
"""So long ago the phone at gate 2, which had no network, told what it had scanned."""
MINUTE = timedelta(minutes=1)


def tell_scans(story: Story) -> None:
    """Worn badges are shown at three doors; one quick walker was looked into, and two alarms wait for a clerk."""
    worn = list(
        Badge.objects.filter(accreditation__election=story.election, state="collected").order_by("pk")
    )
    lost = Badge.objects.filter(accreditation__election=story.election, state="reissued").first()
    if len(worn) < 2:
        return
    now = story.now
    BadgeScan.objects.bulk_create(_yesterday(worn, now))
    raise_alarms(now - YESTERDAY + timedelta(minutes=20))
    for alarm in ScanAlarm.objects.open():
        words = "Telephoned both doors: one badge, one bearer. They are eight minutes apart on foot."
        clerk = Actor(user=colleague("clerk"))
        look_into(alarm.pk, seen=alarm.received_at, note=words, actor=clerk, now=now - ANSWERED)
    BadgeScan.objects.bulk_create([*_today(worn, now), *_at_the_gate(worn[0], lost, now)])
    raise_alarms(now)


def _scan(
    badge: Badge | None, place: str, at: datetime, *, verdict: str = "valid", door: str = "", **given: object
) -> BadgeScan:
    device = hashed(f"{door or place} of the demonstration")
    values = {"received_at": at, "device": device, "source": device} | given
    return BadgeScan(scan=uuid.uuid4(), badge=badge, verdict=verdict, place=place, scanned_at=at, **values)


def _yesterday(worn: list[Badge], now: datetime) -> Iterator[BadgeScan]:
    start = now - YESTERDAY
    for number, badge in enumerate(worn):
        yield _scan(badge, ENTRANCE, start + number * MINUTE)
    yield _scan(worn[1], CENTRE, start + 9 * MINUTE, door="another")


def _today(worn: list[Badge], now: datetime) -> Iterator[BadgeScan]:
    for number, badge in enumerate(worn):
        yield _scan(badge, ENTRANCE, now - COPIED - timedelta(hours=2) + number * MINUTE)
        yield _scan(badge, CENTRE, now - COPIED - timedelta(hours=1) + number * MINUTE)
    yield _scan(worn[0], ENTRANCE, now - COPIED)


def _at_the_gate(copied: Badge, lost: Badge | None, now: datetime) -> Iterator[BadgeScan]:
    """A phone without a network met a copy; then came badges that were never ours, and one that was lost."""
    yield _scan(copied, GATE, now - COPIED + 6 * MINUTE, received_at=now - SENT, shown="valid")
    for number in range(6):
        yield _scan(
            None,
            GATE,
            now - FORGED + 4 * number * MINUTE,
            verdict="forged",
            received_at=now - SENT,
            shown="forged",
        )
    if lost is not None:
        yield _scan(
            lost, GATE, now - FORGED + 30 * MINUTE, verdict="void", received_at=now - SENT, shown="void"
        )
