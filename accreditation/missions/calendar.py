"""Every legal date of an election, computed from its day and parameters, in its own zone.

The printed minute still counts: a deadline of 23:59 closes at 00:00:00 of the next minute. `closes_at` is
always the first moment that is too late, aware, in UTC; guards compare with it and compute nothing.

Clocks that jump: a printed time that a zone skips is read with the offset from before the jump (it falls
after the gap), one that happens twice is its second occurrence: the applicant gets the later moment. A day
begins at its first moment, whatever the clock shows then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _l

from accreditation.core import moments
from accreditation.missions.legal_dates import (
    DEADLINE,
    ELECTION_DAY,
    LATEST_DECISION,
    OPENS,
    REPLACEMENTS,
    CountedDays,
    HasOwnDeadline,
    LegalDate,
    NamedDay,
    SetByHand,
    Window,
    category_deadline_name,
    standing,
)

if TYPE_CHECKING:
    from accreditation.missions.elections import Election

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Calendar:
    """The legal dates of one election, from plain values; knows no database."""

    day: date
    called_on: date
    time_zone: str = "Asia/Baku"
    application_opens_on: date | None = None
    deadline_days: int = 10
    deadline_time: time = time(23, 59)
    whole_days: bool = False
    replacement_days: int = 3
    decision_days: int = 3
    latest_decision_days: int | None = None
    validity_starts_after_days: int = 0
    appeal_days: int = 3
    deadline_article: str = ""
    decision_article: str = ""
    set_by_hand: Mapping[str, SetByHand] = field(default_factory=dict)

    @classmethod
    def of(cls, election: "Election") -> "Calendar":
        """The calendar of an election; reads its dates set by hand (one query, none when prefetched)."""
        return cls(
            day=election.day,
            called_on=election.called_on,
            time_zone=election.time_zone,
            application_opens_on=election.application_opens_on,
            deadline_days=election.deadline_days,
            deadline_time=election.deadline_time,
            whole_days=election.day_count == election.DayCount.WHOLE_DAYS,
            replacement_days=election.replacement_days,
            decision_days=election.decision_days,
            latest_decision_days=election.latest_decision_days,
            validity_starts_after_days=election.validity_starts_after_days,
            appeal_days=election.appeal_days,
            deadline_article=election.deadline_article,
            decision_article=election.decision_article,
            set_by_hand=standing(election.overrides.all()) if election.pk else {},
        )

    # Days and moments of the zone

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local_date(self, moment: datetime) -> date:
        """The day that the election's clocks show at a moment."""
        return moment.astimezone(self.zone).date()

    def today(self, now: datetime) -> date:
        return self.local_date(now)

    def start_of(self, day: date) -> datetime:
        """The first moment of a local day, in UTC. Where a zone skips midnight, the moment of the jump."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The first moment after a local day, in UTC."""
        return self.start_of(day + timedelta(days=1))

    def days_before(self, days: int) -> date:
        """Day N before the election: its day minus N, or with N whole days between (minus N + 1)."""
        return self.day - timedelta(days=days + (1 if self.whole_days else 0))

    def at(self, day: date, printed: time) -> datetime:
        """The moment at which the clocks show that time, in UTC; of two the second, of none the one after."""
        fold = _second(day, printed, self.zone)
        return datetime.combine(day, printed, self.zone).replace(fold=fold).astimezone(UTC)

    def after_minute(self, day: date, printed: time) -> datetime:
        """The first moment after a printed minute, which itself still counts."""
        return self.at(day, printed) + MINUTE

    # The dates

    @property
    def application_opens(self) -> LegalDate:
        """The moment from which people may apply: the start of the day of the call, or of a fixed day."""
        if self.application_opens_on:
            when = NamedDay(_l("Day fixed by the commission"), self.application_opens_on)
        else:
            when = NamedDay(_l("The call of the election"), self.called_on)
        by_hand = self.set_by_hand.get(OPENS)
        opens_at = by_hand.closes_at if by_hand else self.start_of(when.day)
        reason = by_hand.reason if by_hand else ""
        return LegalDate(OPENS, opens_at, opens_at, self.time_zone, when, self.deadline_article, reason)

    @property
    def application_deadline(self) -> LegalDate:
        computed = self.after_minute(self.days_before(self.deadline_days), self.deadline_time)
        return self._closing(DEADLINE, computed, self.deadline_days, self.deadline_article)

    def application_deadline_for(self, category: HasOwnDeadline | None) -> LegalDate:
        """The deadline of a category: its own where it has one, or one set by hand, else the election's."""
        if category is None or not self.has_own_deadline(category):
            return self.application_deadline
        days = self.deadline_days if category.deadline_days is None else category.deadline_days
        computed = self.after_minute(self.days_before(days), self.deadline_time)
        name = category_deadline_name(category)
        return self._closing(
            name, computed, days, self.deadline_article, label_of_category=str(category.name)
        )

    def has_own_deadline(self, category: HasOwnDeadline) -> bool:
        return category.deadline_days is not None or category_deadline_name(category) in self.set_by_hand

    @property
    def replacement_deadline(self) -> LegalDate:
        """Until when a new person may take the seat of an accredited one: the end of that local day."""
        computed = self.end_of(self.days_before(self.replacement_days))
        return self._closing(REPLACEMENTS, computed, self.replacement_days, self.deadline_article)

    @property
    def latest_decision(self) -> LegalDate | None:
        """The day after which no decision may be made, where the law knows one."""
        if self.latest_decision_days is None:
            by_hand = self.set_by_hand.get(LATEST_DECISION)
            return self._closing(LATEST_DECISION, by_hand.closes_at, 0, "") if by_hand else None
        computed = self.end_of(self.days_before(self.latest_decision_days))
        return self._closing(LATEST_DECISION, computed, self.latest_decision_days, self.decision_article)

    @property
    def election_day(self) -> LegalDate:
        """Election day; `closes_at` is its end."""
        by_hand = self.set_by_hand.get(ELECTION_DAY)
        starts, when = self.start_of(self.day), CountedDays(0, self.day)
        reason = by_hand.reason if by_hand else ""
        return LegalDate(
            ELECTION_DAY, self.end_of(self.day), starts, self.time_zone, when, overridden_reason=reason
        )

    @property
    def application_window(self) -> Window:
        return Window(self.application_opens, self.application_deadline)

    def application_window_for(self, category: HasOwnDeadline | None) -> Window:
        return Window(self.application_opens, self.application_deadline_for(category))

    def _closing(self, name: str, computed: datetime, days: int, article: str, **more: str) -> LegalDate:
        by_hand = self.set_by_hand.get(name)
        closes_at = by_hand.closes_at.astimezone(UTC) if by_hand else computed
        when = CountedDays(days, self.day, self.whole_days)
        reason = by_hand.reason if by_hand else ""
        return LegalDate(name, closes_at, closes_at - MINUTE, self.time_zone, when, article, reason, **more)

    def dates(self, categories: Iterable[HasOwnDeadline] = ()) -> list[LegalDate]:
        """The calendar plan: all dates in order of time, with the own deadlines of the categories given."""
        own = [self.application_deadline_for(one) for one in categories if self.has_own_deadline(one)]
        found = [self.application_opens, self.application_deadline, *own, self.replacement_deadline]
        return sorted(
            [*found, *filter(None, [self.latest_decision]), self.election_day], key=lambda one: one.closes_at
        )

    # Dates that count from a file's own moments

    def decision_due(self, submitted_at: datetime) -> datetime:
        """The end of the N-th local day after submission, and never after the latest decision."""
        due = self.end_of(self.local_date(submitted_at) + timedelta(days=self.decision_days))
        return self._not_after_latest(due)

    def decision_due_after_pause(self, due: datetime, paused_at: datetime, resumed_at: datetime) -> datetime:
        """`due`, moved by the local days for which the clock stood; never after the latest decision."""
        days = (self.local_date(resumed_at) - self.local_date(paused_at)).days
        local = due.astimezone(self.zone) + timedelta(days=max(days, 0))
        return self._not_after_latest(local.astimezone(UTC))

    def _not_after_latest(self, due: datetime) -> datetime:
        latest = self.latest_decision
        return min(due, latest.closes_at) if latest else due

    def appeal_closes_at(self, sent_at: datetime) -> datetime:
        """The end of the last day on which an appeal may be filed, counted from the letter's sending."""
        return self.end_of(self.local_date(sent_at) + timedelta(days=self.appeal_days))

    def term_starts(self, registered_at: datetime) -> date:
        """The first local day on which an accreditation registered at that moment is valid."""
        return self.local_date(registered_at) + timedelta(days=self.validity_starts_after_days)

    def in_words(self, closes_at: datetime) -> str:
        """A closing moment as people are shown it: its last minute, with hour and zone."""
        return moments.in_words(closes_at - MINUTE, self.time_zone)


def _second(day: date, printed: time, zone: ZoneInfo) -> int:
    """1 where the clock shows the time twice that day, so that the second one is meant; else 0."""
    first = datetime.combine(day, printed, zone)
    second = first.replace(fold=1)
    # In a gap the offset of fold=1 is the greater one, in a repeated hour the smaller one.
    return int((second.utcoffset() or timedelta()) < (first.utcoffset() or timedelta()))
