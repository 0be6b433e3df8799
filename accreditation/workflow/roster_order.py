"""Which people stand on a page of the roster, in which order: filters, orders, and the parts it is read in.

A roster is read in parts (arms), each of which an index holds in its order already: by name it is one part; by
state one a state; by arrival those with a day of their own, and those who come with their delegation, one part a
day. So a page costs the same whether its mission names ten people or a hundred thousand.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)

from accreditation.missions.models import Mission
from accreditation.observers.models import Membership, NameToken
from accreditation.observers.names import tokens
from accreditation.workflow.models import Application
from accreditation.workflow.plain_states import GROUPS, WITH_THE_COMMISSION, PlainState, group_named
from accreditation.workflow.readiness import MISSING, lacking
from accreditation.workflow.roster_figures import Counts, members
from accreditation.workflow.roster_keys import NO_DAY, Place, Stretch, beyond
from accreditation.workflow.told import held_back

SORTS = ("name", "state", "arrival")
SMALL = 5_000
"""In a mission of so many people a name is looked for among them; in a larger one among all names first."""


@dataclass(frozen=True)
class Filters:
    """What a head narrows the roster to. Anything that is no known value counts as not said."""

    group: str = ""
    category: str = ""
    missing: str = ""
    text: str = ""
    sort: str = "name"

    @classmethod
    def read(cls, said: Any) -> "Filters":
        """From a page's query string (or any mapping of texts)."""
        group, missing, sort = said.get("state", ""), said.get("missing", ""), said.get("sort", "")
        return cls(
            group=group if group_named(group) else "",
            category=said.get("category", "")[:40],
            missing=missing if missing in MISSING or missing == "any" else "",
            text=said.get("q", "").strip()[:100],
            sort=sort if sort in SORTS else "name",
        )

    @property
    def any(self) -> bool:
        return bool(self.group or self.category or self.missing or self.text)


def _newest(group: PlainState, held: Q | None, **whose: Any) -> Exists:
    """Applications in this group that no newer one of the same person replaces.

    `held` are those whose decision is not told yet; None where there are none.
    """
    newer = Application.objects.filter(
        person=OuterRef("person"), election=OuterRef("election"), pk__gt=OuterRef("pk")
    ).exclude(state=Application.State.MERGED)
    replaced, rows = Exists(newer), Application.objects.filter(**whose)
    here = Q(state__in=group.states)
    if group.grants:
        here &= Q(accreditation__state__in=group.grants)
    if set(group.states) <= set(Application.LIVE):
        return Exists(
            rows.filter(here | (held & ~replaced) if held and group == WITH_THE_COMMISSION else here)
        )
    return Exists(rows.filter(here & ~held if held else here).filter(~replaced))


def _own(mission: Mission, group: PlainState, found: Counts) -> QuerySet[Membership]:
    """The mission's people whose file is its own and stands in this group."""
    held = held_back(found.at) if found.held else None
    return members(mission).filter(_newest(group, held, membership=OuterRef("pk"), mission=mission))


def _elsewhere(mission: Mission, group: PlainState, found: Counts) -> QuerySet[Membership]:
    """The mission's people whose file another mission holds, in this group."""
    held = held_back(found.at)
    has_own = Application.objects.filter(membership=OuterRef("pk"), mission=mission)
    return members(mission).filter(
        ~Exists(has_own.exclude(state=Application.State.MERGED)),
        _newest(group, held, person=OuterRef("person"), election=mission.election_id),
        is_primary=False,
    )


# --- what narrows it ---


class _IsAnyOf(Func):
    """`_IsAnyOf("pk", ArraySubquery(...))`: the subquery is read first, then each row by its key.

    Of an intersection the planner knows no size; with IN it reads the whole table to be safe.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def _named(rows: QuerySet[Membership], text: str, *, people: int) -> QuerySet[Membership]:
    """Those of whose names each word of the text begins one, in any script."""
    words = [NameToken.objects.filter(token__startswith=word).values("membership") for word in tokens(text)]
    if not words:
        return rows.none()
    if people > SMALL:
        every = words[0] if len(words) == 1 else words[0].intersection(*words[1:])
        return rows.filter(_IsAnyOf("pk", ArraySubquery(every)))
    for word in words:
        rows = rows.filter(pk__in=word)
    return rows


def _narrowed(
    mission: Mission, rows: QuerySet[Membership], filters: Filters, found: Counts
) -> QuerySet[Membership]:
    if filters.text:
        rows = _named(rows, filters.text, people=found.people)
    if filters.missing:
        rows = rows.filter(pk__in=lacking(mission, filters.missing).values("membership"))
    if filters.category:
        decided = Application.objects.filter(
            membership=OuterRef("pk"), mission=mission, category__code=filters.category
        )
        rows = rows.filter(Exists(decided) | Q(is_primary=False, category__code=filters.category))
    return rows


# --- the arms ---


@dataclass(frozen=True)
class _Arm:
    """One part of the roster, in one group and on one day, or ordered by the people's own day first."""

    rows: QuerySet[Membership]
    rank: int = 0
    day: date | None = None
    by_own_day: bool = False

    def behind(self, place: Place, *, backwards: bool) -> QuerySet[Membership] | None:
        """Its rows behind the place: some, all, or (None) not one."""
        here = (self.rank, place.day if self.day is None else self.day)
        there = (place.rank, place.day)
        if here == there:
            return beyond(self.rows, place, backwards=backwards, day="arrives_on" if self.by_own_day else "")
        return self.rows if (here < there) == backwards else None


