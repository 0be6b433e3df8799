"""Lists made by hand for the tests: rows to bytes, and the rules of an election on 20 December 2026."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import xlsxwriter

from accreditation.core.places import CountryNames
from accreditation.observers.lists import ReadList, read_list
from accreditation.observers.statements import RowRules

TODAY = date(2026, 11, 1)
RULES = RowRules(
    election_day=date(2026, 12, 20),
    host_country="AZE",
    host_citizens_allowed=False,
    observer_categories=frozenset({"international-observer"}),
    default_category="international-observer",
)


@cache
def countries() -> CountryNames:
    return CountryNames.from_seed()


def read(content: bytes, **options: Any) -> ReadList:
    return read_list(content, **{"countries": countries(), "rules": RULES, "today": TODAY, **options})


def xlsx(rows: Sequence[Sequence[Any]], sheets: Sequence[str] = ("List",)) -> bytes:
    """A workbook with the rows on its last sheet; dates become dates of the spreadsheet."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    day = workbook.add_format({"num_format": "dd.mm.yyyy"})
    for name in sheets:
        worksheet = workbook.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                worksheet.write_datetime(number, column, cell, day)
            elif cell != "":
                worksheet.write(number, column, cell)
    workbook.close()
    return out.getvalue()


def text(rows: Sequence[Sequence[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    return "".join(separator.join(row) + "\r\n" for row in rows).encode(encoding)


def fields(found: ReadList) -> dict[str, str | None]:
    """What every column was taken for, by its header or letter."""
    return {column.title: column.field for column in found.mapping.columns}


def codes(found: ReadList) -> dict[int, list[str]]:
    """The refused rows, by their number in the spreadsheet."""
    return {row.number: [why.code for why in row.refusals] for row in found.refused}
