"""What clerks often ask for: the part of the application that each reopens is chosen by its name."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from modeltranslation.admin import TranslationAdmin

from accreditation.core.editing import AuditedEdits
from accreditation.core.site import site
from accreditation.missions.admin.wording import by_language
from accreditation.missions.models import CannedReason
from accreditation.workflow.applicant_tasks import BY_SLUG, MISSION, task_of_field


class PartField(forms.ChoiceField):
    """A part that applicants answer on one page. Stored is its task's name; older names of it are understood."""

    def __init__(self, **options: Any) -> None:
        parts = [(slug, task.title) for slug, task in BY_SLUG.items() if slug != MISSION]
        super().__init__(choices=[("", _l("Everything")), *parts], **options)

    def prepare_value(self, value: Any) -> str:
        return task_of_field(str(value or "")) or ""


@admin.register(CannedReason, site=site)
class CannedReasonAdmin(AuditedEdits, TranslationAdmin):
    list_display = ("code", "words", "part", "position")
    search_fields = ("code", "words")

    def get_fieldsets(self, request: HttpRequest, obj: CannedReason | None = None) -> Any:
        part = "field" if self.has_change_permission(request, obj) else "part"
        return ((None, {"fields": ("code", part, "position")}), *by_language("words"))

    def get_readonly_fields(self, request: HttpRequest, obj: CannedReason | None = None) -> tuple[str, ...]:
        return () if self.has_change_permission(request, obj) else ("part",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name != "field":
            return super().formfield_for_dbfield(db_field, request, **options)
        return PartField(
            label=capfirst(db_field.verbose_name), help_text=db_field.help_text, required=not db_field.blank
        )

    @admin.display(description=_l("what it asks for"), ordering="field")
    def part(self, reason: CannedReason) -> str:
        """The part in words; whatever is stored and names none reopens all."""
        slug = task_of_field(reason.field)
        return str(BY_SLUG[slug].title) if slug else _("Everything")
