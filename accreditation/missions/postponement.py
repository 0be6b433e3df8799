"""What a new election day does to the calendar. What it does to people's files: workflow/postponement.py."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from accreditation.core.errors import Reason
from accreditation.missions.calendar import Calendar
from accreditation.missions.elections import Election
from accreditation.missions.legal_dates import OPENS, LegalDate


@dataclass(frozen=True)
class DateChange:
    """One legal date before and after; `after` is None where the date falls away."""

    label: str
    before: LegalDate | None
    after: LegalDate | None

    @property
    def is_change(self) -> bool:
        moments = [one.closes_at if one else None for one in (self.before, self.after)]
        return moments[0] != moments[1]


def postponed_calendar(election: Election, new_day: date) -> Calendar:
    """The calendar as it would be: the same rules, counted from the new day.

    Dates set by hand were set for the old day and fall away; the opening, which counts from the call, stays.
    """
    calendar = election.calendar
    staying = {name: by_hand for name, by_hand in calendar.set_by_hand.items() if name == OPENS}
    return replace(calendar, day=new_day, set_by_hand=staying)


def date_changes(election: Election, new_day: date | None) -> list[DateChange]:
    """Every legal date before and after; all fall away when the election is cancelled (`new_day` None)."""
    categories = list(election.categories.all())
    before = election.calendar.dates(categories)
    if new_day is None:
        return [DateChange(one.label, one, None) for one in before]
    after = {one.name: one for one in postponed_calendar(election, new_day).dates(categories)}
    return [DateChange(one.label, one, after.get(one.name)) for one in before]


def reasons_against(election: Election, new_day: date | None, reason: str, now: datetime) -> list[Reason]:
    """Why this election cannot be postponed to that day, or cancelled (`new_day` None); every reason."""
    found = []
    if not reason.strip():
        found.append(Reason("no_reason", _("Give a reason.")))
    if election.published_at is None:
        found.append(Reason("not_published", _("This election is not published; change its day by form.")))
    if election.cancelled_at is not None:
        found.append(Reason("cancelled", _("This election was cancelled.")))
    if election.results_published_on is not None:
        found.append(Reason("results", _("The results of this election are published.")))
    if new_day is not None and new_day <= election.day:
        found.append(Reason("not_later", _("The new day must be later than the present one.")))
    if new_day is not None and new_day <= election.calendar.today(now):
        found.append(Reason("past", _("The new day must be in the future.")))
    return found
