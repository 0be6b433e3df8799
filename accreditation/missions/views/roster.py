"""The roster: who comes, in which state, what is missing and by when; and its download."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accreditation.missions.legal_dates import LegalDate
from accreditation.missions.models import Mission
from accreditation.missions.views.access import Room, of_mission
from accreditation.missions.views.showing import lines_of
from accreditation.workflow.plain_states import ACCREDITED, ASKED, DRAFT, GROUPS, WITH_THE_COMMISSION
from accreditation.workflow.readiness import MISSING, complete_drafts
from accreditation.workflow.roster import SORTS, Counts, Filters, counts, page_of
from accreditation.workflow.roster_rows import rows_of

MOST_COUNTED = 1_000
"""Among more drafts than this the complete ones are not counted: the page that sends them does."""


@require_safe
@login_required
@never_cache
def my_missions(request: HttpRequest) -> HttpResponse:
    """The missions for which this account speaks; straight to the roster where there is one."""
    rows = (
        Mission.objects.filter(roles__user=request.user, roles__ended_at=None)
        .select_related("election", "organisation")
        .order_by("-election__day", "name")
    )
    missions = list(rows)
    if len(missions) == 1:
        only = missions[0]
        return HttpResponseRedirect(reverse("missions:roster", args=[only.election.code, only.code]))
    return render(request, "missions/my_missions.html", {"missions": missions})


@require_safe
@of_mission
def roster(room: Room) -> HttpResponse:
    said = room.request.GET
    filters = Filters.read(said)
    found = counts(room.mission, now=room.now)
    after, before = said.get("after", ""), said.get("before", "")
    page = page_of(room.mission, filters, now=room.now, after=after, before=before, found=found)
    # Whoever reads this page speaks for the mission, so letters to its people reach somebody.
    rows = rows_of(room.mission, page.memberships, room.categories, now=room.now, reachable=True)
    context = {
        "counts": found,
        "figures": _figures(room, found),
        "filters": filters,
        "page": page,
        "rows": rows,
        "lines": lines_of(room, rows),
        "complete": _complete(room, found),
        "groups": GROUPS,
        "categories": room.categories,
        "missing": [(code, words) for code, (words, __) in MISSING.items()],
        "sorts": list(zip(SORTS, (_("Name"), _("State"), _("Arrival")), strict=True)),
    }
    return room.render("roster.html", **context)


def _complete(room: Room, found: Counts) -> int | None:
    """How many drafts could be sent as they are; None where there are too many to count in passing."""
    drafts = found.by_group[DRAFT.code]
    if not drafts or room.mission.state != Mission.State.REGISTERED:
        return 0
    return complete_drafts(room.mission).order_by().count() if drafts <= MOST_COUNTED else None


def _figures(room: Room, found: Counts) -> list[tuple[Any, ...]]:
    def of(group: Any, words: str) -> tuple[Any, ...]:
        return found.by_group[group.code], words, f"?state={group.code}"

    people = found.people
    deadline = room.mission.election.calendar.application_deadline
    return [
        (people, ngettext("person", "people", people), room.url()),
        of(ACCREDITED, _("accredited")),
        of(WITH_THE_COMMISSION, _("with the commission")),
        of(ASKED, _("you are asked")),
        of(DRAFT, _("draft")),
        _days_left(room, deadline),
    ]


def _days_left(room: Room, deadline: LegalDate) -> tuple[Any, ...]:
    if room.now >= deadline.closes_at:
        return "–", _("applications closed: %(deadline)s") % {"deadline": deadline.words}
    calendar = room.mission.election.calendar
    days = (calendar.local_date(deadline.printed_at) - calendar.local_date(room.now)).days
    words = ngettext("day to the deadline, %(deadline)s", "days to the deadline, %(deadline)s", days) % {
        "deadline": deadline.words
    }
    return days, words
