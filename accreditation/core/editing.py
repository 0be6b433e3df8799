"""Edits by form in the admin: each leaves one audit event that names the fields, never their values."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import BaseModelForm
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import AuditEvent


class AuditedEdits(admin.ModelAdmin):
    """A ModelAdmin whose additions, edits and deletions the audit knows, those of its inlines included."""

    def save_model(self, request: HttpRequest, obj: Any, form: BaseModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or form.changed_data:
            note(request, obj, "edited" if change else "added", form.changed_data)

    def save_formset(
        self, request: HttpRequest, form: BaseModelForm, formset: BaseFormSet, change: bool
    ) -> None:
        super().save_formset(request, form, formset, change)
        saved: Any = formset  # Django adds the lists of what it saved when it saves
        for one in saved.new_objects:
            note(request, one, "added", ())
        for one, fields in saved.changed_objects:
            note(request, one, "edited", fields)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        note(request, obj, "deleted", ())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for obj in queryset:
            note(request, obj, "deleted", ())
        super().delete_queryset(request, queryset)


class NeverDeleted(admin.ModelAdmin):
    """Rows that other rows and the audit speak of: nobody deletes them by form, one by one or in bulk."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeverDeleted):
    """Rows that forms show and never write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def note(request: HttpRequest, obj: models.Model, verb: str, fields: Sequence[str]) -> None:
    """Record an edit by form. A country's key is its code, no number: it stands among the facts."""
    actor, numbered = actor_of(request), isinstance(obj.pk, int)
    AuditEvent.objects.create(
        at=moment_of(request),
        actor_id=actor.user_id,
        request_id=actor.request_id,
        verb=verb,
        subject_type=obj._meta.label_lower,
        subject_id=obj.pk if numbered else 0,
        fields=sorted(fields),
        facts={} if numbered else {"key": str(obj.pk)},
    )
