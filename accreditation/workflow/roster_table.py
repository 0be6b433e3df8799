"""The roster as a table for a download: the head's own people, never a whole passport number."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext as _

from accreditation.missions.models import Category, Mission
from accreditation.observers.lists import ours
from accreditation.workflow.roster import Filters, counts, page_of
from accreditation.workflow.roster_rows import Row, role_in_words, rows_of

ROWS_A_READ = 500
WIDTHS = (24, 24, 28, 13, 22, 14, 20, 20, 20, 14, 40, 13, 18, 13, 20, 12)

Value = str | date | None


def header() -> list[str]:
    return [
        _("Family name"),
        _("Given names"),
        _("Name in its original script"),
        _("Date of birth"),
        _("Citizenship"),
        _("Passport number"),
        _("Category"),
        _("Role"),
        str(ours.STATE),
        str(ours.ACCREDITATION),
        str(ours.MISSING),
        _("Arrives on"),
        _("Flight of arrival"),
        _("Departs on"),
        _("Flight of departure"),
        str(ours.HAS_ARRIVED),
    ]


def table_of(
    mission: Mission, filters: Filters, categories: list[Category], *, now: datetime
) -> Iterator[list[Value]]:
    """The header, then everybody of the roster as filtered and sorted, as told at `now`; read in parts."""
    yield list(header())
    after = ""
    found = counts(mission, now=now)
    while True:
        page = page_of(mission, filters, now=now, after=after, size=ROWS_A_READ, found=found)
        for row in rows_of(mission, page.memberships, categories, now=now, reachable=True):
            yield values_of(row)
        after = page.following
        if not after:
            return


def values_of(row: Row) -> list[Value]:
    membership, delegation, application = row.membership, row.membership.delegation, row.application
    accreditation = application.accreditation if application is not None else None
    if accreditation is not None:
        accreditation.election = row.membership.mission.election
    departs = membership if membership.departs_on else delegation
    return [
        membership.family_name,
        membership.given_names,
        membership.original_name,
        membership.born,
        membership.citizenship_id,
        membership.document.masked,
        row.category.name,
        role_in_words(membership),
        str(row.state.word),
        accreditation.number_in_words if accreditation is not None else "",
        row.needs_words,
        row.arrives_on,
        row.flight,
        departs.departs_on,
        departs.departure_flight,
        _("yes") if membership.arrived_at else "",
    ]
