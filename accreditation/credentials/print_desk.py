"""The print desk's lists: what is to be printed, what cannot be and why, what is handed over to whom, and when.

Reading only. A desk shows one election at one local day; every page of badges reads its rows through it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.accounts.models import User
from accreditation.credentials.badges import Badge
from accreditation.credentials.models import Accreditation
from accreditation.credentials.payload import NotABadge, code_of, parts_of, signed_of, typed_code, unpacked
from accreditation.credentials.print_runs import PrintRunBadge
from accreditation.credentials.printing.glyphs import missing_in
from accreditation.missions.models import Delegation, Election
from accreditation.observers.search import memberships_named

ROWS_A_PAGE = 50
MOST_COUNTED = 9999
State = Badge.State
ACTIVE = Accreditation.State.ACTIVE

SIGNS = {
    State.QUEUED: ("●", "wait"),
    State.STANDBY: ("○", "calm"),
    State.PRINTED: ("●", "wait"),
    State.READY: ("●", "good"),
    State.COLLECTED: ("✓", "good"),
    State.RETURNED: ("–", "calm"),
    State.LOST: ("!", "bad"),
    State.VOID: ("✕", "bad"),
    State.REISSUED: ("–", "calm"),
}
"""A state is a sign and a tone beside its word."""

READ_WITH = (
    "accreditation__category",
    "accreditation__mission",
    "accreditation__membership__delegation",
)
"""What rows show. The election, one for all with its long texts, is the desk's: the caller puts it on."""

ONE_WITH = ("accreditation__election", *READ_WITH)

STATED = "accreditation__membership"
UNDER_WAY = PrintRunBadge.objects.filter(badge=OuterRef("pk"), outcome=PrintRunBadge.Outcome.WAITING)


@dataclass(frozen=True)
class Queue:
    """A tab: its code in addresses, its words, and which badges of the election stand in it."""

    code: str
    words: str | Promise
    condition: Q
    moves: tuple[str, ...] = ()
    """What may be done with many of them at once, besides printing."""


PRINTABLE = Q(state=State.QUEUED, sealed_at__isnull=False, accreditation__state=ACTIVE)
QUEUES = (
    Queue("print", _l("to be printed"), PRINTABLE, ("hold",)),
    Queue("blocked", _l("cannot be printed yet"), Q(state=State.QUEUED) & ~PRINTABLE, ("hold",)),
    Queue("standby", _l("on standby"), Q(state=State.STANDBY), ("release",)),
    Queue("printed", _l("printed"), Q(state=State.PRINTED), ("make_ready", "hand_over")),
    Queue("ready", _l("ready to collect"), Q(state=State.READY), ("hand_over",)),
    Queue("not_collected", _l("not collected"), Q(state__in=[State.PRINTED, State.READY]), ("hand_over",)),
    Queue("collected", _l("collected"), Q(state=State.COLLECTED), ("take_back",)),
    Queue("ended", _l("lost, void, returned"), Q(state__in=Badge.DEAD)),
)
BY_CODE = {queue.code: queue for queue in QUEUES}


@dataclass(frozen=True)
class Filters:
    """What narrows a tab. `found`: a condition that a search gave, with its words."""

    mission: int | None = None
    delegation: int | None = None
    day: date | None = None
    category: int | None = None
    state: str = ""
    found: Q | None = None
    words: str = ""

    @property
    def narrowed(self) -> bool:
        return any((self.mission, self.delegation, self.day, self.category, self.state))

    @property
    def condition(self) -> Q:
        wanted = Q() if self.found is None else self.found
        if self.mission:
            wanted &= Q(accreditation__mission=self.mission)
        if self.delegation:
            wanted &= Q(**{f"{STATED}__delegation": self.delegation})
        if self.category:
            wanted &= Q(accreditation__category=self.category)
        if self.state:
            wanted &= Q(state=self.state)
        return wanted & Q(arrives=self.day) if self.day else wanted


@dataclass
class Desk:
    """One reader's view of the badges of one election. `today` is a day of the election's zone."""

    user: User
    election: Election
    today: date

    @classmethod
    def at(cls, user: User, election: Election, now: datetime) -> "Desk":
        return cls(user, election, election.calendar.local_date(now))

    def badges(self) -> QuerySet[Badge]:
        """All badges of the election, each with the day on which its bearer arrives."""
        return with_arrivals(
            Badge.objects.visible_to(self.user).filter(accreditation__election=self.election)
        )

    def rows(self, queue: Queue, filters: Filters = Filters()) -> QuerySet[Badge]:
        """A tab in the order of the sheets: day of arrival, mission, name."""
        rows = self.badges().filter(queue.condition).filter(filters.condition)
        if queue.code == "not_collected":
            rows = rows.filter(Q(arrives__lt=self.today))
        return in_order(rows).select_related(*READ_WITH)

    def counts(self, filters: Filters = Filters()) -> dict[str, int]:
        """How many stand in each tab, counted no further than MOST_COUNTED."""
        return {
            queue.code: self.rows(queue, filters).order_by()[: MOST_COUNTED + 1].count() for queue in QUEUES
        }

    def arrivals(self) -> list[tuple[date, int]]:
        """The days on which bearers of live badges arrive, with how many each."""
        days: dict[date, int] = defaultdict(int)
        rows: Any = self.badges().filter(state__in=Badge.LIVE)
        rows = rows.exclude(arrives=None).order_by("arrives")
        for day in rows.values_list("arrives", flat=True):
            days[day] += 1
        return list(days.items())


