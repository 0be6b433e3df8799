"""What a roster says of each person on a page: the state in plain words, what is missing and by when.

Set-wise: as many queries for fifty people as for one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accreditation.missions.models import CannedReason, Category, Mission, RefusalGround, Role
from accreditation.observers.completeness import missing, pledge_missing
from accreditation.observers.models import Membership
from accreditation.workflow.models import Application, Decision, InformationRequest
from accreditation.workflow.plain_states import PlainState, plain_state
from accreditation.workflow.told import as_told

State = Application.State
NOT_SHOWN = (
    *("moved_at", "opened_at", "submitted_at", "clock_paused_at"),
    *("accreditation__moved_at", "accreditation__granted_at"),
)
"""Moments that no row says; to read them took a tenth of a long download."""


@dataclass
class Row:
    """One person on the roster. `application` is None where another mission holds the file (`shared`)."""

    membership: Membership
    state: PlainState
    category: Category
    application: Application | None = None
    shared: bool = False
    missing: list[str] = field(default_factory=list)
    by_when: str = ""

    @property
    def needs_words(self) -> str:
        """'the photo, the pledge, by 10 December 2026, 23:59 Baku time (UTC+4)'"""
        said = [*self.missing, *([self.by_when] if self.by_when else [])]
        return ", ".join([*(words.rstrip(". ") for words in said[:-1]), *said[-1:]])

    @property
    def arrives_on(self) -> date | None:
        return self.membership.arrives_on or self.membership.delegation.arrives_on

    @property
    def flight(self) -> str:
        stay = self.membership if self.membership.arrives_on else self.membership.delegation
        return stay.arrival_flight

    @property
    def role_words(self) -> str:
        """The role where there is one, else the category: what the sketch calls 'Parliamentarian'."""
        return role_in_words(self.membership) or self.category.name


def role_in_words(membership: Membership) -> str:
    """'short-term observer'; '' where none is said. Django's own way words all the roles to find one."""
    return str(Role(membership.role).label) if membership.role else ""


class Wording:
    """What is asked, why it was refused and until when, for all files of a page: two queries a kind that occurs."""

    def __init__(self, applications: Iterable[Application], election: Any) -> None:
        self.calendar = election.calendar
        self.moments: dict[datetime, str] = {}
        rows = list(applications)
        self.requests = _requests([row.pk for row in rows if row.state == State.INFORMATION_REQUESTED])
        self.refusals = _refusals([row for row in rows if row.state in (State.REFUSED, State.APPEALED)])

    def until(self, closes_at: datetime) -> str:
        """The last minute before a closing moment, with its zone; the rows of a page share a few of them."""
        if closes_at not in self.moments:
            self.moments[closes_at] = self.calendar.in_words(closes_at)
        return self.moments[closes_at]


def _requests(pks: Sequence[int]) -> dict[int, InformationRequest]:
    """The open requests by application, with their canned reasons in words (`words`)."""
    if not pks:
        return {}
    found = list(InformationRequest.objects.filter(application__in=pks, answered_at=None))
    codes = {code for request in found for code in request.reasons}
    canned = {row.code: row.words for row in CannedReason.objects.filter(code__in=codes)} if codes else {}
    for request in found:
        known = [canned[code] for code in request.reasons if code in canned]
        request.words = [*known, *([request.text] if request.text else [])]  # type: ignore[attr-defined]
    return {request.application_id: request for request in found}


def _refusals(applications: Sequence[Application]) -> dict[int, list[str]]:
    if not applications:
        return {}
    decisions = (
        Decision.objects.standing()
        .filter(application__in=[row.pk for row in applications], kind=Decision.Kind.REFUSAL)
        .order_by("pk")
    )
    latest = {decision.application_id: decision.grounds for decision in decisions}
    grounds = RefusalGround.objects.filter(election=applications[0].election_id)
    words = {ground.code: ground.words for ground in grounds}
    return {pk: [words.get(code, code) for code in codes] for pk, codes in latest.items()}


def rows_of(
    mission: Mission,
    memberships: Sequence[Membership],
    categories: Collection[Category],
    *,
    now: datetime,
    reachable: bool,
) -> list[Row]:
    """The rows of these memberships (read by roster.with_what_a_row_shows), in their order, as told at `now`.

    `reachable`: somebody speaks for the mission, so that nobody needs an address of the own.
    """
    own, states = _applications(mission, memberships, now)
    wording = Wording(own.values(), mission.election)
    by_pk = {category.pk: category for category in categories}
    rows = []
    for membership in memberships:
        application = own.get(membership.pk)
        state = plain_state(application or states.get(membership.person_id), now)
        category = by_pk[application.category_id if application else membership.category_id]
        row = Row(membership, state, category, application, shared=application is None)
        if application is not None:
            application.mission, application.election = mission, mission.election
            _say_what_is_needed(row, application, wording, reachable)
        rows.append(row)
    return rows


def _applications(
    mission: Mission, memberships: Sequence[Membership], now: datetime
) -> tuple[dict[int, Application], dict[int, Application]]:
    """The own mission's newest application of each membership, and the newest of each person anywhere, as told."""
    own: dict[int, Application] = {}
    anywhere: dict[int, Application] = {}
    found = (
        Application.objects.filter(
            person__in={one.person_id for one in memberships}, election=mission.election_id
        )
        .exclude(state=State.MERGED)
        .select_related("accreditation")
        .defer(*NOT_SHOWN)
        .order_by("pk")
    )
    for application in found:
        anywhere[application.person_id] = as_told(application, now)
        if application.mission_id == mission.pk:
            own[application.membership_id] = application
    return own, anywhere


def _say_what_is_needed(row: Row, application: Application, wording: Wording, reachable: bool) -> None:
    if application.state in (State.DRAFT, State.INFORMATION_REQUESTED):
        uploads = set(row.membership.upload_kinds)  # type: ignore[attr-defined]
        row.missing = what_is_missing(application, row.membership, row.category, uploads, reachable=reachable)
    calendar = wording.calendar
    if application.state == State.DRAFT:
        if calendar.has_own_deadline(row.category):
            closes_at = calendar.application_deadline_for(row.category).closes_at
            row.by_when = _("by %(moment)s") % {"moment": wording.until(closes_at)}
    elif application.state == State.INFORMATION_REQUESTED and application.pk in wording.requests:
        request: Any = wording.requests[application.pk]
        row.missing = [*request.words, *row.missing]
        row.by_when = _("by %(moment)s") % {"moment": wording.until(calendar.end_of(request.due_on))}
    elif application.state == State.REFUSED:
        row.missing = wording.refusals.get(application.pk, [])
    elif application.state in Application.WITH_THE_COMMISSION and application.decision_due_at:
        row.by_when = _("decision by %(moment)s") % {"moment": wording.until(application.decision_due_at)}


def what_is_missing(
    application: Application,
    membership: Membership,
    category: Category,
    uploads: set[str],
    *,
    reachable: bool,
) -> list[str]:
    """Everything that must still be said or sent, the pledge included, in words."""
    election = application.election
    found = missing(membership, category, uploads, reachable=reachable)
    pledge = pledge_missing(membership, election.pledge_version, by_head_allowed=election.pledge_by_head)
    return [str(reason.words) for reason in [*found, *([pledge] if pledge else [])]]
