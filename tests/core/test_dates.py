from datetime import UTC, date, datetime

import pytest
from django import forms
from django.utils.formats import date_format
from django.utils.translation import override

from accreditation.core.dates import DayMonthYearField, month_number


class Passport(forms.Form):
    expiry = DayMonthYearField(label="Valid until")
    birth = DayMonthYearField(label="Born", autocomplete="bday", required=False)


def read(day: str, month: str, year: str) -> date | list[str]:
    form = Passport({"expiry_day": day, "expiry_month": month, "expiry_year": year})
    return (
        form.cleaned_data["expiry"]
        if form.is_valid()
        else [error.code for error in form.errors.as_data()["expiry"]]
    )


@pytest.mark.parametrize(
    "month",
    [
        "3",
        "03",
        " 3 ",
        "March",
        "MAR",
        "mar.",
        "mart",
        "Mart",
        "mars",
        "марта",
        "март",
        "МАР.",
        "مارس",
        "٣",
        "آذار",
    ],
)
def test_a_month_is_a_number_or_a_name_in_any_language_of_the_product(month):
    assert read("27", month, "2031") == date(2031, 3, 27)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("İyun", 6),
        ("iyul", 7),
        ("IYUL", 7),
        ("sentyabr", 9),
        ("août", 8),
        ("aout", 8),
        ("Декабря", 12),
        ("févr.", 2),
    ],
)
def test_accents_case_and_the_turkish_i_make_no_difference(name, number):
    assert month_number(name) == number


@pytest.mark.parametrize("nonsense", ["13", "0", "-1", "ma", "ju", "Smarch", "1.5", "²"])
def test_what_is_no_month_is_not_guessed(nonsense):
    assert month_number(nonsense) is None


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("", "", ""), "required"),
        (("", "3", "2031"), "day_missing"),
        (("1", "", "2031"), "month_missing"),
        (("1", "3", ""), "year_missing"),
        (("1", "Smarch", "2031"), "month"),
        (("1", "3", "31"), "year"),
        (("30", "2", "2031"), "impossible"),
        (("29", "2", "2027"), "impossible"),
        (("x", "2", "2027"), "impossible"),
        (("1", "3", "0000"), "impossible"),
    ],
)
def test_what_is_wrong_with_a_date_is_said_missing_first_then_impossible(parts, code):
    assert read(*parts) == [code]


@pytest.mark.parametrize("language", ["en", "az", "fr", "ru", "ar"])
def test_the_third_of_april_stays_the_third_of_april_in_every_language(language):
    with override(language):
        assert read("03", "04", "1980") == date(1980, 4, 3)


def test_an_optional_date_may_stay_empty():
    form = Passport({"expiry_day": "1", "expiry_month": "1", "expiry_year": "2030"})
    assert form.is_valid()
    assert form.cleaned_data["birth"] is None


def test_what_was_typed_stands_in_the_fields_again():
    html = str(Passport({"expiry_day": "31", "expiry_month": "Smarch", "expiry_year": "2031"})["expiry"])
    assert 'value="31"' in html
    assert 'value="Smarch"' in html


def test_a_known_date_fills_the_three_fields_and_is_not_a_change():
    form = Passport(
        {"expiry_day": "27", "expiry_month": "March", "expiry_year": "2031"},
        initial={"expiry": date(2031, 3, 27)},
    )
    assert not form.has_changed()
    html = str(Passport(initial={"expiry": date(2031, 3, 27)})["expiry"])
    assert [f'value="{part}"' in html for part in ("27", "3", "2031")] == [True] * 3


@pytest.mark.parametrize("language", ["en", "az", "fr", "ru", "ar"])
def test_what_the_admin_reads_and_prints_is_day_first_with_the_zone(language):
    with override(language):
        assert forms.DateField().clean("03/04/1980") == date(1980, 4, 3)
        assert date_format(date(1980, 4, 3), "DATE_FORMAT").startswith("3 ")
        assert date_format(datetime(2026, 12, 10, 18, 5, tzinfo=UTC), "DATETIME_FORMAT").endswith(
            ", 18:05 UTC"
        )
