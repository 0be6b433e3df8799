"""Letters that the commission prints: one, or all that wait because nobody has an address; then they are given.

The last day of an appeal counts from the day on which a letter is marked as given, and a sheet names it as of the day
on which it was set. So a sheet of another day is pointed out, and set again.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, SUPERVISOR, roles_of
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import AuditEvent, record
from accreditation.core.correspondence import settle
from accreditation.core.errors import MoveError
from accreditation.core.frame import framed
from accreditation.core.languages import NATIVE_NAMES
from accreditation.core.outbox import OutboxMessage, OutboxMessageQuerySet
from accreditation.credentials.giving_out import pdf_answer
from accreditation.credentials.printing.typesetting import CannotPrint, MissingGlyphs, Sheet
from accreditation.workflow.letter_kinds import kind_in_words
from accreditation.workflow.paper import (
    MOST_AT_ONCE,
    can_be_printed,
    file_name,
    letters_pdf,
    sheets_of,
    waiting_for_the_printer,
)

SET_ON_PAPER = "letter_set_on_paper"
FILTERS = ("kind", "language", "mission")


def may_read(user: Any) -> bool:
    return user.is_superuser or not roles_of(user).isdisjoint({CLERK, SUPERVISOR, APPROVER, AUDITOR})


def may_settle(user: Any) -> bool:
    return not roles_of(user).isdisjoint({CLERK, SUPERVISOR, APPROVER})


def zone_of(letter: OutboxMessage) -> str:
    """Whose clocks its times are shown by: those of its election."""
    return str(letter.facts.get("zone") or settings.TIME_ZONE)


def opened(request: HttpRequest, pk: int) -> OutboxMessage:
    if not may_read(request.user):
        raise Http404
    return get_object_or_404(OutboxMessage, pk=pk)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter as a PDF: as it was read, with all people of its mail, or as it is read if it is given now."""
    letter, now = opened(request, pk), moment_of(request)
    if not can_be_printed(letter, now):
        words = _("This letter is “%(state)s”: it goes by mail, and nothing is printed.")
        return _refused(request, [words % {"state": letter.get_state_display()}], status=409)
    if request.method == "HEAD":
        return pdf_answer(b"", file_name(letter))
    try:
        pdf = letters_pdf(list(sheets_of([letter], now=now, whole_mail=True)))
    except CannotPrint as error:
        return _refused(request, [_cannot_be_set(letter, error)])
    _record(request, [letter], now)
    return pdf_answer(pdf, file_name(letter))


@require_safe
def to_print(request: HttpRequest) -> HttpResponse:
    """All letters that wait for the printer, to be set as one file and then marked as given."""
    _only_who_settles(request)
    return _list(request)


@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """The marked letters as one PDF, in their order; none where one of them cannot be set, which is named."""
    _only_who_settles(request)
    now = moment_of(request)
    letters = list(_marked(request, now))
    sheets: list[Sheet] = []
    against = [] if letters else [_("Mark at least one letter that still waits for the printer.")]
    for letter in letters:
        try:
            sheets += sheets_of([letter], now=now)
        except MissingGlyphs as error:
            against.append(_cannot_be_set(letter, error))
    if against:
        return _list(request, against, status=422)
    try:
        pdf = letters_pdf(sheets, title=_("Letters to print"))
    except CannotPrint:
        return _list(
            request, [_("The letters cannot be set now. Print fewer at once, or try again.")], status=422
        )
    _record(request, letters, now)
    return pdf_answer(pdf, f"letters-{now:%Y%m%d-%H%M}.pdf")


@require_POST
def given(request: HttpRequest) -> HttpResponse:
    """Mark letters as given to their readers; each on its own, so that one that has gone on stops no other."""
    _only_who_settles(request)
    now, done = moment_of(request), 0
    for letter in _marked(request, now):
        try:
            settle(letter.pk, "printed", actor=actor_of(request), now=now)
            done += 1
        except MoveError as error:
            messages.error(request, " ".join(str(reason) for reason in error.reasons))
    words = ngettext("%(number)s letter is marked as given.", "%(number)s letters are marked as given.", done)
    (messages.success if done else messages.warning)(request, words % {"number": done})
    return HttpResponseRedirect(reverse("admin:core_outboxmessage_to_print"))


def _only_who_settles(request: HttpRequest) -> None:
    if not may_settle(request.user):
        raise Http404


