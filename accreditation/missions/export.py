"""Tables as CSV, written row by row, and what they share with workbooks (workbooks.py): inert cells."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

Cell = str | int | date | None

_STARTS_A_LINE = frozenset("\t\r\n")
_STARTS_A_FORMULA = frozenset("=+-@|%") | _STARTS_A_LINE
_CONTROLS = {code: None for code in range(32) if chr(code) not in _STARTS_A_LINE}
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
    text = text.translate(_CONTROLS)
    begins = text.lstrip(" \u00a0\ufeff\u200b")[:1].translate(_WIDE_FORMS)
    risky = begins in _STARTS_A_FORMULA or text[:1] in _STARTS_A_LINE
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
