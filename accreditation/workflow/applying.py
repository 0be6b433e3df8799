"""An applicant's own way: what stands of the application, which tasks are done, which are open, and saving one.

The pages ask this module alone; files and statements are written by intake, changing and the write door.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accreditation.accounts.models import User
from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import Reason, Refused
from accreditation.core.machine import Move
from accreditation.missions.legal_dates import LegalDate
from accreditation.missions.models import CannedReason, Category, Election, Mission
from accreditation.observers.answers import can_be_entered, statement_of, statement_on
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership, Upload
from accreditation.observers.pictures import keep_picture
from accreditation.observers.statements import Statement, refusals
from accreditation.observers.stating import as_wish, rules_for
from accreditation.workflow.changing import change_statement
from accreditation.workflow.guards import before_deadline
from accreditation.workflow.intake import enter_statement, open_anew
from accreditation.workflow.models import Application, InformationRequest
from accreditation.workflow.states import APPLICATION

State = Application.State


@dataclass
class Applying:
    """One account's application at one election, from the first answer to the last word.

    `membership` is the applicant's own statement; where another sender's leads the file (`led_by_another`) the
    applicant sees the file's state and never that statement.
    """

    user: User
    election: Election
    now: datetime
    beginning: Beginning | None = None
    application: Application | None = None
    membership: Membership | None = None
    uploads: dict[str, Upload] = field(default_factory=dict)
    request: InformationRequest | None = None

    @cached_property
    def statement(self) -> Statement:
        if self.membership is not None:
            return statement_on(self.membership)
        return statement_of(self.beginning.answered) if self.beginning is not None else Statement()

    @property
    def mission(self) -> Mission | None:
        if self.membership is not None:
            return self.membership.mission
        return self.beginning.mission if self.beginning is not None else None

    @property
    def category(self) -> Category | None:
        if self.application is not None:
            return self.application.category
        return self.mission.default_category if self.mission is not None else None

    @property
    def led_by_another(self) -> bool:
        application, membership = self.application, self.membership
        return application is not None and (membership is None or application.membership_id != membership.pk)

    @property
    def is_being_filled(self) -> bool:
        """Nothing has been sent yet."""
        return self.application is None or self.application.state == State.DRAFT

    @property
    def is_asked(self) -> bool:
        return self.application is not None and self.application.state == State.INFORMATION_REQUESTED

    @property
    def deadline(self) -> LegalDate:
        return self.election.calendar.application_deadline_for(self.category)

    @property
    def is_late(self) -> bool:
        """Whether a first sending would be refused for the deadline, at the moment of the request."""
        if self.application is not None and self.application.state == State.DRAFT:
            submit = APPLICATION.find("submit", State.DRAFT)
            assert submit is not None
            return before_deadline(self.application, Move(submit, Actor(self.user), self.now)) is not None
        accepted = self.election.late_policy == Election.LatePolicy.ACCEPT
        return self.now >= self.deadline.closes_at and not accepted

    @property
    def arrives_on(self) -> date | None:
        return self.statement.arrives_on or (
            self.membership.delegation.arrives_on if self.membership is not None else None
        )

    @property
    def departs_on(self) -> date | None:
        return self.statement.departs_on or (
            self.membership.delegation.departs_on if self.membership is not None else None
        )

    @property
    def passport_needed_until(self) -> date:
        """The day until which the passport must be valid: the departure, and never before election day."""
        return max(filter(None, [self.election.day, self.departs_on]))

    @cached_property
    def asked_words(self) -> list[str]:
        """What the commission asks for, in its words."""
        if self.request is None:
            return []
        return [*(row.words for row in self.asked_reasons), *filter(None, [self.request.text])]

    @cached_property
    def asked_reasons(self) -> list[CannedReason]:
        if self.request is None or not self.request.reasons:
            return []
        return list(CannedReason.objects.filter(code__in=self.request.reasons))

    @cached_property
    def changed_since_asked(self) -> frozenset[str]:
        """The fields and pictures that were answered anew since the commission asked."""
        if self.request is None or self.membership is None:
            return frozenset()
        events = AuditEvent.objects.about(self.membership).filter(at__gte=self.request.asked_at)
        own = events.filter(actor=self.user).values_list("verb", "fields")
        pledged = {"pledge"} if any(verb == "pledge_given" for verb, _fields in own) else set()
        return frozenset(name for _verb, fields in own for name in fields) | pledged


def applying_of(user: User, election: Election, now: datetime) -> Applying:
    """What stands of this account's application at the election; the number of queries does not vary with it."""
    found = Applying(user, election, now)
    found.application = (
        Application.objects.filter(applicant=user, election=election)
        .select_related("category", "accreditation", "mission")
        .order_by("-pk")
        .first()
    )
    if found.application is None:
        beginnings = Beginning.objects.filter(user=user, election=election)
        found.beginning = beginnings.select_related("mission__default_category").first()
        if found.beginning is not None and found.beginning.mission is not None:
            found.beginning.mission.election = election
        return found
    found.application.election = election
    found.membership = _own_statement(found.application, user)
    if found.membership is not None:
        found.membership.mission.election = election
        if not found.led_by_another:
            found.application.membership, found.application.mission = (
                found.membership,
                found.membership.mission,
            )
        rows = Upload.objects.filter(membership=found.membership, replaced_at=None)
        found.uploads = {upload.kind: upload for upload in rows}
    if found.is_asked:
        found.request = found.application.information_requests.filter(answered_at=None).first()
    return found


