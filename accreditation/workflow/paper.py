"""Letters on paper: which can be had as a PDF, by whom, and how one or many of them are set.

A sheet says what the mail says, from the same facts. It is dated by the sending, from which the time to appeal
counts; so a letter that has not left is no sheet for anybody but the clerk who prints it in order to hand it over.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accreditation.core.outbox import OutboxMessage, OutboxMessageQuerySet
from accreditation.credentials.design import BadgeDesign, design_of, emblem_of
from accreditation.credentials.giving_out import pdf_answer, refused_where_it_cannot_be_set
from accreditation.credentials.lettering import face_of_letter
from accreditation.credentials.printing.apart import Press
from accreditation.credentials.printing.binding import bound
from accreditation.credentials.printing.typesetting import Sheet, letter_sheet
from accreditation.missions.models import Election
from accreditation.workflow.applying import Applying
from accreditation.workflow.models import Application

State = OutboxMessage.State

DECISIONS = (
    "approval", "refusal", "appeal_outcome", "suspension", "reinstatement", "revocation", "cancellation",
)  # fmt: skip
"""Letters that a person shows to others: what the commission decided."""

MOST_AT_ONCE = 100
"""Letters in one file to print."""


def has_file(letter: OutboxMessage) -> bool:
    """Whether those outside can have it as a PDF: a decision that has left."""
    return letter.kind in DECISIONS and letter.sent_at is not None


def decisions_about(application: Application) -> OutboxMessageQuerySet:
    """The letters of decisions about a file and its accreditation that have left."""
    about = OutboxMessage.objects.about(application, application.accreditation)
    return about.filter(kind__in=DECISIONS, sent_at__isnull=False)


def decisions_to(applying: Applying) -> OutboxMessageQuerySet:
    """Those of them that were written to this applicant.

    Where another sender's statement leads the file, only what went to the account's own address: the letter names
    that sender.
    """
    if applying.application is None:
        return OutboxMessage.objects.none()
    to = Q(email__iexact=applying.user.email)
    if not applying.led_by_another:
        to |= Q(user=applying.user)
    return decisions_about(applying.application).filter(to, together=False)


def facts_of_mail(letter: OutboxMessage) -> list[dict[str, object]]:
    """The facts of all letters that left in the same mail; its own while it has not left."""
    if not (letter.together and letter.state == State.SENT and letter.message_id):
        return [letter.facts]
    mail = OutboxMessage.objects.filter(message_id=letter.message_id, state=State.SENT).order_by("pk")
    return list(mail.values_list("facts", flat=True)) or [letter.facts]


def waiting_for_the_printer(now: datetime) -> OutboxMessageQuerySet:
    """Letters whose reader has no address; a decision's only after the time in which it may be taken back."""
    return OutboxMessage.objects.filter(state=State.TO_PRINT, due_at__lte=now).order_by("pk")


def can_be_printed(letter: OutboxMessage, now: datetime) -> bool:
    """Whether the commission may have it on paper: it has left, or it waits for somebody to hand it over."""
    to_be_given = letter.state in (State.TO_PRINT, State.FAILED) and letter.due_at <= now
    return letter.sent_at is not None or to_be_given


def sheets_of(
    letters: Sequence[OutboxMessage], *, now: datetime, whole_mail: bool = False
) -> Iterator[Sheet]:
    """The sheets of letters, in their order; one that has not left is dated `now`.

    `whole_mail`: with all people of the mail that it left in, as only the commission may see it. Raises
    MissingGlyphs.
    """
    looks: dict[str, tuple[BadgeDesign, bytes | None]] = {}
    for letter in letters:
        election = str(letter.facts.get("together", ""))
        if election not in looks:
            design = _design_for(election)
            looks[election] = design, emblem_of(design)
        design, emblem = looks[election]
        facts = facts_of_mail(letter) if whole_mail else [letter.facts]
        dated = letter.sent_at or now
        face = face_of_letter(
            letter.kind, letter.language, facts, sent_at=dated, design=design, emblem=emblem
        )
        yield letter_sheet(face, at=dated)


def _design_for(election: str) -> BadgeDesign:
    found = Election.objects.filter(code=election).first()
    return design_of(found) if found is not None else BadgeDesign()


def letters_pdf(sheets: Sequence[Sheet], *, title: str = "") -> bytes:
    """One file of these sheets, in their order, set in a process of its own. Raises CannotPrint."""
    with Press() as press:
        made = list(press.typeset_each(sheets))
    return made[0] if len(made) == 1 else bound(made, title=title)


def give_out_letter(request: HttpRequest, letter: OutboxMessage, now: datetime) -> HttpResponse:
    """The letter as a PDF, for its reader. The caller has asked for permission, and whether it has_file.

    Raises Refused where it cannot be set.
    """
    pdf = b""
    if request.method != "HEAD":
        words = _("The letter cannot be made now. Try again in a few minutes, or write to us.")
        with refused_where_it_cannot_be_set(f"letter {letter.pk}", words):
            pdf = letters_pdf(list(sheets_of([letter], now=now)))
    return pdf_answer(pdf, file_name(letter))


def file_name(letter: OutboxMessage) -> str:
    """'refusal-2026-000412.pdf': no name of a person."""
    parts = [letter.kind.replace("_", "-"), str(letter.facts.get("number") or "")]
    return "-".join(filter(None, parts)) + ".pdf"
