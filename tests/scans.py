"""Scans for tests: rows as the door for checks writes them, at any moment, place and device."""

import uuid
from datetime import datetime
from typing import Any

from accreditation.credentials.badges import Badge
from accreditation.credentials.scans import BadgeScan, hashed, plain_place
from tests.factories import NOW


def make_scan(
    badge: Badge | None = None,
    place: str = "Station 1",
    at: datetime = NOW,
    *,
    device: str = "",
    verdict: str = "",
    received: datetime | None = None,
    **fields: Any,
) -> BadgeScan:
    """One scan; of no badge it is forged. Without a `device` by one of its own, each time another."""
    number = uuid.uuid4()
    values: dict[str, Any] = {
        "scan": number,
        "badge": badge,
        "verdict": verdict or ("valid" if badge else "forged"),
        "place": plain_place(place),
        "device": hashed(device or str(number)),
        "source": hashed("192.0.2.7", at.date().isoformat()),
        "scanned_at": at,
        "received_at": received or at,
    }
    return BadgeScan.objects.create(**values | fields)
