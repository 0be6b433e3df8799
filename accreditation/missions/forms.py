"""The forms of a head of mission. The rules of a row are those of lists: observers.statements."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accreditation.core.dates import DayMonthYearField
from accreditation.core.errors import Reason
from accreditation.core.places import country_choices
from accreditation.missions.models import Delegation, Mission, Role
from accreditation.observers import names
from accreditation.observers.models import Membership, Sex
from accreditation.observers.statements import RowRules, Statement, refusals, warnings

FIELD_OF_REASON = {
    "no_name": "family_name",
    "no_date_of_birth": "born",
    "impossible_date_of_birth": "born",
    "born_in_future": "born",
    "no_citizenship": "citizenship",
    "unknown_citizenship": "citizenship",
    "excluded_citizenship": "citizenship",
    "host_citizen": "citizenship",
    "no_document_number": "document_number",
    "document_number_too_long": "document_number",
    "document_expires_before_election": "document_expires",
    "arrives_after_election": "arrives_on",
}
NAMES = ("family_name", "given_names", "patronymic", "original_name")
AS_WRITTEN = {"spellcheck": "false", "autocomplete": "off"}
LATIN = {**AS_WRITTEN, "dir": "ltr"}


def _text(label: Any, *, most: int, required: bool = False, hint: Any = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )


def choices_of(kinds: type[TextChoices], none_chosen: Any) -> list[tuple[str, Any]]:
    """A select of a fixed set; first the words for none."""
    return [("", none_chosen), *((code, capfirst(words)) for code, words in kinds.choices)]


class HourField(forms.TimeField):
    """A local time as a flight plan writes it: 14:30, 14.30 or 1430."""

    default_error_messages = {"invalid": _("Enter a time like 14:30")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "short", "maxlength": "5", "autocomplete": "off", "dir": "ltr"}
        widget = forms.TimeInput(attrs=attrs, format="%H:%M")
        super().__init__(widget=widget, input_formats=["%H:%M"], **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().replace(".", ":")
            value = f"{value[:-2]}:{value[-2:]}" if value.isdecimal() and len(value) in (3, 4) else value
        return super().to_python(value)


class StatementForm(forms.Form):
    """One person, in the order of a passport. `Form.statement` is what the page says, once it is valid.

    For a person who stands already, give `membership`: its passport's number stays unless another is typed.
    """

    family_name = _text(_("Family name"), most=200, hint=_("As in the passport, in Latin letters"), **LATIN)
    given_names = _text(
        _("Given names"),
        most=200,
        hint=_("Leave one of the two empty if the person has one name only"),
        **LATIN,
    )
    original_name = _text(_("Name in its original script"), most=200, dir="auto", spellcheck="false")
    patronymic = _text(_("Patronymic"), most=200, dir="auto", spellcheck="false")
    born = DayMonthYearField(label=_("Date of birth"), help_text=_("For example 27 3 1980"))
    birth_place = _text(_("Place of birth"), most=128)
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=partial(choices_of, Sex, _("Not said")))
    citizenship = forms.ChoiceField(label=_("Citizenship"))
    document_number = _text(_("Passport number"), most=40, required=True, **LATIN)
    document_country = forms.ChoiceField(
        label=_("Issued by"),
        required=False,
        help_text=_("If it is another country than that of the citizenship"),
    )
    document_expires = DayMonthYearField(label=_("Valid until"), required=False)
    category = forms.ChoiceField(label=_("Category"))
    role = forms.ChoiceField(label=_("Role"), required=False, choices=partial(choices_of, Role, _("None")))
    function = _text(_("Function"), most=200)
    outlet = _text(_("Media outlet"), most=200)
    ministry_number = _text(_("Ministry's accreditation number"), most=60, dir="ltr")
    email = forms.CharField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Letters go there; without it they go to you"),
        widget=forms.EmailInput(attrs={**LATIN, "type": "text", "inputmode": "email"}),
    )
    phone = _text(_("Phone"), most=40, dir="ltr", inputmode="tel")
    residence_country = forms.ChoiceField(label=_("Country of residence"), required=False)
    residence_address = _text(
        _("Address of residence"), most=300, hint=_("Empty: the address of your organisation counts")
    )
    arrives_on = DayMonthYearField(
        label=_("Arrives on"), required=False, help_text=_("Empty: the day of the delegation counts")
    )
    arrives_at = HourField(label=_("Arrives at"), required=False)
    arrival_place = _text(_("Place of arrival"), most=100)
    arrival_flight = _text(_("Flight of arrival"), most=20, dir="ltr")
    departs_on = DayMonthYearField(label=_("Departs on"), required=False)
    departs_at = HourField(label=_("Departs at"), required=False)
    departure_place = _text(_("Place of departure"), most=100)
    departure_flight = _text(_("Flight of departure"), most=20, dir="ltr")

    GROUPS = (
        (_("Name"), ("family_name", "given_names", "original_name", "patronymic")),
        (_("Birth and citizenship"), ("born", "birth_place", "sex", "citizenship")),
        (_("Passport"), ("document_number", "document_country", "document_expires")),
        (_("In the mission"), ("category", "role", "function", "outlet", "ministry_number")),
        (_("Contact"), ("email", "phone", "residence_country", "residence_address")),
        (
            _("Visit"),
            (
                "arrives_on",
                "arrives_at",
                "arrival_place",
                "arrival_flight",
                "departs_on",
                "departs_at",
                "departure_place",
                "departure_flight",
            ),
        ),
    )

    def __init__(
        self,
        *args: Any,
        mission: Mission,
        rules: RowRules,
        today: date,
        membership: Membership | None = None,
        **kwargs: Any,
    ) -> None:
        self.mission, self.rules, self.today, self.membership = mission, rules, today, membership
        kwargs.setdefault("initial", initial_of(membership) if membership else self._usual())
        super().__init__(*args, **kwargs)
        countries = country_choices(_("Choose"))
        for name in ("citizenship", "document_country", "residence_country"):
            self.fields[name].choices = countries
        self.fields["category"].choices = [(row.code, row.name) for row in mission.election.categories.all()]
        if membership is not None:
            number = self.fields["document_number"]
            number.required = False
            number.help_text = _("Ends in %(end)s. Type a number only to change it") % {
                "end": membership.document.number_end
            }
        self.statement = Statement()
        self.warnings: list[Reason] = []

    def _usual(self) -> dict[str, Any]:
        return {"category": self.mission.default_category.code, "role": self.mission.default_role}

    def groups(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        for words, fields in self.GROUPS:
            yield words, [self[name] for name in fields]

    @property
    def shown_fields(self) -> set[str]:
        """The fields that a blank empties: all but a passport number that was left as it stands."""
        kept = {"document_number"} if not self.cleaned_data.get("document_number") else set()
        return set(self.fields) - kept

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        values = {name: value for name, value in said.items() if name in Statement.__slots__}
        for name in NAMES:
            values[name] = names.clean(said.get(name) or "")
        statement = Statement(**values)
        if self.membership is not None:
            statement.other_citizenships = tuple(self.membership.other_citizenships)
            if not statement.document_number:
                statement.document_number = self.membership.document.number
        if statement.document_country in ("", None):
            statement.document_country = statement.citizenship
            statement.document_country_assumed = True
        for why in refusals(statement, self.rules, self.today):
            field = self._field_of(why, statement)
            if field is None or not self.errors.get(field):
                self.add_error(field, forms.ValidationError(_sentence(why), code=why.code))
        self.statement, self.warnings = statement, warnings(statement, self.rules, self.today)
        return said

    def _field_of(self, why: Reason, statement: Statement) -> str | None:
        at_fault = next((name for name in NAMES if names.fault(getattr(statement, name)) == why.code), None)
        return at_fault or FIELD_OF_REASON.get(why.code)


def _sentence(why: Reason) -> str:
    """Reasons are written for the cells of a list; in a page they are sentences."""
    words = str(why.words)
    return words[:1].upper() + words[1:]


def initial_of(membership: Membership) -> dict[str, Any]:
    """What a membership states, as the form shows it; never the passport's number."""
    shown = {
        name: getattr(membership, name)
        for name in StatementForm.base_fields
        if hasattr(membership, name) and name not in ("category", "citizenship", "residence_country")
    }
    document = membership.document
    return shown | {
        "citizenship": membership.citizenship_id,
        "residence_country": membership.residence_country_id or "",
        "category": membership.category.code,
        "document_country": "" if document.country_assumed else document.country_id,
        "document_expires": document.expires_on,
    }


