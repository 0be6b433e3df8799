"""Print runs: the page before, the run with its progress, its file, and the log of all runs."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accreditation.core import storage
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import AuditEvent, record
from accreditation.core.errors import MoveError
from accreditation.core.refusals import move_refused
from accreditation.credentials.admin.pages import (
    MOST_AT_ONCE,
    Look,
    Wanted,
    number,
    only_the_print_desk,
    show,
    shown,
    url_of,
)
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_desk import why_not, with_runs
from accreditation.credentials.print_orders import start, stop
from accreditation.credentials.print_runs import PrintRun, PrintRunBadge
from accreditation.credentials.retention import SHEETS_KEPT

SAMPLE = 10
RUNS_A_PAGE = 50
SIGNS = {
    "waiting": ("○", "wait"),
    "working": ("●", "wait"),
    "done": ("✓", "good"),
    "failed": ("✕", "bad"),
    "cancelled": ("–", "calm"),
}


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """What would be printed, and what cannot be and why. Nothing is done yet."""
    only_the_print_desk(request)
    wanted = Wanted(request)
    if not wanted.badges:
        messages.info(request, _("Mark some badges first."))
        return HttpResponseRedirect(wanted.look.url)
    in_runs = set(
        with_runs(Badge.objects.filter(pk__in=[badge.pk for badge in wanted.badges]))
        .filter(in_run=True)
        .values_list("pk", flat=True)
    )
    good, against = [], []
    for badge in wanted.badges:
        badge.accreditation.election = wanted.look.desk.election
        why = _against(badge, in_runs)
        if why:
            against.append((badge, why))
        else:
            good.append(badge)
    context = {
        "election": wanted.look.election,
        "good": good,
        "sample": good[:SAMPLE],
        "more": max(len(good) - SAMPLE, 0),
        "against": against,
        "layouts": PrintRun.Layout.choices,
        "too_many": wanted.too_many,
        "most": MOST_AT_ONCE,
        "kept": wanted.look.kept,
        "whole": wanted.whole,
        "back": wanted.look.url,
    }
    title = ngettext("Print %(count)d badge", "Print %(count)d badges", len(good)) % {"count": len(good)}
    return show(request, "print", context, title=title)


def _against(badge: Badge, in_runs: set[int]) -> str:
    if badge.state != Badge.State.QUEUED:
        return _("It is “%(state)s” now.") % {"state": badge.get_state_display()}
    if badge.pk in in_runs:
        return _("Another print run has it.")
    return why_not(badge)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Confirmed: write the run down. A worker makes it within seconds; the page shows how far it is."""
    only_the_print_desk(request)
    look = Look(request, request.POST)
    layout = request.POST.get("layout", "")
    if layout not in PrintRun.Layout.values:
        raise Http404
    try:
        run = start(
            list(shown(request))[:MOST_AT_ONCE],
            election=look.desk.election,
            layout=layout,
            actor=actor_of(request),
            now=moment_of(request),
            asked_for=asked_for(look, marked=request.POST.get("whole") != "yes"),
        )
    except MoveError as error:
        return move_refused(request, error, url=look.url)
    return HttpResponseRedirect(run_url(run))


def asked_for(look: Look, *, marked: bool) -> dict[str, Any]:
    """What was chosen, in ids and codes: never a name that somebody searched for."""
    chosen = {name: text for name, text in look.kept if name not in ("search", "queue")}
    return chosen | ({"marked": True} if marked else {}) | ({"search": True} if look.filters.words else {})


def run_url(run: PrintRun, page: str = "run") -> str:
    return reverse(f"admin:credentials_badge_{page}", args=[run.public_id])


def _run(public_id: str) -> PrintRun:
    return get_object_or_404(PrintRun.objects.select_related("election", "asked_by"), public_id=public_id)


@require_safe
def run(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a run is; in the end its file, and what was left out and why."""
    found = _run(public_id)
    polls = bool(getattr(request, "htmx", False))
    context = {
        "run": found,
        "sign": SIGNS[found.state],
        "election": found.election,
        "left_out": _left_out(found) if not found.is_open else [],
        "printed": found.rows.filter(outcome=PrintRunBadge.Outcome.PRINTED).count(),
        "reprints": found.rows.filter(badge__replaces__isnull=False).count(),
        "file_url": run_url(found, "run_file"),
        "stop_url": run_url(found, "run_stop"),
        "kept_until": found.finished_at and found.finished_at + SHEETS_KEPT,
        "downloads": AuditEvent.objects.about(found).filter(verb="downloaded").select_related("actor"),
    }
    answer = show(request, "_progress" if polls and found.is_open else "run", context, title=_("Print run"))
    if polls and not found.is_open:
        answer["HX-Refresh"] = "true"
    return answer


def _left_out(found: PrintRun) -> Sequence[dict[str, Any]]:
    rows = found.rows.filter(outcome=PrintRunBadge.Outcome.SKIPPED).select_related(
        "badge__accreditation__membership"
    )
    return [
        {
            "name": row.badge.accreditation.membership.full_name,
            "code": row.badge.code_in_words,
            "url": url_of(row.badge),
            "why": row.reason,
        }
        for row in rows
    ]


@require_POST
def stop_run(request: HttpRequest, public_id: str) -> HttpResponse:
    only_the_print_desk(request)
    found = _run(public_id)
    try:
        stop(found, actor=actor_of(request), now=moment_of(request))
    except MoveError as error:
        return move_refused(request, error, url=run_url(found))
    messages.info(request, _("The run ends after the sheets that are being made now."))
    return HttpResponseRedirect(run_url(found))


@require_safe
def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """The sheets. Each download is written down, as each could be printed."""
    only_the_print_desk(request)
    found = _run(public_id)
    if not found.pdf:
        raise Http404
    if request.method == "GET":
        record(found, "downloaded", actor=actor_of(request), now=moment_of(request), badges=found.total)
    try:
        return storage.serve_private(
            request,
            found.pdf,
            content_type="application/pdf",
            filename=f"badges-{found.pk}-{found.layout}.pdf",
        )
    except FileNotFoundError:
        raise Http404 from None


@require_safe
def log_of_runs(request: HttpRequest) -> HttpResponse:
    """The print log: every run of the election, newest first: who, when, what, and what was left out."""
    look = Look(request)
    if look.election is None:
        return show(request, "no_election", {}, title=_("Print log"))
    offset = min(number(request.GET.get("after")) or 0, 10**7)
    before = number(request.GET.get("before"))
    offset = offset if before is None else max(before - RUNS_A_PAGE, 0)
    outcome = PrintRunBadge.Outcome
    rows = (
        PrintRun.objects.filter(election=look.election)
        .select_related("asked_by")
        .annotate(
            printed=Count("rows", filter=Q(rows__outcome=outcome.PRINTED)),
            left_out=Count("rows", filter=Q(rows__outcome=outcome.SKIPPED)),
            reprints=Count("rows", filter=Q(rows__badge__replaces__isnull=False)),
        )
        .order_by("-pk")[offset : offset + RUNS_A_PAGE + 1]
    )
    found = list(rows)
    context = {
        "election": look.election,
        "runs": [(one, SIGNS[one.state], run_url(one)) for one in found[:RUNS_A_PAGE]],
        "previous": str(offset) if offset else "",
        "following": str(offset + RUNS_A_PAGE) if len(found) > RUNS_A_PAGE else "",
    }
    return show(request, "runs", context, title=_("Print log"))
