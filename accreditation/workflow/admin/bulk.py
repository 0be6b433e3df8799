"""Many files at once: a page first (how many, which, who is refused and why), then a report row by row."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, CLERK, SUPERVISOR, roles_of
from accreditation.core import moments
from accreditation.core.actors import Actor, actor_of, moment_of
from accreditation.core.errors import Reason
from accreditation.core.machine import Move
from accreditation.missions.models import Election
from accreditation.workflow.admin.desk import Look
from accreditation.workflow.admin.forms import AskForm, MoveForm
from accreditation.workflow.admin.pages import badge, show, url_of
from accreditation.workflow.bulk import MOST_AT_ONCE, MOVES, begin, carry_on, refused_in_advance, rows_for
from accreditation.workflow.models import Application, BulkRun, file_number
from accreditation.workflow.states import APPLICATION
from accreditation.workflow.taking_back import window_closes_at

SAMPLE = 10
TYPED_ABOVE = 20
LABELS = {
    "take": gettext_lazy("Take"),
    "ask": gettext_lazy("Ask for correction"),
    "recommend_approval": gettext_lazy("Recommend approval"),
    "approve": gettext_lazy("Approve"),
    "take_back_decision": gettext_lazy("Take the decisions back"),
}


def offered_to(user: User) -> list[tuple[str, Any]]:
    """The moves that this account may make for many at once."""
    roles = roles_of(user)
    clerks = [(name, LABELS[name]) for name in MOVES if name != "approve"]
    offered = clerks if not roles.isdisjoint({CLERK, SUPERVISOR}) else []
    return offered + ([("approve", LABELS["approve"])] if APPROVER in roles else [])


class Wanted:
    """What somebody marked on the desk: single rows, or everything that a tab and its filters show."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        said = request.POST if request.method == "POST" else request.GET
        self.look = Look(request, said)
        if self.look.election is None:
            raise Http404
        self.whole = said.get("whole") == "yes"
        pks = [int(pk) for pk in said.getlist("pk") if pk.isdecimal() and len(pk) < 16]
        if self.whole:
            pks = list(self.look.rows().values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        self.too_many = len(pks) > MOST_AT_ONCE
        self.pks = pks[:MOST_AT_ONCE]

    def applications(self) -> list[Application]:
        return list(rows_for(actor_of(self.request), self.look.desk.election, self.pks))


def _offered(request: HttpRequest, name: str) -> None:
    if name not in dict(offered_to(request.user)):
        raise Http404


@require_safe
def confirm(request: HttpRequest, name: str) -> HttpResponse:
    """The page before: nothing is done yet. An address like any other, so that Back leads to it again."""
    _offered(request, name)
    wanted = Wanted(request)
    if not wanted.pks:
        messages.warning(request, _("Mark some rows first."))
        return HttpResponseRedirect(wanted.look.url)
    return _page(request, name, wanted, wanted.applications(), _form(name, wanted, None, request))


def _form(name: str, wanted: Wanted, posted: Any, request: HttpRequest) -> MoveForm:
    kind = AskForm if name == "ask" else MoveForm
    anyone = Application(election=wanted.look.election)
    return kind(posted, subject=anyone, now=moment_of(request))


def _page(
    request: HttpRequest,
    name: str,
    wanted: Wanted,
    applications: list[Application],
    form: MoveForm,
    *,
    reasons: list[Reason] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, now = actor_of(request), moment_of(request)
    # What this page itself asks for is no reason against a file.
    given = {"reasons": ["-"], "due_on": wanted.look.desk.election.calendar.local_date(now)}
    given["documents_checked"] = True
    against = refused_in_advance(applications, name, actor=actor, now=now, **given)
    good = [one for one in applications if one.pk not in against]
    context = {
        "name": name,
        "label": LABELS[name],
        "wanted": wanted,
        "election": wanted.look.election,
        "form": form,
        "checks": name == "recommend_approval",
        "checked": bool(request.POST.get("documents_checked")),
        "good": good,
        "sample": good[:SAMPLE],
        "sample_size": SAMPLE,
        "more": max(len(good) - SAMPLE, 0),
        "against": [(one, against[one.pk]) for one in applications if one.pk in against],
        "typed": len(good) if len(good) > TYPED_ABOVE else 0,
        "reasons": form.take_up(reasons or []),
        "most": MOST_AT_ONCE,
        "sends": any(one.letters for one in APPLICATION.transitions if one.name == name),
        "back": wanted.look.url,
        "asked": [(field, wanted.look.asked.get(field)) for field in KEPT if wanted.look.asked.get(field)],
    }
    title = ngettext("%(label)s: %(count)d file", "%(label)s: %(count)d files", len(good))
    return show(
        request,
        "bulk",
        context,
        status=status,
        title=title % {"label": LABELS[name], "count": len(good)},
    )


KEPT = ("queue", "mission", "category", "citizenship", "state", "assigned", "search", "election")


@require_POST
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Confirmed: write the run down, make its first moves, and show how far it is."""
    _offered(request, name)
    wanted = Wanted(request)
    versions = _versions(request)
    wanted.whole, wanted.pks = False, list(versions)[:MOST_AT_ONCE]
    applications = wanted.applications()
    form = _form(name, wanted, request.POST, request)
    if not form.is_valid():
        return _page(request, name, wanted, applications, form, status=422)
    reasons = _unconfirmed(request, name, len(applications))
    actor, now, given = actor_of(request), moment_of(request), form.wish()[1]
    if name == "ask":
        reasons += _asked_amiss(wanted.look.desk.election, actor, now, given)
    if reasons:
        return _page(request, name, wanted, applications, form, reasons=reasons, status=422)
    if name == "recommend_approval":
        given["documents_checked"] = True
    run = begin(
        applications,
        name,
        election=wanted.look.desk.election,
        actor=actor,
        now=now,
        given=given,
        versions=versions,
        came_from=wanted.look.url,
    )
    carry_on(run, actor=actor, now=now)
    return HttpResponseRedirect(reverse("admin:workflow_application_run", args=[run.public_id]))


def _versions(request: HttpRequest) -> dict[int, int]:
    """What the page showed: 'pk:version' of every file that was not refused in advance."""
    shown = {}
    for text in request.POST.get("shown", "").split():
        pk, __, version = text.partition(":")
        if pk.isdecimal() and version.isdecimal() and len(pk) < 16 and len(version) < 9:
            shown[int(pk)] = int(version)
    return shown


def _unconfirmed(request: HttpRequest, name: str, count: int) -> list[Reason]:
    reasons = []
    if not count:
        reasons.append(Reason("nothing", _("No file is left for which this can be done.")))
    if count > TYPED_ABOVE and request.POST.get("typed", "").strip() != str(count):
        words = _("Type the number of files, %(count)d, to confirm.") % {"count": count}
        reasons.append(Reason("count_not_typed", words))
    if name == "recommend_approval" and not request.POST.get("documents_checked"):
        reasons.append(
            Reason("documents_not_checked", _("Say that you have checked the documents of all of them."))
        )
    return reasons


def _asked_amiss(election: Election, actor: Actor, now: datetime, given: dict[str, Any]) -> list[Reason]:
    """What the request itself lacks, by the move's own guards; they read nothing of a file but its election."""
    anyone = Application(election=election, state=Application.State.SUBMITTED)
    transition = APPLICATION.find("ask", anyone.state)
    assert transition is not None
    wish = Move(transition, actor, now, "", given, anyone.state)
    return [why for guard in transition.guards if (why := guard(anyone, wish)) is not None]


@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a run is, and in the end its report. POST carries it on."""
    found = _own_run(request, public_id)
    if request.method == "POST" and not found.finished:
        carry_on(found, actor=actor_of(request), now=moment_of(request))
        return HttpResponseRedirect(request.path)
    context = {
        "run": found,
        "label": LABELS[found.move],
        "election": found.election,
        "asked_at": moments.in_words(found.asked_at, found.election.time_zone),
        "moved": found.done - len(found.refusals()),
        "letters_wait": _letters_wait(request, found),
        "rows": _report(request, found) if found.finished else [],
        "back": found.came_from or reverse("admin:workflow_application_changelist"),
    }
    return show(request, "run", context, title=str(LABELS[found.move]))


@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take all approvals of a run back while their letters wait: a run of its own, with a report of its own."""
    approvals = _own_run(request, public_id)
    if approvals.move != "approve":
        raise Http404
    actor, now = actor_of(request), moment_of(request)
    versions = approvals.moved()
    found = begin(
        list(rows_for(actor, approvals.election, versions)),
        "take_back_decision",
        election=approvals.election,
        actor=actor,
        now=now,
        given={},
        versions=versions,
        came_from=approvals.came_from,
    )
    carry_on(found, actor=actor, now=now)
    return HttpResponseRedirect(reverse("admin:workflow_application_run", args=[found.public_id]))


def _own_run(request: HttpRequest, public_id: str) -> BulkRun:
    """A run, for who asked for it and may still make its move; who approves may take approvals back."""
    runs = BulkRun.objects.filter(asked_by=request.user).select_related("election")
    found: BulkRun = get_object_or_404(runs, public_id=public_id)
    _offered(request, "approve" if found.move == "take_back_decision" else found.move)
    return found


def _letters_wait(request: HttpRequest, found: BulkRun) -> str:
    """Until when the approvals of a run can all be taken back, in words; nothing where they cannot."""
    closes_at = window_closes_at(found.asked_at)  # of the first of them
    if found.move != "approve" or not found.moved() or moment_of(request) >= closes_at:
        return ""
    return moments.in_words(closes_at, found.election.time_zone)


def _report(request: HttpRequest, found: BulkRun) -> list[dict[str, Any]]:
    """Every row: refused ones first, each with its reasons as they were."""
    refusals = found.refusals()
    rows = rows_for(actor_of(request), found.election, found.applications)
    report = [
        {
            "number": file_number(found.election, one.pk),
            "name": one.membership.full_name,
            "url": url_of(one),
            "state": badge(one.state),
            "reasons": [reason["words"] for reason in refusals.get(one.pk, [])],
        }
        for one in rows
    ]
    return sorted(report, key=lambda row: not row["reasons"])
