"""A person's badge on the head's side: as a file, reported as lost, put on standby, taken off it."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accreditation.core.errors import Refused
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.bearing import badge_of
from accreditation.credentials.digital import GIVEN_OUT, give_out
from accreditation.missions.views.access import Room, of_mission
from accreditation.missions.views.showing import row_of


def _badge(room: Room, public_id: str) -> Badge:
    application = row_of(room, room.member(public_id, ended=True)).application
    badge = badge_of(application.accreditation if application else None)
    if badge is None:
        raise Http404
    return badge


def _perform(room: Room, badge: Badge, name: str) -> None:
    version = room.request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 9 else None
    perform(BADGE, badge.pk, name, actor=room.actor, now=room.now, expected_version=expected)


@of_mission
def lost(room: Room, public_id: str) -> HttpResponse:
    """Asks once more, then the badge is void everywhere at once."""
    badge = _badge(room, public_id)
    if room.request.method == "POST":
        _perform(room, badge, "report_lost")
        words = _("Reported: the badge is void from now on. The commission makes another one.")
        return room.done(words, "person", public_id=public_id)
    against = BADGE.reasons_against(badge, "report_lost", actor=room.actor, now=room.now)
    if against:
        raise Refused(against)
    return room.render(
        "confirm.html",
        title=_("Is the badge of %(name)s lost?") % {"name": badge.accreditation.membership.full_name},
        explanation=_(
            "It is void at once: whoever shows it is refused, also if it is found again. The commission can make "
            "another."
        ),
        button=_("Report as lost"),
        version=badge.version,
        back=room.url("person", public_id=public_id),
    )


@require_POST
@of_mission
def standby(room: Room, public_id: str, name: str) -> HttpResponse:
    """Approved, and no badge is to be printed; or now it is."""
    if name not in ("hold", "release"):
        raise Http404
    _perform(room, _badge(room, public_id), name)
    words = _("On standby: no badge is printed.") if name == "hold" else _("The badge will be printed.")
    return room.done(words, "person", public_id=public_id)


@require_safe
@of_mission
def digital(room: Room, public_id: str) -> HttpResponse:
    """The badge as a PDF; that it was given out is recorded."""
    found = _badge(room, public_id)
    visible = Badge.objects.visible_to(room.request.user).select_related("accreditation__election")  # type: ignore[arg-type]
    return give_out(room.request, get_object_or_404(visible, GIVEN_OUT, pk=found.pk))
