"""From the cells of a row to a Statement. Equal cells of a column are understood once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Mapped
from datetime import date, datetime, time
from functools import partial
from typing import Any

from accreditation.core.errors import Reason
from accreditation.core.places import CountryNames
from accreditation.observers import names
from accreditation.observers.lists import headers as h
from accreditation.observers.lists.columns import DATE_FIELDS, Column, Mapping
from accreditation.observers.lists.dates import ReadDate, read_date, read_time, western_digits
from accreditation.observers.lists.headers import IGNORED, fold_header
from accreditation.observers.lists.reading import Cell
from accreditation.observers.lists.words import read_category, read_role, read_sex
from accreditation.observers.reasons import reason
from accreditation.observers.statements import Statement

MAX_TEXT = 200  # characters of a free text; longer ones are cut, and the row says so
_LENGTHS = {
    "residence_address": 300,
    "birth_place": 128,
    "arrival_place": 100,
    "departure_place": 100,
    "ministry_number": 60,
    "phone": 30,
    "arrival_flight": 20,
    "departure_flight": 20,
}
_NAME_FIELDS = {
    "family_name",
    "given_names",
    "patronymic",
    "original_name",
    h.FULL_NAME,
    h.FULL_NAME_GIVEN_FIRST,
    h.ORIGINAL_FAMILY,
    h.ORIGINAL_GIVEN,
}
_BLANKS = {"-", "--", "---", "—", "–", "_", ".", "/", "n/a", "нет", "yoxdur", "لا يوجد"}
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NUMBER_SIGN = re.compile(r"^(?:№|No?\.|N[°º]|#|nr\.)\s*", re.IGNORECASE)
_HIDDEN = re.compile(r"[•●*]{3,}\s*\w*")  # as our own downloads show a number
_ISSUED = re.compile(r"\s*[,;(\n]|\s(?:выдан|issued|verilib|délivré|date|от)\b", re.IGNORECASE)
_HONORIFIC = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|prof|h\.\s?e|hon|mme|г-н|г-жа|cənab|xanım|السيد|السيدة|د)(?:\.\s*|\s+)",
    re.IGNORECASE,
)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_SEPARATORS_OF_COUNTRIES = re.compile(r"\s*[/,;&+\n]\s*|\s+(?:and|и|et|və|ve)\s+")
_FLIGHT = re.compile(r"\b(?=[A-Z\d]{0,2}[A-Z])([A-Z\d]{2}[ \-]?\d{2,4})\b")


class _Cut(str):
    """A text that was longer than it may be."""


def text_of(cell: Cell) -> str:
    """A cell as words: whole numbers without '.0', dates as ISO, no hidden characters."""
    if isinstance(cell, str):
        text = names.clean(cell)
        if not text.isprintable():
            text = names.clean(_CONTROLS.sub("", text))
        return "" if text in _BLANKS or text.casefold() in _BLANKS else text
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, (date, datetime, time)) else str(cell)


def _free_text(cell: Cell, *, most: int) -> str:
    text = text_of(cell)
    return text if len(text) <= most else _Cut(text[:most].rstrip())


def _name(cell: Cell) -> str:
    """A name as written: what is hidden in it must be seen by the rules, so nothing is taken out."""
    if not isinstance(cell, str):
        return text_of(cell)
    text = names.clean(cell)
    return "" if text in _BLANKS or text.casefold() in _BLANKS else text


def _document_number(cell: Cell) -> str | Reason:
    if isinstance(cell, (float, int)) and not isinstance(cell, bool):
        # Fifteen digits is what a spreadsheet keeps of a number.
        return reason("document_number_spoiled") if abs(cell) >= 1e15 or cell != int(cell) else str(int(cell))
    text = _NUMBER_SIGN.sub("", western_digits(text_of(cell)))
    if (
        len(text) > 12
        and (issued := _ISSUED.search(text))
        and sum(map(str.isdigit, text[: issued.start()])) > 4
    ):
        text = text[: issued.start()].strip()
    if _HIDDEN.fullmatch(text):
        return reason("document_number_hidden")
    return reason("document_number_spoiled") if _ROUNDED.fullmatch(text) else text


def _countries(cell: Cell, *, known: CountryNames, code: str) -> tuple[str, ...] | Reason:
    """The codes of the country, or of the countries of 'France / Germany'."""
    text = text_of(cell)
    if not text:
        return ()
    if found := known.find(text):
        return (found,)
    parts = [part for part in _SEPARATORS_OF_COUNTRIES.split(text) if part]
    codes = [known.find(part) for part in parts]
    if len(parts) > 1 and all(codes):
        return tuple(dict.fromkeys(code for code in codes if code))
    return reason(code, text=text[:60]) if code == "unknown_country" else reason(code)


def _date(cell: Cell, *, column: Column, today: date) -> ReadDate | Reason:
    """The date; nothing for a blank one; the reason where it is none or two."""
    born = column.field == "born"
    read = read_date(cell, order=column.order, past=born, today=today)
    if read.day:
        return read
    text = text_of(cell)
    if not text:
        return ReadDate()
    if read.ambiguous:
        return reason("ambiguous_date", text=text)
    return reason("impossible_date_of_birth") if born else reason("unreadable_date", text=text[:60])


def _time(cell: Cell) -> time | str | Reason:
    return read_time(cell) or (reason("unreadable_time", text=text_of(cell)[:60]) if text_of(cell) else "")


def _word(cell: Cell, *, read: Callable[[str], str | None], code: str) -> str | Reason:
    text = text_of(cell)
    return (read(text) or reason(code, text=text[:60])) if text else ""


def _email(cell: Cell) -> str:
    text = text_of(cell).removeprefix("mailto:")
    return re.split(r"[;,\s]+", text)[0][:254] if "@" in text else text[:254]


class RowReader:
    """Reads the rows of one list by its mapping."""

    def __init__(
        self,
        mapping: Mapping,
        *,
        countries: CountryNames,
        today: date,
        category_words: Mapped[str, str] | None,
    ) -> None:
        self.countries = countries
        self.today = today
        self.category_words = {fold_header(word): code for word, code in (category_words or {}).items()}
        self._columns: list[tuple[int, str, Callable[[Cell], Any], dict[Cell, Any]]] = [
            (column.index, column.field, self._reader(column), {})
            for column in mapping.columns
            if column.field not in (None, IGNORED)
        ]
        fields = {name for __, name, *___ in self._columns}
        self._plain = fields <= set(Statement.__slots__)  # no column of names to be split or joined

    def _reader(self, column: Column) -> Callable[[Cell], Any]:
        name = column.field
        if name in _NAME_FIELDS:
            return _name
        if name in DATE_FIELDS:
            return partial(_date, column=column, today=self.today)
        if name in ("citizenship", "other_citizenships", "document_country", "residence_country"):
            code = "unknown_citizenship" if name == "citizenship" else "unknown_country"
            return partial(_countries, known=self.countries, code=code)
        words: dict[str, tuple[Callable[[str], str | None], str]] = {
            "sex": (read_sex, "unknown_sex"),
            "role": (read_role, "unknown_role"),
            "category": (self._category, "unknown_category"),
        }
        if name in words:
            read, code = words[name]
            return partial(_word, read=read, code=code)
        if name in ("arrives_at", "departs_at"):
            return _time
        if name == "document_number":
            return _document_number
        if name == "email":
            return _email
        return partial(_free_text, most=_LENGTHS.get(str(name), MAX_TEXT))

    def _category(self, text: str) -> str | None:
        return self.category_words.get(fold_header(text)) or read_category(text)

    def statement(self, row: Sequence[Cell]) -> Statement:
        values: dict[str, Any] = {}
        unread: dict[str, Reason] = {}
        for index, name, read, seen in self._columns:
            cell = row[index]
            if cell == "":
                continue
            value = seen.get(cell)
            if value is None:
                value = seen[cell] = read(cell)
            if value.__class__ is Reason:
                unread[name] = value
            elif value.__class__ is _Cut:
                values[name] = str(value)
                unread[name] = reason("text_cut")
            elif value:
                values[name] = value
        _settle_days(values)
        if not self._plain:
            _settle_names(values)
        _settle_countries(values)
        if "category" in unread:
            self._take_role_for_category(values, unread, row)
        statement = Statement(**values)
        if unread:
            statement.unread = unread
        if not statement.original_name and not statement.family_name.isascii():
            _keep_original(statement)
        return statement

    def _take_role_for_category(
        self, values: dict[str, Any], unread: dict[str, Reason], row: Sequence[Cell]
    ) -> None:
        """A column of categories that says 'LTO' tells a role."""
        index = next(index for index, name, *__ in self._columns if name == "category")
        if (role := read_role(text_of(row[index]))) and "role" not in values:
            values["role"] = role
            del unread["category"]


def _settle_days(values: dict[str, Any]) -> None:
    """Dates out of what was read; a time or flight that stood behind a day of arrival goes to its field."""
    for name in DATE_FIELDS:
        read: ReadDate | None = values.get(name)
        if read is None:
            continue
        if read.day is None:
            del values[name]
            continue
        values[name] = read.day
        if read.rest and name == "born" and any(map(str.isalpha, read.rest)):
            values.setdefault(
                "birth_place", read.rest[: _LENGTHS["birth_place"]]
            )  # 'date and place of birth'
        if read.rest and name in ("arrives_on", "departs_on"):
            if clock := read_time(read.rest):
                values.setdefault(name.replace("_on", "_at"), clock)
            if flight := _FLIGHT.search(read.rest):
                side = "arrival" if name == "arrives_on" else "departure"
                values.setdefault(f"{side}_flight", flight[1])


def _settle_names(values: dict[str, Any]) -> None:
    for name in (h.FULL_NAME, h.FULL_NAME_GIVEN_FIRST):
        if whole := values.pop(name, None):
            family, given = names.split_one_column(
                _HONORIFIC.sub("", whole), given_first=name == h.FULL_NAME_GIVEN_FIRST
            )
            values.setdefault("family_name", family)
            values.setdefault("given_names", given)
    if (series := values.pop(h.DOCUMENT_SERIES, "")) and "document_number" in values:
        values["document_number"] = f"{series} {values['document_number']}"
    parts = [values.pop(h.ORIGINAL_FAMILY, ""), values.pop(h.ORIGINAL_GIVEN, "")]
    if any(parts):
        parts.append(values.get("patronymic", ""))
        values.setdefault("original_name", " ".join(part for part in parts if part))


def _settle_countries(values: dict[str, Any]) -> None:
    citizenship: tuple[str, ...] = values.pop("citizenship", ())
    others: tuple[str, ...] = values.pop("other_citizenships", ())
    issued: tuple[str, ...] = values.pop("document_country", ())
    resident: tuple[str, ...] = values.pop("residence_country", ())
    if citizenship:
        values["citizenship"] = citizenship[0]
    if others or len(citizenship) > 1:
        values["other_citizenships"] = tuple(dict.fromkeys(citizenship[1:] + others))
    if issued:
        values["document_country"] = issued[0]
    elif citizenship:
        values["document_country"] = citizenship[0]
        values["document_country_assumed"] = True
    if resident:
        values["residence_country"] = resident[0]


def _keep_original(statement: Statement) -> None:
    """A name given in its original script alone is kept as such, beside its place as the name."""
    if not names.is_latin(statement.family_name):
        parts = (statement.family_name, statement.given_names, statement.patronymic)
        statement.original_name = " ".join(part for part in parts if part)
