"""A statement as the columns of a membership: how it is written, compared and changed.

Values travel in three forms: a Statement (what was read), a wish (plain JSON by the names of a Statement's
fields, for an amendment that waits), and the row. This is the one place that knows how they correspond.
"""

from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any

from accreditation.core.encryption import normalise_document_number
from accreditation.missions.models import Category, Mission
from accreditation.observers.matching import document_index
from accreditation.observers.models import IdentityDocument, Membership, NameToken, Person
from accreditation.observers.names import fold, sort_key, tokens
from accreditation.observers.statements import RowRules, Statement

TEXTS = (
    "family_name", "given_names", "patronymic", "original_name", "sex", "birth_place", "residence_address",
    "email",
    "phone", "role", "function", "outlet", "ministry_number", "arrival_place", "arrival_flight",
    "departure_place",
    "departure_flight",
)  # fmt: skip
DAYS = ("born", "arrives_on", "departs_on")
HOURS = ("arrives_at", "departs_at")
COUNTRIES = {"citizenship": "citizenship_id", "residence_country": "residence_country_id"}
DOCUMENT = ("document_number", "document_country", "document_expires")
FIELDS = (*TEXTS, *DAYS, *HOURS, *COUNTRIES, *DOCUMENT, "other_citizenships", "category")
NAMES = ("family_name", "given_names", "original_name")
IDENTITY = frozenset({"family_name", "given_names", "born", *DOCUMENT[:2]})
REQUIRED = frozenset({"born", "citizenship", "document_number", "document_country", "category"})
"""What a change may replace and never empty."""

LENGTHS = {
    field.name: field.max_length
    for field in Membership._meta.concrete_fields
    if getattr(field, "max_length", None)
}


def rules_for(mission: Mission) -> RowRules:
    """What the rules of a row need to know of a mission and its election; one query for the categories."""
    election = mission.election
    categories = list(election.categories.all())
    observers = {c.code for c in categories if c.counts_as_observer and not c.host_citizens_allowed}
    default = next(c.code for c in categories if c.pk == mission.default_category_id)
    return RowRules(
        election_day=election.day,
        host_country=str(election.host_country_id),
        host_citizens_allowed=False,
        observer_categories=frozenset(spelling for code in observers for spelling in _spellings(code)),
        default_category=default,
        excluded_citizenships=frozenset(election.excluded_citizenships),
    )


def _spellings(code: str) -> set[str]:
    return {code, code.replace("-", "_"), code.replace("_", "-")}


class Categories:
    """The categories of an election by the words of its lists; one query."""

    def __init__(self, mission: Mission) -> None:
        rows = list(mission.election.categories.all())
        self._by_code = {spelling: row for row in rows for spelling in _spellings(row.code)}
        self.default = next(row for row in rows if row.pk == mission.default_category_id)

    def named(self, code: str | None) -> Category | None:
        """The category of that code; None where nothing was said or this election has no such category."""
        return self._by_code.get(code or "")

    def of(self, code: str | None) -> Category:
        return self.named(code) or self.default


def function_of(statement: Statement) -> str:
    """The function, with the body that sends the person where the list names one beside it."""
    organisation = "" if statement.organisation == statement.outlet else statement.organisation
    return ", ".join(part for part in (statement.function, organisation) if part)[: LENGTHS["function"]]


def outlet_of(statement: Statement, category: Category) -> str:
    """The media outlet: what the list calls the organisation of somebody who is no observer."""
    return (
        statement.outlet
        or ("" if category.counts_as_observer else statement.organisation)[: LENGTHS["outlet"]]
    )


# --- a new membership ---

COLUMNS = (
    *(name for name in TEXTS if name not in ("function", "outlet", "role")), *DAYS, *HOURS,
    *COUNTRIES.values(), "other_citizenships", "role", "function", "outlet", "category_id", "sort_key",
)  # fmt: skip
_AS_STATED = tuple(name for name in TEXTS if name not in ("function", "outlet", "role")) + DAYS + HOURS


def columns_of(statement: Statement, category: Category, mission: Mission) -> tuple[Any, ...]:
    """The statement as the values of COLUMNS."""
    outlet = outlet_of(statement, category)
    return (
        *[getattr(statement, name) for name in _AS_STATED],
        statement.citizenship,
        statement.residence_country or None,
        list(statement.other_citizenships),
        statement.role or mission.default_role,
        statement.function if outlet and outlet == statement.organisation else function_of(statement),
        outlet,
        category.pk,
        sort_key(statement.family_name, statement.given_names),
    )


# --- comparing ---


def said(statement: Statement, fields: Collection[str] | None = None) -> dict[str, Any]:
    """What a statement says, by field: what is not blank (a list), or exactly `fields` (a form that shows
    them).
    """
    values = {name: getattr(statement, name) for name in FIELDS}
    values["function"] = function_of(statement)
    if statement.document_country_assumed:
        values.pop("document_country")
    if fields is not None:
        return {name: value for name, value in values.items() if name in fields}
    return {name: value for name, value in values.items() if value not in ("", None, ())}