class PictureForm(forms.Form):
    """A photo or a passport page: one upload a page, so that a broken network loses nothing else."""

    picture = forms.FileField(
        label=_("Picture"),
        error_messages={"required": _("Choose a picture"), "empty": _("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "data-shrink": ""}),
    )


class ArchiveForm(forms.Form):
    """Pictures of many people in one ZIP."""

    archive = forms.FileField(
        label=_("ZIP file with pictures"),
        error_messages={"required": _("Choose the ZIP file"), "empty": _("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )


class StayForm(forms.ModelForm):
    """When a delegation comes and leaves: said once, it counts for all its people who say nothing else."""

    arrives_on = DayMonthYearField(label=_("Arrives on"), required=False)
    arrives_at = HourField(label=_("Arrives at"), required=False)
    departs_on = DayMonthYearField(label=_("Departs on"), required=False)
    departs_at = HourField(label=_("Departs at"), required=False)

    class Meta:
        model = Delegation
        fields = (
            "arrives_on",
            "arrives_at",
            "arrival_place",
            "arrival_flight",
            "departs_on",
            "departs_at",
            "departure_place",
            "departure_flight",
            "expected_people",
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        arrives, departs = said.get("arrives_on"), said.get("departs_on")
        if arrives and departs and departs < arrives:
            self.add_error(
                "departs_on", forms.ValidationError(_("The delegation departs before it arrives."), "order")
            )
        return said


class ReasonForm(forms.Form):
    """An optional sentence beside a grave step."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("The commission reads it"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
