"""Every letter: where it stands, what its reader reads, and what a person can do where no machine can."""

from collections.abc import Sequence
from typing import Any

from csp.decorators import csp_replace
from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import AuditEvent
from accreditation.core.correspondence import DEEDS, deeds_for, settle
from accreditation.core.editing import ReadOnly
from accreditation.core.errors import MoveError
from accreditation.core.languages import NATIVE_NAMES
from accreditation.core.mail import Rendered, render
from accreditation.core.outbox import OutboxMessage
from accreditation.core.readdressing import REPLACED, REPLACES
from accreditation.core.site import site
from accreditation.core.templatetags.look import in_zone, state_badge
from accreditation.credentials.models import Accreditation, Badge
from accreditation.missions.models import Delegation, Mission
from accreditation.workflow.admin import letters_in_doubt, letters_on_paper
from accreditation.workflow.admin.letters_on_paper import SET_ON_PAPER, may_read, may_settle, opened, zone_of
from accreditation.workflow.admin.readdressing import another_address
from accreditation.workflow.letter_kinds import KINDS, kind_in_words
from accreditation.workflow.models import Application
from accreditation.workflow.paper import can_be_printed, facts_of_mail, waiting_for_the_printer
from accreditation.workflow.readdressing import is_offered
from accreditation.workflow.reminders import late_decisions

State = OutboxMessage.State
SIGNS = {
    State.PENDING: ("●", "wait"),
    State.SENDING: ("●", "wait"),
    State.SENT: ("✓", "good"),
    State.FAILED: ("✕", "bad"),
    State.UNCERTAIN: ("?", "bad"),
    State.CANCELLED: ("–", "calm"),
    State.TO_PRINT: ("!", "wait"),
}
NEEDS_A_CLERK = Q(state__in=[State.FAILED, State.UNCERTAIN, State.TO_PRINT]) | Q(bounced_at__isnull=False)


def badge(letter: OutboxMessage) -> SafeString:
    if letter.bounced_at is not None and letter.state == State.SENT:
        return state_badge("✕", _("came back"), "bad")
    sign, tone = SIGNS[State(letter.state)]
    return state_badge(sign, str(State(letter.state).label), tone)


