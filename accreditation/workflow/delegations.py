"""A delegation's stay, said once: it counts for all its people who say nothing else."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed
from accreditation.missions.models import Delegation, speaks_for
from accreditation.workflow.parties import clerk


def change_stay(
    delegation: Delegation, fields: Collection[str], *, actor: Actor, now: datetime
) -> Delegation:
    """Save these fields of a delegation whose values were checked by a form, with an audit event.

    Raises NotAllowed for who neither speaks for the mission nor is a clerk.
    """
    if not (speaks_for(actor, delegation.mission_id) or clerk(actor, delegation.mission)):
        raise NotAllowed()
    if fields:
        with transaction.atomic():
            delegation.save(update_fields=list(fields))
            record(delegation, "stay_changed", actor=actor, now=now, fields=fields)
    return delegation
