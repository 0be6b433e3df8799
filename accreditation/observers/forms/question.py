"""What all question pages have in common: what was answered before, and the rules of the row on what is new."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accreditation.core.errors import Reason
from accreditation.core.places import country_choices
from accreditation.workflow.answering import reasons_against_answers
from accreditation.workflow.applying import Applying

NOT_ELIGIBLE = frozenset({"host_citizen", "excluded_citizenship"})
"""No mistyped field: a rule of the law keeps this person out of the category."""

FIELD_OF_REASON = {
    "no_name": "family_name",
    "impossible_date_of_birth": "born",
    "born_in_future": "born",
    "excluded_citizenship": "citizenship",
    "host_citizen": "citizenship",
    "no_document_number": "document_number",
    "document_number_too_long": "document_number",
    "document_expires_before_election": "document_expires",
    "arrives_after_election": "arrives_on",
}

WORDS_OF_REASON = {
    "born_in_future": _("Your date of birth must be in the past"),
    "impossible_date_of_birth": _("Check the year of your birth"),
    "no_document_number": _("Enter your passport number with its letters and digits"),
    "arrives_after_election": _("You must arrive by election day to observe it"),
}
"""In a sentence to the person, where the row's own words are a remark to a clerk."""


def text_field(
    label: Any,
    *,
    most: int,
    missing: Any = "",
    hint: Any = "",
    kind: type[forms.CharField] = forms.CharField,
    widget: type[forms.TextInput] = forms.TextInput,
    **attrs: str,
) -> forms.CharField:
    """One line of text; required where `missing` gives the words for an empty one, or its kind says so."""
    return kind(
        label=label,
        max_length=most,
        required=bool(missing) or kind is not forms.CharField,
        help_text=hint,
        widget=widget(attrs={"autocomplete": "off", **attrs}),
        error_messages={
            "required": missing,
            "max_length": _("This must be at most %(limit_value)d characters; it has %(show_value)d"),
        },
    )


def country_field(label: Any, *, missing: Any = "", hint: Any = "", **attrs: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=partial(country_choices, _("Choose") if missing else _("None")),
        required=bool(missing),
        help_text=hint,
        widget=forms.Select(attrs=attrs),
        error_messages={"required": missing, "invalid_choice": _("Choose a country from the list")},
    )


class QuestionForm(forms.Form):
    """A page of the application. `answers` are its fields as a Statement bears them."""

    fields_of_statement: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, applying: Applying, **kwargs: Any) -> None:
        self.applying = applying
        self.not_eligible: Reason | None = None
        kwargs.setdefault("initial", {}).update(self.answered())
        super().__init__(*args, **kwargs)

    def answered(self) -> dict[str, Any]:
        """What was answered before, as initial values."""
        said = self.applying.statement
        return {name: getattr(said, name) for name in self.fields_of_statement}

    @property
    def answers(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.fields_of_statement}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_together(cleaned)
        mission = self.applying.mission
        if not self.errors and mission is not None:
            self.ask_the_rules(mission)
        return cleaned

    def check_together(self, cleaned: dict[str, Any]) -> None:
        """What several fields of the page must be together."""

    def ask_the_rules(self, mission: Any) -> None:
        """Put what the rules of a row say against these answers beside the field that it is about."""
        for why in reasons_against_answers(self.applying, self.answers, mission):
            field = FIELD_OF_REASON.get(why.code, "")
            if why.code in NOT_ELIGIBLE and self.decides_eligibility:
                self.not_eligible = why
            elif field in self.fields:
                self.add_error(field, str(WORDS_OF_REASON.get(why.code, why.words)))

    @property
    def decides_eligibility(self) -> bool:
        return "citizenship" in self.fields or "mission" in self.fields


class Choice(forms.ChoiceField):
    """A choice by radio buttons, with words for none chosen."""

    def __init__(self, *, missing: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect)
        super().__init__(error_messages={"required": missing, "invalid_choice": missing}, **kwargs)
