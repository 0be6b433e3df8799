"""Check the answers and send: the application for the first time, or the answer to a request."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accreditation.core.errors import NotAllowed, Refused, WrongState
from accreditation.core.refusals import move_refused
from accreditation.observers.views.access import own_application, see_other, to_application
from accreditation.observers.views.home import applying_url, move_own
from accreditation.observers.views.summary import sections_of
from accreditation.workflow.applicant_tasks import TaskRow, asked_and_unchanged, may_send, rows_of
from accreditation.workflow.applying import Applying
from accreditation.workflow.models import Application


@require_http_methods(["GET", "HEAD", "POST"])
@own_application
def check(request: HttpRequest, applying: Applying) -> HttpResponse:
    """All answers on one page, each with its way back, and the one button that sends them."""
    if not (applying.is_being_filled or applying.is_asked):
        words = _("Your application has been sent already; it was not sent twice.")
        messages.info(
            request, words if request.method == "POST" else _("Your application has been sent already.")
        )
        return to_application(applying)
    rows = rows_of(applying)
    if (
        not may_send(applying, rows)
        or applying.led_by_another
        or (applying.is_being_filled and applying.is_late)
    ):
        messages.warning(request, _why_not(applying, rows, request.method == "POST"))
        return to_application(applying)
    reasons: list[str] = []
    if request.method == "POST":
        try:
            move_own(request, applying, "answer" if applying.is_asked else "submit")
            if applying.is_asked:
                messages.success(request, _("Your answer has been sent."))
            return to_application(applying)
        except WrongState as error:
            if error.state in (Application.State.DRAFT, Application.State.INFORMATION_REQUESTED):
                messages.warning(request, _("It has changed since you looked. Check it once more."))
                return see_other("apply-check", applying.election.code)
            messages.info(request, _("Your application has been sent already; it was not sent twice."))
            return to_application(applying)
        except NotAllowed as error:
            return move_refused(request, error, url=applying_url(applying))
        except Refused as error:
            reasons = [str(why) for why in error.reasons]
    context: dict[str, Any] = {
        "applying": applying,
        "application": applying.application,
        "election": applying.election,
        "sections": sections_of(applying, rows),
        "unchanged": asked_and_unchanged(rows),
        "reasons": reasons,
    }
    return render(request, "apply/check.html", context, status=422 if reasons else 200)


def _why_not(applying: Applying, rows: Sequence[TaskRow], tried: bool) -> str:
    """Why there is nothing to send yet; `tried`: it was asked to be sent, so it is said first that it was not."""
    first = _("It was not sent.") if tried else _("It cannot be sent yet.")
    if applying.led_by_another:
        why = _("Your mission looks after this application. Ask your head of mission about it.")
    elif applying.is_being_filled and applying.is_late:
        why = _("The deadline has passed.")
    else:
        tasks = [str(row.task.title) for row in rows if not row.is_settled]
        why = _("Still missing: %(tasks)s.") % {"tasks": ", ".join(tasks)}
    return f"{first} {why}"
