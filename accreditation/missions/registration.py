"""How a mission comes into the books: with its first delegation and its 'created' event, or not at all."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accreditation.accounts.roles import ADMINISTRATOR, CLERK, SUPERVISOR, roles_of
from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent, creations
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.missions.categories import Category
from accreditation.missions.elections import Election
from accreditation.missions.models import Delegation, Invitation, Mission, Organisation

BIRTHS = (Mission.State.INVITED, Mission.State.APPLIED, Mission.State.REGISTERED)
"""The states in which a mission may be opened; PostgreSQL refuses any other."""

OPENERS = frozenset({CLERK, SUPERVISOR, ADMINISTRATOR})


def open_mission(
    *,
    election: Election,
    organisation: Organisation,
    code: str,
    name: str,
    actor: Actor,
    now: datetime,
    state: str = Mission.State.INVITED,
    kind: str = Mission.Kind.OBSERVERS,
    default_category: Category | None = None,
    invitation: Invitation | None = None,
    delegation_name: str = "",
    **more: Any,
) -> Mission:
    """Open a mission with its first delegation, in one transaction.

    Clerks, supervisors and the system open missions. One of observers is registered at once only with its
    invitation (where the election wants one); media and guests need none. `default_category` is the
    election's first where none is given; `more` are further columns of Mission. Raises NotAllowed and
    Refused, with every reason.
    """
    if actor.user is not None and roles_of(actor.user).isdisjoint(OPENERS):
        raise NotAllowed()
    category = default_category or election.categories.first()
    against = reasons_against_opening(election, state, kind, category, organisation, invitation)
    if against or category is None:
        raise Refused(against)
    mission = Mission(
        election=election,
        organisation=organisation,
        code=code,
        name=name,
        kind=kind,
        state=state,
        default_category=category,
        invitation=invitation,
        moved_at=now,
        **more,
    )
    delegation = Delegation(
        mission=mission,
        name=delegation_name or name,
        organisation=organisation,
        expected_people=mission.expected_people,
    )
    try:
        mission.full_clean()
    except ValidationError as error:
        raise Refused(_reasons_of(error)) from error
    with transaction.atomic():
        mission.save()
        record_opening(mission, delegation, actor=actor, now=now)
    return mission


def record_opening(mission: Mission, delegation: Delegation, *, actor: Actor, now: datetime) -> None:
    """Write the 'created' event and the first delegation of a mission just saved, in its transaction."""
    AuditEvent.objects.bulk_create(creations([mission], actor=actor, now=now, election=mission.election_id))
    delegation.mission = mission
    delegation.save()


def reasons_against_opening(
    election: Election,
    state: str,
    kind: str,
    category: Category | None,
    organisation: Organisation,
    invitation: Invitation | None,
) -> list[Reason]:
    """Every reason why such a mission cannot be opened in that state."""
    found = []
    if state not in BIRTHS:
        found.append(Reason("state", _("A mission is opened as invited, as applied or as registered.")))
    if election.cancelled_at is not None:
        found.append(Reason("election_cancelled", _("This election was cancelled.")))
    if category is None:
        found.append(Reason("no_category", _("Give the election its categories first.")))
    elif category.election_id != election.pk:
        found.append(Reason("unknown_category", _("Choose a category of this election.")))
    if invitation is None:
        wanted = kind == Mission.Kind.OBSERVERS and election.invitation_required
        if wanted and state == Mission.State.REGISTERED:
            found.append(Reason("no_invitation", _("Record the invitation first.")))
    elif (invitation.election_id, invitation.organisation_id) != (election.pk, organisation.pk):
        found.append(
            Reason("other_invitation", _("This invitation is for another organisation or election."))
        )
    elif invitation.inviter not in election.inviters:
        found.append(Reason("inviter", _("The body that invited may not invite to this election.")))
    return found


def _reasons_of(error: ValidationError) -> list[Reason]:
    return [
        Reason(f"invalid_{field}", f"{field}: {message}" if field != "__all__" else str(message))
        for field, messages in error.message_dict.items()
        for message in messages
    ]
