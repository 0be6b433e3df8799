"""Where in a sheet the people stand: below which header, above which totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass

from accreditation.observers.lists.headers import GENERIC, IGNORED, field_of, fold_header
from accreditation.observers.lists.reading import Cell, Table
from accreditation.observers.lists.refusal import refuse

LOOK_FOR_HEADER = 30  # rows; titles, addresses and greetings stand above

_TOTAL = re.compile(
    r"\s*(?:итого|всего|totals?|grand total|sub ?-?total|sum|c[əe]mi|yekun|[üu]mumi|toplam|somme|gesamt"
    r"|insgesamt|المجموع|الإجمالي|الاجمالي|مجموع|إجمالي)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Layout:
    """The header's words for every column ('' where there are none), and where the rows below it start."""

    headers: list[str]
    first: int
    header_row: int | None  # the number of the header's last row in the spreadsheet, 1 for the first


def text_of(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def find_layout(table: Table, is_value: Callable[[Cell], bool], known: Collection[str] = ()) -> Layout:
    """The header among the first rows by its words, or, where it has none that we know, by what is below.

    `is_value` tells cells that can stand only below a header (dates, countries, numbers, addresses); `known`
    are headers that somebody has explained. Refuses a sheet in which nothing can be recognised.
    """
    rows = table.rows[:LOOK_FOR_HEADER]
    best, best_score = -1, 0.0
    for index, row in enumerate(rows):
        score = _score(row, known, best_score)
        if score > best_score:
            best, best_score = index, score
    if best_score >= 2:
        return _named_layout(table, best, is_value)
    return _unnamed_layout(table, rows, is_value)


def _score(row: Sequence[Cell], known: Collection[str], to_beat: float) -> float:
    """How many columns the row names, as a header would; 0 for one that cannot `to_beat` another."""
    texts = [text_of(cell) for cell in row if cell != ""]
    fields: set[str] = set()
    named = 0
    for place, text in enumerate(texts):
        if len(fields) + len(texts) - place <= to_beat:
            return 0.0  # whatever the rest names: people below a header, whose cells are dear to recognise
        if len(text) > 100:
            continue
        field = fold_header(text) if fold_header(text) in known else field_of(text)[0]
        if field:
            named += 1
            fields.add(field)
    own = len(fields - {IGNORED})
    return own + 0.5 * (IGNORED in fields) if named >= 0.4 * len(texts) or own > 3 else 0.0


def _named_layout(table: Table, best: int, is_value: Callable[[Cell], bool]) -> Layout:
    block = [best]
    if best > 0 and _is_part_of_header(table.rows[best - 1], is_value, above=True):
        block.insert(0, best - 1)
    if best + 1 < len(table.rows) and _is_part_of_header(table.rows[best + 1], is_value, above=False):
        block.append(best + 1)
    headers = [text_of(cell) for cell in table.rows[block[0]]]
    for index in block[1:]:
        headers = _stacked(headers, [text_of(cell) for cell in table.rows[index]])
    first = block[-1] + 1
    if first < len(table.rows) and _numbers_columns(table.rows[first]):
        first += 1
    return Layout(headers, first, block[-1] + 1)


def _is_part_of_header(row: Sequence[Cell], is_value: Callable[[Cell], bool], *, above: bool) -> bool:
    """Whether a row beside the header belongs to it: group titles above, parts or a translation below."""
    texts = [text_of(cell) for cell in row if cell != ""]
    if not texts or any(is_value(cell) for cell in row if cell != ""):
        return False
    named = [
        text for text in texts if len(text) <= 60 and (field_of(text)[0] or fold_header(text) in GENERIC)
    ]
    if above:  # a title stands in the first column, alone; a group title stands over its columns
        return bool(named) and len(named) >= 0.5 * len(texts) and (len(texts) > 1 or row[0] == "")
    return len(texts) > 1 and len(named) >= 0.6 * len(texts)  # one text alone is a section's title


def _stacked(upper: list[str], lower: list[str]) -> list[str]:
    """Two lines of a header as one: 'Passport' over 'Number' and 'Country' gives both their whole names."""
    headers: list[str] = []
    group = ""
    for above, below in zip(upper, lower, strict=True):
        if above:
            group = above if below else ""
        if not below:
            headers.append(above)
            group = group if not above else ""
        elif group and (set(fold_header(below).split()) <= GENERIC or not field_of(below)[0]):
            headers.append(f"{group} {below}")
        else:
            headers.append(below)
    return headers


def _numbers_columns(row: Sequence[Cell]) -> bool:
    """Whether the row counts the columns, as forms do: 1, 2, 3, 4."""
    numbers = [text_of(cell) for cell in row if cell != ""]
    return (
        len(numbers) > 3
        and all(n.isdecimal() for n in numbers)
        and [int(n) for n in numbers] == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
    )


def _unnamed_layout(table: Table, rows: Sequence[Sequence[Cell]], is_value: Callable[[Cell], bool]) -> Layout:
    """No words that we know: the people start where two cells of a row are values."""
    for index, row in enumerate(rows):  # noqa: B007 - both are used when found
        if sum(1 for cell in row if cell != "" and is_value(cell)) >= 2:
            break
    else:
        raise refuse("no_header")
    above = rows[index - 1] if index else []
    filled = sum(1 for cell in above if cell != "")
    if filled >= max(2, sum(1 for cell in row if cell != "") // 2):
        return Layout([text_of(cell) for cell in above], index, index)
    return Layout([""] * table.width, index, None)


# --- rows that are no people --------------------------------------------------------------------------------


def repeats_header(row: Sequence[Cell], headers: set[str]) -> bool:
    """Whether a row is the header again, as at the top of each printed page."""
    if headers.isdisjoint(row):
        return False
    same = sum([1 for cell in row if cell.__class__ is str and cell in headers])
    return same > 1 and same > 0.6 * sum([1 for cell in row if cell != ""])


def is_no_person(row: Sequence[Cell], key_columns: Sequence[int], counted: Set[int]) -> bool:
    """Whether a row is a total, a section's title or a signature: nothing of a person stands in it.

    `key_columns` hold birth, citizenship and document number; `counted` are columns of serial numbers.
    """
    filled = [column for column, cell in enumerate(row) if cell != ""]
    if len(filled) > 3:
        return False
    if _is_total(row) or any(_is_words(row[column]) for column in filled if column in counted):
        return True
    if any(column in key_columns for column in filled):
        return False
    return len(filled) <= 1 or (len(filled) == 2 and counted.isdisjoint(filled))


def _is_words(cell: Cell) -> bool:
    """Whether words stand where a serial number should."""
    return isinstance(cell, str) and sum(c.isalpha() for c in cell) > 3


def _is_total(row: Sequence[Cell]) -> bool:
    first = next((cell for cell in row if cell != ""), "")
    return isinstance(first, str) and bool(_TOTAL.match(first))
