"""One badge: its photo, its facts, what may be done with it now, and what happened to it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accreditation.core import storage
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import AuditEvent, record
from accreditation.core.errors import MoveError, Refused
from accreditation.core.machine import Transition, perform
from accreditation.core.refusals import move_refused
from accreditation.credentials.admin.pages import badge_state, show, url_of
from accreditation.credentials.admin.scanning import scan_line, scans_url
from accreditation.credentials.alarms import ScanAlarm
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.happened import happened_in_words
from accreditation.credentials.print_desk import ONE_WITH, way_of, why_not
from accreditation.credentials.print_runs import PrintRunBadge
from accreditation.credentials.scans import BadgeScan

OFFERED = ("make_ready", "hold", "release", "take_back", "report_lost", "void", "reissue")
"""Moves with a button of their own; printing is a run's, handing over has its form."""

SCANS_SHOWN = 20


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "autofocus": True}),
        max_length=500,
    )


def _badge(request: HttpRequest, pk: int) -> Badge:
    rows = Badge.objects.visible_to(request.user).select_related(*ONE_WITH, "picture", "replaces")  # type: ignore[arg-type]
    return get_object_or_404(rows, pk=pk)


@require_safe
def badge(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _badge(request, pk))


def _page(
    request: HttpRequest, found: Badge, *, reasons: Any = (), receiver: str = "", status: int = 200
) -> HttpResponse:
    actor, now = actor_of(request), moment_of(request)
    offered = {one.name: one for one in BADGE.available(found, actor)}
    accreditation = found.accreditation
    against = BADGE.reasons_against(found, "hand_over", actor=actor, now=now, receiver="-")
    events = AuditEvent.objects.about(found).exclude(verb="picture_shown").select_related("actor")
    context = {
        "badge": found,
        "held": accreditation,
        "stated": accreditation.membership,
        "election": accreditation.election,
        "state": badge_state(found.state),
        "way": way_of(found),
        "arrives": accreditation.membership.arrives_on or accreditation.membership.delegation.arrives_on,
        "why_not": why_not(found) if found.state == Badge.State.QUEUED else "",
        "hands_over": "hand_over" in offered,
        "against": [] if not offered or "hand_over" not in offered else against,
        "moves": [
            {
                "name": name,
                "label": offered[name].label,
                "grave": offered[name].grave,
                "asks": _asks(offered[name]),
            }
            for name in OFFERED
            if name in offered
        ],
        "history": [(event, happened_in_words(event.verb)) for event in events],
        "replaced_by": Badge.objects.filter(replaces=found).first(),
        "run": PrintRunBadge.objects.filter(badge=found)
        .exclude(outcome="skipped")
        .select_related("run")
        .first(),
        **_scans(request, found),
        "at_counter": "counter" in request.GET,
        "reasons": reasons,
        "receiver": receiver,
    }
    title = f"{accreditation.membership.full_name} – {found.code_in_words}"
    return show(request, "badge", context, status=status, title=title)


def _scans(request: HttpRequest, found: Badge) -> dict[str, Any]:
    """Where the badge was shown, the last time first, and whether that alarms."""
    of_badge = BadgeScan.objects.visible_to(request.user).filter(badge=found)
    scans = list(of_badge.order_by("-scanned_at")[: SCANS_SHOWN + 1])
    return {
        "lines": [scan_line(scan) for scan in scans[:SCANS_SHOWN]],
        "more_scans": len(scans) > SCANS_SHOWN,
        "scans_url": scans_url(code=found.code_in_words),
        "alarm": ScanAlarm.objects.visible_to(request.user).open().filter(badge=found).first(),
        "alarms_url": scans_url(),
        "zone": found.accreditation.election.time_zone,
    }


def _asks(transition: Transition) -> bool:
    return transition.grave or transition.reason


@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo as the badge prints it; each look is written down."""
    found = _badge(request, pk)
    if found.picture is None:
        raise Http404
    if request.method == "GET":
        record(found, "picture_shown", actor=actor_of(request), now=moment_of(request))
    try:
        return storage.serve_private(
            request, found.picture.name, content_type="image/jpeg", filename=f"badge-{found.pk}.jpg"
        )
    except FileNotFoundError:
        raise Http404 from None


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Collected, by the bearer or by whoever's name was written. Back to the counter, or to the badge."""
    found = _badge(request, pk)
    stated = found.accreditation.membership
    receiver = stated.full_name if "bearer" in request.POST else request.POST.get("receiver", "")
    try:
        _perform(request, found, "hand_over", receiver=receiver)
    except Refused as error:
        return _page(request, found, reasons=error.reasons, receiver=receiver, status=422)
    except MoveError as error:
        return move_refused(request, error, url=url_of(found))
    words = _("%(name)s: handed to %(receiver)s.")
    messages.success(request, words % {"name": stated.full_name, "receiver": receiver.strip()})
    at_counter = "counter" in request.POST
    return HttpResponseRedirect(reverse("admin:credentials_badge_counter") if at_counter else url_of(found))


def _perform(request: HttpRequest, found: Badge, name: str, *, reason: str = "", **given: Any) -> Badge:
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 8:
        raise Http404
    try:
        return perform(  # type: ignore[no-any-return]
            BADGE, found.pk, name, actor=actor_of(request), now=moment_of(request), reason=reason,
            expected_version=int(version), **given,
        )  # fmt: skip
    except ObjectDoesNotExist:
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A grave move asks on a page of its own; another is made by its button."""
    found = _badge(request, pk)
    if name not in OFFERED:
        raise Http404
    transition = next(one for one in BADGE.transitions if one.name == name)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        if not _asks(transition):
            return HttpResponseRedirect(url_of(found))
        against = BADGE.reasons_against(found, name, actor=actor_of(request), now=moment_of(request))
        return _move_page(request, found, transition, form, against)
    form.is_valid()
    try:
        moved = _perform(request, found, name, reason=form.cleaned_data.get("reason", ""))
    except Refused as error:
        if _asks(transition):
            return _move_page(request, found, transition, form, error.reasons, status=422)
        return move_refused(request, error, url=url_of(found))
    except MoveError as error:
        return move_refused(request, error, url=url_of(found))
    words = pgettext("a badge", "%(code)s is now: %(state)s.")
    messages.success(request, words % {"code": moved.code_in_words, "state": moved.get_state_display()})
    another = Badge.objects.filter(replaces=found).first() if name == "reissue" else None
    return HttpResponseRedirect(url_of(another or found))


WORDS = {
    "report_lost": gettext_lazy(
        "The badge becomes void at once, for every verifier. Whoever found it again cannot use it; issue another."
    ),
    "void": gettext_lazy(
        "Every verifier shows this badge as void from now on. This is not undone; reissue it instead."
    ),
    "reissue": gettext_lazy(
        "This badge becomes void, and another with a new code takes its place in the queue. Use it for a spoilt, lost "
        "or wrongly voided badge."
    ),
}


def _move_page(
    request: HttpRequest,
    found: Badge,
    transition: Transition,
    form: ReasonForm,
    reasons: Any,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "badge": found,
        "stated": found.accreditation.membership,
        "election": found.accreditation.election,
        "state": badge_state(found.state),
        "transition": transition,
        "form": form if transition.reason else None,
        "explanation": WORDS.get(transition.name, ""),
        "reasons": reasons,
        "back": url_of(found),
        "version": request.POST.get("version") or found.version,
    }
    return show(request, "move", context, status=status, title=str(transition.label))
