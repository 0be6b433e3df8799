"""A person as the commission knows them: every statement, documents masked, files, doubts. Read only."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accreditation.core.site import site
from accreditation.observers.models import Person, PossibleDuplicate
from accreditation.observers.search import memberships_named
from accreditation.workflow.admin.accreditations import ReadOnly
from accreditation.workflow.admin.pages import badge, for_readers, show, url_of
from accreditation.workflow.desk import reads_documents
from accreditation.workflow.models import Application


class PersonAdmin(ReadOnly):
    list_display = ("full_name", "own_script", "born", "citizenship", "confirmed")
    list_select_related = ("citizenship",)
    search_fields = ("family_name",)
    search_help_text = gettext_lazy("A name in any script; a passport number is searched at the desk")
    ordering = ("-pk",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reads_documents(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=memberships_named(search_term).values("person")), False

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", site.admin_view(self.changelist_view), name="observers_person_changelist"),
            path("<int:pk>/change/", for_readers(person), name="observers_person_change"),
        ]

    @admin.display(description=gettext_lazy("confirmed"), boolean=True, ordering="confirmed_at")
    def confirmed(self, row: Person) -> bool:
        """Whether the commission has accredited this person; when stands in the files."""
        return row.confirmed_at is not None

    @admin.display(description=gettext_lazy("name in original script"))
    def own_script(self, row: Person) -> str:
        return row.name_in_own_script

    @admin.display(description=gettext_lazy("name"), ordering="family_name")
    def full_name(self, row: Person) -> str:
        return str(row)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    if not reads_documents(request.user):
        raise Http404
    human = get_object_or_404(Person.objects.select_related("citizenship", "merged_into"), pk=pk)
    files = Application.objects.filter(person=human).select_related("election", "mission", "category")
    context = {
        "person": human,
        "statements": human.memberships.select_related("mission", "document__country", "citizenship"),
        "documents": human.documents.select_related("country"),
        "files": [(one, url_of(one), badge(one.state)) for one in files],
        "accreditations": human.accreditations.select_related("election"),
        "pairs": PossibleDuplicate.objects.filter(Q(first=human) | Q(second=human)).select_related(
            "first", "second", "decided_by"
        ),
    }
    return show(request, "person", context, title=str(human))
