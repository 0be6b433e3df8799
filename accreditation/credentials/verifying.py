"""What the commission itself knows of a badge: the signature, and then the record of today.

Offline verifiers judge by the signed list (verdicts.py); this is the answer of those who can ask. Whatever was asked,
whoever has been found and however many badges there are, it costs one query and one signature to check; only where
somebody has tampered with the record, one query more.
"""

from datetime import datetime
from typing import Any, NamedTuple

from accreditation.credentials import signatures
from accreditation.credentials.models import number_in_words
from accreditation.credentials.payload import (
    BadgeFacts,
    NotABadge,
    code_in_print,
    parts_of,
    signed_of,
    typed_code,
    unpacked,
)
from accreditation.credentials.record import Question, Record, record_of
from accreditation.credentials.taking import Scan, Taken, correct, take
from accreditation.credentials.verdicts import Verdict
from accreditation.missions.calendar import Calendar

# Checked where there is nothing to check, so that every answer takes as long. The key and the signature, over nothing,
# are those of RFC 8032's first test: one of zeros would be thrown out unchecked.
_NOBODYS_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
_NO_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


class Finding(NamedTuple):
    """The verdict, and of a badge that is or was ours what it says of its bearer; all else is empty.

    `proved`: a signature was checked. A typed code proves nothing of the paper that somebody holds. `since`: from when
    on it has been void, has expired, or has been valid. `list_version` is that of the signed list that stands. The last
    is for whoever writes the scan down or shows the photo, and is not told.
    """

    verdict: Verdict
    proved: bool = False
    serial: str | None = None
    code: str | None = None
    name: str | None = None
    category: str | None = None
    mission: str | None = None
    number: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    since: datetime | None = None
    list_version: int | None = None
    badge_pk: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As the command and the API tell it: moments in ISO 8601, UTC."""
        return {name: _in_json(value) for name, value in self._asdict().items() if name != "badge_pk"}


def _in_json(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


class _Paper(NamedTuple):
    """A badge as it was read."""

    facts: BadgeFacts
    body: bytes
    signature: bytes


class _Shown(NamedTuple):
    """What somebody holds up, as it was read: a badge, a typed code (which is no paper), or neither."""

    question: Question
    paper: _Paper | None


def verify_by_record(text: str, *, now: datetime) -> Finding:
    """The verdict on an address, its digits, or a typed code. Raises nothing, whatever the text.

    The order is that of docs/badge-format.md, section 5. A code that nobody has, and a good signature over what the
    commission has not issued, are 'forged'. A code's badge must bear its signature in the record, too.
    """
    shown = _read(text)
    return _finding(shown, record_of(shown.question, now=now))


def verify_scan(text: str, scan: Scan, *, now: datetime) -> tuple[Finding, Taken]:
    """The verdict, as of now, on what a scanner has read; the scan is written down with it."""
    shown = _read(text)
    record, taken = take(scan, shown.question, now=now)
    found = _finding(shown, record)
    if found.verdict != record.verdict:  # somebody has written into the record what nobody signed
        taken = taken._replace(elsewhere=())
        if not taken.too_many:
            correct(scan, found.verdict, now=now)
    return found, taken


def _read(text: str) -> _Shown:
    code = typed_code(text)
    if code is not None:
        return _Shown(Question(code=code), None)
    try:
        content = signed_of(text)
        paper = _unfolded(content)
    except NotABadge:
        return _Shown(Question(), None)
    return _Shown(Question(None, paper.facts.serial, paper.facts.key_id, content), paper)


def _unfolded(content: bytes) -> _Paper:
    """Raises NotABadge."""
    body, signature = parts_of(content)
    return _Paper(unpacked(body), body, signature)


def _finding(shown: _Shown, record: Record) -> Finding:
    paper = shown.paper or _in_record(record)
    genuine = _is_genuine(paper, record.public)
    if record.badge_pk is None:
        return Finding(record.verdict, list_version=record.list_version, proved=genuine)
    if paper is None or not genuine:
        return Finding(Verdict.FORGED, list_version=record.list_version)
    facts, ends = paper.facts, _end(paper.facts, record)
    since = {
        Verdict.VALID: facts.valid_from, Verdict.VOID: record.void_since, Verdict.EXPIRED: ends,
    }.get(record.verdict)  # fmt: skip
    return Finding(
        verdict=record.verdict,
        proved=shown.paper is not None,
        serial=facts.serial.hex(),
        code=code_in_print(record.code),
        name=facts.name,
        category=record.category,
        mission=record.mission,
        number=number_in_words(record.year_in_numbers, record.number),
        valid_from=facts.valid_from,
        valid_until=ends,
        since=since,
        list_version=record.list_version,
        badge_pk=record.badge_pk,
    )


def _in_record(record: Record) -> _Paper | None:
    """The badge as the record holds it, for a typed code."""
    if record.badge_pk is None:
        return None
    try:
        return _unfolded(record.content)
    except NotABadge:
        return None


def _is_genuine(paper: _Paper | None, public: bytes | None) -> bool:
    body, signature = (paper.body, paper.signature) if paper else (b"", _NO_SIGNATURE)
    holds = signatures.holds(signatures.OVER_A_BADGE, body, signature, public or _NOBODYS_KEY)
    return holds and paper is not None and public is not None


def _end(facts: BadgeFacts, record: Record) -> datetime:
    """The first moment too late, after the accreditation's last day, the election's, or the badge's latest end."""
    if record.last_day is None:
        return facts.valid_until
    calendar = Calendar(record.election_day, record.called_on, record.time_zone)
    return min(calendar.end_of(record.last_day), facts.valid_until)
