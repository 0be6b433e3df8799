"""Accreditations: the list, and one with its moves."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accreditation.accounts.models import User
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.outbox import OutboxMessage
from accreditation.core.site import site
from accreditation.core.templatetags.look import in_words, state_badge
from accreditation.credentials import print_desk
from accreditation.credentials.models import Accreditation, Badge
from accreditation.observers.models import Membership
from accreditation.observers.search import memberships_named
from accreditation.workflow import finding
from accreditation.workflow.admin.claimed import wishes_about
from accreditation.workflow.admin.desk import LONG_TEXTS
from accreditation.workflow.admin.forms import corrections_of
from accreditation.workflow.admin.moves import (
    Kind,
    buttons_for,
    changes_of,
    move_page,
    what_stands_against,
)
from accreditation.workflow.admin.pages import for_readers, show, url_of
from accreditation.workflow.desk import reads_documents, reads_people
from accreditation.workflow.letter_kinds import with_kinds
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.states import ACCREDITATION

SIGNS = {
    Accreditation.State.ACTIVE: ("✓", "good"),
    Accreditation.State.SUSPENDED: ("!", "wait"),
    Accreditation.State.REVOKED: ("✕", "bad"),
    Accreditation.State.RELINQUISHED: ("–", "calm"),
    Accreditation.State.EXPIRED: ("–", "calm"),
    Accreditation.State.CANCELLED: ("✕", "bad"),
}
MOST_COUNTED = 10_000


def badge(state: str) -> SafeString:
    sign, tone = SIGNS[Accreditation.State(state)]
    return state_badge(sign, str(Accreditation.State(state).label), tone)


def opened(user: User) -> QuerySet[Accreditation]:
    """The accreditations that this account may open, with what the page shows."""
    if not reads_people(user):
        return Accreditation.objects.none()
    return (
        Accreditation.objects.visible_to(user)
        .select_related("election", "person", "membership__citizenship", "mission", "category")
        .defer(*(f"election__{name}" for name in LONG_TEXTS))
    )


ACCREDITATIONS = Kind(
    machine=ACCREDITATION,
    rows=opened,
    page="admin:credentials_accreditation_change",
    move="admin:credentials_accreditation_move",
    badge=badge,
    heading=str,
    list_page="admin:credentials_accreditation_changelist",
    list_words=gettext_lazy("Accreditations"),
)


class CountedOnlySoFar(Paginator):
    """Counts no further than anybody pages; the rest is found by a search."""

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk", flat=True)[:MOST_COUNTED])  # type: ignore[union-attr]


class ReadOnly(admin.ModelAdmin):
    """Pages that show and never edit: states change through the machine alone."""

    show_full_result_count = False
    paginator = CountedOnlySoFar
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reads_people(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


def to_correct() -> QuerySet[Accreditation]:
    """Accreditations in force for which a correction waits: no desk lists the files behind them any more."""
    asked_for = Amendment.objects.filter(is_correction=True, verdict=Amendment.Verdict.OPEN)
    return Accreditation.objects.current().filter(person__in=asked_for.values("membership__person"))


def named_by_nobody() -> QuerySet[Accreditation]:
    """Accreditations in force whose bearer no mission names any more: whether they stay is for somebody to decide."""
    naming = Membership.objects.current().filter(
        person=OuterRef("person"), mission__election=OuterRef("election")
    )
    ended = Accreditation.objects.current().filter(membership__ended_at__isnull=False)
    return ended.exclude(Exists(naming))


class ToCorrect(admin.SimpleListFilter):
    title = gettext_lazy("correction")
    parameter_name = "correction"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("asked", gettext_lazy("asked for"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Accreditation]) -> QuerySet[Accreditation]:
        return queryset.filter(pk__in=to_correct().values("pk")) if self.value() else queryset


class OfNobody(admin.SimpleListFilter):
    title = gettext_lazy("mission")
    parameter_name = "named"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("nobody", gettext_lazy("none names the person"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Accreditation]) -> QuerySet[Accreditation]:
        return queryset.filter(pk__in=named_by_nobody().values("pk")) if self.value() else queryset


class AccreditationAdmin(ReadOnly):
    list_display = ("number_in_words", "name", "mission", "category", "badge", "valid_from", "until")
    list_filter = (ToCorrect, OfNobody, "state", "election")
    change_list_template = "admin/workflow/accreditations.html"
    list_select_related = ("election", "membership", "mission", "category")
    search_fields = ("number",)
    search_help_text = gettext_lazy("A name in any script, or a number such as 2026-0412")
    ordering = ("-pk",)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        reads = reads_documents(request.user)
        waiting = {
            "to_correct": to_correct().count() if reads else 0,
            "of_nobody": named_by_nobody().count() if reads else 0,
        }
        return super().changelist_view(request, {**(extra_context or {}), **waiting})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Accreditation]:
        return super().get_queryset(request).defer(*(f"election__{name}" for name in LONG_TEXTS))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By exact number or by name; never by passport, which has no place in an address."""
        if not search_term.strip():
            return queryset, False
        file = finding.accredited_under(search_term)
        if file is not None:
            return queryset.filter(application=file), False
        if any(character.isdigit() for character in search_term):
            return queryset.none(), False
        people = memberships_named(search_term).values("person")
        return queryset.filter(person__in=people), False

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", site.admin_view(self.changelist_view), name="credentials_accreditation_changelist"),
            path("<int:pk>/change/", for_readers(accreditation), name="credentials_accreditation_change"),
            path("<int:pk>/move/<slug:name>/", for_readers(move), name="credentials_accreditation_move"),
        ]

    @admin.display(description=gettext_lazy("name"))
    def name(self, row: Accreditation) -> str:
        return row.membership.full_name

    @admin.display(description=gettext_lazy("number"), ordering="number")
    def number_in_words(self, row: Accreditation) -> str:
        return row.number_in_words

    @admin.display(description=gettext_lazy("valid until"), ordering="valid_until")
    def until(self, row: Accreditation) -> str:
        return in_words(row.valid_until) or _("the results are published")

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def badge(self, row: Accreditation) -> SafeString:
        return badge(row.state)


@require_safe
def accreditation(request: HttpRequest, pk: int) -> HttpResponse:
    """One accreditation: its term, its moves, what happened to it, and where it came from."""
    held = get_object_or_404(opened(request.user), pk=pk)
    file = Application.objects.filter(accreditation=held).only("pk").first()
    corrections = wishes_about(corrections_of(held)) if reads_documents(request.user) else []
    buttons = buttons_for(ACCREDITATIONS, held, actor_of(request), moment_of(request))
    context = {
        "held": held,
        "badge": badge(held.state),
        "of_nobody": named_by_nobody().filter(pk=held.pk).exists(),
        "buttons": buttons,
        "against": what_stands_against(buttons),
        "changes": changes_of(ACCREDITATIONS, held),
        "letters": with_kinds(OutboxMessage.objects.about(held)),
        "corrections": corrections,
        "badges": [(one, _state_of(one)) for one in Badge.objects.filter(accreditation=held).order_by("-pk")],
        "application_url": url_of(file) if file else "",
        "election": held.election,
    }
    title = f"{held.membership.full_name} – {held.number_in_words}"
    return show(request, "accreditation", context, title=title)


def _state_of(one: Badge) -> SafeString:
    sign, tone = print_desk.SIGNS[Badge.State(one.state)]
    return state_badge(sign, str(Badge.State(one.state).label), tone)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    if name not in ACCREDITATION.names():
        raise Http404(_("There is no such move."))
    return move_page(request, ACCREDITATIONS, pk, name)
