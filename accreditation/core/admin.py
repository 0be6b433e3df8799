"""Countries and regions, which the commission edits."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from accreditation.core.editing import AuditedEdits
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
