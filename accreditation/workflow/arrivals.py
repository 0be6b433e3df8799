"""Who has arrived, as the mission tells it."""

from collections.abc import Collection
from datetime import datetime

from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed
from accreditation.core.transactions import all_or_nothing
from accreditation.missions.models import Mission, speaks_for
from accreditation.observers.models import Membership
from accreditation.workflow.parties import clerk


@all_or_nothing
def tell_arrivals(
    mission: Mission, memberships: Collection[int], *, arrived: bool, actor: Actor, now: datetime
) -> int:
    """Note that these people of the mission have arrived, or (`arrived` False) that this was wrong.

    The number of those for whom it is new. Raises NotAllowed for who does not speak for the mission.
    """
    if not (speaks_for(actor, mission.pk) or clerk(actor, mission)):
        raise NotAllowed()
    rows = Membership.objects.current().filter(
        mission=mission, pk__in=memberships, arrived_at__isnull=arrived
    )
    new = list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Membership.objects.filter(pk__in=new).update(arrived_at=now if arrived else None, changed_at=now)
    verb = "arrived" if arrived else "arrival_taken_back"
    label = Membership._meta.label_lower
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=now, actor_id=actor.user_id, request_id=actor.request_id, verb=verb, subject_type=label,
            subject_id=pk,
        )
        for pk in new
    )  # fmt: skip
    return len(new)
