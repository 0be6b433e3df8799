"""The print desk itself: tabs with their counts, filters, the rows, and what may be done with many of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accreditation.core import moments
from accreditation.core.actors import moment_of
from accreditation.credentials.admin.many import LABELS
from accreditation.credentials.admin.pages import (
    Look,
    badge_state,
    keep_search,
    number,
    prints_badges,
    show,
    url_of,
)
from accreditation.credentials.alarms import ScanAlarm
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_desk import (
    MOST_COUNTED,
    QUEUES,
    READ_WITH,
    ROWS_A_PAGE,
    badge_behind,
    why_not,
    with_runs,
)
from accreditation.credentials.print_runs import PrintRun
from accreditation.missions.models import Category, Delegation, Mission

MOST_ELSEWHERE = 5


@dataclass(frozen=True)
class Line:
    """One row of the print desk, in words."""

    pk: int
    url: str
    code: str
    number: str
    name: str
    original: str
    mission: str
    delegation: str
    category: str
    arrives: date | None
    late: bool
    state: SafeString
    against: str
    note: str


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The list. A fixed number of queries, whatever it holds."""
    look = Look(request)
    if look.election is None:
        return show(request, "no_election", {}, title=_("Badges"))
    desk = look.desk
    counts = desk.counts()
    offset = _offset(request)
    rows = list(with_runs(desk.rows(look.queue, look.filters))[offset : offset + ROWS_A_PAGE + 1])
    more, rows = len(rows) > ROWS_A_PAGE, rows[:ROWS_A_PAGE]
    context = {
        "look": look,
        "election": look.election,
        "elections": look.elections if len(look.elections) > 1 else [],
        "tabs": [
            {
                "url": look.in_tab(one.code),
                "count": f"{MOST_COUNTED}+" if counts[one.code] > MOST_COUNTED else str(counts[one.code]),
                "words": one.words,
                "current": one is look.queue,
                "late": one.code == "not_collected" and counts[one.code] > 0,
            }
            for one in QUEUES
        ],
        "lines": [_line(row, look) for row in rows],
        "elsewhere": [] if rows else _elsewhere(look),
        "filters": look.filters,
        "choices": _choices(look),
        "bulk": [(name, LABELS[name]) for name in look.queue.moves] if prints_badges(request.user) else [],
        "may_print": prints_badges(request.user) and look.queue.code == "print",
        "kept": look.kept + ([] if "queue" in look.asked else [("queue", look.queue.code)]),
        "alarms": ScanAlarm.objects.visible_to(look.user).open().count(),
        "under_way": PrintRun.objects.filter(election=look.election, state__in=PrintRun.OPEN),
        "previous": str(offset) if offset else "",
        "following": str(offset + ROWS_A_PAGE) if more else "",
        "now_in_words": moments.in_words(moment_of(request), look.election.time_zone),
    }
    return show(request, "queue", context, title=_("Badges"))


def _elsewhere(look: Look) -> list[tuple[Badge, str, SafeString]]:
    """Where a search finds nothing in a tab: the newest badges of that name in any state, such as collected."""
    if look.filters.found is None:
        return []
    found = look.desk.badges().filter(look.filters.found).select_related(*READ_WITH).order_by("-pk")
    return [(badge, url_of(badge), badge_state(badge.state)) for badge in found[:MOST_ELSEWHERE]]


def _offset(request: HttpRequest) -> int:
    """Pages are counted in rows: `after` that many, or the page before them."""
    before = number(request.GET.get("before"))
    if before is not None:
        return max(before - ROWS_A_PAGE, 0)
    return min(number(request.GET.get("after")) or 0, 10**7)


def _line(row: Any, look: Look) -> Line:
    accreditation = row.accreditation
    accreditation.election = look.election
    stated = accreditation.membership
    queued = row.state == Badge.State.QUEUED
    note = _("in a print run") if row.in_run else ""
    if row.state == Badge.State.COLLECTED:
        note = _("by %(receiver)s") % {"receiver": row.collected_by}
    return Line(
        pk=row.pk,
        url=url_of(row),
        code=row.code_in_words,
        number=accreditation.number_in_words,
        name=stated.full_name,
        original=stated.name_in_own_script,
        mission=accreditation.mission.name,
        delegation="" if stated.delegation.name == accreditation.mission.name else stated.delegation.name,
        category=accreditation.category.name,
        arrives=row.arrives,
        late=row.arrives is not None
        and row.arrives < look.desk.today
        and row.state in ("queued", "printed", "ready"),
        state=badge_state(row.state),
        against=why_not(row) if queued else "",
        note=note,
    )


def _choices(look: Look) -> dict[str, SafeString]:
    """The lists of the filters as HTML, as a template takes ten times as long for 400 names."""
    election, filters = look.desk.election, look.filters
    missions = Mission.objects.filter(election=election).order_by("name").values_list("pk", "name")
    delegations = Delegation.objects.filter(mission__election=election).order_by("mission__name", "name")
    if filters.mission:
        delegations = delegations.filter(mission=filters.mission)
    categories = [(one.pk, one.name) for one in Category.objects.filter(election=election)]
    days = [
        (day.isoformat(), f"{moments.day_in_words(day)} ({count})") for day, count in look.desk.arrivals()
    ]
    return {
        "mission": _options(missions, filters.mission),
        "delegation": _options(delegations.values_list("pk", "name"), filters.delegation),
        "category": _options(categories, filters.category),
        "day": _options(days, filters.day.isoformat() if filters.day else None),
        "state": _options(Badge.State.choices, filters.state),
    }


def _options(names: Any, chosen: Any) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((key, SafeString(" selected") if key == chosen else "", name) for key, name in names),
    )


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """A code or an address opens its badge; a number or a name is searched, and stays out of the address."""
    text = request.POST.get("text", "").strip()[:4000]
    desk_url = reverse("admin:credentials_badge_changelist")
    if not text:
        return HttpResponseRedirect(desk_url)
    badge = badge_behind(text)
    if badge is not None:
        return HttpResponseRedirect(url_of(badge))
    token = keep_search(request, text[:200])
    look = Look(request, QueryDict(urlencode({"search": token})))
    if look.election is None:
        return HttpResponseRedirect(desk_url)
    # The first tab that has somebody of this name.
    tab = next((one for one in QUEUES if look.desk.rows(one, look.filters).exists()), QUEUES[0])
    return HttpResponseRedirect(f"{desk_url}?{urlencode({'queue': tab.code, 'search': token})}")
