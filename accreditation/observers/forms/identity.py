"""Who somebody is: names, birth and citizenship, passport."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.core.dates import DayMonthYearField
from accreditation.core.encryption import normalise_document_number
from accreditation.core.moments import day_in_words
from accreditation.observers import names
from accreditation.observers.forms.question import Choice, QuestionForm, country_field, text_field
from accreditation.observers.models import NAME_LENGTH, Sex

SEX = (
    (Sex.FEMALE.value, _l("Female")),
    (Sex.MALE.value, _l("Male")),
    (Sex.UNSPECIFIED.value, _l("Unspecified (X)")),
)
NAME_PARTS = ("given_names", "family_name", "patronymic", "original_name")


class OneOfTwo(forms.CharField):
    """A part of the name: asked of everybody; whether it may stay empty is a question of both parts together."""

    def validate(self, value: str) -> None:
        """An empty one is judged with the other."""


class NamesForm(QuestionForm):
    """Names as in the passport. Some people have one name: then the other field stays empty, and they say so."""

    fields_of_statement = ("family_name", "given_names", "patronymic", "original_name")

    given_names = text_field(
        _l("Given names"),
        most=NAME_LENGTH,
        kind=OneOfTwo,
        hint=_l("As written in Latin letters in your passport, all of them"),
        autocomplete="given-name",
        spellcheck="false",
        dir="ltr",
    )
    family_name = text_field(
        _l("Family name"),
        most=NAME_LENGTH,
        kind=OneOfTwo,
        hint=_l("As written in Latin letters in your passport"),
        autocomplete="family-name",
        spellcheck="false",
        dir="ltr",
    )
    only_one_name = forms.BooleanField(label=_l("I have only one name"), required=False)
    original_name = text_field(
        _l("Full name in your own script"),
        most=NAME_LENGTH,
        hint=_l(
            "If your language is not written in Latin letters, for example Эмилия Васильева or عمر الراشد"
        ),
        autocomplete="off",
        spellcheck="false",
        dir="auto",
    )
    patronymic = text_field(
        _l("Patronymic"),
        most=NAME_LENGTH,
        hint=_l("If your passport has one"),
        autocomplete="additional-name",
        spellcheck="false",
    )

    def answered(self) -> dict[str, Any]:
        found = super().answered()
        found["only_one_name"] = bool(found["family_name"]) != bool(found["given_names"])
        return found

    def check_together(self, cleaned: dict[str, Any]) -> None:
        for part in NAME_PARTS:
            if part in cleaned:
                cleaned[part] = names.clean(cleaned[part])
                self._check_one(part, cleaned[part])
        if self.errors:
            return
        family, given = cleaned["family_name"], cleaned["given_names"]
        if not family and not given:
            self.add_error("given_names", _("Enter your names as in your passport"))
        elif family and given and cleaned["only_one_name"]:
            self.add_error("only_one_name", _("You gave two names: take the tick away, or leave one empty"))
        elif not (family and given) and not cleaned["only_one_name"]:
            missing = "given_names" if family else "family_name"
            words = {
                "given_names": _("Enter your given names, or tick “I have only one name”"),
                "family_name": _("Enter your family name, or tick “I have only one name”"),
            }
            self.add_error(missing, words[missing])

    def _check_one(self, part: str, name: str) -> None:
        fault = names.check_characters(name)
        if fault is not None and fault.code == "hidden_characters":
            self.add_error(part, _("This name holds a sign that cannot be seen: type it anew"))
        elif fault is not None:
            self.add_error(part, _("A name has letters, spaces, hyphens, full stops and apostrophes only"))
        elif part in ("given_names", "family_name") and not names.is_latin(name):
            words = _("Use Latin letters, as in the two lines at the bottom of the passport's page")
            self.add_error(part, words)


class BirthForm(QuestionForm):
    """Birth and citizenships."""

    fields_of_statement = ("born", "birth_place", "sex", "citizenship", "other_citizenships")

    born = DayMonthYearField(
        label=_l("Date of birth"),
        help_text=_l("As written in your passport, for example 27 3 1985"),
        autocomplete="bday",
        error_messages={"required": _l("Enter your date of birth")},
    )
    birth_place = text_field(
        _l("Place of birth"), most=NAME_LENGTH, hint=_l("As written in your passport, if it is there")
    )
    sex = Choice(
        label=_l("Sex as in your passport"), choices=SEX, missing=_l("Choose what your passport says")
    )
    citizenship = country_field(
        _l("Citizenship"),
        missing=_l("Choose your citizenship"),
        hint=_l("Of the passport with which you travel"),
        autocomplete="off",
    )
    other_citizenship = country_field(_l("Another citizenship"), autocomplete="off")
    third_citizenship = country_field(_l("One more citizenship"), autocomplete="off")

    def answered(self) -> dict[str, Any]:
        found = super().answered()
        others = [*found.pop("other_citizenships"), "", ""]
        return found | {"other_citizenship": others[0], "third_citizenship": others[1]}

    @property
    def answers(self) -> dict[str, Any]:
        chosen = [self.cleaned_data.get(name) for name in ("other_citizenship", "third_citizenship")]
        own = self.cleaned_data.get("citizenship")
        others = tuple(dict.fromkeys(code for code in chosen if code and code != own))
        return {**super().answers, "other_citizenships": others}


class PassportForm(QuestionForm):
    """The passport: number, issuing country, last day. It must be valid until the end of the visit."""

    fields_of_statement = ("document_number", "document_country", "document_expires")

    document_number = text_field(
        _l("Passport number"),
        most=60,
        missing=_l("Enter your passport number"),
        hint=_l("At the top right of the page with your photo"),
        dir="ltr",
        spellcheck="false",
        autocapitalize="characters",
    )
    document_country = country_field(
        _l("Issued by"), missing=_l("Choose the country that issued your passport"), autocomplete="off"
    )
    document_expires = DayMonthYearField(
        label=_l("Valid until"),
        help_text=_l("As written in the passport, for example 27 3 2031"),
        error_messages={"required": _l("Enter the day until which your passport is valid")},
    )

    def answered(self) -> dict[str, Any]:
        found = super().answered()
        found["document_country"] = found["document_country"] or self.applying.statement.citizenship
        return found

    @property
    def answers(self) -> dict[str, Any]:
        return {**super().answers, "document_country_assumed": False}

    def clean_document_number(self) -> str:
        return names.clean(self.cleaned_data["document_number"])

    def check_together(self, cleaned: dict[str, Any]) -> None:
        number = cleaned.get("document_number")
        if number and len(normalise_document_number(number)) < 2:
            self.add_error("document_number", _("Enter your passport number with its letters and digits"))
        expires, needed = cleaned.get("document_expires"), self.applying.passport_needed_until
        if expires is not None and expires < needed:
            self.add_error("document_expires", passport_too_short(self.applying))


def passport_too_short(applying: Any) -> str:
    """'Passport must be valid on 23 December 2026, when you leave'"""
    needed = applying.passport_needed_until
    if needed > applying.election.day:
        return _("Passport must be valid on %(day)s, when you leave") % {"day": day_in_words(needed)}
    return _("Passport must be valid on %(day)s, election day") % {"day": day_in_words(needed)}
