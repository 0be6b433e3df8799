"""The certificate of a mission for the commission's staff: as the head gets it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accreditation.accounts.roles import roles_of
from accreditation.core.errors import Reason, Refused
from accreditation.credentials.certificate import give_out_certificate, reason_against
from accreditation.missions.admin.legal_dates import page
from accreditation.missions.models import Mission


@require_safe
def certificate_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF, or a page that says why there is none. Every role may see missions."""
    if not roles_of(request.user):
        raise PermissionDenied
    mission = get_object_or_404(Mission.objects.select_related("election", "organisation"), pk=pk)
    if against := reason_against(mission):
        return _none(request, mission, [against], 409)
    try:
        return give_out_certificate(request, mission)
    except Refused as refused:
        return _none(request, mission, refused.reasons, refused.status)


def _none(request: HttpRequest, mission: Mission, against: list[Reason], status: int) -> HttpResponse:
    return page(
        request,
        "admin/missions/mission/no_certificate.html",
        _("There is no certificate"),
        mission=mission,
        against=against,
        status=status,
    )
