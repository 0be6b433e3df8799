"""What the commission's record says of a badge today: the verdict and all that goes with it, in one query.

Spelt out in SQL, since somebody waits at a door: Django took several times as long to word these joins as PostgreSQL
takes to answer them, and what judges may write the scan down in the same breath (taking.py). Nothing is kept between
two questions: a badge that is voided now is void for whoever asks next. The signature is verifying.py's to check.
"""

import struct
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language

from accreditation.credentials.badges import Badge
from accreditation.credentials.models import Accreditation
from accreditation.credentials.payload import SERIAL_BYTES, TERM_AT
from accreditation.credentials.verdicts import Verdict

HOLDS = (Accreditation.State.ACTIVE, Accreditation.State.EXPIRED)


class Question(NamedTuple):
    """Which badge is asked about: the one with this code; else the one with this serial, signed with the key of that
    number, whose whole content was shown. What can be read as neither asks as well: nothing is under its empty serial.
    """

    code: str | None = None
    serial: bytes = bytes(SERIAL_BYTES)
    key_number: int = 0
    content: bytes = b""


class Record(NamedTuple):
    """What the record says. All of the badge is None where it holds none that was asked about, to the last bit.

    `list_version` is that of the signed list that stands; `public` belongs to the key, if verifiers know it. Since
    `void_since`, at the earliest, the badge has been void. `last_day` is the accreditation's, or else the election's.
    The category is worded in the language asked for, else in English.
    """

    verdict: Verdict
    list_version: int | None
    public: bytes | None
    badge_pk: int | None
    code: str
    content: bytes
    void_since: datetime | None
    last_day: date | None
    number: int
    year_in_numbers: int
    election_day: date
    called_on: date
    time_zone: str
    mission: str
    category: str


def _listed(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


def _signed_moment(place: int) -> str:
    """The moment that stands there in a badge's content: seconds since 1970 in four bytes."""
    seconds = (
        f"('x' || encode(substring(b.signed FROM {place + 1} FOR {struct.calcsize('>I')}), 'hex'))::bit(32)"
    )
    return f"to_timestamp({seconds}::bigint)"


_STARTS, _ENDS = map(_signed_moment, TERM_AT)


def _says(found: str) -> str:
    """The statement whose badge `b` and key `k` are found by these joins."""
    return f"""
SELECT CASE
        WHEN badge_pk IS NULL AND public IS NULL AND %(content)s <> ''::bytea THEN '{Verdict.UNKNOWN_KEY}'
        WHEN badge_pk IS NULL THEN '{Verdict.FORGED}'
        WHEN void_since IS NOT NULL THEN '{Verdict.VOID}'
        WHEN %(now)s < starts THEN '{Verdict.NOT_YET}'
        WHEN %(now)s >= ends OR (%(now)s AT TIME ZONE time_zone)::date > last_day THEN '{Verdict.EXPIRED}'
        ELSE '{Verdict.VALID}'
    END AS verdict,
    list_version, public, badge_pk, code, content, void_since, last_day, number, year_in_numbers, election_day,
    called_on, time_zone, mission, category
FROM (
    SELECT (SELECT max(version) FROM credentials_signedlist) AS list_version, k.public,
        b.id AS badge_pk, b.code, b.signed AS content, {_STARTS} AS starts, {_ENDS} AS ends,
        least(
            k.revoked_at,
            CASE WHEN b.state IN ({_listed(Badge.DEAD)}) THEN coalesce(b.moved_at, %(now)s) END,
            CASE WHEN a.state NOT IN ({_listed(HOLDS)}) THEN coalesce(a.moved_at, %(now)s) END
        ) AS void_since,
        coalesce(a.valid_until, e.results_published_on) AS last_day,
        a.number, e.year_in_numbers, e.day AS election_day, e.called_on, e.time_zone, m.name AS mission,
        coalesce(nullif(CASE %(language)s WHEN 'az' THEN c.name_az WHEN 'fr' THEN c.name_fr
            WHEN 'ru' THEN c.name_ru WHEN 'ar' THEN c.name_ar END, ''), c.name_en) AS category
    FROM (VALUES (1)) asked {found}
    LEFT JOIN credentials_accreditation a ON a.id = b.accreditation_id
    LEFT JOIN missions_election e ON e.id = a.election_id
    LEFT JOIN missions_mission m ON m.id = a.mission_id
    LEFT JOIN missions_category c ON c.id = a.category_id
) held
"""  # noqa: S608 - states and places of this program


_UNDER_SERIAL = _says("""
    LEFT JOIN credentials_signingkey k
        ON k.number = %(key_number)s AND k.purpose = 'badge' AND k.state <> 'new'
    LEFT JOIN credentials_badge b
        ON b.serial = %(serial)s AND b.key_id = k.id AND b.sealed_at IS NOT NULL AND b.signed = %(content)s""")
_UNDER_CODE = _says("""
    LEFT JOIN credentials_badge b ON b.code = %(code)s AND b.sealed_at IS NOT NULL
    LEFT JOIN credentials_signingkey k ON k.id = b.key_id""")


def says_of(question: Question) -> str:
    """The statement that answers this question with a row of `Record`."""
    return _UNDER_SERIAL if question.code is None else _UNDER_CODE


def values_of(question: Question, now: datetime) -> dict[str, Any]:
    """What the statement is asked with."""
    return {**question._asdict(), "now": now, "language": get_language()}


def record_of(question: Question, *, now: datetime) -> Record:
    """What the record says of a badge as of now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(says_of(question), values_of(question, now))
        return as_record(cursor.fetchone())


def as_record(row: Iterable[Any]) -> Record:
    """The row that the statement answers."""
    verdict, *rest = row
    return Record(Verdict(verdict), *rest)
