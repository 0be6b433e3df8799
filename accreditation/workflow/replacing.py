"""Somebody comes in the place of an accredited person who does not: the deadline for that is a later one."""

from datetime import datetime

from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import Reason, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Delegation
from accreditation.observers.matching import lock_people
from accreditation.observers.statements import Statement
from accreditation.workflow.intake import Entered, enter_statement
from accreditation.workflow.models import Application


def reason_against_replacing(accreditation: Accreditation, mission_id: int) -> Reason | None:
    """Why nobody can come in this person's place; None when somebody can."""
    if accreditation.mission_id != mission_id or accreditation.state != Accreditation.State.RELINQUISHED:
        return Reason(
            "not_given_back",
            _("Only an accredited person of whom you have said “is not coming” can be replaced."),
        )
    taken = Application.objects.filter(replaces=accreditation).exclude(
        state__in=[Application.State.WITHDRAWN, Application.State.LAPSED, Application.State.MERGED]
    )
    if taken.exists():
        return Reason("replaced_already", _("Somebody has been named in this person's place already."))
    return None


@all_or_nothing
def replace(
    accreditation: Accreditation, statement: Statement, *, delegation: Delegation, actor: Actor, now: datetime
) -> Entered:
    """Name somebody in the place of an accredited person who is not coming; one for one.

    Raises what enter_statement raises, and Refused ('not_given_back', 'replaced_already'). Where the newcomer's
    file is held elsewhere nothing is replaced: that person comes anyway.
    """
    lock_people()  # before the accreditation, as a correction does
    locked = Accreditation.objects.select_for_update(no_key=True).get(pk=accreditation.pk)
    against = reason_against_replacing(locked, delegation.mission_id)
    if against is not None:
        raise Refused([against])
    entered = enter_statement(statement, delegation=delegation, actor=actor, now=now)
    if entered.application is not None:
        entered.application.replaces = locked
        entered.application.save(update_fields=["replaces"])
        record(entered.application, "replaces", actor=actor, now=now, accreditation=locked.pk)
    return entered
