"""The one address of an application: its task list while it is filled, its state for good once it is sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accreditation.core.actors import Actor, actor_of
from accreditation.core.errors import MoveError
from accreditation.core.machine import perform
from accreditation.core.refusals import move_refused
from accreditation.credentials.bearing import PLAIN, badge_of
from accreditation.credentials.bearing import offered as badge_moves
from accreditation.credentials.digital import is_given_out
from accreditation.observers.forms import AppealForm
from accreditation.observers.views.access import own_application, to_application
from accreditation.observers.views.summary import sections_of
from accreditation.workflow.answering import (
    begin_again,
    begin_with_another_mission,
    can_begin_again,
    end_beginning,
)
from accreditation.workflow.applicant_tasks import Status, may_send, next_task, rows_of
from accreditation.workflow.applying import Applying
from accreditation.workflow.following import history_of, letters_to, named_file, verdict_on
from accreditation.workflow.models import Application
from accreditation.workflow.paper import decisions_to
from accreditation.workflow.plain_states import plain_state
from accreditation.workflow.states import APPLICATION


@require_safe
@own_application
def home(request: HttpRequest, applying: Applying) -> HttpResponse:
    """The task list while something is to be filled in or answered, else the status."""
    application = applying.application
    if application is None or application.state == Application.State.DRAFT:
        return render(request, "apply/tasks.html", list_of_tasks(applying))
    context: dict[str, Any] = status_of(applying)
    if applying.is_asked:
        context |= list_of_tasks(applying)
    return render(request, "apply/status.html", context)


def list_of_tasks(applying: Applying) -> dict[str, Any]:
    rows = rows_of(applying)
    asked = [row for row in rows if row.status == Status.ASKED]
    return {
        "applying": applying,
        "election": applying.election,
        "now": applying.now,
        "rows": rows,
        "done": sum(row.is_settled for row in rows),
        "next": next_task(rows),
        "may_send": may_send(applying, rows),
        # A request for one thing leads there first; one that leaves everything open leads nowhere by itself.
        "unanswered": asked[0] if 0 < len(asked) < len(rows) - 1 else None,
        "named": named_file(applying),
        "not_open_yet": applying.now < applying.election.calendar.application_window.opens_at,
    }


def status_of(applying: Applying) -> dict[str, Any]:
    application = applying.application
    assert application is not None
    offered = {move.name for move in APPLICATION.available(application, Actor(applying.user))}
    due = application.decision_due_at
    badge = badge_of(application.accreditation) if not applying.led_by_another else None
    verdict = verdict_on(applying)
    last = verdict.appeal_last if verdict is not None else None
    calendar = applying.election.calendar
    return {
        "applying": applying,
        "application": application,
        "election": applying.election,
        "now": applying.now,
        "state": plain_state(application, applying.now),
        "due_words": calendar.in_words(due) if due else "",
        "answer_by": calendar.in_words(calendar.end_of(applying.request.due_on)) if applying.request else "",
        "late": due is not None and applying.now >= due,
        "history": history_of(application),
        "letters": letters_to(applying),
        "decision_files": set(decisions_to(applying).values_list("pk", flat=True)),
        "sections": [] if applying.led_by_another else sections_of(applying, rows_of(applying)),
        "verdict": verdict,
        "appeal_words": calendar.in_words(last) if last else "",
        "badge": badge,
        "badge_words": PLAIN[badge.state] if badge is not None else None,
        "badge_file": badge is not None and is_given_out(badge),
        "may_report_lost": badge is not None and "report_lost" in badge_moves(badge, Actor(applying.user)),
        "may_withdraw": "withdraw" in offered,
        "may_withdraw_appeal": "withdraw_appeal" in offered,
        "can_begin_again": can_begin_again(applying),
    }


@own_application
def withdraw(request: HttpRequest, applying: Applying) -> HttpResponse:
    """A page of its own asks once more; then the application or its appeal is withdrawn, or what was begun is
    thrown away.
    """
    application = applying.application
    if request.method == "POST":
        return _withdrawn(request, applying)
    if application is None:
        offered = applying.beginning is not None
    else:
        names = {move.name for move in APPLICATION.available(application, Actor(applying.user))}
        offered = bool(names & {"withdraw", "withdraw_appeal"})
    if not offered:
        return to_application(applying)
    page = "apply/withdraw.html"
    if application is not None and application.state == Application.State.APPEALED:
        page = "apply/withdraw_appeal.html"
    context = {"applying": applying, "election": applying.election, "application": application}
    return render(request, page, context)


def _withdrawn(request: HttpRequest, applying: Applying) -> HttpResponse:
    """What the page asked about is done: the form says whether that was the appeal."""
    if applying.application is None:
        if applying.beginning is not None:
            end_beginning(applying.beginning)
            messages.success(request, _("Your answers have been deleted."))
        return to_application(applying)
    of_appeal = request.POST.get("what") == "appeal"
    try:
        move_own(request, applying, "withdraw_appeal" if of_appeal else "withdraw")
    except MoveError as error:
        return move_refused(request, error, url=applying_url(applying))
    if of_appeal:
        messages.success(request, _("Your appeal has been withdrawn. The refusal stands."))
    return to_application(applying)


@own_application
def appeal(request: HttpRequest, applying: Applying) -> HttpResponse:
    """File an appeal against a refusal, until its last day."""
    verdict = verdict_on(applying)
    if verdict is None or not verdict.may_appeal:
        if applying.application is not None and applying.application.state == Application.State.APPEALED:
            messages.info(request, _("Your appeal has been filed already."))
        else:
            messages.warning(request, _("There is no decision against which you can appeal now."))
        return to_application(applying)
    form = AppealForm(request.POST or None)
    if form.is_valid():
        try:
            move_own(request, applying, "appeal", text=form.cleaned_data["text"])
        except MoveError as error:
            return move_refused(request, error, url=applying_url(applying))
        return to_application(applying)
    context = {"form": form, "applying": applying, "election": applying.election, "verdict": verdict}
    return render(request, "apply/appeal.html", context, status=422 if form.is_bound else 200)


@require_POST
@own_application
def again(request: HttpRequest, applying: Applying) -> HttpResponse:
    """Apply once more after a withdrawal, with the answers that were given."""
    try:
        if "other" in request.POST:
            begin_with_another_mission(applying)
        else:
            begin_again(applying, actor=actor_of(request))
    except MoveError as error:
        return move_refused(request, error, url=applying_url(applying))
    return to_application(applying)


def applying_url(applying: Applying) -> str:
    return to_application(applying)["Location"]


def move_own(request: HttpRequest, applying: Applying, name: str, **given: Any) -> None:
    """One move of the own application, from the version that the page showed."""
    assert applying.application is not None
    shown = request.POST.get("version", "")
    perform(
        APPLICATION,
        applying.application.pk,
        name,
        actor=actor_of(request),
        expected_version=int(shown) if shown.isdecimal() and len(shown) < 9 else None,
        now=applying.now,
        **given,
    )
