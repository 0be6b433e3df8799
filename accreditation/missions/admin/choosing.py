"""Columns that hold several codes of a fixed set: ticks in words where they can be changed, words where they cannot."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import Model, TextChoices
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

IN_WORDS = "_in_words"


class TicksForCodes:
    """For a ModelAdmin, before Django's own classes. `sets` names the columns and the set of each.

    Django would have the codes typed, with commas, and would show a frozen column by its codes. Here a column that
    cannot be changed gives its place to `<column>_in_words`, which the class must have, and name as read-only always.
    """

    sets: ClassVar[Mapping[str, type[TextChoices]]] = {}
    shown_by_eye: ClassVar[tuple[str, ...]] = ()
    """Further columns that have a `<column>_in_words` for those who cannot change them."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name not in self.sets or not isinstance(db_field, ArrayField):
            return super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc]
        return forms.MultipleChoiceField(
            label=capfirst(db_field.verbose_name),
            choices=[(code, capfirst(words)) for code, words in self.sets[db_field.name].choices],
            required=not db_field.blank,
            help_text=db_field.help_text,
            widget=forms.CheckboxSelectMultiple,
            initial=db_field.get_default(),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        found = super().get_fieldsets(request, obj)  # type: ignore[misc]
        shown = self._shown_in_words(request, obj)
        return [
            (name, {**options, "fields": [_named(field, shown) for field in options["fields"]]})
            for name, options in found
        ]

    def _shown_in_words(self, request: HttpRequest, obj: Model | None) -> frozenset[str]:
        may = self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        if obj is not None and not may:
            return frozenset((*self.sets, *self.shown_by_eye))
        frozen = self.get_readonly_fields(request, obj)  # type: ignore[attr-defined]
        return frozenset(name for name in (*self.sets, *self.shown_by_eye) if name in frozen)


def _named(field: Any, shown: frozenset[str]) -> Any:
    return f"{field}{IN_WORDS}" if isinstance(field, str) and field in shown else field


def swatch(colour: str) -> str:
    """A colour as a patch of it and its code; a picture's attributes need no style."""
    return format_html(
        '<span class="swatch"><svg width="24" height="24" aria-hidden="true"><rect width="24" height="24" rx="4"'
        ' fill="{0}"/></svg> <bdi>{0}</bdi></span>',
        colour,
    )


def in_words(codes: list[str], kinds: type[TextChoices]) -> str:
    """'Photo, passport page'; a word for none."""
    words = dict(kinds.choices)
    return capfirst(", ".join(str(words.get(code, code)) for code in codes)) or _("none")
