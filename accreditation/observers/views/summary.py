"""The answers in words, grouped by task, for the page that is read before sending."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accreditation.core.moments import day_in_words
from accreditation.core.places import Country
from accreditation.missions.models import DocumentKind
from accreditation.observers.models import Upload
from accreditation.workflow import applicant_tasks as tasks
from accreditation.workflow.applying import Applying


@dataclass(frozen=True)
class Line:
    """One answer. `latin` is shown left to right whatever the page's direction; a picture is shown itself."""

    label: str
    answer: str
    latin: bool = False
    upload: Upload | None = None


@dataclass
class Section:
    """The answers of one task, and whether they can be changed now."""

    task: tasks.Task
    is_open: bool
    lines: list[Line] = field(default_factory=list)


def sections_of(applying: Applying, rows: Iterable[tasks.TaskRow]) -> list[Section]:
    """Every task with its answers; an optional one left out says so."""
    names = {row.code: str(row.name) for row in Country.objects.filter(code__in=_codes(applying))}
    words = {
        tasks.MISSION: _mission, tasks.NAMES: _names, tasks.BIRTH: _birth, tasks.PASSPORT: _passport,
        tasks.CONTACT: _contact, tasks.WORK: _work, tasks.VISIT: _visit, tasks.PLEDGE: _pledge,
    }  # fmt: skip
    sections = []
    for row in rows:
        section = Section(row.task, row.is_open)
        if row.task.slug in words:
            section.lines = [
                Line(str(label), answer or _("Not provided"), latin)
                for label, answer, latin in words[row.task.slug](applying, names)
            ]
        else:
            section.lines = [_picture(applying, row.task)]
        sections.append(section)
    return sections


Told = list[tuple[str | Promise, str, bool]]


def _codes(applying: Applying) -> list[str]:
    said = applying.statement
    return [said.citizenship, said.document_country, said.residence_country, *said.other_citizenships]


def _mission(applying: Applying, names: dict[str, str]) -> Told:
    category, membership = applying.category, applying.membership
    told: Told = [(_("Mission"), str(applying.mission or ""), False)]
    if membership is not None and membership.delegation.name != membership.mission.name:
        told.append((_("Delegation"), membership.delegation.name, False))
    return [*told, (_("Category"), str(category.name) if category else "", False)]


def _names(applying: Applying, names: dict[str, str]) -> Told:
    said = applying.statement
    told = [
        (_("Given names"), said.given_names or _("None: one name only"), True),
        (_("Family name"), said.family_name or _("None: one name only"), True),
        (_("In your own script"), said.original_name, False),
    ]
    return [*told, (_("Patronymic"), said.patronymic, False)] if said.patronymic else told


def _birth(applying: Applying, names: dict[str, str]) -> Told:
    said, membership = applying.statement, applying.membership
    others = ", ".join(names.get(code, code) for code in said.other_citizenships)
    return [
        (_("Date of birth"), _day(said.born), False),
        (_("Place of birth"), said.birth_place, False),
        (_("Sex"), str(membership.get_sex_display()).capitalize() if membership else "", False),
        (_("Citizenship"), names.get(said.citizenship, said.citizenship), False),
        (_("Other citizenships"), others or _("None"), False),
    ]


def _passport(applying: Applying, names: dict[str, str]) -> Told:
    said, membership = applying.statement, applying.membership
    return [
        (_("Passport number"), membership.document.masked if membership else "", True),
        (_("Issued by"), names.get(said.document_country, said.document_country), False),
        (_("Valid until"), _day(said.document_expires), False),
    ]


def _contact(applying: Applying, names: dict[str, str]) -> Told:
    said = applying.statement
    return [
        (_("Country where you live"), names.get(said.residence_country, said.residence_country), False),
        (_("Address"), said.residence_address, False),
        (_("Phone"), said.phone, True),
        (_("E-mail"), said.email or applying.user.email, True),
    ]


def _work(applying: Applying, names: dict[str, str]) -> Told:
    said, membership = applying.statement, applying.membership
    if said.outlet or said.ministry_number:
        return [
            (_("Media outlet"), said.outlet, False),
            (_("Accreditation with the ministry"), said.ministry_number, True),
            (_("Position at home"), said.function, False),
        ]
    role = str(membership.get_role_display()).capitalize() if membership else ""
    return [(_("Role"), role, False), (_("Position at home"), said.function, False)]


def _visit(applying: Applying, names: dict[str, str]) -> Told:
    said = applying.statement
    arrival = [_day(applying.arrives_on), said.arrival_place, said.arrival_flight]
    departure = [_day(applying.departs_on), said.departure_place, said.departure_flight]
    return [
        (_("Arrival"), ", ".join(filter(None, arrival)), False),
        (_("Departure"), ", ".join(filter(None, departure)), False),
    ]


def _pledge(applying: Applying, names: dict[str, str]) -> Told:
    given = getattr(applying.membership, "pledge", None)
    words = _("Given on %(day)s") % {"day": _day(_local(applying, given))} if given else ""
    return [(_("Pledge"), words, False)]


def _local(applying: Applying, given: Any) -> Any:
    return applying.election.calendar.local_date(given.given_at)


def _picture(applying: Applying, task: tasks.Task) -> Line:
    kind = DocumentKind(task.fields[0])
    upload = applying.uploads.get(kind)
    return Line(str(kind.label).capitalize(), "" if upload else _("Not provided"), upload=upload)


def _day(day: Any) -> str:
    return day_in_words(day) if day else ""