def with_arrivals(rows: QuerySet[Badge]) -> QuerySet[Badge]:
    """Each with `arrives`: the day that the person stated, else the delegation's."""
    return rows.annotate(arrives=Coalesce(f"{STATED}__arrives_on", f"{STATED}__delegation__arrives_on"))


def in_order(rows: QuerySet[Badge]) -> QuerySet[Badge]:
    """The stable order of sheets and lists, of rows with `arrives`."""
    return rows.order_by(
        F("arrives").asc(nulls_last=True), "accreditation__mission", f"{STATED}__sort_key", "pk"
    )


def with_runs(rows: QuerySet[Badge]) -> QuerySet[Badge]:
    """Each with `in_run`: whether a run that is under way has it."""
    return rows.annotate(in_run=Exists(UNDER_WAY))


# Why something cannot be printed


def why_not(badge: Badge) -> str:
    """What stands against printing a queued badge, and what to do; empty for nothing. Reads no pictures."""
    if badge.accreditation.state != ACTIVE:
        return _("The accreditation is %(state)s.") % {"state": badge.accreditation.get_state_display()}
    if badge.sealed_at is None and badge.unsealable:
        return _("Cannot be signed: %(why)s.") % {"why": badge.get_unsealable_display()}
    if badge.sealed_at is None:
        return _("Waits for its signature, which comes within a minute.")
    return without_font(badge)


def without_font(badge: Badge) -> str:
    """The letters of its names that no font draws; a run would leave it out."""
    stated = badge.accreditation.membership
    missing = missing_in((stated.family_name, stated.given_names, stated.original_name))
    if not missing:
        return ""
    letters = ", ".join(f"{letter} ({code} {name})" for letter, code, name in missing)
    return _("No font has these letters: %(letters)s. Correct the name.") % {"letters": letters}


# Finding one


def badge_behind(text: str) -> Badge | None:
    """The badge whose code was typed, or whose address a hand scanner sent; None where there is none of ours.

    An address counts only if it is, byte for byte, what we signed for that badge: a forged one finds nothing.
    """
    code, signed = typed_code(text), None
    if code is None:
        try:
            signed = signed_of(text)
            code = code_of(unpacked(parts_of(signed)[0]).serial)
        except NotABadge:
            return None
    badge = Badge.objects.select_related(*ONE_WITH).filter(code=code).first()
    if badge is None or (signed is not None and bytes(badge.signed or b"") != signed):
        return None
    return badge


def found_by(text: str, election: Election) -> tuple[Q, str]:
    """What a search means: an accreditation's number such as 2026-0412, or the beginnings of names."""
    year, __, number = text.strip().partition("-")
    if number.isdecimal() and len(number) < 9 and year == str(election.year_in_numbers):
        return Q(accreditation__number=int(number)), text
    return Q(**{f"{STATED}__in": memberships_named(text)}), text


# The list by which somebody packs the badges of a day


@dataclass
class Pack:
    """The badges of one delegation on one day, with the ways by which its people come."""

    delegation: Delegation
    badges: list[Badge] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.badges)


def pick_list(desk: Desk, day: date) -> list[Pack]:
    """All live badges of those who arrive on a day, by delegation; those on standby excluded."""
    wanted = [state for state in Badge.LIVE if state != State.STANDBY]
    rows = desk.badges().filter(Q(arrives=day), state__in=wanted)
    rows = rows.select_related(*READ_WITH, "accreditation__mission__organisation")
    packs: dict[int, Pack] = {}
    for badge in rows.order_by(
        "accreditation__mission__name", f"{STATED}__delegation__name", f"{STATED}__sort_key", "pk"
    ):
        delegation = badge.accreditation.membership.delegation
        packs.setdefault(delegation.pk, Pack(delegation)).badges.append(badge)
    return list(packs.values())


def way_of(badge: Badge) -> str:
    """'Baku airport, J2 076, 14:30': of whoever stated the day, the person or the delegation."""
    stated = badge.accreditation.membership
    stay = stated if stated.arrives_on is not None else stated.delegation
    hour = f"{stay.arrives_at:%H:%M}" if stay.arrives_at is not None else ""
    return ", ".join(filter(None, (stay.arrival_place, stay.arrival_flight, hour)))
