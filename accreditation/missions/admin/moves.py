"""One page for every move of a mission: what it is, what speaks against it, and the reason."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import MoveError, NotAllowed, WrongState
from accreditation.core.machine import perform
from accreditation.missions.admin.legal_dates import page
from accreditation.missions.models import Mission
from accreditation.workflow.states import MISSION


def move_page(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """GET: the move and everything that speaks against it. POST: the move, from the version shown."""
    actor = actor_of(request)
    mission = get_object_or_404(MISSION.visible(actor), pk=pk)
    if name not in MISSION.names():
        raise Http404
    transition = MISSION.find(name, mission.state)
    reason, status, against = request.POST.get("reason", ""), 200, []
    if request.method == "POST":
        try:
            perform(
                MISSION,
                pk,
                name,
                actor=actor,
                reason=reason,
                expected_version=_version(request, mission),
                now=moment_of(request),
            )
        except NotAllowed as error:
            raise PermissionDenied from error
        except MoveError as error:
            against, status = error.reasons, error.status
            if isinstance(error, WrongState):
                transition = None
        else:
            messages.success(request, _("Done."))
            return HttpResponseRedirect(reverse("admin:missions_mission_change", args=[pk]))
    else:
        against = MISSION.reasons_against(mission, name, actor=actor, now=moment_of(request))
        if transition is not None and not transition.by(actor, mission):
            raise PermissionDenied
    return page(
        request,
        "admin/missions/mission/move.html",
        str(transition.label if transition else _("Not possible now")),
        mission=mission,
        transition=transition,
        against=against,
        reason=reason,
        status=status,
    )


def _version(request: HttpRequest, mission: Mission) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else mission.version
