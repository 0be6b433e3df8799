"""What the pages about badges share: who may open them, which election they are of, what a request asks to see."""

import secrets
from collections.abc import Callable
from datetime import date
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR, roles_of
from accreditation.core.actors import moment_of
from accreditation.core.frame import framed
from accreditation.core.site import site
from accreditation.core.templatetags.look import state_badge
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_desk import BY_CODE, SIGNS, Desk, Filters, Queue, found_by
from accreditation.missions.models import Election

View = Callable[..., HttpResponse]
READERS = frozenset({CLERK, APPROVER, SUPERVISOR, PRINT_DESK, AUDITOR})
ELECTION = "desk_election"  # chosen on any page of the commission, kept for all
SEARCHES = "badge_searches"
MOST_SEARCHES = 8
FILTER_NAMES = ("queue", "mission", "delegation", "day", "category", "state", "search")
LONG_TEXTS = tuple(
    f"{field}{language}"
    for field in ("pledge_text", "privacy_notice")
    for language in ("", "_en", "_az", "_fr", "_ru", "_ar")
)


def reads_badges(user: Any) -> bool:
    """Whether the account may see badges and their bearers."""
    return not roles_of(user).isdisjoint(READERS)


def prints_badges(user: Any) -> bool:
    return PRINT_DESK in roles_of(user)


def for_readers(view: View) -> View:
    """Open to the staff who read people; everybody else learns nothing, not even what exists."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not reads_badges(request.user):
            raise PermissionDenied(_("Your account has no role that reads badges."))
        return view(request, *args, **kwargs)

    return site.admin_view(guarded)


def only_the_print_desk(request: HttpRequest) -> None:
    if not prints_badges(request.user):
        raise PermissionDenied(_("Only the print desk does this."))


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200, title: str = ""
) -> HttpResponse:
    shared = {"prints": prints_badges(request.user)}
    return framed(request, f"badges/{template}", shared | context, status=status, title=title)


def badge_state(state: str) -> SafeString:
    """A badge's state as a sign, a word and a colour."""
    sign, tone = SIGNS[Badge.State(state)]
    return state_badge(sign, str(Badge.State(state).label), tone)


def url_of(badge: Badge | int) -> str:
    return reverse("admin:credentials_badge_change", args=[badge if isinstance(badge, int) else badge.pk])


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def keep_search(request: HttpRequest, text: str) -> str:
    """Keep what was typed out of the address, as names stay out of logs; the token that stands for it."""
    kept = dict(request.session.get(SEARCHES, {}))
    token = secrets.token_urlsafe(6)
    kept[token] = text
    request.session[SEARCHES] = dict(list(kept.items())[-MOST_SEARCHES:])
    return token


class Look:
    """What a request asks of the print desk: which election, tab, filters and search."""

    def __init__(self, request: HttpRequest, asked: QueryDict | None = None) -> None:
        self.request = request
        self.user: User = request.user  # type: ignore[assignment]
        self.asked = request.GET if asked is None else asked
        self.elections = list(Election.objects.defer(*LONG_TEXTS))
        self.election = self._election()

    def _election(self) -> Election | None:
        session = self.request.session
        wanted = self.request.GET.get("election") or session.get(ELECTION)
        chosen = next((one for one in self.elections if one.code == wanted), None)
        if chosen is not None:
            if "election" in self.request.GET and session.get(ELECTION) != chosen.code:
                session[ELECTION] = chosen.code
            return chosen
        running = [one for one in self.elections if one.published_at and not one.cancelled_at]
        return next(iter(running or self.elections), None)

    @cached_property
    def desk(self) -> Desk:
        if self.election is None:
            raise Http404
        return Desk.at(self.user, self.election, moment_of(self.request))

    @cached_property
    def queue(self) -> Queue:
        return BY_CODE.get(self.asked.get("queue", ""), BY_CODE["print"])

    @cached_property
    def filters(self) -> Filters:
        state = self.asked.get("state", "")
        text = self.request.session.get(SEARCHES, {}).get(self.asked.get("search", ""))
        found, words = found_by(text, self.desk.election) if text else (None, "")
        return Filters(
            mission=number(self.asked.get("mission")),
            delegation=number(self.asked.get("delegation")),
            day=day(self.asked.get("day")),
            category=number(self.asked.get("category")),
            state=state if state in Badge.State.values else "",
            found=found,
            words=words,
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What leads back to this tab and its filters."""
        return [(name, self.asked[name]) for name in FILTER_NAMES if self.asked.get(name)]

    @property
    def url(self) -> str:
        query = urlencode(self.kept)
        return reverse("admin:credentials_badge_changelist") + (f"?{query}" if query else "")

    def in_tab(self, code: str) -> str:
        """The address of another tab under the same filters."""
        kept = [(name, text) for name, text in self.kept if name not in ("queue", "state")]
        return "?" + urlencode([("queue", code), *kept])


MOST_AT_ONCE = 2000


def shown(request: HttpRequest) -> dict[int, int]:
    """What a page of confirmation showed: 'pk:version' of every badge."""
    versions = {}
    for text in request.POST.get("shown", "").split():
        pk, __, version = text.partition(":")
        if (key := number(pk)) is not None and version.isdecimal() and len(version) < 9:
            versions[key] = int(version)
    return versions


class Wanted:
    """What somebody marked on the print desk: single rows, or everything that a tab and its filters show."""

    def __init__(self, request: HttpRequest) -> None:
        self.look = Look(request, request.POST)
        marked = list(shown(request)) or [
            pk for text in request.POST.getlist("pk") if (pk := number(text)) is not None
        ]
        self.whole = request.POST.get("whole") == "yes" and "shown" not in request.POST
        rows = self.look.desk.rows(self.look.queue, self.look.filters)
        if not self.whole:
            # Marked rows are taken wherever they stand by now, so that the page can say what became of them.
            rows = self.look.desk.rows(Queue("marked", "", Q())).filter(pk__in=marked[:MOST_AT_ONCE])
        found = list(rows[: MOST_AT_ONCE + 1])
        self.too_many = len(found) > MOST_AT_ONCE
        self.badges = found[:MOST_AT_ONCE]