def differences(membership: Membership, values: Mapping[str, Any], categories: Categories) -> dict[str, Any]:
    """What of `values` is not yet on the membership. Reads membership.document (select it)."""
    found = {}
    for name in (*TEXTS, *DAYS, *HOURS):
        if name in values and values[name] != getattr(membership, name):
            found[name] = values[name]
    for name, column in COUNTRIES.items():
        if name in values and values[name] != (getattr(membership, column) or ""):
            found[name] = values[name]
    if "other_citizenships" in values and list(values["other_citizenships"]) != membership.other_citizenships:
        found["other_citizenships"] = tuple(values["other_citizenships"])
    category = categories.named(values.get("category"))
    if category and category.pk != membership.category_id:
        found["category"] = category.code
    found |= _document_differences(membership.document, values)
    return {name: value for name, value in found.items() if name not in REQUIRED or value}


def _document_differences(document: IdentityDocument, values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    country = values.get("document_country") or document.country_id
    if country != document.country_id or (document.country_assumed and values.get("document_country")):
        found["document_country"] = country
    number = values.get("document_number")
    if number and document_index(document.country_id, number) != bytes(document.number_index):
        found["document_number"] = number
    if "document_expires" in values and values["document_expires"] != document.expires_on:
        found["document_expires"] = values["document_expires"]
    return found


# --- a wish that waits ---


def as_wish(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON, for an amendment."""
    return {name: _as_json(value) for name, value in values.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def from_wish(wish: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a wish in their own types."""
    values = dict(wish)
    for name in (*DAYS, "document_expires"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    for name in HOURS:
        if values.get(name):
            values[name] = time.fromisoformat(values[name])
    if "other_citizenships" in values:
        values["other_citizenships"] = tuple(values["other_citizenships"])
    return values


# --- changing ---


def write(membership: Membership, values: Mapping[str, Any], categories: Categories) -> None:
    """Put new values on a membership: its columns, its document (a new row), search words, and its person's
    names where the person is unconfirmed and was made from this statement. Writes no audit: the caller does.
    """
    columns = {name: value for name, value in values.items() if name in (*TEXTS, *DAYS, *HOURS)}
    columns |= {column: values[name] or None for name, column in COUNTRIES.items() if name in values}
    if "other_citizenships" in values:
        columns["other_citizenships"] = list(values["other_citizenships"])
    if category := categories.named(values.get("category")):
        columns["category_id"] = category.pk
    follows = membership.document.country_assumed and "citizenship" in values
    if follows or any(name in values for name in DOCUMENT):
        columns["document_id"] = new_document(membership, values).pk
    for name, value in columns.items():
        setattr(membership, name, value)
    if any(name in values for name in NAMES):
        membership.sort_key = sort_key(membership.family_name, membership.given_names)
        columns["sort_key"] = membership.sort_key
        _write_tokens(membership)
    membership.save(update_fields=[*columns, "changed_at"])
    if any(name in values for name in (*NAMES, "born", "sex", "citizenship")):
        bear_first_statement(membership.person_id)


def new_document(membership: Membership, values: Mapping[str, Any]) -> IdentityDocument:
    """The document as it is stated now: another row, since rows are never edited."""
    before = membership.document
    assumed = before.country_assumed and not values.get("document_country")
    stands_in = values.get("citizenship") if assumed else None
    country = values.get("document_country") or stands_in or before.country_id
    number = values.get("document_number") or before.number
    document = IdentityDocument.objects.create(
        person_id=membership.person_id,
        number=number,
        number_index=document_index(country, number),
        number_end=end_of(number),
        country_id=country,
        country_assumed=assumed,
        expires_on=values.get("document_expires", before.expires_on),
    )
    membership.document = document
    return document


def end_of(number: str) -> str:
    """The last characters of a number, as pages show them; nothing of one so short that they would be all of
    it.
    """
    normal = normalise_document_number(number)
    return normal[-4:] if len(normal) > 4 else ""


def _write_tokens(membership: Membership) -> None:
    membership.name_tokens.all().delete()
    NameToken.objects.bulk_create(
        NameToken(membership=membership, token=token)
        for token in tokens(*(getattr(membership, n) for n in NAMES))
    )


def bear_first_statement(person: int) -> None:
    """Let an unconfirmed person bear what its first statement says, so that a later one still meets it."""
    first = Membership.objects.filter(person=person).order_by("pk").first()
    if first is not None:
        Person.objects.filter(pk=person, confirmed_at=None).update(
            family_name=first.family_name,
            given_names=first.given_names,
            original_name=first.original_name,
            born=first.born,
            sex=first.sex,
            citizenship=first.citizenship_id,
            name_key=fold(f"{first.family_name} {first.given_names}"),
        )
