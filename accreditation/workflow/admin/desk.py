"""The desk: the list of applications where clerks begin and end their day."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, CLERK, SUPERVISOR
from accreditation.core import moments
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import MoveError
from accreditation.core.places import country_names
from accreditation.core.refusals import move_refused
from accreditation.credentials.models import ScanAlarm
from accreditation.missions.models import Category, Election, Mission
from accreditation.workflow import finding
from accreditation.workflow.admin.pages import badge, election_of, is_clerk, show, url_of
from accreditation.workflow.desk import (
    BY_CODE,
    MOST_COUNTED,
    Desk,
    Filters,
    Queue,
    decides_or_checks,
    page_of,
    readable,
    take_next,
)
from accreditation.workflow.models import Application

SEARCHES = "desk_searches"
MOST_SEARCHES = 8
FILTER_NAMES = ("queue", "mission", "category", "citizenship", "state", "assigned", "search")


@dataclass(frozen=True)
class Line:
    """One row of the desk, in words."""

    pk: int
    url: str
    number: str
    name: str
    original: str
    mission: str
    category: str
    citizenship: str
    state: SafeString
    due: str
    left: str
    late: bool
    assigned: str
    flags: list[tuple[str, str]]


class Look:
    """What a request asks of the desk: which election, tab, filters and search."""

    def __init__(self, request: HttpRequest, asked: QueryDict | None = None) -> None:
        self.request = request
        self.asked = request.GET if asked is None else asked
        self.elections = list(Election.objects.defer(*LONG_TEXTS))
        self.election = election_of(request, self.elections)

    @cached_property
    def desk(self) -> Desk:
        if self.election is None:
            raise Election.DoesNotExist
        return Desk(self.request.user, self.election, moment_of(self.request))

    @cached_property
    def counts(self) -> dict[str, int]:
        return self.desk.counts()

    @cached_property
    def queue(self) -> Queue:
        offered = {queue.code for queue in self.desk.queues}
        code = self.asked.get("queue", "")
        if code in offered:
            return BY_CODE[code]
        if self.kept is not None:
            return BY_CODE["all"]  # who searches, searches everything
        first = self.desk.first_queue
        if first == "mine" and not self.counts.get("mine"):
            first = "unassigned"
        return BY_CODE[first if first in offered else "all"]

    @cached_property
    def kept(self) -> finding.Kept | None:
        return self.request.session.get(SEARCHES, {}).get(self.asked.get("search", ""))

    @cached_property
    def filters(self) -> Filters:
        state = self.asked.get("state", "")
        return Filters(
            mission=_number(self.asked.get("mission")),
            category=_number(self.asked.get("category")),
            citizenship=self.asked.get("citizenship", "")[:3],
            state=state if state in Application.State.values else "",
            assigned=_number(self.asked.get("assigned")),
            search=None if self.kept is None else finding.found(self.kept),
        )

    @property
    def query(self) -> str:
        """The part of an address that leads back to this tab, with its filters and without a page."""
        return urlencode({name: self.asked[name] for name in FILTER_NAMES if self.asked.get(name)})

    @property
    def url(self) -> str:
        return reverse("admin:workflow_application_changelist") + (f"?{self.query}" if self.query else "")

    def rows(self) -> Any:
        return self.desk.rows(self.queue, self.filters)


LONG_TEXTS = tuple(
    f"{field}{language}"
    for field in ("pledge_text", "privacy_notice")
    for language in ("", "_en", "_az", "_fr", "_ru", "_ar")
)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The list itself. At most a dozen queries, whatever it holds."""
    look = Look(request)
    if look.election is None:
        return show(request, "no_election", {}, title=_("The desk"))
    page = page_of(
        look.rows(), look.queue, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    names, words = _Names(look.election, page.rows), _Words(look)
    context = {
        "look": look,
        "election": look.election,
        "elections": look.elections if len(look.elections) > 1 else [],
        "tabs": _tabs(look),
        "alarms": ScanAlarm.objects.visible_to(request.user).open().count(),
        "page": page,
        "lines": [_line(row, look, names, words) for row in page.rows],
        "choices": names.choices(look.filters),
        "filters": look.filters,
        "found": look.filters.search,
        "may_move": decides_or_checks(request.user),
        "may_take": is_clerk(request.user),
        "bulk": [] if look.queue.one_by_one else _bulk_moves(request.user),
        "kept": [(name, look.asked[name]) for name in FILTER_NAMES if look.asked.get(name)]
        + ([] if "queue" in look.asked else [("queue", look.queue.code)]),
        "now_in_words": moments.in_words(look.desk.now, look.election.time_zone),
    }
    return show(request, "desk", context, title=_("The desk"))


class _Names:
    """The words for what rows hold as keys; each list is read once and serves the filters as well."""

    def __init__(self, election: Election, rows: Iterable[Application]) -> None:
        self.missions = dict(
            Mission.objects.filter(election=election).order_by("name").values_list("pk", "name")
        )
        self.categories = {one.pk: one.name for one in Category.objects.filter(election=election)}
        self.countries = country_names()
        assigned = {row.assigned_to_id for row in rows if row.assigned_to_id}
        staff = User.objects.filter(
            Q(groups__name__in=(CLERK, SUPERVISOR, APPROVER), is_active=True) | Q(pk__in=assigned)
        )
        self.clerks = {user.pk: str(user) for user in staff.only("pk", "name", "email").distinct()}

    def choices(self, filters: Filters) -> dict[str, SafeString]:
        """The lists of the filters as HTML: made here, as a template takes ten times as long for 400 names."""
        return {
            "mission": _options(self.missions, filters.mission),
            "category": _options(self.categories, filters.category),
            "citizenship": _options(self.countries, filters.citizenship),
            "state": _options(dict(Application.State.choices), filters.state),
            "assigned": _options({0: _("nobody"), **self.clerks}, filters.assigned),
        }


def _options(names: Mapping[Any, Any], chosen: Any) -> SafeString:
    return mark_safe(  # noqa: S308 - every part is escaped
        "".join(
            f'<option value="{escape(str(key))}"{" selected" if key == chosen else ""}>{escape(str(name))}</option>'
            for key, name in names.items()
        )
    )


class _Words:
    """What many rows share in words: moments, states, the address of a file. Each is worded once a page."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.badges: dict[str, SafeString] = {}
        self.moments: dict[datetime, tuple[str, str]] = {}
        before, __, after = url_of(0, look.query).partition("/0/")
        self.address = f"{before}/{{}}/{after}".replace("{}", "\0")

    def url(self, row: Application) -> str:
        return self.address.replace("\0", str(row.pk))

    def badge(self, row: Application) -> SafeString:
        if row.state not in self.badges:
            self.badges[row.state] = badge(row.state)
        return self.badges[row.state]

    def due(self, moment: datetime | None) -> tuple[str, str]:
        """The moment in words, and the time left until it; nothing where no clock runs."""
        if moment is None:
            return "", ""
        if moment not in self.moments:
            desk = self.look.desk
            self.moments[moment] = (
                desk.election.calendar.in_words(moment),
                moments.time_left(moment, desk.now),
            )
        return self.moments[moment]


@dataclass(frozen=True)
class Tab:
    code: str
    words: Any
    count: str
    current: bool
    late: bool


def _tabs(look: Look) -> list[Tab]:
    return [
        Tab(
            queue.code,
            queue.words,
            f"{MOST_COUNTED}+" if look.counts[queue.code] > MOST_COUNTED else str(look.counts[queue.code]),
            queue is look.queue,
            queue.code == "overdue" and look.counts[queue.code] > 0,
        )
        for queue in look.desk.queues
    ]


def _line(row: Application, look: Look, names: _Names, words: _Words) -> Line:
    row.election = look.desk.election
    membership = row.membership
    stands = row.state not in Application.WITH_THE_COMMISSION or row.clock_paused_at is not None
    runs = None if stands else row.decision_due_at
    due, left = words.due(runs)
    return Line(
        pk=row.pk,
        url=words.url(row),
        number=row.number,
        name=membership.full_name,
        original=membership.name_in_own_script,
        mission=names.missions.get(row.mission_id, ""),
        category=names.categories.get(row.category_id, ""),
        citizenship=names.countries.get(membership.citizenship_id, membership.citizenship_id),
        state=words.badge(row),
        due=due,
        left=left,
        late=runs is not None and runs <= look.desk.now,
        assigned=names.clerks.get(row.assigned_to_id, "") if row.assigned_to_id else "",
        flags=flags_of(row),
    )


def flags_of(row: Application) -> list[tuple[str, str]]:
    """What a clerk should know before opening the file, each with its tone."""
    membership = row.membership
    flags = []
    if row.maybe_twice:
        flags.append((_("possible duplicate"), "bad"))
    if row.amended:
        flags.append((_("changes wished"), "wait"))
    if membership.ended_at is not None:
        flags.append((_("no mission names this person"), "bad"))
    elif not membership.sender_confirmed:
        flags.append((_("not confirmed by the mission"), "wait"))
    if membership.warnings:
        flags.append((_("warnings: %(count)d") % {"count": len(membership.warnings)}, "calm"))
    if row.state == Application.State.RECOMMENDED:
        refuse = row.recommendation == Application.Recommendation.REFUSE
        flags.append((_("to be refused") if refuse else _("to be approved"), "bad" if refuse else "good"))
    return flags


def _bulk_moves(user: User) -> list[tuple[str, Any]]:
    from accreditation.workflow.admin.bulk import offered_to

    return offered_to(user)


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Keep what was typed out of the address: names and passports stay out of logs and histories."""
    text = request.POST.get("text", "").strip()[:200]
    desk_url = reverse("admin:workflow_application_changelist")
    if not text:
        return HttpResponseRedirect(desk_url)
    for pk in (finding.application_numbered(text), finding.accredited_under(text)):
        if pk is not None and readable(request.user).filter(pk=pk).exists():
            return HttpResponseRedirect(url_of(pk))
    kept = dict(request.session.get(SEARCHES, {}))
    token = secrets.token_urlsafe(6)
    kept[token] = finding.keep(text)
    request.session[SEARCHES] = dict(list(kept.items())[-MOST_SEARCHES:])
    return HttpResponseRedirect(f"{desk_url}?{urlencode({'search': token})}")


@require_POST
def next_file(request: HttpRequest) -> HttpResponse:
    """Take the unassigned file that is due first, and open it."""
    look = Look(request)
    if look.election is None:
        return HttpResponseRedirect(look.url)
    try:
        taken = take_next(actor_of(request), look.election, now=moment_of(request))
    except MoveError as error:
        return move_refused(request, error, url=look.url)
    if taken is None:
        messages.info(request, _("Nothing is waiting: every file has its clerk."))
        return HttpResponseRedirect(look.url)
    return HttpResponseRedirect(url_of(taken, "queue=mine"))


@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Switch the single-key shortcuts off or on, for this session."""
    request.session["keys_off"] = not request.session.get("keys_off")
    messages.info(
        request,
        _("Keyboard shortcuts are off.") if request.session["keys_off"] else _("Keyboard shortcuts are on."),
    )
    back = request.POST.get("next", "")
    index = reverse("admin:index")
    return HttpResponseRedirect(back if back.startswith(index) else index)
