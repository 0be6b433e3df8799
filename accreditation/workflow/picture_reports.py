"""What met whom in the last archive of pictures that somebody sent: kept for some hours, encrypted, for its sender.

Names of files often are passport numbers, so the cache holds no word of a report in the clear.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.core.cache import cache

from accreditation.accounts.models import User
from accreditation.core.encryption import DecryptionError, decrypt_bytes, encrypt_bytes
from accreditation.missions.models import Mission
from accreditation.workflow.pictures import ArchiveReport, Picture

KEPT_FOR = 12 * 60 * 60  # seconds
TAKEN = ("met", "unchanged")


@dataclass(frozen=True)
class Line:
    """One file of the archive, in words. `person` is the public id of a membership, '' for nobody."""

    name: str
    outcome: str
    kind: str
    person: str
    full_name: str
    reasons: list[str]


@dataclass(frozen=True)
class KeptReport:
    """`stopped` are the words for which the reading ended early, '' where it did not."""

    lines: list[Line]
    stopped: str

    @property
    def not_taken(self) -> list[Line]:
        return [line for line in self.lines if line.outcome not in TAKEN]

    @property
    def taken(self) -> list[Line]:
        return [line for line in self.lines if line.outcome in TAKEN]


def keep_report(report: ArchiveReport, *, of: User, mission: Mission) -> None:
    """Keep it in the place of the one before."""
    kept = KeptReport([_line(one) for one in report.pictures], str(report.stopped or ""))
    key = _key(of, mission)
    cache.set(key, encrypt_bytes(key, json.dumps(asdict(kept)).encode()), KEPT_FOR)


def kept_report(*, of: User, mission: Mission) -> KeptReport | None:
    """The report of the last archive that this account sent for the mission; None where none is kept."""
    key = _key(of, mission)
    sealed = cache.get(key)
    if sealed is None:
        return None
    try:
        found: dict[str, Any] = json.loads(decrypt_bytes(key, sealed))
    except DecryptionError:  # sealed with a key that was retired since
        return None
    return KeptReport([Line(**line) for line in found["lines"]], found["stopped"])


def _line(one: Picture) -> Line:
    person = one.membership
    return Line(
        name=one.name,
        outcome=one.outcome,
        kind=one.kind,
        person=person.public_id if person else "",
        full_name=person.full_name if person else "",
        reasons=[str(reason) for reason in one.reasons],
    )


def _key(of: User, mission: Mission) -> str:
    return f"archive-report:{of.pk}:{mission.pk}"
