"""A whole list: its people row by row with what is wrong, what was left out, and what must be asked."""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from datetime import date

from accreditation.core.encryption import normalise_document_number
from accreditation.core.errors import Reason
from accreditation.core.places import CountryNames
from accreditation.observers.lists.columns import Mapping, Questions, map_columns
from accreditation.observers.lists.contents import kinds_of_cell
from accreditation.observers.lists.dates import ORDERS
from accreditation.observers.lists.headers import IGNORED, fold_header
from accreditation.observers.lists.layout import Layout, find_layout, is_no_person, repeats_header, text_of
from accreditation.observers.lists.reading import MAX_ROWS, Cell, Table, read_table
from accreditation.observers.lists.refusal import refuse
from accreditation.observers.lists.rows import RowReader
from accreditation.observers.reasons import reason
from accreditation.observers.statements import RowRules, Statement, refusals, warnings

_VALUES = frozenset({"date", "country", "email", "document", "phone", "time"})


@dataclass(slots=True)
class ReadRow:
    """One person of the list. `number` is the row's in the spreadsheet; `cells` are as they stood there."""

    number: int
    statement: Statement
    refusals: list[Reason]
    warnings: list[Reason]
    cells: list[Cell]

    @property
    def good(self) -> bool:
        return not self.refusals


@dataclass(slots=True)
class LeftOut:
    """A row below the header that is no person: a total, a section's title, a signature."""

    number: int
    words: str


@dataclass(slots=True)
class ReadList:
    rows: list[ReadRow]
    mapping: Mapping
    headers: list[str]
    header_row: int | None
    sheet: str
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def questions(self) -> Questions:
        return self.mapping.questions

    @property
    def good(self) -> list[ReadRow]:
        return [row for row in self.rows if not row.refusals]

    @property
    def refused(self) -> list[ReadRow]:
        return [row for row in self.rows if row.refusals]


def read_list(
    content: bytes,
    filename: str = "",
    *,
    countries: CountryNames,
    rules: RowRules,
    today: date,
    dates: str | None = None,
    columns: Mapped[str, str] | None = None,
    default_category: str | None = None,
    category_words: Mapped[str, str] | None = None,
    sheet: str | None = None,
) -> ReadList:
    """Every person of the list as a Statement, with the reasons that speak against the row.

    `dates` ('dmy', 'mdy', 'ymd') and `columns` ({header or letter: field}) answer what was asked; the
    category of a row is its column's, else `default_category`, else the rules'. Raises ListRefused for a file
    that is no list.
    """
    if dates is not None and dates not in ORDERS:
        raise ValueError(f"dates is one of {', '.join(ORDERS)}, not {dates!r}")
    table = read_table(content, filename, sheet=sheet)

    def is_value(cell: Cell) -> bool:
        return not _VALUES.isdisjoint(kinds_of_cell(cell, countries, today))

    layout = find_layout(table, is_value, {fold_header(name) for name in columns or ()})
    below = _below_header(table, layout)
    mapping = map_columns(
        layout.headers,
        list(zip(*(row for __, row in below), strict=True)) or [()] * len(layout.headers),
        countries=countries,
        election_day=rules.election_day,
        today=today,
        told=columns,
        dates=dates,
    )
    if not any(column.field not in (None, IGNORED) for column in mapping.columns):
        raise refuse("no_header")
    people, left_out = _people(below, mapping)
    if len(people) > MAX_ROWS:
        raise refuse("too_many_rows", most=MAX_ROWS)
    if not people:
        raise refuse("empty")
    reader = RowReader(mapping, countries=countries, today=today, category_words=category_words)
    rows = _rows(people, reader, rules, today, default_category)
    return ReadList(rows, mapping, layout.headers, layout.header_row, table.sheet, left_out)


def _below_header(table: Table, layout: Layout) -> list[tuple[int, list[Cell]]]:
    """The rows below the header with their numbers, without blank ones and without the header repeated."""
    headers = {header for header in layout.headers if header}
    return [
        (number, row)
        for number, row in enumerate(table.rows[layout.first :], layout.first + 1)
        if any(row) and not (headers and repeats_header(row, headers))
    ]


def _people(
    below: list[tuple[int, list[Cell]]], mapping: Mapping
) -> tuple[list[tuple[int, list[Cell]]], list[LeftOut]]:
    """The rows that tell of a person, and those that do not."""
    keys = _indexes(mapping, ("born", "citizenship", "document_number"))
    counted = set(_indexes(mapping, (IGNORED,)))
    people: list[tuple[int, list[Cell]]] = []
    left_out: list[LeftOut] = []
    for number, row in below:
        if is_no_person(row, keys, counted):
            left_out.append(LeftOut(number, " ".join(text_of(cell) for cell in row if cell != "")[:200]))
        else:
            people.append((number, row))
    return people, left_out


def _indexes(mapping: Mapping, fields: tuple[str, ...]) -> list[int]:
    return [column.index for column in mapping.columns if column.field in fields]


def _rows(
    people: list[tuple[int, list[Cell]]],
    reader: RowReader,
    rules: RowRules,
    today: date,
    default_category: str | None,
) -> list[ReadRow]:
    first_with: dict[tuple[str, str], int] = {}
    rows: list[ReadRow] = []
    for number, cells in people:
        statement = reader.statement(cells)
        if statement.category is None:
            statement.category = default_category
        refused = refusals(statement, rules, today)
        document = normalise_document_number(statement.document_number)
        if document:
            first = first_with.setdefault((document, statement.document_country), number)
            if first != number:
                refused.append(reason("duplicate_in_file", row=first))
        rows.append(ReadRow(number, statement, refused, warnings(statement, rules, today), cells))
    return rows
