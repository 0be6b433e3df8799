"""Tables as XLSX and CSV, written row by row, in which no spreadsheet finds a formula."""

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

Cell = str | int | date | None

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_WIDE_FORMS = str.maketrans("＝＋－＠", "=+-@")  # spreadsheets of East Asia read these as the narrow ones
MOST_CHARACTERS = 32_000  # a cell of a spreadsheet holds 32,767


def as_text(value: Cell) -> str:
    """A cell of a CSV: inert. What a spreadsheet could take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        raise TypeError("a moment is worded with its zone first")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return neutral(value)


def neutral(text: str) -> str:
    """The text, with an apostrophe before whatever begins a formula, spaces before it or not."""
    text = "".join(character for character in text if character >= " " or character in "\t\r\n")
    begins = text.lstrip(" \u00a0\ufeff\u200b").translate(_WIDE_FORMS)
    risky = begins.startswith(_STARTS_A_FORMULA) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}"[:MOST_CHARACTERS] if risky else text[:MOST_CHARACTERS]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


def csv_rows(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV in UTF-8 that spreadsheets recognise as such, piece by piece."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for row in rows:
        yield writer.writerow([as_text(cell) for cell in row]).encode()


def xlsx_file(
    rows: Iterable[Sequence[Cell]],
    *,
    title: str,
    widths: Sequence[int] = (),
    right_to_left: bool = False,
    validations: Sequence[tuple[int, dict[str, Any]]] = (),
) -> IO[bytes]:
    """A workbook of one sheet whose first row is its header, as an open file at its beginning.

    Written row by row to the disk, so that a hundred thousand rows need no memory. Texts are texts, never
    formulas, links or numbers. `validations` are (column, XlsxWriter's options). It goes when it is closed.
    """
    descriptor, name = tempfile.mkstemp(suffix=".xlsx")
    try:
        book = xlsxwriter.Workbook(
            name,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        sheet = book.add_worksheet(_sheet_name(title))
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        text = book.add_format({"num_format": "@"})
        if right_to_left:
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, text)
        for column, options in validations:
            sheet.data_validation(1, column, 5000, column, options)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, head if number == 0 else None, day)
        book.close()
        file = os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        os.unlink(name)
        raise
    os.unlink(name)  # its content lives as long as the open file
    file.seek(0)
    return file


def _write(sheet: Any, row: int, column: int, value: Cell, form: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        raise TypeError("a moment is worded with its zone first")
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif isinstance(value, int):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, neutral(value), form)


def _sheet_name(title: str) -> str:
    """A sheet's name as spreadsheets take it: 31 characters, none of []:*?/\\ and no apostrophe at an end."""
    plain = "".join(" " if character in "[]:*?/\\" else character for character in title)
    return plain.strip(" '")[:31].strip(" '") or "1"
