"""Elections: the rules as a form until they are published, and as a page that says why afterwards."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from accreditation.accounts.roles import roles_of
from accreditation.core.editing import AuditedEdits, NeverDeleted
from accreditation.core.site import site
from accreditation.core.templatetags.look import in_zone, state_badge
from accreditation.missions.admin.choosing import TicksForCodes, in_words, swatch
from accreditation.missions.admin.legal_dates import publish_page, set_date_page
from accreditation.missions.admin.local_time import InElectionTime
from accreditation.missions.admin.wording import by_language
from accreditation.missions.models import (
    Category,
    DateOverride,
    DocumentKind,
    Election,
    Inviter,
    RefusalGround,
)
from accreditation.missions.publishing import DATE_SETTERS, PUBLISHERS, open_columns


class DateOverrideInline(admin.TabularInline):
    """Dates set by hand, as they were set: none is ever changed."""

    model = DateOverride
    fields = ("date_name", "closes_at", "reason", "made_by", "made_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DateOverride]:
        return super().get_queryset(request).select_related("made_by")


@admin.register(Election, site=site)
class ElectionAdmin(TicksForCodes, InElectionTime, NeverDeleted, AuditedEdits, TranslationAdmin):
    list_display = ("name", "code", "day", "standing", "number_of_missions")
    sets: ClassVar[dict[str, type[models.TextChoices]]] = {"inviters": Inviter}
    list_filter = ("day",)
    search_fields = ("code", "name", "name_az")
    date_hierarchy = "day"
    change_form_template = "admin/missions/election/change_form.html"
    inlines = (DateOverrideInline,)
    # The publication of the results ends every term: it has a page of its own, which shows that first.
    always_read_only: ClassVar[tuple[str, ...]] = (
        "calendar_plan",
        "published",
        "cancelled",
        "numbers",
        "results_published_on",
        "inviters_in_words",
    )
    fieldsets = (
        (None, {"fields": ("calendar_plan", "published", "cancelled")}),
        (
            _("The vote"),
            {
                "fields": (
                    "code",
                    "day",
                    "numbers",
                    "time_zone",
                    "host_country",
                    "called_on",
                    "results_published_on",
                )
            },
        ),
        *by_language("name", "commission", "pledge_text", "privacy_notice", "appeal_body"),
        (
            _("Applications"),
            {
                "fields": (
                    "application_opens_on",
                    ("deadline_days", "deadline_time"),
                    "day_count",
                    "late_policy",
                    "replacement_days",
                    "deadline_article",
                    "invitation_required",
                    "inviters",
                    "excluded_citizenships",
                    "exclusion_article",
                    "pledge_by_head",
                    "pledge_version",
                )
            },
        ),
        (
            _("Decisions"),
            {
                "fields": (
                    "decision_days",
                    "latest_decision_days",
                    "decision_article",
                    "clock_pauses",
                    "second_review",
                    "validity_starts_after_days",
                    "appeal_days",
                    "appeal_article",
                )
            },
        ),
        (_("Reminders"), {"fields": ("arrival_reminder_days", "deadline_reminder_days")}),
        (_("Photos"), {"fields": ("photo_min_width", "photo_min_height", "photo_max_bytes")}),
        (
            _("Badges"),
            {
                "fields": (
                    ("state_language", "badge_language"),
                    "badge_shows_document_number",
                    ("badge_latest_end_days", "void_list_hours", "scan_days"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Election]:
        return super().get_queryset(request).annotate(of_missions=Count("missions"))

    @admin.display(description=_("missions"), ordering="of_missions")
    def number_of_missions(self, election: Any) -> int:
        return election.of_missions

    @admin.display(description=_("state"))
    def standing(self, election: Election) -> str:
        if election.cancelled_at is not None:
            return state_badge("✕", str(_("cancelled")), "bad")
        if election.published_at is not None:
            return state_badge("✓", str(_("published")), "good")
        return state_badge("○", str(_("being prepared")), "calm")

    @admin.display(description=_("who invites"))
    def inviters_in_words(self, election: Election) -> str:
        return in_words(election.inviters, Inviter)

    @admin.display(description=_("published"))
    def published(self, election: Election) -> str:
        """When the rules froze, on the election's clocks."""
        return in_zone(election.published_at, election) or _("not yet: the rules can still be changed")

    @admin.display(description=_("cancelled"))
    def cancelled(self, election: Election) -> str:
        return in_zone(election.cancelled_at, election) or "–"

    @admin.display(description=Election._meta.get_field("year_in_numbers").verbose_name)
    def numbers(self, election: Election) -> str:
        """The year, and when it still changes; of an election that is being made only the latter."""
        rule = str(Election._meta.get_field("year_in_numbers").help_text)
        return rule if election.pk is None else f"{election.year_in_numbers}. {rule}"

    @admin.display(description=_("calendar plan"))
    def calendar_plan(self, election: Election) -> str:
        """Every legal date in words, with the rule that makes it."""
        if election.pk is None:
            return "–"
        dates = election.calendar.dates(election.categories.all())
        return render_to_string("admin/missions/election/calendar_plan.html", {"dates": dates})

    def get_readonly_fields(self, request: HttpRequest, obj: Election | None = None) -> tuple[str, ...]:
        """Frozen rules are shown, not offered."""
        if obj is None or not obj.is_frozen:
            return self.always_read_only
        frozen = _frozen(Election, Election.OPEN_AFTER_PUBLICATION)
        return (*self.always_read_only, *(name for name in frozen if name not in self.always_read_only))

    def get_inlines(self, request: HttpRequest, obj: Election | None) -> tuple[type, ...]:
        return self.inlines if obj else ()

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", wrap(publish_page), name="missions_election_publish"),
            path("<int:pk>/set-date/", wrap(set_date_page), name="missions_election_set_date"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> Any:
        election, roles = options.get("obj"), roles_of(request.user)
        going_on = election is not None and election.cancelled_at is None
        context |= {
            "offers_publishing": going_on and not election.is_frozen and not roles.isdisjoint(PUBLISHERS),
            "offers_dates": going_on and not roles.isdisjoint(DATE_SETTERS),
            "offers_results": going_on and election.is_frozen and not roles.isdisjoint(PUBLISHERS),
        }
        return super().render_change_form(request, context, **options)


def _frozen(model: type[models.Model], open_after: frozenset[str]) -> list[str]:
    open_ones = {*open_columns(model, open_after), "id", *open_after}
    return [field.name for field in model._meta.concrete_fields if field.name not in open_ones]


class OfElection(NeverDeleted, AuditedEdits, TranslationAdmin):
    """What belongs to an election and freezes with it."""

    list_filter = ("election",)
    list_select_related = ("election",)
    search_fields = ("code",)
    open_after_publication: ClassVar[frozenset[str]] = frozenset()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None or not obj.election.is_frozen:
            return tuple(self.readonly_fields)
        return (*self.readonly_fields, *_frozen(self.model, self.open_after_publication))


@admin.register(Category, site=site)
class CategoryAdmin(TicksForCodes, OfElection):
    sets: ClassVar[dict[str, type[models.TextChoices]]] = {"required_documents": DocumentKind}
    readonly_fields = ("required_documents_in_words", "colour_in_words")
    shown_by_eye: ClassVar[tuple[str, ...]] = ("colour",)
    list_display = (
        "name",
        "colour_in_words",
        "code",
        "election",
        "counts_as_observer",
        "deadline_days",
        "position",
    )
    search_fields = ("code", "name")
    open_after_publication = frozenset({"name", "rights", "colour", "position"})
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "election",
                    "code",
                    "counts_as_observer",
                    "host_citizens_allowed",
                    "required_documents",
                    "deadline_days",
                    "colour",
                    "position",
                )
            },
        ),
        *by_language("name", "rights"),
    )

    @admin.display(description=_("required documents"))
    def required_documents_in_words(self, category: Category) -> str:
        return in_words(category.required_documents, DocumentKind)

    @admin.display(description=_("colour"), ordering="colour")
    def colour_in_words(self, category: Category) -> str:
        """The colour itself beside its code."""
        return swatch(category.colour)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "colour":
            options["widget"] = forms.TextInput(attrs={"type": "color"})
        return super().formfield_for_dbfield(db_field, request, **options)


@admin.register(RefusalGround, site=site)
class RefusalGroundAdmin(OfElection):
    list_display = ("code", "words", "article", "election", "position")
    search_fields = ("code", "words", "article")
    open_after_publication = frozenset({"words", "position"})
    fieldsets = ((None, {"fields": ("election", "code", "article", "position")}), *by_language("words"))
