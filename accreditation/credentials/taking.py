"""A scan comes in: its badge is judged by the record and the scan written down in one statement.

So the answer and what is written down are of one moment, whatever a clerk does meanwhile, and whoever waits at a door
waits for one question. How many scans one asker may send is decided in the same breath.
"""

import json
import uuid
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from accreditation.core.kept_cursor import kept_cursor
from accreditation.credentials.record import Question, Record, as_record, says_of, values_of
from accreditation.credentials.scans import BadgeScan
from accreditation.credentials.verdicts import Verdict

MOST_OF_A_DEVICE = 60
"""Scans a minute of one device: a queue at a door is checked at one in two seconds at best."""
MOST_OF_AN_ADDRESS = 1_200
"""Scans a minute of one address: many stations may share the one of a mobile network."""
ELSEWHERE_WITHIN = timedelta(hours=6)
ELSEWHERE_SHOWN = 5


class Scan(NamedTuple):
    """A scan on its way in: who asks, where, and when the badge was held before the camera."""

    scan: uuid.UUID
    device: bytes
    source: bytes
    place: str
    scanned_at: datetime
    shown: str = ""
    typed: bool = False


class Taken(NamedTuple):
    """What became of a scan: refused as too many, or taken, with where else the badge was seen of late."""

    too_many: bool
    elsewhere: tuple[dict[str, str], ...] = ()


@cache
def _taking(says: str) -> str:
    """The statement that takes a scan of the badge which this statement of record.py finds and judges.

    What never changes stands in it: each value sent beside it costs whoever waits.
    """
    return f"""
WITH says AS ({says}), asked AS (
    SELECT (SELECT count(*) FROM (
                SELECT FROM credentials_badgescan WHERE device = %(device)s
                AND received_at > %(now)s - interval '1 minute' LIMIT {MOST_OF_A_DEVICE}
            ) d) >= {MOST_OF_A_DEVICE}
        OR (SELECT count(*) FROM (
                SELECT FROM credentials_badgescan WHERE source = %(source)s
                AND received_at > %(now)s - interval '1 minute' LIMIT {MOST_OF_AN_ADDRESS}
            ) s) >= {MOST_OF_AN_ADDRESS} AS too_many
), put AS (
    INSERT INTO credentials_badgescan
        (scan, badge_id, verdict, shown, typed, place, device, source, scanned_at, received_at)
    SELECT %(scan)s, badge_pk, verdict, %(shown)s, %(typed)s, %(place)s, %(device)s, %(source)s,
           %(scanned_at)s, %(now)s
    FROM says, asked WHERE NOT too_many
    ON CONFLICT (scan) DO NOTHING
)
SELECT too_many, (SELECT coalesce(json_agg(e), '[]') FROM (
        SELECT place, to_char(scanned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
        FROM credentials_badgescan WHERE badge_id = badge_pk
        AND scanned_at BETWEEN %(now)s - interval '{ELSEWHERE_WITHIN.total_seconds():.0f} s' AND %(now)s
        AND lower(place) <> lower(%(place)s) AND (device <> %(device)s OR device = source)
        ORDER BY scanned_at DESC LIMIT {ELSEWHERE_SHOWN}
    ) e), set_config('synchronous_commit', 'off', true), says.*
FROM says, asked
"""  # noqa: S608 - numbers of this file, and a statement of ours


def take(scan: Scan, question: Question, *, now: datetime) -> tuple[Record, Taken]:
    """Judge the badge and write its scan down, once; what the record says, and where else it was scanned of late.

    The commit does not wait for the disk, so nobody at the door does either. A database that crashes may lose the scans
    of its last second: an alarm may miss one, no verdict and no right rests on them. What a device has kept back it
    forgets when it is told that it was taken, so `take_kept_back` does wait.
    """
    cursor = kept_cursor()
    cursor.execute(_taking(says_of(question)), {**values_of(question, now), **scan._asdict()})
    too_many, elsewhere, _off, *says = cursor.fetchone()
    found = json.loads(elsewhere) if isinstance(elsewhere, str) else elsewhere
    return as_record(says), Taken(too_many, () if too_many else tuple(found))


def correct(scan: Scan, verdict: Verdict, *, now: datetime) -> None:
    """Write down what came of a scan after all, just taken: its badge is none.

    A process that dies in between leaves what the record said, though its badge was told to be forged.
    """
    BadgeScan.objects.filter(scan=scan.scan, received_at=now).update(verdict=verdict.value, badge=None)


def too_many_from(source: bytes, now: datetime) -> bool:
    """Whether an address has sent as many scans in the last minute as one may."""
    of_late = BadgeScan.objects.filter(source=source, received_at__gt=now - timedelta(minutes=1))
    return of_late[:MOST_OF_AN_ADDRESS].count() >= MOST_OF_AN_ADDRESS


def take_kept_back(scans: list[tuple[Scan, int | None, Verdict]], *, now: datetime) -> int:
    """Write scans down that a device kept while it had no network; how many were new. The same ones again: none."""
    rows = [
        BadgeScan(**scan._asdict(), badge_id=badge_pk, verdict=verdict.value, received_at=now)
        for scan, badge_pk, verdict in scans
    ]
    known = set(BadgeScan.objects.filter(scan__in=[row.scan for row in rows]).values_list("scan", flat=True))
    BadgeScan.objects.bulk_create(rows, ignore_conflicts=True)
    return len({row.scan for row in rows} - known)