def _marked(request: HttpRequest, now: datetime) -> OutboxMessageQuerySet:
    keys = [
        int(text) for text in request.POST.getlist("pk")[:MOST_AT_ONCE] if text.isdecimal() and len(text) < 16
    ]
    return waiting_for_the_printer(now).filter(pk__in=keys)


def _record(request: HttpRequest, letters: list[OutboxMessage], now: datetime) -> None:
    for letter in letters:
        record(letter, SET_ON_PAPER, actor=actor_of(request), now=now, kind=letter.kind)


def _cannot_be_set(letter: OutboxMessage, error: CannotPrint) -> str:
    reader = letter.facts.get("name") or letter.facts.get("mission") or letter.pk
    if isinstance(error, MissingGlyphs):
        letters = ", ".join(f"{code} {name}" for __, code, name in error.letters)
        return _("%(reader)s: no font draws %(letters)s.") % {"reader": reader, "letters": letters}
    return _("%(reader)s: the letter cannot be set.") % {"reader": reader}


def _refused(request: HttpRequest, against: list[str], *, status: int = 422) -> HttpResponse:
    return framed(request, "letters/refused", {"against": against}, status=status, title=_("Letter to print"))


def _list(request: HttpRequest, against: list[str] | None = None, *, status: int = 200) -> HttpResponse:
    now = moment_of(request)
    chosen, narrowing = narrowed(request, waiting_for_the_printer(now))
    letters = list(chosen[:MOST_AT_ONCE])
    kept = {int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal()} or {one.pk for one in letters}
    printed = _last_set(letters)
    context = {
        "rows": [_row(letter, printed.get(letter.pk), letter.pk in kept, now) for letter in letters],
        "total": chosen.count(),
        **narrowing,
        "against": against or [],
    }
    return framed(request, "letters/to_print", context, status=status, title=_("Letters to print"))


def narrowed(
    request: HttpRequest, letters: OutboxMessageQuerySet
) -> tuple[OutboxMessageQuerySet, dict[str, Any]]:
    """Those of the letters that the request asks for, and what its page needs in order to ask."""
    asked = {name: request.GET.get(name) or request.POST.get(name) or "" for name in FILTERS}
    columns = {"kind": "kind", "language": "language", "mission": "facts__mission"}
    chosen = letters.filter(**{columns[name]: value for name, value in asked.items() if value})
    choices = [
        (name, label, _choices(letters, columns[name], name, asked[name])) for name, label in _labels()
    ]
    return chosen, {"asked": asked, "choices": choices}


def _labels() -> list[tuple[str, str]]:
    return [("kind", _("Letter")), ("language", _("Language")), ("mission", _("Mission"))]


def _choices(
    waiting: OutboxMessageQuerySet, column: str, name: str, chosen: str
) -> list[tuple[str, str, bool]]:
    """(value, words, chosen?) of what the waiting letters have; nothing to choose where all have the same."""
    values = waiting.order_by().values_list(column, flat=True).distinct()
    words = {"kind": kind_in_words, "language": lambda one: NATIVE_NAMES.get(one, one)}.get(name, str)
    found = sorted((str(words(value)), value) for value in values if value)
    return [(value, label, value == chosen) for label, value in found] if len(found) > 1 or chosen else []


def _row(letter: OutboxMessage, printed_at: datetime | None, marked: bool, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(zone_of(letter))
    return {
        "letter": letter,
        "kind": kind_in_words(letter.kind),
        "reader": letter.facts.get("name") or letter.facts.get("mission") or "",
        "mission": letter.facts.get("mission") if letter.facts.get("name") else "",
        "number": letter.facts.get("number") or "",
        "language": NATIVE_NAMES.get(letter.language, letter.language),
        "zone": zone_of(letter),
        "marked": marked,
        "printed_at": printed_at,
        "of_another_day": printed_at is not None
        and printed_at.astimezone(zone).date() != now.astimezone(zone).date(),
    }


def _last_set(letters: list[OutboxMessage]) -> dict[int, datetime]:
    """When each was last set on paper."""
    events = AuditEvent.objects.filter(
        subject_type=OutboxMessage._meta.label_lower,
        subject_id__in=[letter.pk for letter in letters],
        verb=SET_ON_PAPER,
    )
    return dict(events.order_by("pk").values_list("subject_id", "at"))
