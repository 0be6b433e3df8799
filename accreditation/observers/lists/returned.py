"""The rows that were not taken, as a spreadsheet to correct and send again: the cells as they stood, and why."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accreditation.observers.lists import ours
from accreditation.observers.lists.reading import Cell
from accreditation.observers.lists.whole import ReadList


def refused_rows_file(read: ReadList) -> bytes:
    """An XLSX with the list's own header and its refused rows, their number in the list and the reasons in
    words.

    Cells are written as what they were, texts always as texts: a formula in a list stays dead.
    """
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    hour = workbook.add_format({"num_format": "hh:mm"})
    bold = workbook.add_format({"bold": True})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, [*read.headers, str(ours.ROW), str(ours.WHY_REFUSED)], bold)
    sheet.freeze_panes(1, 0)
    for place, row in enumerate(read.refused, 1):
        for column, cell in enumerate(row.cells):
            _write(sheet, place, column, cell, day, hour)
        width = max(len(read.headers), len(row.cells))
        sheet.write_number(place, width, row.number)
        sheet.write_string(place, width + 1, "; ".join(str(why.words) for why in row.refusals))
    sheet.autofit(300)
    workbook.close()
    return file.getvalue()


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, day: Format, hour: Format) -> None:
    if cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, datetime | date):
        try:
            sheet.write_datetime(row, column, cell, day)
        except (ValueError, OverflowError):  # before 1900, which a spreadsheet cannot hold as a date
            sheet.write_string(row, column, cell.isoformat())
    elif isinstance(cell, time | timedelta):
        sheet.write_datetime(row, column, cell, hour)
    else:
        sheet.write_string(row, column, str(cell)[:32_767])
