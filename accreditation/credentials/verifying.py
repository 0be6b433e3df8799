"""What the commission itself knows of a badge: the signature, and then the record of today.

Offline verifiers judge by the signed list (verdicts.py); this is the answer of those who can ask. Whatever was asked,
whoever has been found and however many badges there are, it costs one query and one signature to check.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from accreditation.credentials import signatures
from accreditation.credentials.badges import Badge
from accreditation.credentials.models import Accreditation, number_in_words
from accreditation.credentials.payload import (
    BadgeFacts,
    NotABadge,
    code_in_print,
    parts_of,
    signed_of,
    typed_code,
    unpacked,
)
from accreditation.credentials.record import HeldBadge, HeldKey, held_under_code, held_under_serial
from accreditation.credentials.verdicts import Judgement, Shown, Verdict, judge, judge_text
from accreditation.missions.calendar import Calendar

__all__ = ["Finding", "Judgement", "Shown", "Verdict", "judge", "judge_text", "verify_by_record"]

HOLDS = (Accreditation.State.ACTIVE, Accreditation.State.EXPIRED)
# Looked up, and checked, where there is nothing to look up or to check, so that every answer takes as long. The key and
# the signature, over nothing, are those of RFC 8032's first test: one of zeros would be thrown out unchecked.
_NO_SERIAL = bytes(16)
_NOBODYS_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
_NO_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
_NOT_TOLD = ("badge_pk",)


@dataclass(frozen=True)
class Finding:
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
        told = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in _NOT_TOLD}
        return {name: _in_json(value) for name, value in told.items()}


def _in_json(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


class _Paper(NamedTuple):
    """A badge as it was read."""

    facts: BadgeFacts
    body: bytes
    signature: bytes


def verify_by_record(text: str, *, now: datetime) -> Finding:
    """The verdict on an address, its digits, or a typed code. Raises nothing, whatever the text.

    The order is that of docs/badge-format.md, section 5. A code that nobody has, and a good signature over what the
    commission has not issued, are 'forged'. A code's badge must bear its signature in the record, too.
    """
    code = typed_code(text)
    if code is None:
        paper = _read(text)
        held = held_under_serial(*(paper.facts.serial, paper.facts.key_id) if paper else (_NO_SERIAL, 0))
    else:
        held = held_under_code(code)
        paper = _unfolded(held.badge.signed) if held.badge else None
    genuine = _is_genuine(paper, held.key)
    if paper is not None and held.key is None:
        return Finding(Verdict.UNKNOWN_KEY, list_version=held.list_version)
    if paper is None or held.key is None or not genuine:
        return Finding(Verdict.FORGED, list_version=held.list_version)
    if held.badge is None or held.badge.signed != paper.body + paper.signature:
        return Finding(Verdict.FORGED, list_version=held.list_version, proved=True)
    return _by_state(
        held.badge, held.key, paper.facts, now, proved=code is None, list_version=held.list_version
    )


def _read(text: str) -> _Paper | None:
    try:
        return _unfolded(signed_of(text))
    except NotABadge:
        return None


def _unfolded(signed: bytes) -> _Paper | None:
    try:
        body, signature = parts_of(signed)
        return _Paper(unpacked(body), body, signature)
    except NotABadge:
        return None


def _is_genuine(paper: _Paper | None, key: HeldKey | None) -> bool:
    body, signature = (paper.body, paper.signature) if paper else (b"", _NO_SIGNATURE)
    holds = signatures.holds(signatures.OVER_A_BADGE, body, signature, key.public if key else _NOBODYS_KEY)
    return holds and paper is not None and key is not None


def _by_state(
    badge: HeldBadge,
    key: HeldKey,
    facts: BadgeFacts,
    now: datetime,
    *,
    proved: bool,
    list_version: int | None,
) -> Finding:
    ends = _end(facts, badge)
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
        category=badge.category,
        mission=badge.mission,
        number=number_in_words(badge.year_in_numbers, badge.number),
        valid_from=facts.valid_from,
        valid_until=ends,
        since=since,
        list_version=list_version,
        badge_pk=badge.pk,
    )


def _void_since(badge: HeldBadge, key: HeldKey, now: datetime) -> datetime | None:
    """The earliest moment from which the badge has been void; None where it is not."""
    moments = [
        key.revoked_at,
        (badge.moved_at or now) if badge.state in Badge.DEAD else None,
        (badge.accreditation_moved_at or now) if badge.accreditation_state not in HOLDS else None,
    ]
    return min(filter(None, moments), default=None)


def _end(facts: BadgeFacts, badge: HeldBadge) -> datetime:
    """The first moment too late, after the accreditation's last day, the election's, or the badge's latest end."""
    last_day = badge.valid_until or badge.results_published_on
    if last_day is None:
        return facts.valid_until
    calendar = Calendar(badge.election_day, badge.called_on, badge.time_zone)
    return min(calendar.end_of(last_day), facts.valid_until)
