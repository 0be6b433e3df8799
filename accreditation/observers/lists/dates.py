"""Dates and times as lists write them.

Dotted dates and those with a named month are day first. Where slashes or dashes stand between numbers with
the year last, the day or the month may stand first: the column decides, or its header, or the person who is
asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from accreditation.core.months import month_number

ORDERS = ("dmy", "mdy", "ymd")

_EXCEL_ZERO = date(1899, 12, 30)
_EXCEL_SERIALS = (60, 80_000)  # from 1900 to 2119
_YEARS = (1850, 2150)

_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|º|\.|-?го|-?е)?[\s.\-/]*(?:de\s+|of\s+)?"
    r"([^\W\d_]+(?:\s[^\W\d_]+)?)\.?,?[\s.\-/]*(?:de\s+|of\s+)?"
    r"(\d{4}|['’]?\d{2})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(r"([^\W\d_]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})(?!\d)", re.IGNORECASE)
_LEADING = re.compile(r"^(?:le|am|den|el|on|the|[^\W\d_]{2,12}day|[^\W\d_]{2,12}di),?\s+", re.IGNORECASE)
_TRAILING = re.compile(r"\s*(?:г(?:\.|ода|од)?|year|il(?:i|də)?|-?ci il|м|م|هـ)?\.?$", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d.])(\d{1,2})\s*[:.hч]\s*(\d{2})(?::\d{2})?\s*([ap]\.?m\.?)?(?![\d.])", re.IGNORECASE
)
_BARE_TIME = re.compile(r"(\d{2})(\d{2})\s*(?:h|hrs|hours|lt)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadDate:
    """What a cell says: a day, perhaps with other text after it; or that it says two things, or nothing."""

    day: date | None = None
    rest: str = ""
    ambiguous: bool = False


NO_DATE = ReadDate()


def western_digits(text: str) -> str:
    """Digits of any script as 0-9, and without marks of direction."""
    if text.isascii():
        return text
    return "".join(str(int(c)) if c.isdecimal() and not c.isascii() else c for c in _HIDDEN.sub("", text))


def read_date(cell: object, *, order: str | None = None, past: bool = False, today: date) -> ReadDate:
    """The date in a cell. `order` reads '03/04/1980'; without it such a date is ambiguous.

    Years of two digits are in the past for a birth (`past`), else between 2000 and 2099.
    """
    if isinstance(cell, datetime):
        return ReadDate(cell.date(), "" if cell.time() == time() else f"{cell:%H:%M}")
    if isinstance(cell, date):
        return ReadDate(cell)
    if isinstance(cell, bool):
        return NO_DATE
    if isinstance(cell, (int, float)):
        return _from_number(cell)
    if not isinstance(cell, str):
        return NO_DATE
    text = _LEADING.sub("", western_digits(cell).replace("\xa0", " ").strip())
    return _from_text(text, order, past, today)


def _from_number(number: float) -> ReadDate:
    """A cell that lost its date format shows Excel's count of days; 19800304 is also seen."""
    if 1e7 < number < 1e8 and number == int(number):
        return _from_text(str(int(number)), None, False, date.max)
    if _YEARS[0] <= number <= _YEARS[1]:
        return NO_DATE  # a year alone, not a day of 1905
    if _EXCEL_SERIALS[0] <= number <= _EXCEL_SERIALS[1]:
        clock = _clock(timedelta(days=number % 1))
        return ReadDate(_EXCEL_ZERO + timedelta(days=int(number)), f"{clock:%H:%M}" if number % 1 else "")
    return NO_DATE


def _from_text(text: str, order: str | None, past: bool, today: date) -> ReadDate:
    if found := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        return _dated(int(found[1]), int(found[2]), int(found[3]), text[found.end() :])
    if found := _YEAR_LAST.match(text):
        return _year_last(found, text[found.end() :], order, past, today)
    if found := _DAY_MONTH.match(text):
        words = found[2].split()
        month = month_number("".join(words)) or (month_number(words[0]) if len(words) > 1 else None)
        if month:
            return _dated(
                _full_year(found[3].strip("'’"), past, today), month, int(found[1]), text[found.end() :]
            )
    if (found := _MONTH_DAY.match(text)) and (month := month_number(found[1])):
        return _dated(int(found[3]), month, int(found[2]), text[found.end() :])
    return NO_DATE


