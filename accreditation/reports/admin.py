"""The counts of an election beside those of past ones."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accreditation.accounts.roles import roles_of
from accreditation.core.actors import moment_of
from accreditation.core.editing import AuditedEdits
from accreditation.core.site import BarLink, site
from accreditation.missions.models import Election
from accreditation.reports.counting import headcount
from accreditation.reports.models import PastElection


@admin.register(PastElection, site=site)
class PastElectionAdmin(AuditedEdits):
    """Totals from before this system, each with the source that gives it."""

    list_display = (
        "day",
        "name",
        "international_observers",
        "organisations",
        "countries",
        "domestic_observers",
        "source",
    )
    list_display_links = ("day", "name")
    search_fields = ("name", "source")
    date_hierarchy = "day"


def headcount_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """How many people: in all, by mission, category, country and region; past elections beside it."""
    if not roles_of(request.user):
        raise PermissionDenied
    elections = list(Election.objects.order_by("-day"))
    election = get_object_or_404(Election, code=code) if code else Election.objects.current()
    found = headcount(election, now=moment_of(request)) if election else None
    context = {
        **site.each_context(request),
        "title": _("How many people"),
        "elections": elections,
        "found": found,
        "figures_of_all": _figures(found) if found else [],
        "groups": _groups(found) if found else [],
        "past": PastElection.objects.all(),
    }
    return TemplateResponse(request, "admin/reports/headcount.html", context)


def _figures(found) -> list[tuple[int, str]]:
    total = found.total
    return [
        (total.people, _("people, each counted once")),
        (total.memberships, _("memberships: who names them")),
        (found.observers.people, _("observers")),
        (found.others.people, _("journalists and others")),
        (total.applied, _("have applied")),
        (total.accredited, _("are accredited")),
        (total.arrived, _("have arrived")),
    ]


def _groups(found) -> list[tuple[str, list]]:
    groups = [
        (_("Mission"), found.by_mission),
        (_("Category"), found.by_category),
        (_("Country"), found.by_country),
        (_("Region"), found.by_region),
    ]
    return [(title, rows) for title, rows in groups if rows]


site.bar.append(
    BarLink(
        70,
        gettext_lazy("How many people"),
        "admin:reports_headcount",
        lambda user: bool(roles_of(user)),
        rare=True,
    )
)
site.extra_urls += [
    path("headcount/", site.admin_view(headcount_page), name="reports_headcount"),
    path("headcount/<slug:code>/", site.admin_view(headcount_page), name="reports_headcount_of"),
]