def _own_statement(application: Application, user: User) -> Membership | None:
    """The applicant's own statement: the one that leads the file, else the newest of this account's."""
    return (
        Membership.objects.filter(stated_by=user, mission__election=application.election_id)
        .filter(person=application.person_id)
        .select_related(
            "document__country", "delegation__organisation", "mission__organisation", "mission__default_category",
            "category", "citizenship", "residence_country", "pledge",
        )
        .order_by("-pk")
        .first()
    )  # fmt: skip


# --- saving one page ---


def reasons_against_answers(applying: Applying, answers: Mapping[str, Any], mission: Mission) -> list[Reason]:
    """What the rules of a row say against the statement with these answers; what is not answered yet is no fault."""
    said = replace(applying.statement, **answers)
    today = applying.election.calendar.local_date(applying.now)
    unanswered = {"no_name", "no_date_of_birth", "no_citizenship", "no_document_number"}
    return [why for why in refusals(said, rules_for(mission), today) if why.code not in unanswered]


def save_answers(
    applying: Applying, answers: Mapping[str, Any], *, actor: Actor, mission: Mission | None = None
) -> None:
    """Keep one page's answers: in the beginning, which may thereby become a draft, or on the own statement.

    `mission` is given by the page that asks for it. Raises Refused; then nothing is kept.
    """
    if applying.application is not None and applying.membership is not None:
        said = replace(applying.statement, **answers)
        change_statement(applying.membership, said, actor=actor, now=applying.now, fields=tuple(answers))
        return
    with transaction.atomic():
        beginning, _made = Beginning.objects.select_for_update(of=("self",)).get_or_create(
            user=applying.user, election=applying.election, defaults={"begun_at": applying.now}
        )
        if mission is not None:
            beginning.mission = mission
        beginning.add(as_wish(answers))
        beginning.save()
        _enter_when_complete(beginning, applying, actor)


def _enter_when_complete(beginning: Beginning, applying: Applying, actor: Actor) -> None:
    statement = statement_of(beginning.answered)
    mission = beginning.mission
    if mission is None or not can_be_entered(statement):
        return
    mission.election = applying.election
    delegation = mission.delegations.first()
    if delegation is None:
        raise Refused([Reason("no_delegation", _("This mission has no delegation yet. Ask for help."))])
    delegation.mission = mission
    statement.email = statement.email or applying.user.email
    enter_statement(statement, delegation=delegation, actor=actor, now=applying.now, applicant=applying.user)
    beginning.delete()


def registered_missions(election: Election) -> Iterable[Mission]:
    """The missions that an applicant may name."""
    return election.missions.filter(state=Mission.State.REGISTERED).order_by("name")


def save_picture(applying: Applying, kind: str, file: Any, *, actor: Actor) -> Upload:
    """Keep a picture on the own statement while the file may be changed. Raises UploadRefused and Refused."""
    assert applying.application is not None and applying.membership is not None
    with transaction.atomic():
        locked = Application.objects.select_for_update(of=("self",), no_key=True)
        state = locked.get(pk=applying.application.pk).state
        if state not in (State.DRAFT, State.INFORMATION_REQUESTED):
            raise Refused([Reason("sent_already", sent_already())])
        return keep_picture(
            applying.membership, kind, file, by=actor, now=applying.now, election=applying.election
        )


def sent_already() -> str:
    return _("Your application has been sent already. This change was not saved.")


def begin_again(applying: Applying, *, actor: Actor) -> Application:
    """Open another draft after one that was withdrawn or lapsed, with the same answers. Raises Refused."""
    application, membership = applying.application, applying.membership
    if application is None or membership is None or not can_begin_again(applying):
        raise Refused([Reason("cannot_begin_again", _("You cannot apply again now."))])
    return open_anew(membership, actor=actor, now=applying.now)


def can_begin_again(applying: Applying) -> bool:
    application, membership = applying.application, applying.membership
    return (
        application is not None
        and membership is not None
        and membership.ended_at is None
        and application.state in (State.WITHDRAWN, State.LAPSED)
        and not applying.is_late
    )
