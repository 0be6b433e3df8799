"""What a verifier without a network says of a badge: docs/badge-format.md, section 5, rule by rule. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accreditation.credentials import signatures
from accreditation.credentials.payload import (
    BadgeFacts,
    NotABadge,
    code_number,
    code_of,
    parts_of,
    signed_of,
    unpacked,
)
from accreditation.credentials.signed_list import ListContents


class Verdict(StrEnum):
    VALID = "valid"
    VOID = "void"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"


class Shown(StrEnum):
    """Green for what is confirmed and nothing else."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


@dataclass(frozen=True)
class Judgement:
    """`verdict` is None where nothing can be said. `facts` are there only once the signature has held."""

    verdict: Verdict | None
    shown: Shown
    facts: BadgeFacts | None = None


FORGED = Judgement(Verdict.FORGED, Shown.RED)


def judge_text(text: str, *, contents: ListContents | None, now: datetime) -> Judgement:
    """What a scanner says of an address or of its digits."""
    try:
        signed = signed_of(text)
    except NotABadge:
        return FORGED
    return judge(signed, contents=contents, now=now)


def judge(signed: bytes, *, contents: ListContents | None, now: datetime) -> Judgement:
    """The verdict on a signed badge by a list (None: the reader holds none). Raises nothing.

    `now` is the later of the device's clock and the latest moment seen from a server; the list's own is added here.
    """
    try:
        body, signature = parts_of(signed)
        facts = unpacked(body)
    except NotABadge:
        return FORGED
    if contents is None:
        return Judgement(None, Shown.GREY)
    now = max(now, contents.made_at)
    stale = now - contents.made_at > contents.freshness_for(facts.election)
    key = contents.keys.get(facts.key_id)
    if key is None:
        return Judgement(Verdict.UNKNOWN_KEY, Shown.AMBER if stale else Shown.RED)
    if not signatures.holds(signatures.OVER_A_BADGE, body, signature, key.public):
        return FORGED
    if key.revoked is not None or contents.is_void(code_number(code_of(facts.serial))):
        return Judgement(Verdict.VOID, Shown.RED, facts)
    if now < facts.valid_from:
        return Judgement(Verdict.NOT_YET, Shown.AMBER, facts)
    if now >= _end(facts, contents):
        return Judgement(Verdict.EXPIRED, Shown.RED, facts)
    if stale:
        return Judgement(None, Shown.AMBER, facts)
    return Judgement(Verdict.VALID, Shown.GREEN, facts)


def _end(facts: BadgeFacts, contents: ListContents) -> datetime:
    """The first moment that is too late: the badge's own, or the election's where that is known and earlier."""
    election = contents.elections.get(facts.election)
    if election is None or election.ends is None:
        return facts.valid_until
    return min(election.ends, facts.valid_until)
