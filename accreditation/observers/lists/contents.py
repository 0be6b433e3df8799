"""What a column holds, judged by its cells alone: for headers that are unknown, missing or wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from accreditation.core.places import CountryNames
from accreditation.observers import names
from accreditation.observers.lists.dates import read_date, read_time, western_digits
from accreditation.observers.lists.reading import Cell
from accreditation.observers.lists.words import read_category, read_role, read_sex

SAMPLE = 150
SURE = 0.8  # this share of the cells must look alike; lists have errors in them
WORDS_OF_A_TIME = (
    4  # '14:30 local time'; a sentence that names an hour, such as a deadline, is no time of a visit
)

_EMAIL = re.compile(r"\s*\S+@\S+\.\w{2,}\s*[,;]?.*")
_PHONE = re.compile(
    r"(?:\+|00)\s?\d[\d\s().\-/]{6,18}\d|\(?0\d{1,4}\)?[\s\-]\d{2,4}[\s\-]\d{2,4}(?:[\s\-]\d{2,4})*"
)
_DOCUMENT = re.compile(
    r"(?=(?:.*\d){5})(?:[A-ZА-Я]{0,4}[ \-№]{0,2}\d[\d ]{4,12}[A-Z]{0,2}|[A-Z\d]{6,12})", re.IGNORECASE
)
_FLIGHT = re.compile(r"(?=.*[A-Z])[A-Z\d]{2}[A-Z]?[ \-]?\d{2,4}[A-Z]?", re.IGNORECASE)
_ENDINGS_OF_FAMILY_NAMES = (
    "ov ev ova eva in ina sky skiy skaya ski ska enko chuk yan ian shvili dze zade zada oglu li lu son sen mann "
    "oz ez escu ovic evic ic ich ли ов ова ев ева ин ина ский ская енко ян"
)
_FAMILY_ENDINGS = tuple(_ENDINGS_OF_FAMILY_NAMES.split())


@dataclass(slots=True)
class Contents:
    """Shares, 0 to 1, of the filled cells of a column that look like something."""

    filled: int = 0
    distinct: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)
    words: float = 0.0  # mean number of words of a cell
    numbered: bool = False  # 1, 2, 3, ...
    capitals: float = 0.0
    family_endings: float = 0.0

    def share(self, kind: str) -> float:
        return self.shares.get(kind, 0.0)

    def holds(self, kind: str) -> bool:
        return self.filled > 0 and self.share(kind) >= SURE


def look_at(cells: Sequence[Cell], countries: CountryNames, today: date) -> Contents:
    """What the cells of one column are; a sample of them, spread over the column, when there are many."""
    filled = [cell for cell in cells if cell != ""]
    found = Contents(filled=len(filled))
    if not filled:
        return found
    step = -(-len(filled) // SAMPLE)
    sample = filled[::step]
    counts: dict[str, int] = {}
    kinds_of: dict[Cell, frozenset[str]] = {}
    for cell in sample:
        kinds = kinds_of.get(cell)
        if kinds is None:
            kinds = kinds_of[cell] = kinds_of_cell(cell, countries, today)
        for kind in kinds:
            counts[kind] = counts.get(kind, 0) + 1
    texts = [cell for cell in sample if isinstance(cell, str)]
    found.shares = {kind: count / len(sample) for kind, count in counts.items()}
    found.distinct = len(kinds_of) / len(sample)
    found.days = sorted(
        day
        for cell, kinds in kinds_of.items()
        if "date" in kinds and (day := read_date(cell, order="dmy", past=True, today=today).day)
    )
    found.words = sum(len(text.split()) for text in texts) / len(texts) if texts else 0.0
    found.capitals = sum(1 for text in texts if text.isupper()) / len(sample)
    if "latin_name" in counts or "other_name" in counts:
        found.family_endings = sum(text.lower().endswith(_FAMILY_ENDINGS) for text in texts) / len(sample)
    found.numbered = _is_numbered(filled)
    return found


def kinds_of_cell(cell: Cell, countries: CountryNames, today: date) -> frozenset[str]:
    """Everything that one cell may be."""
    if isinstance(cell, (date, datetime)):
        return frozenset({"date"})
    if isinstance(cell, (time, timedelta)):
        return frozenset({"time"})
    if isinstance(cell, bool):
        return frozenset()
    if isinstance(cell, (int, float)):
        whole = cell == int(cell) if abs(cell) < 1e15 else False
        return frozenset({"number", "document"} if whole and 1e5 <= cell < 1e12 else {"number"})
    return frozenset(_kinds_of_text(cell, countries, today))


def _kinds_of_text(cell: str, countries: CountryNames, today: date) -> set[str]:
    text = western_digits(cell).strip()
    kinds: set[str] = set()
    has_digit = any(c.isdigit() for c in text)
    if has_digit:  # every way to write a date has one
        read = read_date(text, past=True, today=today)
        if read.day or read.ambiguous:
            kinds.add("date")
            return kinds
    if "@" in text and _EMAIL.fullmatch(text):
        return {"email"}
    if has_digit:
        if ":" in text and len(text.split()) <= WORDS_OF_A_TIME and read_time(text):
            kinds.add("time")
        if _PHONE.fullmatch(text):
            kinds.add("phone")
        if _FLIGHT.fullmatch(text):
            kinds.add("flight")
        elif _DOCUMENT.fullmatch(text):
            kinds.add("document")
        return kinds
    if countries.find(text):
        kinds.add("country")
    if read_sex(text):
        kinds.add("sex")
    if read_role(text):
        kinds.add("role")
    if read_category(text):
        kinds.add("category")
    bare = names.clean(text.replace(",", " "))
    if len(bare) > 1 and len(bare) < 80 and not names.fault(bare):
        kinds.add("latin_name" if names.is_latin(bare) else "other_name")
        if "," in text or "،" in text:
            kinds.add("comma")
    return kinds


def _is_numbered(cells: Sequence[Cell]) -> bool:
    numbers = []
    for cell in cells[:60]:
        text = str(cell).strip(" .").removesuffix(".0")
        if not text.isdecimal():
            return False
        numbers.append(int(text))
    return len(numbers) > 1 and all(b - a == 1 for a, b in pairwise(numbers))


# --- what that makes of the column --------------------------------------------------------------------------

_SOON = timedelta(days=60)  # visits lie within two months of election day


def date_field(contents: Contents, election_day: date) -> str | None:
    """Whether a column of dates tells births, expiries, or days of a visit."""
    if not contents.days:
        return None
    days = contents.days
    middle = days[len(days) // 2]
    if middle < election_day.replace(year=election_day.year - 16, day=min(election_day.day, 28)):
        return "born"
    near = sum(1 for day in days if abs(day - election_day) <= _SOON)
    if near >= SURE * len(days):
        return "arrives_on" if middle <= election_day else "departs_on"
    return "document_expires" if middle > election_day else "ignored"


def simple_field(contents: Contents) -> str | None:
    """The field of a column whose cells can be hardly anything else; names and dates are not among them."""
    if contents.numbered and not contents.holds("document"):
        return "ignored"
    for kind, name in (
        ("email", "email"),
        ("sex", "sex"),
        ("flight", "flight"),
        ("role", "role"),
        ("time", "time"),
        ("phone", "phone"),
        ("document", "document_number"),
        ("country", "citizenship"),
        ("category", "category"),
    ):
        if contents.holds(kind):
            return name if name != "document_number" or contents.distinct > 0.5 else None
    return None
