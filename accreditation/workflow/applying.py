"""What stands of an applicant's own application, from the first answer to the last word.

Read by every page of the applicant; answering.py saves, applicant_tasks.py says what is to be done.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from accreditation.accounts.models import User
from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import Move
from accreditation.missions.legal_dates import LegalDate
from accreditation.missions.models import CannedReason, Category, Election, Mission
from accreditation.observers.answers import statement_of, statement_on
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership, Upload
from accreditation.observers.statements import Statement
from accreditation.workflow.guards import before_deadline
from accreditation.workflow.models import Application, InformationRequest
from accreditation.workflow.states import APPLICATION
from accreditation.workflow.told import as_told

State = Application.State
ENDED = (State.WITHDRAWN, State.LAPSED)
"""After these an applicant may begin anew."""


@dataclass
class Applying:
    """One account's application at one election, from the first answer to the last word, as it is told (told.py).

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

    @cached_property
    def lacks_delegation(self) -> bool:
        """Whether the mission has several delegations, and the applicant has not said to which one belongs."""
        beginning = self.beginning
        if self.membership is not None or beginning is None or beginning.mission is None:
            return False
        delegations = list(beginning.mission.delegations.all())
        return len(delegations) > 1 and beginning.delegation_of(delegations) is None

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
    if found.application is None or found.application.state in ENDED:
        beginnings = Beginning.objects.filter(user=user, election=election)
        found.beginning = beginnings.select_related("mission__default_category").first()
        if found.beginning is not None and found.beginning.mission is not None:
            found.beginning.mission.election = election
        if found.beginning is not None:
            found.application = None  # begun anew after a withdrawal
        if found.application is None:
            return found
    as_told(found.application, now).election = election
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
    own = (
        Membership.objects.filter(stated_by=user, mission__election=application.election_id)
        .filter(person=application.person_id)
        .select_related(
            "document__country", "delegation__organisation", "mission__organisation", "mission__default_category",
            "category", "citizenship", "residence_country", "pledge",
        )
        .order_by("-pk")
    )  # fmt: skip
    found = list(own)  # one, or a few after a change of mission
    return next((one for one in found if one.pk == application.membership_id), next(iter(found), None))
