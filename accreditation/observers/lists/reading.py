"""From the bytes of a file to a grid of cells, with the row numbers that a person sees in the spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import python_calamine

from accreditation.observers.lists.archives import MAX_COLUMNS, kind_of_archive
from accreditation.observers.lists.charsets import decode
from accreditation.observers.lists.refusal import refuse

Cell = str | int | float | bool | date | datetime | time | timedelta

MAX_MB = 20
MAX_ROWS = 20_000
_HEADROOM = 200  # title, header, blank and total rows above and below the people

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PARTS = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
_NO_LISTS = tuple(
    b"%PDF|\x89PNG|\xff\xd8\xff|GIF8|BM|II*\0|MM\0*|RIFF|Rar!|7z\xbc|\x1f\x8b|\x7fELF|{\\rtf|MZ".split(b"|")
)
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<table|<meta|<head|<style)", re.IGNORECASE)
_SEPARATORS = ";,\t|"


@dataclass(slots=True)
class Table:
    """The filled part of a sheet. Row number r of the spreadsheet is `rows[r - 1]`; rows are equally long."""

    rows: list[list[Cell]]
    sheet: str = ""

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


def read_table(
    content: bytes,
    filename: str = "",
    *,
    sheet: str | None = None,
    max_mb: int = MAX_MB,
    max_rows: int = MAX_ROWS,
) -> Table:
    """The cells of the sheet named, or else of the first sheet with at least two rows. Raises ListRefused.

    What the file is is read from its content; its name is not believed.
    """
    if len(content) > max_mb * 1024 * 1024:
        raise refuse("too_large", most=max_mb)
    if not content.strip():
        raise refuse("empty")
    if content.startswith(b"PK"):
        kind_of_archive(content, max_rows=max_rows)
        table = _read_workbook(content, sheet, max_rows)
    elif content.startswith(_OLE):
        if any(part in content for part in _ENCRYPTED_PARTS):
            raise refuse("encrypted")
        table = _read_workbook(content, sheet, max_rows)
    elif content.startswith(_NO_LISTS):
        raise refuse("not_a_list")
    elif _HTML.match(content):
        raise refuse("html_not_a_list")
    else:
        table = _read_text(content, max_rows)
    if not any(cell != "" for row in table.rows for cell in row):
        raise refuse("empty")
    return table


# --- workbooks ----------------------------------------------------------------------------------------------


def _read_workbook(content: bytes, sheet: str | None, max_rows: int) -> Table:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        found = _read_sheets(workbook, sheet, max_rows)
    except python_calamine.PasswordError:
        raise refuse("encrypted") from None
    except (
        python_calamine.CalamineError,
        python_calamine.ZipError,
        python_calamine.XmlError,
        OSError,
        ValueError,
    ):
        raise refuse("damaged") from None
    except BaseException as error:
        if (
            type(error).__name__ == "PanicException"
        ):  # the parser met what it did not expect; no Exception in Rust
            raise refuse("damaged") from None
        raise
    if found is None:
        raise refuse("empty")
    return found


def _read_sheets(
    workbook: python_calamine.CalamineWorkbook, wanted: str | None, max_rows: int
) -> Table | None:
    names = [
        meta.name for meta in workbook.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    if wanted is not None:
        if wanted not in names:
            raise refuse("no_such_sheet", sheet=wanted)
        names = [wanted]
    best: Table | None = None
    for name in names:
        worksheet = workbook.get_sheet_by_name(name)
        if worksheet.total_height == 0:
            continue
        if worksheet.total_width > MAX_COLUMNS:
            raise refuse("too_wide", most=MAX_COLUMNS)
        if worksheet.total_height > 3 * max_rows + _HEADROOM:
            raise refuse("too_many_rows", most=max_rows)
        rows = [
            ["" if cell.__class__ is str and cell.isspace() else cell for cell in row]
            for row in worksheet.to_python(skip_empty_area=False)
        ]
        table = Table(_squared(rows, max_rows), name)
        if len(table.rows) > 1 and table.width > 2:  # not a cover sheet
            return table
        best = best or table
    return best


# --- text ---------------------------------------------------------------------------------------------------


def _read_text(content: bytes, max_rows: int) -> Table:
    text = decode(content)
    if not text.strip("\ufeff\r\n\t ;,|"):
        raise refuse("empty")
    separator = None
    if told := re.match(
        r"\ufeff?\"?sep=(.)\"?\r?\n", text, re.IGNORECASE
    ):  # Excel hides this line, and so do we
        separator, text = told[1], text[told.end() :]
    separator = separator or _separator(text)
    rows: list[list[Cell]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([cell.strip() for cell in record])
            if len(rows) > 3 * max_rows + _HEADROOM:
                raise refuse("too_many_rows", most=max_rows)
            if len(record) > MAX_COLUMNS:
                raise refuse("too_wide", most=MAX_COLUMNS)
    except csv.Error:
        raise refuse("damaged") from None
    return Table(_squared(rows, max_rows))


def _separator(text: str) -> str:
    """The separator that cuts most rows into one equal number of cells. Refuses prose."""
    head = text[:60_000]
    best, best_score = "", 0.0
    for separator in _SEPARATORS:
        try:
            records = [r for r in csv.reader(io.StringIO(head, newline=""), delimiter=separator) if any(r)][
                :100
            ]
        except csv.Error:
            continue
        widths = Counter(len(record) for record in records if len(record) > 1)
        if not widths:
            continue
        width, rows = max(widths.items(), key=lambda item: (item[1] * min(item[0], 12), item[0]))
        score = rows / len(records) * min(width, 12)
        if score > best_score:
            best, best_score = separator, score
    if best_score < 1.0:
        raise refuse("not_a_list")
    return best


# --- both ---------------------------------------------------------------------------------------------------


def _squared(rows: list[list[Cell]], max_rows: int) -> list[list[Cell]]:
    """Rows of one length, without the blank ones below and the blank columns to the right."""
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    filled = sum(1 for row in rows if any(cell != "" for cell in row))
    if filled > max_rows + _HEADROOM:
        raise refuse("too_many_rows", most=max_rows)
    width = 0
    for row in rows:
        length = len(row)
        while length > width and row[length - 1] == "":
            length -= 1
        width = max(width, length)
    for row in rows:
        if len(row) != width:
            row[width:] = [""] * (width - len(row))
    return rows
