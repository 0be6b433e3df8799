"""The roster as a table for a download: the head's own people, never a whole passport number."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accreditation.missions.models import Category, Mission
from accreditation.observers.lists import ours
from accreditation.observers.models import Membership
from accreditation.workflow.roster import Filters, counts, page_of, with_what_a_row_shows
from accreditation.workflow.roster_rows import Row, role_in_words, rows_of

ROWS_A_READ = 1000
LISTED = (
    "public_id", "person", "delegation", "mission", "document", "family_name", "given_names", "original_name",
    "born", "citizenship", "residence_address", "email", "phone", "category", "role", "outlet",
    "ministry_number", "arrives_on", "arrival_flight", "departs_on", "departure_flight", "arrived_at",
    "document__number_end", "document__expires_on", "pledge__version", "pledge__declared_by_head",
)  # fmt: skip
"""What a row reads of a membership. What is not named here would be asked of the database row by row."""

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
    delegations = {one.pk: one for one in mission.delegations.select_related("organisation")}
    while True:
        page = page_of(
            mission, filters, now=now, after=after, size=ROWS_A_READ, found=found, rows_with=_what_is_listed
        )
        for membership in page.memberships:
            if (delegation := delegations.get(membership.delegation_id)) is not None:
                membership.delegation = delegation
        for row in rows_of(mission, page.memberships, categories, now=now, reachable=True):
            yield values_of(row)
        after = page.following
        if not after:
            return


def _what_is_listed(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """What a row of the table reads and no more: of a hundred thousand people every column counts."""
    return with_what_a_row_shows(rows).select_related(None).select_related("document", "pledge").only(*LISTED)


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
