"""What happened to somebody's file and what was written about it, in words for those outside the commission.

A head sees what happened while the own mission held the file; who at the commission did it stays inside.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.core.audit import AuditEvent
from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission, MissionRole
from accreditation.observers.models import Membership
from accreditation.workflow.models import Application
from accreditation.workflow.paper import has_file
from accreditation.workflow.told import untold

WORDS: dict[str, str | Promise] = {
    "stated": _l("Added to the roster"),
    "statement_changed": _l("Details changed"),
    "picture_kept": _l("Picture received"),
    "picture_added": _l("Picture received"),
    "pledge_declared": _l("Pledge declared by the mission"),
    "pledge_given": _l("Pledge given in person"),
    "sender_confirmed": _l("Confirmed by the mission"),
    "membership_ended": _l("Taken off the roster"),
    "arrived": _l("Has arrived"),
    "arrival_taken_back": _l("Arrival taken back"),
    "created": _l("Application opened"),
    "submit": _l("Sent to the commission"),
    "ask": _l("The commission asks"),
    "answer": _l("Answered"),
    "withdraw": _l("Withdrawn"),
    "lapse": _l("Not sent in time"),
    "approve": _l("Accredited"),
    "refuse": _l("Refused"),
    "appeal": _l("Appeal filed"),
    "uphold": _l("Appeal rejected"),
    "withdraw_appeal": _l("Appeal withdrawn"),
    "overturn": _l("Appeal granted: accredited"),
    "change_category": _l("Category changed"),
    "category_changed": _l("Category changed"),
    "amendment_asked": _l("Change asked of the commission"),
    "amendment_taken_back": _l("Change taken back"),
    "amendment_taken": _l("Change taken over by the commission"),
    "amendment_declined": _l("Change not taken over by the commission"),
    "suspend": _l("Accreditation suspended"),
    "reinstate": _l("Accreditation in force again"),
    "revoke": _l("Accreditation revoked"),
    "restore": _l("Accreditation in force again"),
    "relinquish": _l("Is not coming"),
    "expire": _l("Accreditation ended"),
    "cancel": _l("Accreditation cancelled"),
    "correct": _l("Details of the accreditation corrected"),
    "replaces": _l("Named in the place of somebody who is not coming"),
}
"""Events without a word here are the commission's own business and are not shown."""

SPOKEN_REASONS = frozenset(
    {"amendment_declined", "withdraw", "membership_ended", "suspend", "revoke", "cancel"}
)


@dataclass(frozen=True)
class Happening:
    """One line of a history: what, when, by whom."""

    verb: str
    at: datetime
    words: str | Promise
    by: str
    reason: str = ""


@dataclass(frozen=True)
class SentLetter:
    """A letter about the file, by its subject; `sent_at` is None while it has not left.

    `has_file`: it is a decision, which can be had as a PDF.
    """

    pk: int
    subject: str
    state: str
    sent_at: datetime | None
    written_at: datetime
    has_file: bool


def held_since(application: Application, membership: Membership) -> datetime | None:
    """When the file came to this membership from another sender's; None where it was its own from the start."""
    changed = AuditEvent.objects.about(application).filter(
        verb="sender_changed", facts__membership=membership.pk
    )
    return changed.order_by("-pk").values_list("at", flat=True).first()


def history_of(membership: Membership, application: Application | None, mission: Mission) -> list[Happening]:
    """The history of one person in one mission, newest first."""
    about = Q(subject_type=membership._meta.label_lower, subject_id=membership.pk)
    if application is not None:
        file = Q(subject_type=application._meta.label_lower, subject_id=application.pk) & ~Q(
            **untold(application)
        )
        since = held_since(application, membership)
        about |= file & Q(at__gte=since) if since else file
        if application.accreditation_id:
            about |= Q(
                subject_type="credentials.accreditation", subject_id=application.accreditation_id
            ) & ~Q(verb="created")
    events = AuditEvent.objects.filter(about, verb__in=WORDS).select_related("actor").order_by("-at", "-pk")
    heads = set(MissionRole.objects.filter(mission=mission).values_list("user", flat=True))
    person = application.applicant_id if application is not None else None
    return [
        Happening(
            event.verb,
            event.at,
            WORDS[event.verb],
            _who(event, heads, person),
            event.reason if event.verb in SPOKEN_REASONS else "",
        )
        for event in events
    ]


ENDS = {
    Accreditation.State.SUSPENDED: "suspend",
    Accreditation.State.REVOKED: "revoke",
    Accreditation.State.CANCELLED: "cancel",
}


def why_not_in_force(history: Collection[Happening], accreditation: Accreditation | None) -> str:
    """The words in which the letter gave the reason; '' where the accreditation counts, or ended of itself."""
    verb = ENDS.get(Accreditation.State(accreditation.state)) if accreditation is not None else None
    return next((one.reason for one in history if one.verb == verb), "")


def _who(event: AuditEvent, heads: Collection[int], person: int | None) -> str:
    if event.actor is None:
        return ""
    if event.actor_id in heads:
        return str(event.actor)
    return _("the person") if event.actor_id == person else _("the commission")


def letters_of(application: Application, membership: Membership, *, now: datetime) -> list[OutboxMessage]:
    """The letters about a file and its accreditation, newest first, but those cancelled or held back."""
    about = OutboxMessage.objects.about(application, application.accreditation)
    rows = about.told(now)
    since = held_since(application, membership)
    return list((rows.filter(created_at__gte=since) if since else rows).order_by("-pk"))


def with_subjects(rows: Collection[OutboxMessage], now: datetime) -> list[SentLetter]:
    return [
        SentLetter(
            row.pk,
            render(row.kind, row.language, [row.facts], sent_at=row.sent_at or now).subject,
            row.get_state_display(),
            row.sent_at,
            row.created_at,
            has_file(row),
        )
        for row in rows
    ]
