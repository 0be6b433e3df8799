"""Tables as XLSX, sent while they are read: the first bytes leave before the second row is known.

XlsxWriter makes the frame of a workbook (formats, widths, lists to choose from); its rows are written here, into the
middle of its sheet. Through XlsxWriter they took five times as long, and nothing could leave before the last of them.
"""

import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from accreditation.missions.export import Cell, neutral

Validations = Sequence[tuple[int, dict[str, Any]]]

SHEET = "xl/worksheets/sheet1.xml"
ROWS_A_PIECE = 500
QUICKLY = 3
"""Of zlib's levels: two thirds of the usual one's time for a tenth more of bytes."""

_SAMPLE_DAY = date(2000, 1, 1)
_FIRST_DAY = date(1900, 3, 1)  # earlier ones are counted wrong by spreadsheets, or not at all
_DAY_ZERO = date(1899, 12, 30)
_NEEDS_CARE = re.compile(r"[&<>\r\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|\A\s|\s\Z")
_LOOKS_ESCAPED = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)_")


def xlsx_rows(
    rows: Iterable[Sequence[Cell]],
    *,
    title: str,
    widths: Sequence[int] = (),
    right_to_left: bool = False,
    validations: Validations = (),
) -> Iterator[bytes]:
    """A workbook of one sheet whose first row is its header, piece by piece; a hundred thousand rows need no memory.

    Texts are texts, never formulas, links or numbers. `validations` are (column, XlsxWriter's options). What is
    broken off is no workbook: its directory comes last.
    """
    frame = _frame(title, widths, right_to_left, validations)
    pieces = _Pieces()
    with ZipFile(pieces, "w", ZIP_DEFLATED, compresslevel=QUICKLY) as book:  # type: ignore[call-overload]
        for name, part in frame.parts:
            book.writestr(name, part)
        with book.open(SHEET, "w") as sheet:
            sheet.write(frame.before)
            written = []
            for number, row in zip(count(1), rows, strict=False):
                written.append(frame.row(number, row))
                if number == 1 or len(written) == ROWS_A_PIECE:
                    sheet.write("".join(written).encode())
                    written = []
                    yield pieces.taken()
            sheet.write("".join(written).encode() + frame.behind)
    yield pieces.taken()


def xlsx_file(rows: Iterable[Sequence[Cell]], **looks: Any) -> IO[bytes]:
    """The same as an open file at its beginning; it goes when it is closed."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - whoever asked closes it
    try:
        file.writelines(xlsx_rows(rows, **looks))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


class _Pieces:
    """A file that hands back what was written to it since it was last asked. It knows no way back."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, piece: bytes) -> int:
        self.waiting += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing lies anywhere else."""

    def taken(self) -> bytes:
        taken, self.waiting = bytes(self.waiting), bytearray()
        return taken


@dataclass(frozen=True)
class _Frame:
    """A workbook without rows: its other parts, its sheet before and behind the rows, the styles of their cells."""

    parts: list[tuple[str, bytes]]
    before: bytes
    behind: bytes
    head: str
    text: str
    day: str

    def row(self, number: int, row: Sequence[Cell]) -> str:
        style = self.head if number == 1 else self.text
        cells = [
            self._cell(f"{_letters(column)}{number}", value, style)
            for column, value in enumerate(row)
            if value is not None and value != ""
        ]
        return f'<row r="{number}">{"".join(cells)}</row>'

    def _cell(self, place: str, value: Any, style: str) -> str:
        if isinstance(value, str):
            return f'<c r="{place}"{style} t="inlineStr"><is>{_inline(neutral(value))}</is></c>'
        if isinstance(value, datetime):
            raise TypeError("a moment is worded with its zone first")
        if isinstance(value, int):
            return f'<c r="{place}"{style}><v>{value:d}</v></c>'
        if value < _FIRST_DAY:
            return f'<c r="{place}"{style} t="inlineStr"><is><t>{value.isoformat()}</t></is></c>'
        return f'<c r="{place}"{self.day}><v>{(value - _DAY_ZERO).days}</v></c>'


def _inline(text: str) -> str:
    if not _NEEDS_CARE.search(text):
        return f"<t>{text}</t>"
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("\r", "_x000D_").replace("\ufffe", "_xFFFE_").replace("\uffff", "_xFFFF_")
    return f'<t xml:space="preserve">{text}</t>'


_LETTERS = [xl_col_to_name(column) for column in range(64)]


def _letters(column: int) -> str:
    return _LETTERS[column] if column < len(_LETTERS) else str(xl_col_to_name(column))


def _frame(title: str, widths: Sequence[int], right_to_left: bool, validations: Validations) -> _Frame:
    """XlsxWriter's own workbook with a sample of each kind of cell, in whose place the rows will stand."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"constant_memory": True})
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
    sheet.write_string(0, 0, "head", head)
    sheet.write_string(1, 0, "text", text if widths else None)
    sheet.write_datetime(2, 0, _SAMPLE_DAY, day)
    book.close()
    with ZipFile(made) as parts:
        others = [(name, parts.read(name)) for name in parts.namelist() if name != SHEET]
        before, samples, behind = re.split("(?<=<sheetData>)(.*)(?=</sheetData>)", parts.read(SHEET).decode())
    before = re.sub("<dimension [^>]*/>", "", before)  # how many rows there are is known at the end only
    styles = re.findall(r'<c r="A\d"( s="\d+")?', samples)
    return _Frame(others, before.encode(), behind.encode(), *styles)


def _sheet_name(title: str) -> str:
    """A sheet's name as spreadsheets take it: 31 characters, none of []:*?/\\ and no apostrophe at an end."""
    plain = "".join(" " if character in "[]:*?/\\" else character for character in title)
    return plain.strip(" '")[:31].strip(" '") or "1"