def _year_last(found: re.Match[str], rest: str, order: str | None, past: bool, today: date) -> ReadDate:
    first, second, year_text = int(found[1]), int(found[3]), found[4]
    if order == "ymd" and len(year_text) == 2:
        return _dated(_full_year(found[1].zfill(2), past, today), second, int(year_text), rest)
    year = _full_year(year_text, past, today)
    if found[2] == ".":
        order = "dmy"  # dots stand in no country that writes the month first
    elif order not in ("dmy", "mdy"):
        if first == second or first > 12:
            order = "dmy"
        elif second > 12:
            order = "mdy"
        else:
            return ReadDate(ambiguous=True)
    day, month = (first, second) if order == "dmy" else (second, first)
    return _dated(year, month, day, rest)


def _dated(year: int, month: int, day: int, rest: str) -> ReadDate:
    if not _YEARS[0] <= year <= _YEARS[1]:
        return NO_DATE
    try:
        return ReadDate(date(year, month, day), _TRAILING.sub("", rest).strip(" ,;T\t\n"))
    except ValueError:
        return NO_DATE


def _full_year(text: str, past: bool, today: date) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (1900 if past and 2000 + year > today.year - 10 else 2000)


# --- the order of a column ----------------------------------------------------------------------------------

_HEADER_ORDERS = (
    (re.compile(r"\b[dдj]{1,2}\W{1,3}[mм]{1,3}\W{1,3}[yгa]{2,4}\b|\bgg\W{1,3}aa\W{1,3}ii"), "dmy"),
    (re.compile(r"\b[mм]{1,2}\W{1,3}[dдj]{1,2}\W{1,3}[yгa]{2,4}\b"), "mdy"),
    (re.compile(r"\b[yгa]{2,4}\W{1,3}[mм]{1,2}\W{1,3}[dдj]{1,2}\b|\bii+\W{1,3}aa\W{1,3}gg"), "ymd"),
    (re.compile(r"\bday\W+month\W+year|день\W+месяц\W+год|jour\W+mois\W+ann|يوم\W+شهر\W+سن"), "dmy"),
    (re.compile(r"\bmonth\W+day\W+year|месяц\W+день\W+год|mois\W+jour\W+ann"), "mdy"),
)


def order_from_header(header: str) -> str | None:
    """The order that a header names, as in 'Date of birth (dd/mm/yyyy)'."""
    text = header.casefold()
    return next((order for pattern, order in _HEADER_ORDERS if pattern.search(text)), None)


def order_from_cells(cells: Iterable[object]) -> str | None:
    """The order that the dates of one column prove; None where they prove nothing, or both.

    Proof is a number above 12; a column in which both places hold such numbers has no order.
    """
    day_first = month_first = False
    for cell in cells:
        if not isinstance(cell, str):
            continue
        found = _YEAR_LAST.match(western_digits(cell).strip())
        if found and found[2] != ".":
            day_first |= int(found[1]) > 12 >= int(found[3])
            month_first |= int(found[3]) > 12 >= int(found[1])
    if day_first == month_first:
        return None
    return "dmy" if day_first else "mdy"


# --- times --------------------------------------------------------------------------------------------------


def _clock(since_midnight: timedelta) -> time:
    minutes = round(since_midnight.total_seconds() / 60) % 1440
    return time(minutes // 60, minutes % 60)


def read_time(cell: object) -> time | None:
    """The time of day in a cell, or in the text that follows a date."""
    if isinstance(cell, datetime):
        return cell.time().replace(second=0, microsecond=0)
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0)
    if isinstance(cell, timedelta):
        return _clock(cell) if cell.days == 0 else None
    if isinstance(cell, float) and 0 <= cell < 1:
        return _clock(timedelta(days=cell))
    if not isinstance(cell, str):
        return None
    text = western_digits(cell).strip()
    found = _TIME.search(text)
    if found is None:
        found = _BARE_TIME.fullmatch(text)
        if found is None:
            return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] if found.re is _TIME else None)
    if half:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
