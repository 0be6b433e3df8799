"""The audit, which everybody only reads: verbs and states in words, times on the clocks of the election."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accreditation.core.audit import AuditEvent
from accreditation.core.editing import ReadOnly
from accreditation.core.templatetags.look import in_zone
from accreditation.missions.models import Election
from accreditation.workflow.happened import event_in_words, verbs_worded


class KindOfObject(admin.AllValuesFieldListFilter):
    """The kinds that the audit holds, as the list itself words them."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield choice | {"display": _kind(str(choice["display"]))}


class AuditEventAdmin(ReadOnly):
    """What was done, newest first. Never counted in full: the audit grows without end."""

    list_display = ("moment", "done", "kind", "subject_id", "was", "became", "actor", "reason")
    list_filter = (("subject_type", KindOfObject),)
    search_fields = ("=subject_id", "=request_id", "=verb")
    search_help_text = _("The number of an object, a request, or what was done.")
    list_select_related = ("actor",)
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    actions = None
    fields = (
        "moment", "done", "kind", "subject_id", "was", "became", "actor", "reason",
        "fields", "facts", "version", "request_id",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        current = Election.objects.current()
        zone = current.time_zone if current else settings.TIME_ZONE
        return super().get_queryset(request).annotate(zone=Value(zone))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Found as well by the words that the list shows for what was done."""
        found, doubled = super().get_search_results(request, queryset, search_term)
        verbs = verbs_worded(search_term)
        return (found | queryset.filter(verb__in=verbs) if verbs else found), doubled

    @admin.display(description=_("at"), ordering="at")
    def moment(self, event: Any) -> str:
        return in_zone(event.at, event.zone)

    @admin.display(description=_("what"), ordering="verb")
    def done(self, event: AuditEvent) -> str:
        return event_in_words(event)

    @admin.display(description=_("kind of object"), ordering="subject_type")
    def kind(self, event: AuditEvent) -> str:
        return _kind(event.subject_type)

    @admin.display(description=_("from"), ordering="from_state")
    def was(self, event: AuditEvent) -> str:
        return _state(event, event.from_state)

    @admin.display(description=_("to"), ordering="to_state")
    def became(self, event: AuditEvent) -> str:
        return _state(event, event.to_state)


def _kind(label: str) -> str:
    """What kind of thing it is about; a kind that this version no longer knows by its stored name."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def _state(event: AuditEvent, code: str) -> str:
    """A state as the model of the object words it; a state that it no longer knows as it is stored."""
    try:
        field = apps.get_model(event.subject_type)._meta.get_field("state")
    except (LookupError, ValueError, FieldDoesNotExist):
        return code or "–"
    return str(dict(getattr(field, "flatchoices", ())).get(code, code)) or "–"
