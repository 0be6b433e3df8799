"""Dates and times as lists write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accreditation.observers.lists.dates import order_from_cells, order_from_header, read_date, read_time

TODAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    "text",
    [
        "1970-03-15",
        "1970/03/15",
        "1970.03.15",
        "15.03.1970",
        "15. 3. 1970",
        "15.3.70",
        "15/03/1970",
        "03/15/1970",
        "15-03-1970",
        "15 Mar 1970",
        "15-Mar-70",
        "15MAR1970",
        "15 March 1970",
        "March 15, 1970",
        "Mar. 15 1970",
        "15th of March 1970",
        "15 марта 1970 г.",
        "15 МАР 1970",
        "15 mart 1970",
        "15 mart 1970-ci il",
        "15 mars 1970",
        "15 مارس 1970",
        "١٥/٠٣/١٩٧٠",
        "15 آذار 1970",
        "Sunday, 15 March 1970",
        "19700315",
        "\u200f15/03/1970",
        "15 März 1970",
        "15 de marzo de 1970",
    ],
)
def test_forms_of_one_date(text: str) -> None:
    assert read_date(text, past=True, today=TODAY).day == date(1970, 3, 15)


@pytest.mark.parametrize(
    "cell", ["31.02.1980", "00.01.1980", "1980-13-01", "soon", "", "15 Foo 1970", 1.5, True, None]
)
def test_what_is_no_date(cell: object) -> None:
    read = read_date(cell, today=TODAY)
    assert (read.day, read.ambiguous) == (None, False)


def test_slashes_and_dashes_are_ambiguous_without_an_order_dots_never() -> None:
    assert read_date("03/04/1980", today=TODAY).ambiguous
    assert read_date("03-04-1980", today=TODAY).ambiguous
    assert read_date("03.04.1980", today=TODAY).day == date(1980, 4, 3)
    assert read_date("03.04.1980", order="mdy", today=TODAY).day == date(1980, 4, 3)
    assert read_date("03/04/1980", order="mdy", today=TODAY).day == date(1980, 3, 4)


def test_years_of_two_digits_follow_the_sense() -> None:
    assert read_date("15.03.30", past=True, today=TODAY).day == date(1930, 3, 15)
    assert read_date("15.03.30", today=TODAY).day == date(2030, 3, 15)
    assert read_date("15.03.05", past=True, today=TODAY).day == date(2005, 3, 15)
    assert read_date("80/03/04", order="ymd", past=True, today=TODAY).day == date(1980, 3, 4)


def test_dates_of_the_spreadsheet() -> None:
    assert read_date(date(1970, 3, 15), today=TODAY).day == date(1970, 3, 15)
    arrival = read_date(datetime(2026, 12, 15, 14, 30), today=TODAY)  # noqa: DTZ001
    assert (arrival.day, read_time(arrival.rest)) == (date(2026, 12, 15), time(14, 30))
    assert read_date(25642.0, today=TODAY).day == date(1970, 3, 15)


FORMS = ["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%Y%m%d", "%d-%b-%Y", "%Y/%m/%d"]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(FORMS))
def test_a_written_date_is_read_as_it_was(day: date, form: str) -> None:
    assert read_date(day.strftime(form), today=TODAY).day == day


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from([("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y")]),
)
def test_a_date_with_slashes_is_read_by_its_order_and_never_wrongly_without(
    day: date, form: tuple[str, str]
) -> None:
    text = day.strftime(form[1])
    assert read_date(text, order=form[0], today=TODAY).day == day
    alone = read_date(text, today=TODAY)
    assert alone.day == day if alone.day else alone.ambiguous


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader_of_dates(text: str) -> None:
    read = read_date(text, today=TODAY)
    assert read.day is None or 1850 <= read.day.year <= 2150
    assert read_time(text) is None or isinstance(read_time(text), time)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/1980", "13/04/1980"], "dmy"),
        (["03/04/1980", "04/13/1980"], "mdy"),
        (["03/04/1980", "05/06/1980"], None),
        (["13/04/1980", "04/13/1980"], None),
        (["13.04.1980", "1980-04-13"], None),
    ],
)
def test_a_column_decides_by_its_numbers_above_twelve(cells: list[str], order: str | None) -> None:
    assert order_from_cells(cells) == order


@pytest.mark.parametrize(
    ("header", "order"),
    [
        ("Date of birth (dd/mm/yyyy)", "dmy"),
        ("DOB MM/DD/YYYY", "mdy"),
        ("Дата рождения (дд.мм.гггг)", "dmy"),
        ("Date de naissance (jj/mm/aaaa)", "dmy"),
        ("Born (yyyy-mm-dd)", "ymd"),
        ("Doğum tarixi (gg.aa.iiii)", "dmy"),
        ("Date of birth (day/month/year)", "dmy"),
        ("Date", None),
    ],
)
def test_a_header_decides_by_its_words(header: str, order: str | None) -> None:
    assert order_from_header(header) == order


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("14:30", time(14, 30)),
        ("14.30", time(14, 30)),
        ("2:30 PM", time(14, 30)),
        ("12:05 am", time(0, 5)),
        ("1430", time(14, 30)),
        ("14h30", time(14, 30)),
        (0.5, time(12, 0)),
        (time(8, 15), time(8, 15)),
        (timedelta(hours=8), time(8, 0)),
        ("25:00", None),
        ("noon", None),
        (3.7, None),
    ],
)
def test_forms_of_times(cell: object, clock: time | None) -> None:
    assert read_time(cell) == clock
