"""Lists as files for senders: the refused rows with their reasons, and an empty list to fill in."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from accreditation.missions.models import Mission, Role
from accreditation.observers.lists import ReadList


def refused_rows(read: ReadList) -> Iterator[list[Any]]:
    """The refused rows as they stood, under their own headers, with the reasons in a last column.

    Corrected and sent again they are read like the first list: the columns are the same.
    """
    width = max((len(row.cells) for row in read.rows), default=0)
    yield [*_padded(read.headers, width), _("Why this row is refused")]
    for row in read.refused:
        why = "; ".join(str(reason.words) for reason in row.refusals)
        yield [*_padded([_as_cell(cell) for cell in row.cells], width), why]


def _as_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return cell if isinstance(cell, date | str) else str(cell)


def _padded(cells: Sequence[Any], width: int) -> list[Any]:
    return [*cells, *[""] * (width - len(cells))][:width]


EMPTY_LIST = (
    ("Family name", 22), ("Given names", 22), ("Name in original script", 26), ("Sex (M/F)", 10),
    ("Date of birth (YYYY-MM-DD)", 24), ("Place of birth", 18), ("Citizenship", 16), ("Passport number", 18),
    ("Issuing country", 16), ("Passport valid until (YYYY-MM-DD)", 30), ("Category", 22), ("Role", 20),
    ("Function", 24), ("E-mail", 26), ("Phone", 18), ("Country of residence", 20), ("Address", 30),
    ("Arrival date (YYYY-MM-DD)", 24), ("Arrival time", 12), ("Arrival flight", 14),
    ("Departure date (YYYY-MM-DD)", 26), ("Departure flight", 16),
)  # fmt: skip
JOURNALISTS = (("Media outlet", 24), ("MFA accreditation number", 26))
EMPTY_LIST_WIDTHS = [width for __, width in (*EMPTY_LIST, *JOURNALISTS)]


def empty_list(mission: Mission) -> tuple[list[list[str]], list[tuple[int, dict[str, Any]]]]:
    """The header of a list to fill in, with choices for what has few values. Headers are English."""
    columns = [*EMPTY_LIST, *(JOURNALISTS if mission.kind == Mission.Kind.MEDIA else ())]
    titles = [title for title, __ in columns]
    choices = {
        "Sex (M/F)": ["F", "M", "X"],
        "Category": [category.code for category in mission.election.categories.all()],
        "Role": list(Role.values),
    }
    return [titles], [
        (titles.index(title), {"validate": "list", "source": values}) for title, values in choices.items()
    ]
