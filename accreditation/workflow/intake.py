"""What senders state becomes memberships and files: a list's rows, a form's or the API's one.

One road for all. Everything happens in one transaction under one lock, since whom a statement meets depends
on everybody who was written before: two missions that send the same person at once give one person, one file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accreditation.accounts.models import User
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.missions.models import Delegation, Mission, speaks_for
from accreditation.observers.matching import Identity, lock_people, meet
from accreditation.observers.models import Membership, MembershipQuerySet
from accreditation.observers.names import fold
from accreditation.observers.statements import Statement, refusals, warnings
from accreditation.observers.stating import Categories, rules_for
from accreditation.workflow.changing import Change, Kind, carry_out, changes_of
from accreditation.workflow.models import Application
from accreditation.workflow.openings import NewRow, Opened, busy_people, open_draft, open_files
from accreditation.workflow.parties import clerk
from accreditation.workflow.separating import settle_identity

ATTEMPTS = 3  # a file may come to life between our look and our write, by an appeal: then look again


@dataclass
class Intake:
    """What came of a list. `people_matched` is for the commission alone: a sender never learns of it."""

    people_created: int = 0
    people_matched: int = 0
    memberships_created: int = 0
    applications_opened: int = 0
    changed: int = 0
    amendments: int = 0
    unchanged: int = 0
    memberships: list[int] = field(default_factory=list)

    def __add__(self, other: "Intake") -> "Intake":
        return Intake(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__}
        )

    def for_sender(self) -> dict[str, int]:
        """The counts that a sender may see."""
        return {
            "memberships_created": self.memberships_created,
            "changed": self.changed,
            "amendments": self.amendments,
            "unchanged": self.unchanged,
        }


def take_in(
    statements: Sequence[Statement],
    *,
    delegation: Delegation,
    actor: Actor,
    now: datetime,
    warned: Sequence[Sequence[str]] | None = None,
) -> Intake:
    """Take in rows that passed their rules (statements.refusals): all of them, in one transaction, or none.

    A row whose person stands in the mission already changes that membership by the rules of `changes`; any
    other opens a draft. `warned` are the warning codes of each row. Raises NotAllowed and Refused.
    """
    check_open(delegation.mission, actor)
    identities = [Identity.of(statement) for statement in statements]
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _take_in(statements, identities, delegation, actor, now, warned)
        except IntegrityError as error:
            if attempt == ATTEMPTS or _constraint(error) != "one_live_application":
                raise
    raise AssertionError("the loop returns or raises")


@all_or_nothing
def _take_in(
    statements: Sequence[Statement],
    identities: Sequence[Identity],
    delegation: Delegation,
    actor: Actor,
    now: datetime,
    warned: Sequence[Sequence[str]] | None,
) -> Intake:
    lock_people()
    mission = delegation.mission
    categories = Categories(mission)
    standing = find_standing(identities, mission)
    found = changes_of(statements, standing, categories, lock=True)
    intake = Intake(unchanged=len(standing) - len(found))
    for change in found:
        carry_out(change, categories, actor=actor, now=now)
        if change.kind == Kind.DRAFT:
            intake.changed += 1
        else:
            intake.amendments += 1
    settle_identity([change.membership for change in found if change.touches_identity], actor=actor, now=now)
    new = [row for row in range(len(statements)) if row not in standing]
    meetings = meet([identities[row] for row in new], not_joined=people_of(mission) if new else ())
    rows = [
        NewRow(statements[row], identities[row], meeting, warned[row] if warned else ())
        for row, meeting in zip(new, meetings, strict=True)
    ]
    opened = open_files(rows, delegation=delegation, categories=categories, actor=actor, now=now)
    _count(intake, rows, opened)
    if rows or found:
        record(mission, "list_taken_in", actor=actor, now=now, rows=len(statements),
        opened=len(opened.applications),
               named=len(opened.memberships), changed=len(found))  # fmt: skip
    return intake


def _count(intake: Intake, rows: Sequence[NewRow], opened: Opened) -> None:
    intake.people_created = opened.people
    intake.people_matched = sum(1 for row in rows if row.meeting.person is not None)
    intake.memberships = opened.memberships
    intake.memberships_created = len(opened.memberships)
    intake.applications_opened = len(opened.applications)


def changes(statements: Sequence[Statement], *, delegation: Delegation) -> list[Change]:
    """What taking in these rows would change in memberships that stand; new people are not among them. Reads
    only.
    """
    identities = [Identity.of(statement) for statement in statements]
    standing = find_standing(identities, delegation.mission)
    return changes_of(statements, standing, Categories(delegation.mission), lock=False)


def _constraint(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


# --- who may, and when ---


def check_open(mission: Mission, actor: Actor, applicant: User | None = None) -> None:
    """Files are opened by those who speak for the mission, by clerks, the system, and applicants for
    themselves; at an election that is on, by a registered mission. Raises NotAllowed and Refused.
    """
    for_themselves = applicant is not None and actor.user_id == applicant.pk
    if not (actor.is_system or for_themselves or speaks_for(actor, mission.pk) or clerk(actor, mission)):
        raise NotAllowed()
    if mission.election.published_at is None or mission.election.cancelled_at is not None:
        raise Refused([Reason("election_closed", _("This election takes no applications."))])
    if mission.state != Mission.State.REGISTERED:
        words = _("The mission is “%(state)s”; its people can be named once it is registered.")
        raise Refused([Reason("mission_not_registered", words % {"state": mission.get_state_display()})])


# --- finding the own people again ---


def people_of(mission: Mission) -> set[int]:
    """The people who stand in the mission."""
    return set(Membership.objects.current().filter(mission=mission).values_list("person", flat=True))


def find_standing(identities: Sequence[Identity], mission: Mission) -> dict[int, int]:
    """For rows that are about somebody whom this mission has named already: the membership, by the row's
    place.

    By the document, then by birth and folded name; each membership answers one row. Somebody who joined by
    link and is not confirmed is nobody's row yet: the account behind it may be anybody's.
    """
    by_document: dict[bytes, int] = {}
    by_name: dict[tuple[Any, str], int] = {}
    births = {identity.born for identity in identities}
    indexes = {identity.number_index for identity in identities}
    rows = Membership.objects.current().filter(mission=mission, sender_confirmed=True).order_by("-pk")
    columns = ("pk", "document__number_index", "born", "family_name", "given_names")
    for pk, index, born, family_name, given_names in rows.values_list(*columns):
        if bytes(index) in indexes:
            by_document[bytes(index)] = pk
        if born in births:
            by_name[born, fold(f"{family_name} {given_names}")] = pk
    found = {
        place: by_document[identity.number_index]
        for place, identity in enumerate(identities)
        if identity.number_index in by_document
    }
    taken = set(found.values())
    for place, identity in enumerate(identities):
        membership = by_name.get((identity.born, identity.name_key))
        if place not in found and membership and membership not in taken:
            found[place] = membership
            taken.add(membership)
    return found


# --- one statement ---


@dataclass
class Entered:
    """One statement taken in. `application` is None where another mission's file of the person leads."""

    membership: Membership
    application: Application | None


