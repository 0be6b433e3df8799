"""Which column of a list holds which field: by what somebody said, by the header, by the contents."""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from accreditation.core.places import CountryNames
from accreditation.observers.lists import headers as h
from accreditation.observers.lists.contents import Contents, date_field, look_at, simple_field
from accreditation.observers.lists.dates import order_from_cells, order_from_header, read_date, western_digits
from accreditation.observers.lists.headers import IGNORED, field_of, fold_header
from accreditation.observers.lists.namecolumns import settle_names
from accreditation.observers.lists.ours import own_headers
from accreditation.observers.lists.reading import Cell
from accreditation.observers.lists.refusal import refuse
from accreditation.observers.statements import Statement

DATE_FIELDS = ("born", "document_expires", "arrives_on", "departs_on")
FIELDS = frozenset(Statement.__slots__) - {"unread", "document_country_assumed"} | {
    h.FULL_NAME,
    h.FULL_NAME_GIVEN_FIRST,
    h.ORIGINAL_FAMILY,
    h.ORIGINAL_GIVEN,
    h.DOCUMENT_SERIES,
    IGNORED,
}
NAME_FIELDS = ("family_name", "given_names", h.FULL_NAME, h.FULL_NAME_GIVEN_FIRST)
# What a person is asked for where no column was recognised; names are one question, whatever columns hold
# them.
REQUIRED = ("family_name", "born", "citizenship", "document_number")

# Headers of one word that may mean something else: they give way to a column that says it plainly.
_VAGUE = frozenset(
    fold_header(word)
    for word in [
        "country",
        "state",
        "nation",
        "document",
        "title",
        "status",
        "type",
        "id",
        "страна",
        "государство",
        "документ",
        "статус",
        "тип",
        "срок",
        "pays",
        "olke",
        "ulke",
        "بلد",
        "دولة",
        "validity",
        "birth",
        "body",
        "media",
        "organisation",
        "residence",
        "number",
    ]
)
# A header of these fields is not believed against contents of another kind.
_KIND_OF_FIELD = dict.fromkeys(DATE_FIELDS, "date") | {
    "citizenship": "country",
    "document_country": "country",
    "residence_country": "country",
    "sex": "sex",
    "email": "email",
    "role": "role",
    "document_number": "document",
    "phone": "phone",
}


@dataclass(slots=True)
class Column:
    """One column and what it was taken for. `by` is 'told', 'header', 'contents' or '' (not recognised)."""

    index: int
    header: str
    field: str | None = None
    sure: float = 0.0
    by: str = ""
    order: str | None = None  # of its dates: dmy, mdy, ymd
    ambiguous: int = 0  # dates in it that the order would decide

    @property
    def letter(self) -> str:
        """The column's name in a spreadsheet."""
        name, number = "", self.index + 1
        while number:
            number, rest = divmod(number - 1, 26)
            name = chr(65 + rest) + name
        return name

    @property
    def title(self) -> str:
        return self.header or self.letter


@dataclass(slots=True)
class Questions:
    """What must be asked: how dates are written in these columns, which columns hold these fields."""

    ambiguous_dates: list[str] = field(default_factory=list)
    unmapped_required: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ambiguous_dates or self.unmapped_required)


@dataclass(slots=True)
class Mapping:
    columns: list[Column]

    def index_of(self, name: str) -> int | None:
        return next((column.index for column in self.columns if column.field == name), None)

    def column_of(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.field == name), None)

    @property
    def unmapped(self) -> list[Column]:
        """Columns that hold something and were not recognised."""
        return [column for column in self.columns if column.field is None]

    @property
    def questions(self) -> Questions:
        fields = {column.field for column in self.columns}
        missing = [name for name in REQUIRED if name not in fields]
        if "family_name" in missing and fields & set(NAME_FIELDS):
            missing.remove("family_name")
        return Questions([column.title for column in self.columns if column.ambiguous], missing)


def map_columns(
    headers: list[str],
    cells: Sequence[Sequence[Cell]],
    *,
    countries: CountryNames,
    election_day: date,
    today: date,
    told: Mapped[str, str] | None = None,
    dates: str | None = None,
) -> Mapping:
    """A field for every column that can be recognised; what `told` says (header or letter: field) wins.

    `cells[i]` are the cells of column i. `dates` is an order for all dates that could be read in two ways.
    """
    contents = [look_at(column, countries, today) for column in cells]
    columns = [Column(index, header) for index, header in enumerate(headers)]
    _apply_told(columns, told or {})
    _leave_out_ours(columns)
    for column in columns:
        if not column.by:
            _apply_header(column, contents[column.index], election_day)
    settle_names(columns, contents)
    _settle_series(columns)
    _settle_flights(columns)
    _settle_rivals(columns, contents)
    _recognise_contents(columns, contents, election_day)
    settle_names(columns, contents, guess=True)
    for column in columns:
        if column.field in DATE_FIELDS:
            _settle_order(column, cells[column.index], dates, today)
    return Mapping([c for c in columns if c.field is not None or c.header or contents[c.index].filled])


