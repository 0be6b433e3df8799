"""The mission itself: its state, its link, its delegations, and who joined by link."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accreditation.core.machine import perform
from accreditation.credentials.certificate import give_out_certificate, reason_against
from accreditation.missions.forms import StayForm
from accreditation.missions.models import Mission, MissionRole
from accreditation.missions.signs import SIGNS
from accreditation.missions.views.access import Room, of_mission
from accreditation.workflow.delegations import change_stay
from accreditation.workflow.roster import members
from accreditation.workflow.states import MISSION

MOST_WAITING = 100


@require_safe
@of_mission
def mission(room: Room) -> HttpResponse:
    waiting = members(room.mission).filter(sender_confirmed=False).order_by("sort_key", "pk")
    sign, tone = SIGNS[Mission.State(room.mission.state)]
    return room.render(
        "mission.html",
        sign=sign,
        tone=tone,
        state_words=capfirst(room.mission.get_state_display()),
        may_apply="apply" in {one.name for one in MISSION.available(room.mission, room.actor)},
        delegations=room.mission.delegations.select_related("organisation"),
        heads=MissionRole.objects.current().filter(mission=room.mission).select_related("user"),
        link=_link(room.mission),
        has_certificate=reason_against(room.mission) is None,
        waiting=list(waiting[:MOST_WAITING]),
        dates=room.mission.election.calendar.dates(room.categories),
    )


def _link(mission: Mission) -> str:
    """The address by which the mission's people apply by themselves; only a registered mission has one."""
    if mission.state != Mission.State.REGISTERED:
        return ""
    return f"{settings.SITE_URL}{reverse('apply', args=[mission.link_token])}"


@require_safe
@of_mission
def certificate(room: Room) -> HttpResponse:
    """The certificate as a PDF, as of now; a page says why where there is none."""
    if against := reason_against(room.mission):
        return room.render("no_certificate.html", status=409, why=against)
    return give_out_certificate(room.request, room.mission)


@require_POST
@of_mission
def apply(room: Room) -> HttpResponse:
    """Apply for the registration of the mission."""
    perform(MISSION, room.mission.pk, "apply", actor=room.actor, now=room.now)
    return room.done(_("You have applied. The commission registers the mission next."), "mission")


@of_mission
def stay(room: Room, pk: int) -> HttpResponse:
    """When a delegation comes and leaves, said once for all its people."""
    delegation = get_object_or_404(room.mission.delegations, pk=pk)
    form = StayForm(room.request.POST or None, instance=delegation)
    if form.is_bound and form.is_valid():
        change_stay(delegation, form.changed_data, actor=room.actor, now=room.now)
        return room.done(_("Saved for all of the delegation."), "mission")
    return room.render(
        "stay.html",
        status=422 if form.is_bound else 200,
        form=form,
        delegation=delegation,
        back=room.url("mission"),
    )
