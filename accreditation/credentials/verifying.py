"""What the commission itself knows of a badge: the signature, and then the record of today.

Offline verifiers judge by the signed list (verdicts.py); this is the answer of those who can ask. Two queries whatever
was asked, whoever has been found and however many badges there are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accreditation.credentials import signatures
from accreditation.credentials.badges import Badge
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import end_of_term
from accreditation.credentials.models import Accreditation
from accreditation.credentials.payload import (
    BadgeFacts,
    NotABadge,
    code_in_print,
    parts_of,
    signed_of,
    typed_code,
    unpacked,
)
from accreditation.credentials.verdicts import Judgement, Shown, Verdict, judge, judge_text
from accreditation.missions.calendar import Calendar

__all__ = ["Finding", "Judgement", "Shown", "Verdict", "judge", "judge_text", "verify_by_record"]

HOLDS = (Accreditation.State.ACTIVE, Accreditation.State.EXPIRED)
_NOBODYS = bytes(16)  # asked for where there is no serial, so that an answer takes as long


@dataclass(frozen=True)
class Finding:
    """The verdict, and of a badge that is or was ours what it says of its bearer; all else is empty.

    `proved`: a signature was checked. A typed code proves nothing of the paper that somebody holds. `since`: from when
    on it has been void, has expired, or has been valid. `badge` is the row, for whoever writes the scan down.
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
    badge: Badge | None = None

    def as_json(self) -> dict[str, Any]:
        """As the command and the API tell it: moments in ISO 8601, UTC."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "badge"}
        return {name: _in_json(value) for name, value in told.items()}


def _in_json(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def verify_by_record(text: str, *, now: datetime) -> Finding:
    """The verdict on an address, its digits, or a typed code. Raises nothing, whatever the text.

    The order is that of docs/badge-format.md, section 5. A code that nobody has, and a good signature over what the
    commission has not issued, are 'forged'.
    """
    code = typed_code(text)
    return _by_code(code, now) if code is not None else _by_signature(text, now)


def _by_code(code: str, now: datetime) -> Finding:
    badge = _record(code=code)
    if badge is None or badge.signed is None:
        return Finding(Verdict.FORGED)
    facts = unpacked(parts_of(bytes(badge.signed))[0])
    assert badge.key is not None
    return _by_state(badge, facts, badge.key, now, proved=False)


def _by_signature(text: str, now: datetime) -> Finding:
    facts, body, signature = _read(text)
    badge = _record(serial=facts.serial if facts else _NOBODYS)
    known = SigningKey.objects.known_to_verifiers(SigningKey.Purpose.BADGE)
    key = known.filter(number=facts.key_id if facts else 0).first()
    if facts is None:
        return Finding(Verdict.FORGED)
    if key is None:
        return Finding(Verdict.UNKNOWN_KEY)
    if not signatures.holds(signatures.OVER_A_BADGE, body, signature, bytes(key.public)):
        return Finding(Verdict.FORGED)
    if badge is None or badge.signed is None or bytes(badge.signed) != body + signature:
        return Finding(Verdict.FORGED, proved=True)
    return _by_state(badge, facts, key, now, proved=True)


def _read(text: str) -> tuple[BadgeFacts | None, bytes, bytes]:
    try:
        body, signature = parts_of(signed_of(text))
        return unpacked(body), body, signature
    except NotABadge:
        return None, b"", b""


def _record(**which: Any) -> Badge | None:
    """The badge with what the verdict reads, in one query."""
    return (
        Badge.objects.filter(**which)
        .select_related("key", "accreditation__election", "accreditation__category", "accreditation__mission")
        .first()
    )


def _by_state(badge: Badge, facts: BadgeFacts, key: SigningKey, now: datetime, *, proved: bool) -> Finding:
    accreditation = badge.accreditation
    ends = _end(facts, accreditation)
    verdict: Verdict = Verdict.VALID
    since: datetime | None = facts.valid_from
    if void_since := _void_since(badge, key, now):
        verdict, since = Verdict.VOID, void_since
    elif now < facts.valid_from:
        verdict, since = Verdict.NOT_YET, None
    elif now >= ends:
        verdict, since = Verdict.EXPIRED, ends
    return Finding(
        verdict=verdict,
        proved=proved,
        serial=facts.serial.hex(),
        code=code_in_print(badge.code),
        name=facts.name,
        category=str(accreditation.category),
        mission=str(accreditation.mission),
        number=accreditation.number_in_words,
        valid_from=facts.valid_from,
        valid_until=ends,
        since=since,
        badge=badge,
    )


def _void_since(badge: Badge, key: SigningKey, now: datetime) -> datetime | None:
    """The earliest moment from which the badge has been void; None where it is not."""
    accreditation = badge.accreditation
    moments = [
        key.revoked_at,
        (badge.moved_at or now) if badge.state in Badge.DEAD else None,
        (accreditation.moved_at or now) if accreditation.state not in HOLDS else None,
    ]
    return min(filter(None, moments), default=None)


def _end(facts: BadgeFacts, accreditation: Accreditation) -> datetime:
    """The first moment too late, after the accreditation's last day, the election's, or the badge's latest end."""
    election = accreditation.election
    if accreditation.valid_until is None:
        known = end_of_term(election)
    else:
        calendar = Calendar(election.day, election.called_on, election.time_zone)
        known = calendar.end_of(accreditation.valid_until)
    return min(filter(None, [known, facts.valid_until]))
