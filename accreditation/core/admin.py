"""Countries and regions, which the commission edits, and the audit, which everybody only reads."""

from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.db.models import Count, ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from accreditation.core.audit import AuditEvent
from accreditation.core.editing import AuditedEdits, ReadOnly
from accreditation.core.places import Country, Region
from accreditation.core.site import site


@admin.register(Region, site=site)
class RegionAdmin(AuditedEdits, TranslationAdmin):
    """Groups of countries for statistics; they overlap."""

    list_display = ("name", "code", "position", "number_of_countries")
    search_fields = ("code", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Region]:
        return super().get_queryset(request).annotate(of_countries=Count("countries"))

    @admin.display(description=_("countries"), ordering="of_countries")
    def number_of_countries(self, region: Any) -> int:
        return region.of_countries

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


@admin.register(Country, site=site)
class CountryAdmin(AuditedEdits, TranslationAdmin):
    """What a country is called, where it counts, and whether forms offer it."""

    list_display = ("name", "code", "alpha2", "in_regions", "active")
    list_filter = ("active", "regions")
    search_fields = ("code", "alpha2", "name", "name_az", "name_fr", "name_ru", "name_ar", "aliases")
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        # Eight regions are ticked faster than moved between two boxes, and the boxes break WCAG.
        ManyToManyField: {"widget": CheckboxSelectMultiple, "help_text": ""}
    }
    list_per_page = 300

    def get_queryset(self, request: HttpRequest) -> QuerySet[Country]:
        return super().get_queryset(request).prefetch_related("regions")

    @admin.display(description=_("regions"))
    def in_regions(self, country: Country) -> str:
        return ", ".join(region.name for region in country.regions.all())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


@admin.register(AuditEvent, site=site)
class AuditEventAdmin(ReadOnly):
    """What was done, newest first. Never counted in full: the audit grows without end."""

    list_display = ("at", "done", "kind", "subject_id", "from_state", "to_state", "actor", "reason")
    list_filter = ("subject_type",)
    search_fields = ("=subject_id", "=request_id", "=verb")
    search_help_text = _("The number of an object, a request, or what was done.")
    list_select_related = ("actor",)
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    @admin.display(description=_("what"), ordering="verb")
    def done(self, event: AuditEvent) -> str:
        """The verb as it is searched, with its words apart."""
        return event.verb.replace("_", " ")

    @admin.display(description=_("kind of object"), ordering="subject_type")
    def kind(self, event: AuditEvent) -> str:
        """What kind of thing it is about; a kind that this version no longer knows by its stored name."""
        try:
            return str(apps.get_model(event.subject_type)._meta.verbose_name)
        except (LookupError, ValueError):
            return event.subject_type
