"""The list by which somebody packs the badges of a day: by delegation, with place and flight, and boxes to tick."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accreditation.core import moments
from accreditation.core.actors import moment_of
from accreditation.credentials.admin.pages import Look, badge_state, day, show
from accreditation.credentials.print_desk import pick_list, way_of


@require_safe
def pick_list_page(request: HttpRequest) -> HttpResponse:
    """The day asked for, else the next day on which somebody arrives."""
    look = Look(request)
    if look.election is None:
        return show(request, "no_election", {}, title=_("Pick list"))
    arrivals = look.desk.arrivals()
    chosen: date | None = day(request.GET.get("day")) or next(
        (one for one, __ in arrivals if one >= look.desk.today), None
    )
    packs = []
    for pack in pick_list(look.desk, chosen) if chosen else []:
        rows = []
        for badge in pack.badges:
            badge.accreditation.election = look.desk.election
            rows.append((badge, badge_state(badge.state), way_of(badge)))
        ways = sorted({way for __, __, way in rows if way})
        packs.append(
            {"pack": pack, "mission": pack.badges[0].accreditation.mission, "rows": rows, "ways": ways}
        )
    context = {
        "election": look.election,
        "days": [(one, moments.day_in_words(one), count, one == chosen) for one, count in arrivals],
        "day": chosen,
        "packs": packs,
        "total": sum(pack["pack"].count for pack in packs),  # type: ignore[attr-defined]
        "now_in_words": moments.in_words(moment_of(request), look.election.time_zone),
    }
    return show(request, "pick_list", context, title=_("Pick list"))
