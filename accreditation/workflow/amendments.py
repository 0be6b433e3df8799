"""What a corrected list wishes to change in files that are under way or decided."""

import json
from typing import Any

from accreditation.core.machine import Move
from accreditation.credentials.models import Accreditation
from accreditation.workflow.models import Amendment


def take_over_correction(accreditation: Accreditation, move: Move) -> None:
    """Carry out a correction that a clerk asked for and the approver has just approved."""
    amendment: Amendment = move.given["amendment"]
    _take_over(amendment, move)


def _take_over(amendment: Amendment, move: Move) -> None:
    wish: dict[str, Any] = json.loads(amendment.wish)
    membership = amendment.membership
    for name in amendment.fields:
        setattr(membership, name, wish[name])
    membership.save(update_fields=[*amendment.fields, "changed_at"])
    amendment.verdict, amendment.decided_by, amendment.decided_at = (
        Amendment.Verdict.TAKEN,
        move.actor.user,
        move.now,
    )
    amendment.save(update_fields=["verdict", "decided_by", "decided_at"])
