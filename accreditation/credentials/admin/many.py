"""One move for many badges: a page first (how many, which, who is left out and why), then each by itself."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import Busy, MoveError
from accreditation.core.machine import perform
from accreditation.credentials.admin.pages import MOST_AT_ONCE, Wanted, only_the_print_desk, show, shown
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge

SAMPLE = 10
NAMED = 10
LABELS = {
    "hold": gettext_lazy("Put on standby"),
    "release": gettext_lazy("To be printed"),
    "make_ready": gettext_lazy("Ready to collect"),
    "hand_over": gettext_lazy("Hand over"),
    "take_back": gettext_lazy("Take back"),
}
"""What may be done for many. What makes a badge void or new is done for one, with a reason."""


@require_POST
def confirm(request: HttpRequest, name: str) -> HttpResponse:
    """The page before: nothing is done yet."""
    _offered(request, name)
    wanted = Wanted(request)
    if not wanted.badges:
        messages.info(request, _("Mark some rows first."))
        return HttpResponseRedirect(wanted.look.url)
    return _page(request, name, wanted)


def _offered(request: HttpRequest, name: str) -> None:
    if name not in LABELS:
        raise Http404
    only_the_print_desk(request)


def _page(
    request: HttpRequest, name: str, wanted: Wanted, *, error: str = "", status: int = 200
) -> HttpResponse:
    actor, now = actor_of(request), moment_of(request)
    against = {}
    for badge in wanted.badges:
        badge.accreditation.election = wanted.look.desk.election
        reasons = BADGE.reasons_against(badge, name, actor=actor, now=now, receiver="-")
        if reasons:
            against[badge.pk] = reasons
    good = [badge for badge in wanted.badges if badge.pk not in against]
    context = {
        "name": name,
        "label": LABELS[name],
        "election": wanted.look.election,
        "good": good,
        "sample": good[:SAMPLE],
        "more": max(len(good) - SAMPLE, 0),
        "against": [(badge, against[badge.pk]) for badge in wanted.badges if badge.pk in against],
        "asks_receiver": name == "hand_over",
        "receiver": request.POST.get("receiver", ""),
        "error": error,
        "too_many": wanted.too_many,
        "most": MOST_AT_ONCE,
        "kept": wanted.look.kept,
        "back": wanted.look.url,
    }
    title = ngettext("%(label)s: %(count)d badge", "%(label)s: %(count)d badges", len(good))
    return show(
        request, "many", context, status=status, title=title % {"label": LABELS[name], "count": len(good)}
    )


@require_POST
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Confirmed: each badge from the version that the page showed, and a report."""
    _offered(request, name)
    wanted = Wanted(request)
    receiver = request.POST.get("receiver", "").strip()
    if name == "hand_over" and not receiver:
        words = _("Write the name of the person who takes the badges.")
        return _page(request, name, wanted, error=words, status=422)
    versions = shown(request)
    given = {"receiver": receiver} if name == "hand_over" else {}
    moved, refused = _move(request, name, wanted.badges, versions, given)
    _report(request, name, moved, refused)
    return HttpResponseRedirect(wanted.look.url)


def _move(
    request: HttpRequest, name: str, badges: Sequence[Badge], versions: dict[int, int], given: dict[str, Any]
) -> tuple[int, list[str]]:
    actor, now = actor_of(request), moment_of(request)
    moved, refused = 0, []
    for badge in badges:
        if badge.pk not in versions:
            continue
        try:
            perform(BADGE, badge.pk, name, actor=actor, now=now, expected_version=versions[badge.pk], **given)
            moved += 1
        except (MoveError, Busy, ObjectDoesNotExist) as error:
            refused.append(f"{badge.accreditation.membership.full_name}: {error}")
    return moved, refused


def _report(request: HttpRequest, name: str, moved: int, refused: list[str]) -> None:
    words = ngettext("%(label)s: done for %(count)d badge.", "%(label)s: done for %(count)d badges.", moved)
    if moved:
        messages.success(request, words % {"label": LABELS[name], "count": moved})
    if refused:
        more = _(" … and %(count)d more") % {"count": len(refused) - NAMED} if len(refused) > NAMED else ""
        messages.error(request, _("Left out: %(names)s") % {"names": " · ".join(refused[:NAMED]) + more})
    if not moved and not refused:
        messages.info(request, _("Nothing was left to do."))
