"""The roster of one mission: who stands on it, in which order, in which state, and how many of each.

A head sees what the own mission states, and the own mission's applications. Of a person whose application
another mission holds the head sees the state in a word and nothing else, not even whose it is.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission
from accreditation.observers.models import Membership, NameToken, Upload
from accreditation.observers.names import tokens
from accreditation.workflow.models import Application
from accreditation.workflow.plain_states import ACCREDITED, GROUPS, NOT_IN_FORCE, PlainState, group_named
from accreditation.workflow.readiness import MISSING, lacking

ROWS_A_PAGE = 50
SORTS = ("name", "state", "arrival")
NO_DAY = date(9999, 12, 31)


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


@dataclass
class Counts:
    """How many of each: `people` are the memberships, `by_group` the states that a page names."""

    people: int = 0
    shared: int = 0
    by_group: dict[str, int] = field(default_factory=dict)


def members(mission: Mission) -> QuerySet[Membership]:
    """Everybody whom the mission names today."""
    return Membership.objects.filter(mission=mission, ended_at=None)


def counts(mission: Mission) -> Counts:
    """People and states of the whole mission; one query that reads two indexes and no rows."""
    applications = (
        Application.objects.filter(mission=mission)
        .order_by()
        .values("state")
        .annotate(how_many=Count("*"))
        .values_list("state", "how_many")
    )
    primary = Case(When(is_primary=True, then=Value("primary")), default=Value("shared"))
    people = (
        members(mission)
        .order_by()
        .values("is_primary")
        .annotate(how_many=Count("*"))
        .values_list(primary, "how_many")
    )
    ended = (
        Accreditation.objects.filter(mission=mission)
        .exclude(state=Accreditation.State.ACTIVE)
        .order_by()
        .values("mission")
        .annotate(how_many=Count("*"))
        .values_list(Value(NOT_IN_FORCE.code), "how_many")
    )
    found = dict(applications.union(people, ended, all=True))
    shared = found.get("shared", 0)
    by_group = {group.code: sum(found.get(state, 0) for state in group.states) for group in GROUPS}
    by_group[NOT_IN_FORCE.code] = found.get(NOT_IN_FORCE.code, 0)
    by_group[ACCREDITED.code] -= by_group[NOT_IN_FORCE.code]
    return Counts(
        people=found.get("primary", 0) + shared,
        shared=shared,
        by_group=by_group,
    )


# --- which rows, in which order ---


def _newest(application_state: Collection[str], **whose: Any) -> Exists:
    """Applications in these states that no newer one of the same person replaces."""
    newer = Application.objects.filter(
        person=OuterRef("person"), election=OuterRef("election"), pk__gt=OuterRef("pk")
    ).exclude(state=Application.State.MERGED)
    rows = Application.objects.filter(state__in=application_state, **whose)
    return Exists(rows if set(application_state) <= set(Application.LIVE) else rows.filter(~Exists(newer)))


def _in_group(mission: Mission, group: PlainState) -> list[QuerySet[Membership]]:
    """The mission's people in these states: whose file is its own, then whose file another mission holds."""
    granted = {"accreditation__state__in": group.grants} if group.grants else {}
    own = members(mission).filter(
        _newest(group.states, membership=OuterRef("pk"), mission=mission, **granted)
    )
    has_own = Application.objects.filter(membership=OuterRef("pk"), mission=mission)
    elsewhere = members(mission).filter(
        ~Exists(has_own.exclude(state=Application.State.MERGED)),
        _newest(group.states, person=OuterRef("person"), election=mission.election_id, **granted),
        is_primary=False,
    )
    return [own, elsewhere]


def _named(text: str) -> Any:
    """The memberships of whose names each word of the text begins one, in any script.

    Several words are intersected, since the planner would else look the second up for each row of the first.
    """
    words = [NameToken.objects.filter(token__startswith=word).values("membership") for word in tokens(text)]
    if not words:
        return []
    return words[0] if len(words) == 1 else words[0].intersection(*words[1:])


def _narrowed(mission: Mission, rows: QuerySet[Membership], filters: Filters) -> QuerySet[Membership]:
    if filters.text:
        rows = rows.filter(pk__in=_named(filters.text))
    if filters.missing:
        rows = rows.filter(pk__in=lacking(mission, filters.missing).values("membership"))
    if filters.category:
        decided = Application.objects.filter(
            membership=OuterRef("pk"), mission=mission, category__code=filters.category
        )
        rows = rows.filter(Exists(decided) | Q(is_primary=False, category__code=filters.category))
    return rows


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
class _Place:
    rank: int
    day: date
    sort_key: str
    pk: int


