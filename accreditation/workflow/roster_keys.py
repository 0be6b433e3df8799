"""Where a page of the roster begins and how far it goes: by keys, never by counting rows."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accreditation.missions.models import Mission
from accreditation.observers.models import Membership
from accreditation.workflow.plain_states import GROUPS

NO_DAY = date(9999, 12, 31)
"""Stands for the day of those of whom nobody has said when they arrive: last of all."""


@dataclass(frozen=True)
class Key:
    """Where a page begins: a row's public id, and in the order of states its group. Holds no name."""

    public_id: str
    rank: int = 0

    @classmethod
    def read(cls, text: str) -> "Key | None":
        rank, __, public_id = text.rpartition(".")
        if not public_id or (rank and not rank.isdecimal()):
            return None
        return cls(public_id, int(rank or 0) % 100)

    def __str__(self) -> str:
        return f"{self.rank}.{self.public_id}"


@dataclass(frozen=True)
class Place:
    """Where the row of a key stands in each of the orders."""

    rank: int
    day: date
    sort_key: str
    pk: int


def place_of(mission: Mission, key: Key | None) -> Place | None:
    """The place of the key's row; None where the mission names nobody so."""
    if key is None:
        return None
    row = (
        Membership.objects.filter(mission=mission, public_id=key.public_id)
        .annotate(day=Coalesce("arrives_on", "delegation__arrives_on", Value(NO_DAY)))
        .values_list("day", "sort_key", "pk")
        .first()
    )
    return Place(key.rank, *row) if row else None


def beyond(
    rows: QuerySet[Membership], place: Place, *, backwards: bool, day: str = ""
) -> QuerySet[Membership]:
    """The rows of one arm behind a place, by its key; said so that the arm's index begins there.

    `day` names the column of the day where an arm is ordered by it first.
    """
    way, edge = ("lt", "lte") if backwards else ("gt", "gte")
    later = Q(**{f"sort_key__{way}": place.sort_key}) | Q(
        **{"sort_key": place.sort_key, f"pk__{way}": place.pk}
    )
    if day:
        rows = rows.filter(**{f"{day}__{edge}": place.day})
        return rows.filter(Q(**{f"{day}__{way}": place.day}) | (Q(**{day: place.day}) & later))
    return rows.filter(**{f"sort_key__{edge}": place.sort_key}).filter(later)


@dataclass(frozen=True)
class Stretch:
    """How much of the roster is wanted: up to `limit` rows behind the place, or ahead of it (`backwards`)."""

    place: Place | None
    backwards: bool
    limit: int

    def ranks(self, group: str) -> list[int]:
        """The groups (by their place in GROUPS) that the stretch may touch, as it comes to them.

        Only `group` where it names one.
        """
        ranks = [rank for rank, one in enumerate(GROUPS) if group in ("", one.code)]
        if self.backwards:
            ranks.reverse()
        if self.place is None:
            return ranks
        here = self.place.rank
        return [rank for rank in ranks if rank == here or (rank < here) == self.backwards]
