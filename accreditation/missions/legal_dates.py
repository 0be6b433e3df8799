"""A legal date: its moment, its words, its rule. What computes them is calendar.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.core import moments

ELECTION_DAY = "election_day"
OPENS = "application_opens"
DEADLINE = "application_deadline"
REPLACEMENTS = "replacement_deadline"
LATEST_DECISION = "latest_decision"
OF_CATEGORY = "category_deadline:"

LABELS: dict[str, str | Promise] = {
    OPENS: _l("Applications open"),
    DEADLINE: _l("Applications close"),
    REPLACEMENTS: _l("Replacements end"),
    LATEST_DECISION: _l("Last decisions"),
    ELECTION_DAY: _l("Election day"),
}
SETTABLE = (OPENS, DEADLINE, REPLACEMENTS, LATEST_DECISION)
"""What a DateOverride may set; besides these, the own deadline of a category (`category_deadline_name`)."""


class HasOwnDeadline(Protocol):
    """A category: its deadline in days before the election, or None for the election's."""

    pk: Any
    name: Any
    deadline_days: Any


def category_deadline_name(category: HasOwnDeadline) -> str:
    return f"{OF_CATEGORY}{category.pk}"


@dataclass(frozen=True)
class SetByHand:
    """A date that a person set: the moment and the reason."""

    closes_at: datetime
    reason: str


@dataclass(frozen=True)
class LegalDate:
    """One date of the calendar plan.

    `closes_at` is the first moment too late; for an opening it is the first moment that counts. `printed_at`
    is the minute that people are shown. Words are made when asked, in the language active then.
    """

    name: str
    closes_at: datetime
    printed_at: datetime
    zone: str
    when: "CountedDays | NamedDay"
    article: str = ""
    overridden_reason: str = ""
    label_of_category: str = ""

    @property
    def label(self) -> str:
        if self.label_of_category:
            return _("Applications close: %(category)s") % {"category": self.label_of_category}
        return str(LABELS[self.name])

    @property
    def words(self) -> str:
        """'10 December 2026, 23:59 Baku time (UTC+4)'"""
        return moments.in_words(self.printed_at, self.zone)

    @property
    def rule(self) -> str:
        """'10 days before 20 December 2026, 23:59 Baku time (UTC+4), Election Code art. 44'"""
        if self.overridden_reason:
            return _("Set by hand: %(reason)s") % {"reason": self.overridden_reason}
        if self.name == ELECTION_DAY:
            return _("The whole day, from %(hour)s on") % {"hour": hour_in_words(self.printed_at, self.zone)}
        rule = f"{self.when}, {hour_in_words(self.printed_at, self.zone)}"
        return f"{rule}, {self.article}" if self.article else rule

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class CountedDays:
    """'10 days before 20 December 2026'"""

    days: int
    day: date
    whole: bool = False

    def __str__(self) -> str:
        facts = {"days": self.days, "day": moments.day_in_words(self.day)}
        if not self.days and not self.whole:
            return _("On %(day)s") % facts
        if self.whole:
            one, more = "%(days)d whole day before %(day)s", "%(days)d whole days before %(day)s"
            return ngettext(one, more, self.days) % facts
        return ngettext("%(days)d day before %(day)s", "%(days)d days before %(day)s", self.days) % facts


@dataclass(frozen=True)
class NamedDay:
    """'The call of the election, 1 October 2026'"""

    what: str | Promise
    day: date

    def __str__(self) -> str:
        return f"{self.what}, {moments.day_in_words(self.day)}"


@dataclass(frozen=True)
class Window:
    """When something may be done: from `opens_at` on, before `closes_at`."""

    opens: LegalDate
    closes: LegalDate

    @property
    def opens_at(self) -> datetime:
        return self.opens.closes_at

    @property
    def closes_at(self) -> datetime:
        return self.closes.closes_at

    @property
    def opens_in_words(self) -> str:
        return self.opens.words

    @property
    def closes_in_words(self) -> str:
        return self.closes.words

    def __contains__(self, moment: datetime) -> bool:
        return self.opens_at <= moment < self.closes_at


def hour_in_words(moment: datetime, zone: str) -> str:
    """'23:59 Baku time (UTC+4)', as the clocks of the zone show the moment."""
    local = moment.astimezone(ZoneInfo(zone))
    offset, city = moments.offset_in_words(local), moments.zone_in_words(zone)
    if get_language_bidi():
        offset = f"{moments.ISOLATE}{offset}{moments.END_OF_ISOLATE}"
    facts = {"hour": f"{local:%H:%M}", "city": city, "offset": offset}
    return (_("%(hour)s %(city)s time (%(offset)s)") if city else _("%(hour)s (%(offset)s)")) % facts


def standing(overrides: Iterable[Any]) -> dict[str, SetByHand]:
    """The dates set by hand that hold: the newest of each name.

    A new election day ends those that were counted from the old one; the opening counts from the call.
    """
    held: dict[str, SetByHand] = {}
    for one in sorted(overrides, key=lambda one: one.pk):
        if one.date_name == ELECTION_DAY:
            held = {name: by_hand for name, by_hand in held.items() if name == OPENS}
        held[one.date_name] = SetByHand(one.closes_at, one.reason)
    return held