def _arms(mission: Mission, filters: Filters, found: Counts, ranks: Iterable[int]) -> Iterator[_Arm]:
    """The parts that these groups (by their place in GROUPS) consist of; `ranks` counts only in the order of states."""
    if filters.sort == "state":
        for rank in ranks:
            for rows in _files_in(mission, GROUPS[rank], found):
                yield _Arm(rows, rank)
        return
    group = group_named(filters.group)
    for rows in _files_in(mission, group, found) if group else [members(mission)]:
        yield from _by_day(rows, mission) if filters.sort == "arrival" else [_Arm(rows)]


def _files_in(mission: Mission, group: PlainState, found: Counts) -> Iterator[QuerySet[Membership]]:
    """The people in a group: whose file is the mission's, and whose another mission holds, where there are any."""
    if found.may_hold(group):
        yield _own(mission, group, found)
    if found.shared:
        yield _elsewhere(mission, group, found)


def _by_day(rows: QuerySet[Membership], mission: Mission) -> Iterator[_Arm]:
    """Those with a day of their own, and those who come with their delegation, by its day."""
    yield _Arm(rows.filter(arrives_on__isnull=False), by_own_day=True)
    days = _days_of_delegations(mission)
    for day, delegations in days.items():
        come = rows.filter(arrives_on=None)
        yield _Arm(come if len(days) == 1 else come.filter(delegation__in=delegations), day=day)


def _days_of_delegations(mission: Mission) -> dict[date, list[int]]:
    """The mission's delegations by the day on which they say that they arrive."""
    days = defaultdict(list)
    for pk, day in mission.delegations.order_by().values_list("pk", "arrives_on"):
        days[day or NO_DAY].append(pk)
    return days


def keys_of(mission: Mission, filters: Filters, found: Counts, stretch: Stretch) -> list[tuple[int, int]]:
    """(group's rank, membership) of the stretch in its own direction; one query, seldom two.

    One more reads the days of the delegations. In the order of states a large first group mostly fills the page
    alone, so it is read alone; where it does not, all are read.
    """
    if filters.sort != "state":
        if stretch.place is not None:
            stretch = replace(stretch, place=replace(stretch.place, rank=0))
        return _read(mission, filters, found, stretch, [0])
    ranks = stretch.ranks(filters.group)
    enough = stretch.limit if stretch.place is None else 2 * stretch.limit
    if ranks and not filters.any and found.by_group[GROUPS[ranks[0]].code] >= enough:
        keys = _read(mission, filters, found, stretch, ranks[:1])
        if len(keys) == stretch.limit:
            return keys
    return _read(mission, filters, found, stretch, ranks)


def _read(
    mission: Mission, filters: Filters, found: Counts, stretch: Stretch, ranks: Iterable[int]
) -> list[tuple[int, int]]:
    by_day = filters.sort == "arrival"
    order = ("rank", "day", "sort_key", "pk") if by_day else ("rank", "sort_key", "pk")
    place, sign = stretch.place, "-" if stretch.backwards else ""
    arms = []
    for arm in _arms(mission, filters, found, ranks):
        rows = arm.rows if place is None else arm.behind(place, backwards=stretch.backwards)
        if rows is None:
            continue
        rows = _narrowed(mission, rows, filters, found)
        rows = rows.annotate(rank=Value(arm.rank, output_field=IntegerField()))
        if by_day:
            day = F("arrives_on") if arm.by_own_day else Value(arm.day, output_field=DateField())
            rows = rows.annotate(day=day)
        within = ("arrives_on", "sort_key", "pk") if arm.by_own_day else ("sort_key", "pk")
        arms.append(rows.order_by(*[sign + name for name in within]).values_list(*order)[: stretch.limit])
    if not arms:
        return []
    keys = arms[0] if len(arms) == 1 else arms[0].union(*arms[1:], all=True)
    if len(arms) > 1:
        keys = keys.order_by(*[sign + name for name in order])[: stretch.limit]
    return [(row[0], row[-1]) for row in keys]
