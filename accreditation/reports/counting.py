"""How many people come: each human being once, however many lists name them.

People and memberships are two numbers: 180 rows of four lists can be 170 people. A person is 'named' by a
standing membership, has 'applied' with an application that was submitted, is 'accredited' while an
accreditation is current, and has 'arrived' when a membership says so. Groups overlap: somebody whom two
missions name counts in both, so their sums are not the total.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accreditation.core.places import Country, Region
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Category, Election, Mission
from accreditation.observers.models import Membership, PossibleDuplicate
from accreditation.workflow.models import Application


@dataclass
class Tally:
    """The people of one group, each once; `memberships` are the statements about them."""

    people: int = 0
    memberships: int = 0
    applied: int = 0
    accredited: int = 0
    arrived: int = 0

    @property
    def named(self) -> int:
        """Everybody whom a sender names; the same as `people`."""
        return self.people

    def as_json(self) -> dict[str, int]:
        return {**asdict(self), "named": self.named}


@dataclass
class Group:
    """A part of the people: of one mission, category, country or region."""

    code: str
    name: str
    tally: Tally

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "name": self.name, **self.tally.as_json()}


@dataclass
class Headcount:
    """What an election counts at a moment."""

    election: Election
    counted_at: datetime
    total: Tally
    observers: Tally
    others: Tally
    by_mission: list[Group] = field(default_factory=list)
    by_category: list[Group] = field(default_factory=list)
    by_country: list[Group] = field(default_factory=list)
    by_region: list[Group] = field(default_factory=list)
    open_possible_duplicates: int = 0

    @property
    def note(self) -> str:
        return _(
            "Groups overlap: who is named by several missions or counts in several regions counts in each."
            " Only the total counts every person once."
        )

    def as_json(self) -> dict[str, Any]:
        groups = ("by_mission", "by_category", "by_country", "by_region")
        return {
            "election": self.election.code,
            "election_day": self.election.day.isoformat(),
            "counted_at": self.counted_at.isoformat(),
            **self.total.as_json(),
            "observers": self.observers.as_json(),
            "others": self.others.as_json(),
            **{name: [group.as_json() for group in getattr(self, name)] for name in groups},
            "open_possible_duplicates": self.open_possible_duplicates,
            "note": self.note,
        }


def headcount(election: Election, *, now: datetime) -> Headcount:
    """Count an election by a constant number of queries, whatever its size; dated `now`."""
    rows = _memberships(election)
    by_kind = _by_own_category(election, "category__counts_as_observer")
    named = rows.values("person")
    doubts = PossibleDuplicate.objects.filter(verdict=PossibleDuplicate.Verdict.OPEN)
    return Headcount(
        election=election,
        counted_at=now,
        total=Tally(**rows.aggregate(**_PEOPLE)),
        observers=by_kind.get(True, Tally()),
        others=by_kind.get(False, Tally()),
        by_mission=_named(_grouped(rows, "mission"), Mission.objects.filter(election=election), "code"),
        by_category=_named(
            _by_own_category(election, "category"), Category.objects.filter(election=election), "code"
        ),
        by_country=_largest_first(_named(_grouped(rows, "citizenship"), Country.objects.all(), "code")),
        by_region=_named(_grouped(rows, "citizenship__regions"), Region.objects.all(), "code"),
        open_possible_duplicates=doubts.filter(Q(first__in=named) | Q(second__in=named)).count(),
    )


def _memberships(election: Election) -> QuerySet[Membership]:
    """The standing statements of an election, each with how far its person has come."""
    of_person = {"person": OuterRef("person"), "election": election}
    return (
        Membership.objects.current()
        .filter(mission__election=election)
        .order_by()
        .annotate(
            has_applied=Exists(_submitted(election).filter(**of_person)),
            is_accredited=Exists(Accreditation.objects.current().filter(**of_person)),
        )
    )


def _submitted(election: Election) -> QuerySet[Application]:
    """Applications that were sent at some time; a merged one goes on under another number."""
    sent = Application.objects.filter(election=election, submitted_at__isnull=False)
    return sent.exclude(state=Application.State.MERGED).order_by()


_PEOPLE: dict[str, Count] = {
    "people": Count("person", distinct=True),
    "memberships": Count("pk", distinct=True),
    "applied": Count("person", distinct=True, filter=Q(has_applied=True)),
    "accredited": Count("person", distinct=True, filter=Q(is_accredited=True)),
    "arrived": Count("person", distinct=True, filter=Q(arrived_at__isnull=False)),
}


def _grouped(rows: QuerySet[Membership], by: str) -> dict[Any, Tally]:
    """Tallies by a column of the statement; None is the group of those who have none."""
    found: Iterable[Any] = rows.values(group=F(by)).annotate(**_PEOPLE)
    return {row["group"]: Tally(**{name: row[name] for name in _PEOPLE}) for row in found}


def _by_own_category(election: Election, by: str) -> dict[Any, Tally]:
    """Tallies by category: a statement's, an application's, an accreditation's own, which may differ."""
    accredited = Accreditation.objects.current().filter(election=election).order_by()
    found: dict[Any, Tally] = {}
    stages: list[tuple[QuerySet[Any], dict[str, Count]]] = [
        (_memberships(election), {name: _PEOPLE[name] for name in ("people", "memberships", "arrived")}),
        (_submitted(election), {"applied": Count("person", distinct=True)}),
        (accredited, {"accredited": Count("person", distinct=True)}),
    ]
    for rows, counts in stages:
        for row in rows.values(group=F(by)).annotate(**counts):
            tally = found.setdefault(row.pop("group"), Tally())
            for name, number in row.items():
                setattr(tally, name, number)
    return found


def _named(tallies: dict[Any, Tally], rows: QuerySet[Any], code: str) -> list[Group]:
    """Groups in the order of their rows, named in the reader's language; empty ones are left out."""
    known: Iterable[Model] = rows.filter(pk__in=[key for key in tallies if key is not None])
    groups = [Group(str(getattr(row, code)), str(row), tallies[row.pk]) for row in known]
    if None in tallies:
        groups.append(Group("", _("none"), tallies[None]))
    return groups


def _largest_first(groups: list[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.tally.people, group.name))
