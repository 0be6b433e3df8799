"""A mission's own roster, downloaded, corrected and sent back as a list: its passport numbers are hidden.

Such a row is about somebody who stands in the mission, so the number that stands is taken for it. What the
download filled in from the delegation is no statement about the person.
"""

from collections.abc import Sequence
from datetime import date

from accreditation.core.encryption import normalise_document_number
from accreditation.missions.models import Mission
from accreditation.observers.lists.layout import text_of
from accreditation.observers.lists.whole import ReadList, ReadRow
from accreditation.observers.models import Membership
from accreditation.observers.names import fold
from accreditation.observers.reasons import reason
from accreditation.observers.statements import RowRules, Statement, refusals, warnings

HIDDEN, TWICE = "document_number_hidden", "duplicate_in_file"
FROM_THE_DELEGATION = ("arrives_on", "arrival_flight", "departs_on", "departure_flight")


def find_hidden_numbers(read: ReadList, mission: Mission, rules: RowRules, today: date) -> None:
    """Give each row with a hidden number the number of the one person of this mission whom it fits.

    It fits by the last characters, and by the date of birth or the name. A row that fits nobody, or two, stays
    refused. Two queries where a number is hidden, none otherwise.
    """
    hidden = {row.number: _end_of(read, row) for row in read.rows if _is_hidden(row)}
    if not hidden:
        return
    standing: dict[str, list[Membership]] = {}
    people = Membership.objects.current().filter(mission=mission, sender_confirmed=True)
    for one in people.filter(document__number_end__in=set(hidden.values())).select_related(
        "document", "delegation"
    ):
        standing.setdefault(one.document.number_end, []).append(one)
    for row in read.rows:
        fitting = _whom_it_fits(row.statement, standing.get(hidden.get(row.number, ""), ()))
        if len(fitting) == 1:
            _complete(row.statement, fitting[0])
            row.refusals = refusals(row.statement, rules, today)
            row.warnings = warnings(row.statement, rules, today)
    _refuse_those_found_twice(read.rows)


def _is_hidden(row: ReadRow) -> bool:
    return any(why.code == HIDDEN for why in row.refusals)


def _end_of(read: ReadList, row: ReadRow) -> str:
    place = next(column.index for column in read.mapping.columns if column.field == "document_number")
    return normalise_document_number(text_of(row.cells[place]))[-4:]


def _whom_it_fits(statement: Statement, people: Sequence[Membership]) -> list[Membership]:
    name = fold(f"{statement.family_name} {statement.given_names}")
    return [
        one
        for one in people
        if one.born == statement.born or fold(f"{one.family_name} {one.given_names}") == name
    ]


def _complete(statement: Statement, membership: Membership) -> None:
    document = membership.document
    statement.unread.pop("document_number", None)
    statement.document_number = document.number
    statement.document_expires = statement.document_expires or document.expires_on
    if statement.document_country_assumed or not statement.document_country:
        statement.document_country = document.country_id
        statement.document_country_assumed = document.country_assumed
    for name in FROM_THE_DELEGATION:
        own, shown = getattr(membership, name), getattr(membership.delegation, name)
        if not own and getattr(statement, name) == shown:
            setattr(statement, name, own)


def _refuse_those_found_twice(rows: Sequence[ReadRow]) -> None:
    first_with: dict[tuple[str, str], int] = {}
    for row in rows:
        number = normalise_document_number(row.statement.document_number)
        if not number:
            continue
        first = first_with.setdefault((number, row.statement.document_country), row.number)
        if first != row.number and all(why.code != TWICE for why in row.refusals):
            row.refusals.append(reason(TWICE, row=first))
