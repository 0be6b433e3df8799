"""Which columns hold names, and which part of them: the hardest question of a header.

'Name' beside 'Surname' is the given names, alone it is the whole name; 'Имя' over 'Иванов Иван Иванович'
beside a column in Latin letters is the name in its original script.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from accreditation.observers.lists import headers as h
from accreditation.observers.lists.contents import Contents

_NAMES = ("family_name", "given_names", "_name", h.FULL_NAME, h.FULL_NAME_GIVEN_FIRST)
_WHOLE = (h.FULL_NAME, h.FULL_NAME_GIVEN_FIRST)


class NamedColumn(Protocol):
    index: int
    header: str
    field: str | None
    sure: float
    by: str


def settle_names(
    columns: Sequence[NamedColumn], contents: Sequence[Contents], *, guess: bool = False
) -> None:
    """Give every column of names its part; with `guess` also columns whose headers say nothing of names."""
    if guess:
        _guess_original(columns, contents)
        _guess_latin(columns, contents)
        return
    latin = {c.index for c in columns if c.field in _NAMES and not _is_original(contents[c.index])}
    _settle_originals(columns, contents, latin)
    _settle_name_alone(columns)
    fields = {column.field for column in columns}
    if {"family_name", "given_names"} <= fields:
        for column in columns:  # the parts say it better than the whole
            if column.field in _WHOLE and column.by != "told":
                column.field, column.sure = (
                    ("original_name" if "original_name" not in fields else h.IGNORED),
                    0.6,
                )
                fields.add("original_name")


def _is_original(contents: Contents) -> bool:
    """Whether the names are mostly in another script than Latin."""
    return contents.share("other_name") > contents.share("latin_name")


def _settle_originals(columns: Sequence[NamedColumn], contents: Sequence[Contents], latin: set[int]) -> None:
    """Where some names are in Latin letters, the others are the original ones."""
    if not latin:
        return
    taken = {column.field for column in columns}
    original_family = any(c.field == "family_name" and _is_original(contents[c.index]) for c in columns)
    for column in columns:
        if column.field not in _NAMES or column.by == "told" or not _is_original(contents[column.index]):
            continue
        wanted = "original_name"
        if column.field == "family_name":
            wanted = h.ORIGINAL_FAMILY
        elif (
            column.field == "given_names"
            or (column.field == "_name" and original_family)
            or (column.field == "_name" and contents[column.index].words < 1.5)
        ):
            wanted = h.ORIGINAL_GIVEN
        if wanted not in taken:
            column.field = wanted
            taken.add(wanted)


def _settle_name_alone(columns: Sequence[NamedColumn]) -> None:
    taken = {column.field for column in columns}
    for column in columns:
        if column.field != "_name":
            continue
        if "family_name" in taken and "given_names" not in taken:
            column.field = "given_names"
        elif "given_names" in taken and "family_name" not in taken:
            column.field = "family_name"  # 'Nom' and 'Prénom', 'Name' and 'First name'
        elif not taken & {"family_name", "given_names", *_WHOLE}:
            column.field = h.FULL_NAME
        else:
            column.field = "original_name" if "original_name" not in taken else h.IGNORED
        taken.add(column.field)


# --- without a header ---------------------------------------------------------------------------------------


def _guess_original(columns: Sequence[NamedColumn], contents: Sequence[Contents]) -> None:
    fields = {column.field for column in columns}
    if "original_name" in fields or h.ORIGINAL_FAMILY in fields:
        return
    for column in columns:
        found = contents[column.index]
        if column.field is None and found.holds("other_name") and found.words >= 1.5 and found.distinct > 0.7:
            _take(column, "original_name")
            return


def _guess_latin(columns: Sequence[NamedColumn], contents: Sequence[Contents]) -> None:
    fields = {column.field for column in columns}
    if fields & {"family_name", *_WHOLE}:
        return
    free = [
        c
        for c in columns
        if c.field is None and contents[c.index].holds("latin_name") and contents[c.index].distinct > 0.3
    ]
    whole = [c for c in free if contents[c.index].share("comma") > 0.5]
    if whole:
        _take(whole[0], h.FULL_NAME)
    elif len(free) > 1 and "given_names" not in fields and contents[free[0].index].words < 1.8:
        _take_two(free[0], free[1], contents)
    elif free:
        _take(free[0], "family_name" if "given_names" in fields else h.FULL_NAME)
    else:  # no name in Latin letters at all: the original one is the name
        for column in columns:
            if column.field == "original_name" and column.by != "told":
                column.field = h.FULL_NAME


def _take_two(left: NamedColumn, right: NamedColumn, contents: Sequence[Contents]) -> None:
    """Two columns of names: capitals, endings of family names, or the place tell which is the family's."""
    a, b = contents[left.index], contents[right.index]
    left_is_family = True
    if abs(a.capitals - b.capitals) > 0.5:
        left_is_family = a.capitals > b.capitals
    elif abs(a.family_endings - b.family_endings) > 0.3:
        left_is_family = a.family_endings > b.family_endings
    _take(left, "family_name" if left_is_family else "given_names")
    _take(right, "given_names" if left_is_family else "family_name")


def _take(column: NamedColumn, name: str) -> None:
    column.field, column.sure, column.by = name, 0.5, "contents"
