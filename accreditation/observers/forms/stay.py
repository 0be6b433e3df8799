"""Where somebody comes from and goes to: the mission, the address, the work, the visit."""

from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.core.dates import DayMonthYearField
from accreditation.core.moments import day_in_words
from accreditation.core.places import Country
from accreditation.missions.models import Delegation, DocumentKind, Mission, Role
from accreditation.observers.forms.question import QuestionForm, country_field, text_field
from accreditation.workflow.answering import registered_missions


class MissionForm(QuestionForm):
    """The registered mission that sends somebody, and the delegation where it has several: one choice."""

    mission = forms.ChoiceField(
        label=_l("Mission"),
        help_text=_l("Registered by the commission for this election"),
        error_messages={
            "required": _l("Choose the mission that sends you"),
            "invalid_choice": _l("Choose a mission from the list"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: dict[str, tuple[Mission, Delegation | None]] = {}
        choices: list[Any] = [("", _("Choose"))]
        for mission in registered_missions(self.applying.election):
            delegations = list(mission.delegations.all())
            if len(delegations) < 2:
                self.offered[str(mission.pk)] = mission, None
                choices.append((str(mission.pk), mission.name))
                continue
            own = {f"{mission.pk}-{one.pk}": one for one in delegations}
            self.offered |= {value: (mission, one) for value, one in own.items()}
            choices.append((mission.name, [(value, one.name) for value, one in own.items()]))
        self.fields["mission"].choices = choices

    def answered(self) -> dict[str, Any]:
        mission, beginning = self.applying.mission, self.applying.beginning
        if mission is None:
            return {}
        delegation = beginning.delegation_id if beginning is not None else None
        return {"mission": f"{mission.pk}-{delegation}" if delegation else str(mission.pk)}

    def clean(self) -> dict[str, Any]:
        cleaned = forms.Form.clean(self) or {}
        if chosen := cleaned.get("mission"):
            cleaned["mission"], cleaned["delegation"] = self.offered[chosen]
            cleaned["mission"].election = self.applying.election
            self.ask_the_rules(cleaned["mission"])
        return cleaned


class ContactForm(QuestionForm):
    """Where somebody lives. The e-mail address is known: the code went there."""

    fields_of_statement = ("residence_country", "residence_address", "phone")

    residence_country = country_field(
        _l("Country where you live"),
        missing=_l("Choose the country where you live"),
        autocomplete="country-name",
    )
    residence_address = forms.CharField(
        label=_l("Address"),
        max_length=300,
        help_text=_l("Street, town and postcode"),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        error_messages={
            "required": _l("Enter your address"),
            "max_length": _l("The address must be at most %(limit_value)d characters"),
        },
    )
    phone = text_field(
        _l("Phone"),
        most=40,
        hint=_l("With the country code, for example +994 12 493 60 08"),
        widget=forms.TelInput,
        autocomplete="tel",
        inputmode="tel",
        dir="ltr",
    )

    def clean_phone(self) -> str:
        """The number in its international form, whatever signs it was typed with."""
        text = self.cleaned_data["phone"].strip()
        if not text:
            return ""
        lives_in = Country.objects.filter(code=self.cleaned_data.get("residence_country") or "").first()
        try:
            number = phonenumbers.parse(text, lives_in.alpha2 if lives_in else None)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(
                _("Enter a phone number with its country code, for example +994 12 493 60 08")
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class WorkForm(QuestionForm):
    """What somebody does in the mission; journalists name their outlet and the ministry's number."""

    role = forms.ChoiceField(label=_l("Role"), required=False)
    function = text_field(
        _l("Position at home"),
        most=200,
        hint=_l("For example member of parliament"),
        autocomplete="organization-title",
    )
    outlet = text_field(
        _l("Media outlet"),
        most=200,
        missing=_l("Enter the media outlet for which you work"),
        autocomplete="organization",
    )
    ministry_number = text_field(
        _l("Number of your accreditation with the ministry"),
        most=60,
        missing=_l("Enter the number that the ministry gave you"),
        hint=_l("The Ministry of Foreign Affairs accredits foreign journalists first"),
        dir="ltr",
    )

    def __init__(self, *args: Any, applying: Any, **kwargs: Any) -> None:
        category = applying.category
        writes = category is not None and DocumentKind.MINISTRY_NUMBER in category.required_documents
        self.fields_of_statement = (
            ("function", "outlet", "ministry_number") if writes else ("role", "function")
        )
        super().__init__(*args, applying=applying, **kwargs)
        for name in ("outlet", "ministry_number") if not writes else ("role",):
            del self.fields[name]
        if not writes:
            self.fields["role"].choices = [
                ("", _l("None")),
                *((code, str(words).capitalize()) for code, words in Role.choices),
            ]


class VisitForm(QuestionForm):
    """Days, places and flights. Where the mission has said its days, the own ones may stay empty."""

    fields_of_statement = (
        "arrives_on", "arrival_place", "arrival_flight", "departs_on", "departure_place", "departure_flight",
    )  # fmt: skip

    arrives_on = DayMonthYearField(
        label=_l("Day of arrival"), error_messages={"required": _l("Enter the day of your arrival")}
    )
    arrival_place = text_field(
        _l("Place of arrival"), most=100, hint=_l("Airport, station or border crossing")
    )
    arrival_flight = text_field(
        _l("Flight or train of arrival"), most=20, hint=_l("For example J2 182"), dir="ltr"
    )
    departs_on = DayMonthYearField(
        label=_l("Day of departure"), error_messages={"required": _l("Enter the day of your departure")}
    )
    departure_place = text_field(_l("Place of departure"), most=100)
    departure_flight = text_field(_l("Flight or train of departure"), most=20, dir="ltr")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        membership = self.applying.membership
        delegation = membership.delegation if membership is not None else None
        for name in ("arrives_on", "departs_on"):
            known = getattr(delegation, name, None)
            self.fields[name].required = known is None
            self.fields[name].help_text = (
                _("Your mission says %(day)s; give a day only if yours is another")
                % {"day": day_in_words(known)}
                if known
                else _("For example %(example)s") % {"example": self._example(name)}
            )

    def _example(self, name: str) -> str:
        day = self.applying.election.day
        return f"{day.day} {day.month} {day.year}"

    def check_together(self, cleaned: dict[str, Any]) -> None:
        arrives, departs = cleaned.get("arrives_on"), cleaned.get("departs_on")
        if arrives and departs and departs < arrives:
            self.add_error("departs_on", _("The day of departure cannot be before the day of arrival"))
