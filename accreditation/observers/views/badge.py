"""The bearer's own badge: as a file, and reported as lost."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accreditation.core.actors import actor_of
from accreditation.core.errors import MoveError
from accreditation.core.machine import perform
from accreditation.core.refusals import move_refused
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.bearing import badge_of, offered
from accreditation.credentials.digital import GIVEN_OUT, give_out
from accreditation.observers.views.access import own_application, to_application
from accreditation.workflow.applying import Applying


@require_http_methods(["GET", "HEAD", "POST"])
@own_application
def lost(request: HttpRequest, applying: Applying) -> HttpResponse:
    """Asks once more, then the badge is void everywhere at once."""
    badge = badge_of(applying.application.accreditation if applying.application is not None else None)
    if badge is None or badge.accreditation.membership_id != (applying.membership and applying.membership.pk):
        return to_application(applying)
    if request.method != "POST":
        if "report_lost" not in offered(badge, actor_of(request)):
            return to_application(applying)
        context = {"applying": applying, "election": applying.election, "badge": badge}
        return render(request, "apply/badge_lost.html", context)
    version = request.POST.get("version", "")
    try:
        perform(
            BADGE, badge.pk, "report_lost", actor=actor_of(request), now=applying.now,
            expected_version=int(version) if version.isdecimal() and len(version) < 9 else None,
        )  # fmt: skip
    except MoveError as error:
        return move_refused(request, error, url=to_application(applying)["Location"])
    messages.success(
        request, _("Reported: the badge is void from now on. Ask the commission for another one.")
    )
    return to_application(applying)


@require_safe
@own_application
def digital(request: HttpRequest, applying: Applying) -> HttpResponse:
    """The badge as a PDF; that it was given out is recorded."""
    own = Badge.objects.visible_to(applying.user).filter(
        GIVEN_OUT,
        accreditation=applying.application.accreditation if applying.application is not None else None,
        accreditation__membership=applying.membership,
    )
    badge = own.select_related("accreditation__election").first()
    if badge is None:
        raise Http404
    try:
        return give_out(request, badge)
    except MoveError as error:
        return move_refused(request, error, url=to_application(applying)["Location"])
