"""What an applicant can follow of the own file: what happened, what was decided, which letters left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import OutboxMessage
from accreditation.missions.models import RefusalGround
from accreditation.workflow.appeals import appeal_last_moment, standing_refusal
from accreditation.workflow.applying import Applying
from accreditation.workflow.letter_kinds import KINDS, TO_STAFF
from accreditation.workflow.models import Application, Decision
from accreditation.workflow.told import held_back, untold

PUBLIC_MOVES: dict[str, str | Promise] = {
    "created": _l("The application was begun"),
    "submit": _l("The application was sent"),
    "ask": _l("The commission asked for information"),
    "answer": _l("The answer was sent"),
    "resume": _l("The commission went on without an answer"),
    "approve": _l("The commission granted the accreditation"),
    "refuse": _l("The commission refused the application"),
    "withdraw": _l("The application was withdrawn"),
    "lapse": _l("The deadline passed before the application was sent"),
    "appeal": _l("An appeal was filed"),
    "uphold": _l("The appeal was rejected"),
    "overturn": _l("The appeal was granted"),
    "withdraw_appeal": _l("The appeal was withdrawn"),
    "merge": _l("The commission joined the application with another one"),
}
"""What people outside may know of; who takes a file, and what is recommended, stays inside, and so does a decision
that was taken back, or can still be.
"""


@dataclass(frozen=True)
class Happening:
    """One line of the history."""

    at: datetime
    words: str | Promise


@dataclass(frozen=True)
class LetterTo:
    """A letter to an applicant: when it left, or was written where it has not, and which."""

    pk: int
    at: datetime
    words: str | Promise
    has_left: bool


@dataclass
class Verdict:
    """A decision in the words of its letter. `appeal_last` is the first moment too late; None while unknown.

    `is_final`: an appeal against the refusal was rejected, or withdrawn (`withdrawn_at`), and there is no second
    one. A withdrawn appeal left no ruling: the refusal itself is shown.
    """

    decision: Decision
    grounds: Sequence[RefusalGround] = ()
    appeal_last: datetime | None = None
    may_appeal: bool = False
    is_final: bool = False
    withdrawn_at: datetime | None = None


def history_of(application: Application) -> list[Happening]:
    """What happened to the file (as told), newest first; two queries."""
    events = (
        AuditEvent.objects.about(application).filter(verb__in=PUBLIC_MOVES).exclude(**untold(application))
    )
    return [Happening(event.at, PUBLIC_MOVES[event.verb]) for event in events.order_by("-pk")]


def letters_to(applying: Applying) -> list[LetterTo]:
    """The letters to this applicant, newest first. Never those to others."""
    application = applying.application
    assert application is not None
    to = Q(user=applying.user) | Q(email=applying.user.email)
    about = OutboxMessage.objects.about(application, application.accreditation)
    rows = about.filter(to, together=False).told(applying.now)
    return [
        LetterTo(row.pk, row.sent_at or row.created_at, KINDS[row.kind], row.sent_at is not None)
        for row in rows.order_by("-pk")
        if row.kind in KINDS.keys() - TO_STAFF
    ]


def verdict_on(applying: Applying) -> Verdict | None:
    """The decision that stands, with its grounds and until when it can be appealed; None while there is none."""
    application = applying.application
    if application is None:
        return None
    decided = (Application.State.APPROVED, Application.State.REFUSED, Application.State.APPEALED)
    decision = application.decisions.standing().last()
    if decision is None or application.state not in decided:
        return None
    verdict = Verdict(decision)
    refusal = standing_refusal(application)
    if application.state != Application.State.APPROVED and refusal is not None:
        codes = refusal.grounds
        verdict.withdrawn_at = (
            AuditEvent.objects.about(application)
            .filter(verb="withdraw_appeal")
            .values_list("at", flat=True)
            .first()
        )
        ruled = decision.kind == Decision.Kind.UPHELD and verdict.withdrawn_at is None
        verdict.decision = decision if ruled else refusal
        verdict.grounds = list(RefusalGround.objects.filter(election=applying.election, code__in=codes))
        verdict.appeal_last = appeal_last_moment(application)
        in_time = verdict.appeal_last is None or applying.now < verdict.appeal_last
        verdict.is_final = application.appeals.filter(outcome__isnull=False).exists()
        refused = application.state == Application.State.REFUSED
        verdict.may_appeal = refused and in_time and not verdict.is_final
    return verdict


def named_file(applying: Applying) -> Application | None:
    """The live or accredited file that a mission opened for this very e-mail address, while there is no own one.

    It is what the address of a letter shows as well (`from_letter`): its state, nothing that the mission states.
    """
    if applying.application is not None:
        return None
    files = Application.objects.filter(
        election=applying.election,
        applicant=None,
        membership__email__iexact=applying.user.email,
        membership__ended_at=None,
    ).filter(Q(state__in=(*Application.LIVE, Application.State.APPROVED)) | held_back(applying.now))
    return files.select_related("mission").order_by("pk").first()