class Attention(admin.SimpleListFilter):
    title = gettext_lazy("needs a clerk")
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("clerk", gettext_lazy("needs a clerk")),
            ("late", gettext_lazy("decision, not left in a day")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        if self.value() == "late":
            return queryset.filter(pk__in=late_decisions(moment_of(request)).values("pk"))
        return queryset.filter(NEEDS_A_CLERK) if self.value() == "clerk" else queryset


class OfKind(admin.SimpleListFilter):
    title = gettext_lazy("letter")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class InLanguage(admin.SimpleListFilter):
    title = gettext_lazy("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(NATIVE_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(language=self.value()) if self.value() else queryset


class OfMission(admin.SimpleListFilter):
    title = gettext_lazy("mission")
    parameter_name = "mission"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        missions = Mission.objects.order_by("-election__day", "name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in missions[:200]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        if not (self.value() or "").isdecimal():
            return queryset
        about = Q(about_type="missions.mission", about_id=self.value())
        for model in (Application, Accreditation, Delegation):
            keys = model._default_manager.filter(mission=self.value()).values("pk")
            about |= Q(about_type=model._meta.label_lower, about_id__in=keys)
        badges = Badge.objects.filter(accreditation__mission=self.value()).values("pk")
        about |= Q(about_type=Badge._meta.label_lower, about_id__in=badges)
        return queryset.filter(about)


class LetterAdmin(ReadOnly):
    """The letters, those that need a clerk first; never edited, never deleted."""

    list_display = ("reader", "what", "standing", "written", "tries", "error")
    list_display_links = ("reader",)
    list_filter = (Attention, "state", OfKind, InLanguage, OfMission)
    search_fields = ("email", "=message_id", "facts__number")
    search_help_text = gettext_lazy("An address, a Message-ID, or the number of an application.")
    show_full_result_count = False
    list_per_page = 50
    actions = None
    change_list_template = "admin/letters/list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        needy = Case(When(NEEDS_A_CLERK, then=Value(0)), default=Value(1), output_field=IntegerField())
        return OutboxMessage.objects.annotate(needy=needy).order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        return ("needy", "-pk")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read(request.user)

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, site.admin_view(view), name=f"core_outboxmessage_{name}")

        return [
            page("<int:pk>/change/", letter_page, "change"),
            page("<int:pk>/html/", letter_as_html, "html"),
            page("<int:pk>/letter.pdf", letters_on_paper.one, "pdf"),
            page("to-print/", letters_on_paper.to_print, "to_print"),
            page("to-print/letters.pdf", letters_on_paper.many, "many_pdf"),
            page("to-print/given/", letters_on_paper.given, "given"),
            page("in-doubt/", letters_in_doubt.letters_in_doubt, "in_doubt"),
            page("in-doubt/<slug:name>/", letters_in_doubt.settle_many, "settle_many"),
            page("<int:pk>/settle/<slug:name>/", settle_letter, "settle"),
            page("<int:pk>/another-address/", another_address, "another_address"),
            *[one for one in super().get_urls() if one.name == "core_outboxmessage_changelist"],
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        now, reads, settles = moment_of(request), may_read(request.user), may_settle(request.user)
        counts = {
            "late_decisions": late_decisions(now).count() if reads else 0,
            "to_print": waiting_for_the_printer(now).count() if settles else 0,
            "in_doubt": letters_in_doubt.in_doubt().count() if settles else 0,
        }
        return super().changelist_view(request, {**(extra_context or {}), **counts})

    @admin.display(description=gettext_lazy("to"))
    def reader(self, letter: OutboxMessage) -> str:
        return letter.email or _("(to be printed)")

    @admin.display(description=gettext_lazy("letter"), ordering="kind")
    def what(self, letter: OutboxMessage) -> str:
        return " – ".join(filter(None, [kind_in_words(letter.kind), str(letter.facts.get("number", ""))]))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def standing(self, letter: OutboxMessage) -> SafeString:
        return badge(letter)

    @admin.display(description=gettext_lazy("written at"), ordering="created_at")
    def written(self, letter: OutboxMessage) -> str:
        return in_zone(letter.created_at, zone_of(letter))

    @admin.display(description=gettext_lazy("attempts"), ordering="attempts")
    def tries(self, letter: OutboxMessage) -> int:
        return letter.attempts


def _words(request: HttpRequest, letter: OutboxMessage) -> Rendered:
    """As it was read, or as it would be read if it left now: with all letters that share its mail."""
    sent_at = letter.sent_at or moment_of(request)
    return render(letter.kind, letter.language, facts_of_mail(letter), sent_at=sent_at)


def _show(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    request.current_app = site.name
    return TemplateResponse(
        request, f"admin/letters/{template}.html", {**site.each_context(request), "title": title, **context}
    )


OTHER_DEEDS = {
    SET_ON_PAPER: gettext_lazy("Opened as a PDF to print"),
    REPLACED: gettext_lazy("Sent to another address instead"),
    REPLACES: gettext_lazy("Written in place of the same letter to another address"),
}


def _done(event: AuditEvent) -> str:
    if event.verb in OTHER_DEEDS:
        return str(OTHER_DEEDS[event.verb])
    deed = DEEDS.get(event.verb.removeprefix("letter_"))
    return str(deed.label) if deed else event.verb


@require_safe
def letter_page(request: HttpRequest, pk: int) -> HttpResponse:
    letter = opened(request, pk)
    words = _words(request, letter)
    return _show(
        request,
        "letter",
        words.subject,
        {
            "letter": letter,
            "words": words,
            "badge": badge(letter),
            "zone": zone_of(letter),
            "kind": kind_in_words(letter.kind),
            "language": NATIVE_NAMES.get(letter.language, letter.language),
            "deeds": deeds_for(letter) if may_settle(request.user) else [],
            "elsewhere": may_settle(request.user) and is_offered(letter),
            "on_paper": can_be_printed(letter, moment_of(request)),
            "history": [
                (event, _done(event)) for event in AuditEvent.objects.about(letter).select_related("actor")
            ],
        },
    )


@require_safe
@csp_replace(
    {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "sandbox": True, "script-src": None}
)
def letter_as_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's own HTML, alone: no script, no picture, no form, no origin."""
    return HttpResponse(_words(request, opened(request, pk)).html)


@require_POST
def settle_letter(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    opened(request, pk)
    if not may_settle(request.user) or name not in DEEDS:
        raise Http404
    try:
        reason = request.POST.get("reason", "")
        settle(pk, name, actor=actor_of(request), now=moment_of(request), reason=reason)
        messages.success(request, str(DEEDS[name].done))
    except MoveError as error:
        messages.error(request, " ".join(str(reason) for reason in error.reasons))
    return HttpResponseRedirect(reverse("admin:core_outboxmessage_change", args=[pk]))
