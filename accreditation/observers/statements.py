"""What a sender states about one human being, and the rules of one row: for a list, a page and the API alike.

A statement refused here never enters the database; a warning goes with it, for the sender and the clerk.
Rules that need other rows or the database (the same document twice, a replacement in time) stand elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from accreditation.core.encryption import normalise_document_number
from accreditation.core.errors import Reason
from accreditation.observers import names
from accreditation.observers.reasons import reason

MAX_DOCUMENT_NUMBER = 30
OLDEST = 125  # years; nobody has lived longer
ODD_AGES = (16, 100)
EXPIRES_SOON = timedelta(days=90)

_EMAIL = re.compile(r"[^\s@,;<>()\"]+@[^\s@,;<>()\"]+\.[^\s@,;<>()\".]{2,}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,30}(?:\s*(?:ext|доб|#)\.?\s*\d{1,6})?", re.IGNORECASE)
_USUAL_NUMBER = re.compile(r"(?=.*\d)[A-Z0-9]{5,15}")


@dataclass(slots=True)
class Statement:
    """One sender's words about one person. Texts are '' and dates None where nothing is said.

    Countries are codes as travel documents carry them (alpha-3). `unread` holds what was said and could not
    be understood, by field: that is another fault than saying nothing.
    """

    family_name: str = ""
    given_names: str = ""
    patronymic: str = ""
    original_name: str = ""
    sex: str = ""  # 'M', 'F', 'X'
    born: date | None = None
    birth_place: str = ""
    citizenship: str = ""
    other_citizenships: tuple[str, ...] = ()
    document_number: str = ""
    document_country: str = ""
    document_country_assumed: bool = False  # the citizenship stands in for the issuing country
    document_expires: date | None = None
    residence_country: str = ""
    residence_address: str = ""
    email: str = ""
    phone: str = ""
    function: str = ""
    category: str | None = None  # code; None takes the mission's default
    role: str = ""
    organisation: str = ""
    outlet: str = ""
    ministry_number: str = ""
    arrives_on: date | None = None
    arrives_at: time | None = None
    arrival_place: str = ""
    arrival_flight: str = ""
    departs_on: date | None = None
    departs_at: time | None = None
    departure_place: str = ""
    departure_flight: str = ""
    unread: dict[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True)
class RowRules:
    """What the rules of a row need to know of the election and the mission."""

    election_day: date
    host_country: str
    host_citizens_allowed: bool
    observer_categories: frozenset[str]
    default_category: str
    excluded_citizenships: frozenset[str] = frozenset()

    def observes(self, statement: Statement) -> bool:
        """Whether the statement is about an international observer, for whom the stricter rules hold."""
        return (statement.category or self.default_category) in self.observer_categories


def refusals(statement: Statement, rules: RowRules, today: date) -> list[Reason]:
    """Everything for which the row is refused; empty for a good one."""
    found = [*_name_refusals(statement), *_birth_refusals(statement, today)]
    found += _citizenship_refusals(statement, rules)
    found += _document_refusals(statement, rules)
    if statement.arrives_on and statement.arrives_on > rules.election_day and rules.observes(statement):
        found.append(reason("arrives_after_election"))
    if statement.unread:
        for name, why in statement.unread.items():
            if why.code == "ambiguous_date" and name != "born":
                found.append(why)
    return found


def _name_refusals(statement: Statement) -> Iterator[Reason]:
    if not statement.family_name and not statement.given_names:
        yield reason("no_name")
    seen = set()
    for name in (
        statement.family_name,
        statement.given_names,
        statement.patronymic,
        statement.original_name,
    ):
        code = names.fault(name)
        if code and code not in seen:  # one sentence for a row, not one for each part of the name
            seen.add(code)
            yield names.check_characters(name) or reason(code)


def _birth_refusals(statement: Statement, today: date) -> Iterator[Reason]:
    born = statement.born
    if born is None:
        yield statement.unread.get("born") or reason("no_date_of_birth")
    elif born > today:
        yield reason("born_in_future")
    elif today.year - born.year > OLDEST:
        yield reason("impossible_date_of_birth")


def _citizenship_refusals(statement: Statement, rules: RowRules) -> Iterator[Reason]:
    citizenship = statement.citizenship
    if not citizenship:
        yield statement.unread.get("citizenship") or reason("no_citizenship")
    elif not rules.observes(statement):
        return
    elif citizenship == rules.host_country and not rules.host_citizens_allowed:
        yield reason("host_citizen")
    elif citizenship in rules.excluded_citizenships:
        yield reason("excluded_citizenship")


def _document_refusals(statement: Statement, rules: RowRules) -> Iterator[Reason]:
    number = statement.document_number
    if not number or not normalise_document_number(number):
        yield statement.unread.get("document_number") or reason("no_document_number")
    elif len(number) > MAX_DOCUMENT_NUMBER:
        yield reason("document_number_too_long", most=MAX_DOCUMENT_NUMBER)
    if statement.document_expires and statement.document_expires < rules.election_day:
        yield reason("document_expires_before_election")


def warnings(statement: Statement, rules: RowRules, today: date) -> list[Reason]:
    """What is odd about a statement and does not keep it out."""
    found = [*_name_warnings(statement), *_document_warnings(statement, rules)]
    if statement.born and statement.born <= today:
        age = age_on(statement.born, today)
        if not ODD_AGES[0] <= age <= ODD_AGES[1]:
            found.append(reason("odd_age", age=age))
    if rules.host_country in statement.other_citizenships and not rules.host_citizens_allowed:
        found.append(reason("second_citizenship_of_host"))
    if statement.arrives_on and statement.departs_on and statement.departs_on < statement.arrives_on:
        found.append(reason("departs_before_arrival"))
    if statement.email and not _EMAIL.fullmatch(statement.email):
        found.append(reason("doubtful_email", text=statement.email))
    if statement.phone and not _PHONE.fullmatch(statement.phone):
        found.append(reason("doubtful_phone", text=statement.phone))
    if statement.unread:
        found += [
            why
            for name, why in statement.unread.items()
            if name not in ("born", "citizenship", "document_number") and why.code != "ambiguous_date"
        ]
    return found


def _name_warnings(statement: Statement) -> Iterator[Reason]:
    written = (statement.family_name, statement.given_names, statement.original_name)
    if not all(map(str.isascii, written)):
        if any(map(names.mixes_scripts, written)):
            yield reason("mixed_scripts")
        if not (names.is_latin(written[0]) and names.is_latin(written[1])):
            yield reason("name_not_latin")


def _document_warnings(statement: Statement, rules: RowRules) -> Iterator[Reason]:
    expires = statement.document_expires
    if expires is None:
        if "document_expires" not in statement.unread:
            yield reason("no_document_expiry")
    elif rules.election_day <= expires < rules.election_day + EXPIRES_SOON:
        yield reason("document_expires_soon")
    number = normalise_document_number(statement.document_number)
    if number and not _USUAL_NUMBER.fullmatch(number):
        yield reason("odd_document_number")


def age_on(born: date, day: date) -> int:
    """Whole years of age on that day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
