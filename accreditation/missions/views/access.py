"""The door of these pages: they open to those who speak for the mission today, and to nobody else.

Everybody else, the commission's staff included, is told that there is no such page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accreditation.core.actors import Actor, actor_of, moment_of
from accreditation.core.errors import MoveError, Refused
from accreditation.core.refusals import move_refused
from accreditation.missions.models import Category, Mission
from accreditation.observers.models import Membership
from accreditation.workflow.roster import with_what_a_row_shows

View = Callable[..., HttpResponse]


@dataclass
class Room:
    """One mission's pages in one request: whose they are, when it is, and how they are drawn."""

    request: HttpRequest
    mission: Mission

    @cached_property
    def actor(self) -> Actor:
        return actor_of(self.request)

    @cached_property
    def now(self) -> datetime:
        return moment_of(self.request)

    @cached_property
    def categories(self) -> list[Category]:
        return list(self.mission.election.categories.all())

    def url(self, name: str = "roster", /, **more: Any) -> str:
        """The address of one of these pages, of this mission."""
        return reverse(f"missions:{name}", kwargs={**self.place, **more})

    @property
    def place(self) -> dict[str, str]:
        return {"election": self.mission.election.code, "code": self.mission.code}

    def member(self, public_id: str, *, ended: bool = False) -> Membership:
        """One of the people whom this mission names, else 404."""
        rows = with_what_a_row_shows(
            Membership.objects.filter(mission=self.mission, public_id=public_id)
        ).select_related(
            "document",
            "delegation__organisation",
            "pledge",
            "category",
            "citizenship",
            "residence_country",
            "document__country",
        )
        membership = get_object_or_404(rows if ended else rows.filter(ended_at=None))
        membership.mission = self.mission
        return membership

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        election = self.mission.election
        shown = {
            "mission": self.mission,
            "election": election,
            "place": self.place,
            "deadline": election.calendar.application_deadline,
            "now": self.now,
            "navigation": self._navigation(),
        }
        return render(self.request, f"missions/{template}", {**shown, **context}, status=status)

    def _navigation(self) -> list[dict[str, Any]]:
        pages = [("roster", _("Roster")), ("mission", _("Mission")), ("arrivals", _("Arrivals"))]
        here = self.request.path
        return [
            {"url": url, "words": words, "current": url == here}
            for name, words in pages
            if (url := self.url(name))
        ]

    def done(self, words: str, name: str = "roster", **more: Any) -> HttpResponse:
        """Say what was done on the page that follows."""
        messages.success(self.request, words)
        return HttpResponseRedirect(self.url(name, **more), status=303)

    def refused(self, error: MoveError, name: str = "roster", **more: Any) -> HttpResponse:
        return move_refused(self.request, error, url=self.url(name, **more))


def of_mission(view: View) -> View:
    """A page of one mission: the view takes a Room. A refusal that it does not show itself has a page here."""

    @login_required
    @never_cache
    @wraps(view)
    def page(request: HttpRequest, election: str, code: str, **more: Any) -> HttpResponse:
        missions = Mission.objects.filter(
            roles__user=request.user, roles__ended_at=None, election__code=election, code=code
        ).select_related("election", "organisation", "default_category")
        mission = next(iter(missions[:1]), None)  # an order would take as long to word as all the rest
        if mission is None:
            raise Http404
        room = Room(request, mission)
        try:
            return view(room, **more)
        except MoveError as error:
            public_id = more.get("public_id")
            return room.refused(error, "person", public_id=public_id) if public_id else room.refused(error)

    return page


def add_reasons(form: Any, error: Refused) -> None:
    """Show on the form what the rules said after it was read."""
    for reason in error.reasons:
        form.add_error(None, str(reason.words))
