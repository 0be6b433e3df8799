"""The roster of one mission: a page of the people who stand on it, with all that is shown of them.

A head sees what the own mission states, and the own mission's applications. Of a person whose application
another mission holds the head sees the state in a word and nothing else, not even whose it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from accreditation.missions.models import Mission
from accreditation.observers.models import Membership, Upload
from accreditation.workflow.roster_figures import Counts as Counts
from accreditation.workflow.roster_figures import counts as counts
from accreditation.workflow.roster_figures import members as members
from accreditation.workflow.roster_keys import Key, Stretch, place_of
from accreditation.workflow.roster_order import SORTS as SORTS
from accreditation.workflow.roster_order import Filters as Filters
from accreditation.workflow.roster_order import keys_of

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Page:
    """The memberships of a page in their order, with the keys of its neighbours ('' where there is none)."""

    memberships: list[Membership]
    previous: str = ""
    following: str = ""


Reading = Callable[[QuerySet[Membership]], QuerySet[Membership]]


def with_what_a_row_shows(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Memberships with all that roster_rows reads of them: `upload_kinds` are the kinds of the pictures."""
    current = Upload.objects.filter(membership=OuterRef("pk"), replaced_at=None)
    return (
        rows.select_related("document", "delegation__organisation", "pledge")
        .annotate(upload_kinds=ArraySubquery(current.values("kind")))
        .defer("document__number", "document__number_index")
    )


def page_of(
    mission: Mission,
    filters: Filters,
    *,
    now: datetime,
    after: str = "",
    before: str = "",
    size: int = ROWS_A_PAGE,
    found: Counts | None = None,
    rows_with: Reading = with_what_a_row_shows,
) -> Page:
    """`size` people behind the key `after`, or ahead of `before`; a key that is none is the beginning.

    `now` says what is told already. `found` are the mission's counts, where the caller has them: they tell which
    parts of the roster are empty. `rows_with` adds to the rows what the caller reads of them.
    """
    place = place_of(mission, Key.read(before or after))
    backwards = bool(before) and place is not None
    found = found or counts(mission, now=now)
    keys = keys_of(mission, filters, found, Stretch(place, backwards, limit=size + 1))
    more, keys = len(keys) > size, keys[:size]
    if backwards:
        keys.reverse()
    rows = {row.pk: row for row in rows_with(Membership.objects.filter(pk__in=[pk for __, pk in keys]))}
    for row in rows.values():
        row.mission = mission
    shown = [(rank, rows[pk]) for rank, pk in keys if pk in rows]
    ahead = more if backwards else place is not None
    behind = True if backwards else more
    return Page(
        [row for __, row in shown],
        str(Key(shown[0][1].public_id, shown[0][0])) if shown and ahead else "",
        str(Key(shown[-1][1].public_id, shown[-1][0])) if shown and behind else "",
    )