def _apply_told(columns: list[Column], told: Mapped[str, str]) -> None:
    for name, wanted in told.items():
        if wanted not in FIELDS:
            raise refuse("unknown_field", field=wanted)
        folded = fold_header(name)
        named = [c for c in columns if c.header and fold_header(c.header) == folded]
        named = named or [c for c in columns if c.letter == name.strip().upper()]
        if not named:
            raise refuse("unknown_column", column=name)
        named[0].field, named[0].sure, named[0].by = wanted, 1.0, "told"


def _leave_out_ours(columns: list[Column]) -> None:
    ours = own_headers(column.header for column in columns)
    for column in columns:
        if not column.by and fold_header(column.header) in ours:
            column.field, column.sure, column.by = IGNORED, 1.0, "header"


def _apply_header(column: Column, contents: Contents, election_day: date) -> None:
    name, sure = field_of(column.header) if column.header else (None, 0.0)
    if name is None:
        return
    if fold_header(column.header) in _VAGUE:
        sure = 0.6
    kind = _KIND_OF_FIELD.get(name)
    if kind and contents.filled > 1 and contents.share(kind) < 0.2:
        other = _field_by_contents(contents, election_day)
        if other == IGNORED and name == "document_number":
            other = None  # numbers of documents may run on
        if other and other != name:  # the header is wrong, or stands over the wrong column
            column.field, column.sure, column.by = other, 0.6, "contents"
            return
    if name in ("category", "function", "organisation") and contents.holds("role") and name == "category":
        name = "role" if not contents.holds("category") else name
    if name in ("arrives_on", "departs_on") and contents.holds("time"):
        name = name.replace("_on", "_at")
    column.field, column.sure, column.by = name, sure, "header"


def _field_by_contents(contents: Contents, election_day: date) -> str | None:
    if contents.holds("date"):
        return date_field(contents, election_day)
    return simple_field(contents)


def _settle_series(columns: list[Column]) -> None:
    """'Number' after 'Series' is the document's, not the row's."""
    if any(column.field == "document_number" for column in columns):
        return
    for series, number in pairwise(columns):
        if series.field == h.DOCUMENT_SERIES and number.field in (IGNORED, None) and number.header:
            number.field, number.sure, number.by = "document_number", 0.8, "header"


def _settle_flights(columns: list[Column]) -> None:
    """'Flight' belongs to the arrival or departure on its left; a second one to the departure."""
    taken = {column.field for column in columns}
    side = "arrival"
    for column in columns:
        if column.field in ("arrives_on", "arrives_at", "arrival_place"):
            side = "arrival"
        elif column.field in ("departs_on", "departs_at", "departure_place"):
            side = "departure"
        elif column.field == h.FLIGHT:
            wanted = f"{side}_flight"
            if wanted in taken:
                wanted = "departure_flight" if side == "arrival" else "arrival_flight"
            column.field = wanted if wanted not in taken else IGNORED
            taken.add(wanted)


def _settle_rivals(columns: list[Column], contents: list[Contents]) -> None:
    """One column a field: what was told, then the surer, then the fuller; the others are recognised anew."""
    for name in {column.field for column in columns} - {None, IGNORED}:
        rivals = [column for column in columns if column.field == name]
        if len(rivals) < 2:
            continue
        kind = _KIND_OF_FIELD.get(str(name))
        rivals.sort(
            key=lambda c: (
                c.by != "told",
                -c.sure,
                -(contents[c.index].share(kind) if kind else 0),
                -contents[c.index].filled,
            )
        )
        for loser in rivals[1:]:
            loser.field, loser.sure, loser.by = None, 0.0, ""
            if name == "citizenship" and loser.header and "2" in loser.header:
                loser.field, loser.sure, loser.by = "other_citizenships", 0.8, "header"


def _recognise_contents(columns: list[Column], contents: list[Contents], election_day: date) -> None:
    taken = {column.field for column in columns}
    for column in columns:
        found = contents[column.index]
        if column.field is not None or not found.filled:
            continue
        name = _field_by_contents(found, election_day)
        if name == "arrives_on" and name in taken:
            name = "departs_on"
        elif name == "departs_on" and "arrives_on" not in taken and _earliest(found) <= election_day:
            name = "arrives_on"
        elif name == "flight":
            name = "arrival_flight" if "arrival_flight" not in taken else "departure_flight"
        elif name == "time":
            name = "departs_at" if "departs_on" in taken else "arrives_at"
        elif name == "citizenship" and name in taken:
            name = None  # a second column of countries may be anything: ask
        if name and (name not in taken or name == IGNORED):
            column.field, column.sure, column.by = name, 0.6, "contents"
            taken.add(name)


def _earliest(contents: Contents) -> date:
    return contents.days[0] if contents.days else date.max


def _settle_order(column: Column, cells: Sequence[Cell], dates: str | None, today: date) -> None:
    """The order of a column's dates: its header's, else what its cells prove, else what was answered."""
    column.order = order_from_header(column.header) or order_from_cells(cells) or dates
    if column.order is None:
        texts = {cell for cell in cells if isinstance(cell, str) and ("/" in cell or "-" in cell)}
        doubtful = {text for text in texts if read_date(western_digits(text), today=today).ambiguous}
        column.ambiguous = sum(1 for cell in cells if cell in doubtful) if doubtful else 0
