"""What the commission's record holds of a badge: all that a verdict reads, in one query whatever is asked.

Spelt out in SQL, since somebody waits at a door: Django took several times as long to word these joins as PostgreSQL
takes to answer them. Nothing is kept between two questions: a badge that is voided now is void for whoever asks next.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language


class HeldKey(NamedTuple):
    """A key that verifiers know."""

    public: bytes
    revoked_at: datetime | None


class HeldBadge(NamedTuple):
    """A signed badge and what it stands for. Its category is worded in the language asked for, else in English."""

    pk: int
    code: str
    signed: bytes
    state: str
    moved_at: datetime | None
    accreditation_state: str
    accreditation_moved_at: datetime | None
    number: int
    valid_until: date | None
    year_in_numbers: int
    election_day: date
    called_on: date
    time_zone: str
    results_published_on: date | None
    mission: str
    category: str


class Held(NamedTuple):
    """The answer to one question; `list_version` is that of the signed list that stands."""

    list_version: int | None
    key: HeldKey | None
    badge: HeldBadge | None


_HELD = """
SELECT (SELECT max(version) FROM credentials_signedlist), k.public, k.revoked_at,
    b.id, b.code, b.signed, b.state, b.moved_at,
    a.state, a.moved_at, a.number, a.valid_until,
    e.year_in_numbers, e.day, e.called_on, e.time_zone, e.results_published_on, m.name,
    coalesce(nullif(CASE %%(language)s WHEN 'az' THEN c.name_az WHEN 'fr' THEN c.name_fr WHEN 'ru' THEN c.name_ru
        WHEN 'ar' THEN c.name_ar END, ''), c.name_en)
FROM (VALUES (1)) asked
%s
LEFT JOIN credentials_accreditation a ON a.id = b.accreditation_id
LEFT JOIN missions_election e ON e.id = a.election_id
LEFT JOIN missions_mission m ON m.id = a.mission_id
LEFT JOIN missions_category c ON c.id = a.category_id
"""
_BY_SERIAL = (
    _HELD
    % """
LEFT JOIN credentials_signingkey k ON k.number = %(key_id)s AND k.purpose = 'badge' AND k.state <> 'new'
LEFT JOIN credentials_badge b ON b.serial = %(serial)s AND b.key_id = k.id AND b.sealed_at IS NOT NULL
"""
)
_BY_CODE = (
    _HELD
    % """
LEFT JOIN credentials_badge b ON b.code = %(code)s AND b.sealed_at IS NOT NULL
LEFT JOIN credentials_signingkey k ON k.id = b.key_id
"""
)


def held_under_serial(serial: bytes, key_id: int) -> Held:
    """The key with that number, if verifiers know it, and the badge with this serial that it has signed."""
    return _held(_BY_SERIAL, serial=serial, key_id=key_id)


def held_under_code(code: str) -> Held:
    """The signed badge with this code, and its key."""
    return _held(_BY_CODE, code=code)


def _held(statement: str, **which: Any) -> Held:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**which, "language": get_language()})
        list_version, *row = cursor.fetchone()
    public, revoked_at, *badge = row
    return Held(
        list_version,
        None if public is None else HeldKey(public, revoked_at),
        None if badge[0] is None else HeldBadge(*badge),
    )