def _place_of(mission: Mission, key: Key | None) -> _Place | None:
    if key is None:
        return None
    row = (
        Membership.objects.filter(mission=mission, public_id=key.public_id)
        .annotate(day=Coalesce("arrives_on", "delegation__arrives_on", Value(NO_DAY)))
        .values_list("day", "sort_key", "pk")
        .first()
    )
    return _Place(key.rank, *row) if row else None


def _beyond(rows: QuerySet[Membership], sort: str, place: _Place, *, backwards: bool) -> QuerySet[Membership]:
    """The rows of one arm behind a place, by its key; said so that the index of the roster begins there."""
    way, edge = ("lt", "lte") if backwards else ("gt", "gte")
    later = Q(**{f"sort_key__{way}": place.sort_key}) | Q(
        **{"sort_key": place.sort_key, f"pk__{way}": place.pk}
    )
    if sort == "arrival":
        return rows.filter(Q(**{f"day__{way}": place.day}) | (Q(day=place.day) & later))
    return rows.filter(**{f"sort_key__{edge}": place.sort_key}).filter(later)


def _arms(mission: Mission, filters: Filters) -> Iterator[tuple[int, QuerySet[Membership]]]:
    """Parts of the roster that are each read in their order: one, or one a state and holder of the file."""
    groups = [group for group in GROUPS if filters.group in ("", group.code)]
    if filters.sort != "state" and not filters.group:
        yield 0, members(mission)
        return
    for rank, group in enumerate(groups):
        for rows in _in_group(mission, group):
            yield rank, rows


def _keys(
    mission: Mission, filters: Filters, *, place: _Place | None, backwards: bool, limit: int
) -> list[tuple[int, int]]:
    """(group's rank, membership) of up to `limit` rows; one query."""
    by_day = filters.sort == "arrival"
    order = ("rank", "day", "sort_key", "pk") if by_day else ("rank", "sort_key", "pk")
    arms = []
    for rank, rows in _arms(mission, filters):
        day = Coalesce("arrives_on", "delegation__arrives_on", Value(NO_DAY)) if by_day else None
        rows = _narrowed(mission, rows, filters)
        rows = rows.annotate(day=day) if by_day else rows
        if place is not None and filters.sort == "state" and rank != place.rank:
            if (rank > place.rank) == backwards:
                continue
        elif place is not None:
            rows = _beyond(rows, filters.sort, place, backwards=backwards)
        rows = rows.annotate(rank=Value(rank, output_field=IntegerField()))
        within = [f"-{name}" if backwards else name for name in order[1:]]
        arms.append(rows.order_by(*within).values_list(*order)[:limit])
    if not arms:
        return []
    keys = arms[0] if len(arms) == 1 else arms[0].union(*arms[1:], all=True)
    if len(arms) > 1:
        keys = keys.order_by(*[f"-{name}" if backwards else name for name in order])[:limit]
    return [(row[0], row[-1]) for row in keys]


@dataclass(frozen=True)
class Page:
    """The memberships of a page in their order, with the keys of its neighbours ('' where there is none)."""

    memberships: list[Membership]
    previous: str = ""
    following: str = ""


def page_of(
    mission: Mission, filters: Filters, *, after: str = "", before: str = "", size: int = ROWS_A_PAGE
) -> Page:
    """`size` people behind the key `after`, or ahead of `before`; a key that is none is the beginning."""
    key = Key.read(before or after)
    place = _place_of(mission, key)
    backwards = bool(before) and place is not None
    keys = _keys(mission, filters, place=place, backwards=backwards, limit=size + 1)
    more, keys = len(keys) > size, keys[:size]
    if backwards:
        keys.reverse()
    rows = {
        row.pk: row
        for row in with_what_a_row_shows(Membership.objects.filter(pk__in=[pk for __, pk in keys]))
    }
    for row in rows.values():
        row.mission = mission
    found = [(rank, rows[pk]) for rank, pk in keys if pk in rows]
    ahead = more if backwards else place is not None
    behind = True if backwards else more
    return Page(
        [row for __, row in found],
        str(Key(found[0][1].public_id, found[0][0])) if found and ahead else "",
        str(Key(found[-1][1].public_id, found[-1][0])) if found and behind else "",
    )


def with_what_a_row_shows(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Memberships with all that roster_rows reads of them: `upload_kinds` are the kinds of the pictures."""
    current = Upload.objects.filter(membership=OuterRef("pk"), replaced_at=None)
    return (
        rows.select_related("document", "delegation__organisation", "pledge")
        .annotate(upload_kinds=ArraySubquery(current.values("kind")))
        .defer("document__number", "document__number_index")
    )
