"""The commission's side: Django's admin behind our own door."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _

from accreditation.core.proof import staff_proof_is_complete, url_of_missing_proof


@dataclass(frozen=True)
class BarLink:
    """A page that stands in the bar over every page of the admin, for those who may open it.

    `opens` reads the roles of an account, which the request has asked for already: the bar costs no query.
    """

    position: int
    words: Any
    address: str
    opens: Callable[[Any], bool]
    rare: bool = False
    """In the menu at the bar's end, so that one line holds what is used every hour."""


class Site(admin.AdminSite):
    """The admin site that every app registers with; open to staff who proved enough in this session."""

    site_header = _("Central Election Commission")
    site_title = _("Central Election Commission")
    index_title = _("All records")
    site_url = None
    empty_value_display = "–"
    enable_nav_sidebar = False
    front_page: Callable[[HttpRequest], str] | None = None
    """Gives the address at which this member of the staff begins; empty for the list of all records."""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.extra_urls: list[URLPattern] = []
        """Pages that belong to no model; each app's admin adds its own, wrapped in `admin_view`."""
        self.bar: list[BarLink] = []
        """Each app's admin adds its own pages."""
        self.search: BarLink | None = None
        """The one search: where the bar sends it, and who may."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [*self.extra_urls, *super().get_urls()]

    def bar_for(self, user: Any) -> list[BarLink]:
        """The links of the bar that this account may open, in their order."""
        return sorted((link for link in self.bar if link.opens(user)), key=lambda link: link.position)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and staff_proof_is_complete(request)

    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to where the work is; `?records` asks for the list of all records."""
        begin = self.front_page(request) if self.front_page and "records" not in request.GET else ""
        return HttpResponseRedirect(begin) if begin else super().index(request, extra_context)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send guests and staff with too little proof where they can give it; refuse everybody else.

        Django's own login form is never shown: it knows neither limits nor a second factor.
        """
        if request.user.is_authenticated and not super().has_permission(request):
            raise PermissionDenied
        index = reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return HttpResponseRedirect(index)
        wanted = request.GET.get("next") or request.get_full_path()
        if wanted.startswith(reverse("admin:login", current_app=self.name)):
            wanted = index
        return HttpResponseRedirect(url_of_missing_proof(request, wanted))


site = Site(name="admin")
