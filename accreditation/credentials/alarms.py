"""What scans tell of misuse: one badge at two places, many bad badges at one. Read from the scans, never stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accreditation.credentials.scans import BadgeScan

LOOKED_BACK = timedelta(hours=24)
TWO_PLACES_WITHIN: Any = timedelta(minutes=15)
"""Observers move from station to station; nobody is at two within a quarter of an hour without a second badge."""
MANY_BAD = 5
MANY_BAD_WITHIN: Any = timedelta(hours=1)
SHOWN = 200


@dataclass(frozen=True)
class TwoPlaces:
    """One badge, scanned at two places nearly at once: a copy, or a slip of the official's pen."""

    badge_id: int
    code: str
    first_place: str
    first_at: datetime
    second_place: str
    second_at: datetime


@dataclass(frozen=True)
class ManyBad:
    """Many scans at one place within an hour that were forged, unknown, void or expired."""

    place: str
    scans: int
    first_at: datetime
    last_at: datetime


_TWO_PLACES = """
SELECT DISTINCT ON (badge_id) badge_id, b.code, first_place, first_at, place, scanned_at FROM (
    SELECT badge_id, place, scanned_at,
        lag(place) OVER shown AS first_place, lag(scanned_at) OVER shown AS first_at
    FROM credentials_badgescan
    WHERE badge_id IS NOT NULL AND place <> '' AND scanned_at > %(since)s
    WINDOW shown AS (PARTITION BY badge_id ORDER BY scanned_at, id)
) s JOIN credentials_badge b ON b.id = badge_id
WHERE first_place <> place AND scanned_at - first_at <= %(within)s
ORDER BY badge_id, scanned_at DESC LIMIT %(shown)s
"""

_MANY_BAD = """
SELECT place, max(scans), min(scanned_at), max(scanned_at) FROM (
    SELECT place, scanned_at, count(*) OVER (
        PARTITION BY place ORDER BY scanned_at RANGE BETWEEN %(within)s PRECEDING AND CURRENT ROW) AS scans
    FROM credentials_badgescan
    WHERE verdict <> 'valid' AND verdict <> 'not_yet' AND scanned_at > %(since)s
) s GROUP BY place HAVING max(scans) >= %(many)s ORDER BY max(scans) DESC, place LIMIT %(shown)s
"""


def two_places(now: datetime) -> list[TwoPlaces]:
    """Badges that were at two places within a quarter of an hour in the last day; the latest pair of each."""
    with connection.cursor() as cursor:
        cursor.execute(_TWO_PLACES, {"since": now - LOOKED_BACK, "within": TWO_PLACES_WITHIN, "shown": SHOWN})
        return [TwoPlaces(*row) for row in cursor.fetchall()]


def many_bad(now: datetime) -> list[ManyBad]:
    """Places where five or more bad badges were shown within an hour in the last day, the worst first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MANY_BAD,
            {"since": now - LOOKED_BACK, "within": MANY_BAD_WITHIN, "many": MANY_BAD, "shown": SHOWN},
        )
        return [ManyBad(*row) for row in cursor.fetchall()]


def how_many(now: datetime) -> int:
    """Alarms of the last day; cheap enough for the first page of the admin."""
    if not BadgeScan.objects.filter(scanned_at__gt=now - LOOKED_BACK).exists():
        return 0
    return len(two_places(now)) + len(many_bad(now))
