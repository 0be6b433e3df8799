"""A sender's word about the own people: that they come, that they come no more, and what they have pledged.

None of these moves a file: they are recorded beside it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent, record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.outbox import enqueue, key_of
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission, speaks_for
from accreditation.observers.models import Membership, Pledge
from accreditation.workflow.letters import left_without_mission
from accreditation.workflow.models import Application
from accreditation.workflow.parties import clerk


@all_or_nothing
def end_membership(membership: Membership, *, actor: Actor, now: datetime, reason: str = "") -> Membership:
    """A sender takes its own word back. The person's file is not withdrawn by it: the next sender's
    membership leads from now on, and where there is none the file is its clerk's to settle: nobody is recommended
    whom no mission names.

    Whoever wants the file withdrawn as well moves it first. Raises NotAllowed and Refused ('ended_already').
    """
    if not (speaks_for(actor, membership.mission_id) or clerk(actor, membership)):
        raise NotAllowed()
    files = _lock_files(membership)
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if membership.ended_at is not None:
        raise Refused([Reason("ended_already", _("This membership has ended already."))])
    led = membership.is_primary
    membership.ended_at, membership.is_primary = now, False
    membership.save(update_fields=["ended_at", "is_primary", "changed_at"])
    record(membership, "membership_ended", actor=actor, now=now, reason=reason.strip())
    resting = [file for file in files if file.membership_id == membership.pk]
    if led or resting:
        _hand_over(membership, resting, actor, now)
    return membership


def _lock_files(membership: Membership) -> list[Application]:
    """The person's files at this election that still matter, locked as every move locks them, in their order."""
    files = Application.objects.filter(
        person=membership.person_id, election=membership.mission.election_id
    ).exclude(state__in=[Application.State.WITHDRAWN, Application.State.LAPSED, Application.State.MERGED])
    return list(files.select_for_update(no_key=True).order_by("pk"))


def _hand_over(ended: Membership, files: Sequence[Application], actor: Actor, now: datetime) -> None:
    """Let the next membership lead: one that its mission has confirmed before one that it has not."""
    following = (
        Membership.objects.current()
        .filter(person=ended.person_id, mission__election=ended.mission.election_id)
        .order_by("-sender_confirmed", "pk")
        .first()
    )
    if following is None:
        for file in files:  # it stays with its clerk, or waits for the next one; the desk says so in its row
            event = record(file, "left_without_sender", actor=actor, now=now, membership=ended.pk)
            _tell_the_accredited(file, event, now)
        return
    Membership.objects.filter(pk=following.pk).update(is_primary=True)
    for file in files:
        file.membership, file.mission_id = following, following.mission_id
        file.documents_checked = False  # what was checked was the other statement
        file.save(update_fields=["membership", "mission", "documents_checked"])
        record(
            file, "sender_changed", actor=actor, now=now, fields=["membership", "mission"],
            membership=following.pk, before=ended.pk,
        )  # fmt: skip
    Accreditation.objects.current().filter(
        person=ended.person_id, election=ended.mission.election_id, membership=ended
    ).update(membership=following, mission=following.mission_id)


def _tell_the_accredited(file: Application, event: AuditEvent, now: datetime) -> None:
    """What it means for an accreditation in force that no mission names its bearer: it is not ended by it."""
    held = Accreditation.objects.current().filter(application=file)
    accreditation = held.select_related("election", "mission", "membership", "category").first()
    if accreditation is not None:
        letters = left_without_mission(accreditation, now)
        keyed = [replace(letter, key=key_of(event.pk, letter)) for letter in letters]
        enqueue(keyed, now=now, about=accreditation)


@all_or_nothing
def confirm_sender(membership: Membership, *, actor: Actor, now: datetime) -> Membership:
    """The mission says that somebody who joined with its link is one of its own. Twice is once. Raises
    NotAllowed.
    """
    if not (speaks_for(actor, membership.mission_id) or clerk(actor, membership)):
        raise NotAllowed()
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if membership.ended_at is not None:
        raise Refused([Reason("ended_already", _("This membership has ended already."))])
    if not membership.sender_confirmed:
        membership.sender_confirmed = True
        membership.save(update_fields=["sender_confirmed", "changed_at"])
        record(membership, "sender_confirmed", actor=actor, now=now)
    return membership


@all_or_nothing
def declare_pledge(memberships: Collection[Membership], *, actor: Actor, now: datetime) -> int:
    """A head declares the pledge, in the text of today, for people named one by one. How many were added.

    People of one mission, for which the actor speaks, at an election that allows it. Whoever has pledged to
    this text already is left as they are. Raises NotAllowed and Refused.
    """
    missions = {membership.mission_id for membership in memberships}
    if any(not speaks_for(actor, mission) for mission in missions):
        raise NotAllowed()
    if not memberships:
        return 0
    elections = {
        m.election_id: m.election for m in Mission.objects.filter(pk__in=missions).select_related("election")
    }
    if len(elections) > 1:
        raise Refused([Reason("several_elections", _("Declare the pledge for one election at a time."))])
    (election,) = elections.values()
    if not election.pledge_by_head:
        raise Refused(
            [Reason("pledge_by_person", _("At this election everybody signs the pledge in person."))]
        )
    asked = (
        Membership.objects.current().filter(pk__in=[m.pk for m in memberships]).select_for_update(no_key=True)
    )
    standing = Pledge.objects.filter(membership__in=asked, version=election.pledge_version)
    given = set(standing.values_list("membership", flat=True))
    lacking = [membership.pk for membership in asked if membership.pk not in given]
    Pledge.objects.filter(membership__in=lacking).delete()  # given to an older text
    Pledge.objects.bulk_create(
        Pledge(
            membership_id=pk,
            version=election.pledge_version,
            declared_by_head=True,
            given_by=actor.user,
            given_at=now,
        )
        for pk in lacking
    )
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=now, actor_id=actor.user_id, request_id=actor.request_id, verb="pledge_declared",
            subject_type=Membership._meta.label_lower, subject_id=pk,
            facts={"version": election.pledge_version},
        )
        for pk in lacking
    )  # fmt: skip
    return len(lacking)


@all_or_nothing
def give_pledge(membership: Membership, *, actor: Actor, now: datetime) -> Pledge:
    """A person accepts the pledge and the privacy notice in the text of today. Raises NotAllowed."""
    if actor.user is None or not membership.applications.filter(applicant=actor.user).exists():
        raise NotAllowed()
    version = membership.mission.election.pledge_version
    pledge, __ = Pledge.objects.update_or_create(
        membership=membership,
        defaults={"version": version, "declared_by_head": False, "given_by": actor.user, "given_at": now},
    )
    record(membership, "pledge_given", actor=actor, now=now, version=version)
    return pledge