@all_or_nothing
def enter_statement(
    statement: Statement,
    *,
    delegation: Delegation,
    actor: Actor,
    now: datetime,
    applicant: User | None = None,
) -> Entered:
    """One person named by hand: by a head, a clerk, the API; or by the `applicant`, who joins with a link.

    Raises Refused with every reason of the row's rules, 'named_already' for somebody whom this mission has
    named, 'applied_already' for an applicant who has a file under way; NotAllowed. What other senders have
    stated is never an answer.
    """
    mission = delegation.mission
    check_open(mission, actor, applicant)
    rules = rules_for(mission)
    today = mission.election.calendar.local_date(now)
    against = refusals(statement, rules, today)
    if against:
        raise Refused(against)
    codes = [why.code for why in warnings(statement, rules, today)]
    identity = Identity.of(statement)
    lock_people()
    _refuse_twice(identity, mission, applicant)
    by_applicant = applicant.pk if applicant is not None else None
    (meeting,) = meet([identity], not_joined=people_of(mission), by_applicant=by_applicant)
    opened = open_files(
        [NewRow(statement, identity, meeting, codes)],
        delegation=delegation,
        categories=Categories(mission),
        actor=actor,
        now=now,
        applicant=applicant,
    )
    membership = Membership.objects.get(pk=opened.memberships[0])
    record(membership, "stated", actor=actor, now=now)
    return Entered(membership, Application.objects.filter(pk__in=opened.applications.values()).first())


def _refuse_twice(identity: Identity, mission: Mission, applicant: User | None) -> None:
    if applicant is not None:
        if Application.objects.live().filter(applicant=applicant, election=mission.election_id).exists():
            raise Refused([Reason("applied_already", _("You have an application under way."))])
        stated = Membership.objects.filter(MembershipQuerySet.about_themselves(applicant))
        own = stated.values_list("person", flat=True)
        if busy_people(own, mission.election_id):
            raise Refused([Reason("accredited_already", _("You are accredited at this election already."))])
    elif find_standing([identity], mission):
        raise Refused([Reason("named_already", _("This person stands on your roster already."))])


@all_or_nothing
def open_anew(membership: Membership, *, actor: Actor, now: datetime) -> Application:
    """Another draft for somebody whose file was withdrawn, lapsed or refused. Raises NotAllowed and Refused."""
    mission = membership.mission
    applicant = membership.applications.exclude(applicant=None).values_list("applicant", flat=True).last()
    own = User.objects.filter(pk=applicant).first() if applicant else None
    check_open(mission, actor, own)
    lock_people()
    if membership.ended_at is not None or busy_people([membership.person_id], mission.election_id):
        words = _("There is nothing to open: a file is under way, or the membership has ended.")
        raise Refused([Reason("live_already", words)])
    return open_draft(membership, actor=actor, now=now, applicant=own)
