"""A list as a page shows it: what was recognised and is asked, what would change, which rows are refused.

Shared by the pages of heads and of clerks; the rules are those of list_imports.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.core import moments
from accreditation.missions.models import Delegation
from accreditation.observers.lists import MAX_MB, ReadList, ReadRow
from accreditation.observers.lists.dates import read_date
from accreditation.observers.lists.headers import (
    FULL_NAME,
    FULL_NAME_GIVEN_FIRST,
    IGNORED,
    ORIGINAL_FAMILY,
    ORIGINAL_GIVEN,
)
from accreditation.observers.models import ListImport
from accreditation.workflow.changing import Change, told_kind
from accreditation.workflow.list_imports import Answers, Preview, preview_of, read_again

MOST_SHOWN = 200
"""Refused rows and changes on a page; the file of refused rows holds all of them."""

FIELD_WORDS: dict[str, str | Promise] = {
    "family_name": _l("Family name"),
    "given_names": _l("Given names"),
    FULL_NAME: _l("Full name, family name first"),
    FULL_NAME_GIVEN_FIRST: _l("Full name, given names first"),
    "patronymic": _l("Patronymic"),
    "original_name": _l("Name in its original script"),
    ORIGINAL_FAMILY: _l("Family name in its original script"),
    ORIGINAL_GIVEN: _l("Given names in their original script"),
    "born": _l("Date of birth"),
    "birth_place": _l("Place of birth"),
    "sex": _l("Sex"),
    "citizenship": _l("Citizenship"),
    "other_citizenships": _l("Other citizenships"),
    "document_number": _l("Passport number"),
    "document_country": _l("Passport issued by"),
    "document_expires": _l("Passport valid until"),
    "category": _l("Category"),
    "role": _l("Role"),
    "function": _l("Function"),
    "organisation": _l("Organisation"),
    "outlet": _l("Media outlet"),
    "ministry_number": _l("Ministry's accreditation number"),
    "email": _l("E-mail address"),
    "phone": _l("Phone"),
    "residence_country": _l("Country of residence"),
    "residence_address": _l("Address of residence"),
    "arrives_on": _l("Arrives on"),
    "arrives_at": _l("Arrives at"),
    "arrival_place": _l("Place of arrival"),
    "arrival_flight": _l("Flight of arrival"),
    "departs_on": _l("Departs on"),
    "departs_at": _l("Departs at"),
    "departure_place": _l("Place of departure"),
    "departure_flight": _l("Flight of departure"),
    IGNORED: _l("Not needed"),
}
_MORE_THAN_A_FIELD = {"document_series": _l("Series of the passport"), "flight": _l("Flight")}


def field_words(name: str | None) -> str:
    return str(FIELD_WORDS.get(name or "") or _MORE_THAN_A_FIELD.get(name or "") or name or "")


@dataclass(frozen=True)
class ReadColumn:
    """One column: its title and letter, what it was taken for ('' for nothing), two of its cells."""

    letter: str
    title: str
    field: str
    words: str
    examples: list[str]
    readings: list[str]  # the first doubtful date, day first and month first; empty where none is


@dataclass(frozen=True)
class ChangedRow:
    number: int
    name: str
    fields: str
    kind: str


@dataclass(frozen=True)
class RefusedRow:
    number: int
    name: str
    reasons: list[str]


@dataclass
class Reading:
    """Everything that the page 'what we read' shows at a moment."""

    at: datetime
    job: ListImport
    read: ReadList
    preview: Preview
    columns: list[ReadColumn]

    @property
    def refused(self) -> list[RefusedRow]:
        return [
            RefusedRow(row.number, _name_of(row), [str(why.words) for why in row.refusals])
            for row in self.read.refused[:MOST_SHOWN]
        ]

    @property
    def warned(self) -> list[RefusedRow]:
        rows = [row for row in self.read.rows if row.warnings and row.good]
        return [
            RefusedRow(row.number, _name_of(row), [str(why.words) for why in row.warnings])
            for row in rows[:MOST_SHOWN]
        ]

    @property
    def changes(self) -> list[ChangedRow]:
        return [_changed(number, change, self.at) for number, change in self.preview.changes[:MOST_SHOWN]]

    @property
    def asks(self) -> bool:
        return bool(self.read.questions)

    @property
    def missing_fields(self) -> list[str]:
        return [field_words(name) for name in self.read.questions.unmapped_required]


def reading_of(job: ListImport, *, now: datetime) -> Reading:
    """The job's list as it stands by the answers so far. Raises ListRefused, FileNotFoundError."""
    read = read_again(job, now=now)
    assert job.delegation is not None
    today = job.mission.election.calendar.local_date(now)
    columns = [_column(read, index, today) for index in range(len(read.mapping.columns))]
    return Reading(now, job, read, preview_of(read, job.delegation), columns)


def _column(read: ReadList, place: int, today: date) -> ReadColumn:
    column = read.mapping.columns[place]
    cells = [row.cells[column.index] for row in read.rows if row.cells[column.index] != ""]
    doubtful = column.ambiguous and next(
        (str(cell) for cell in cells if read_date(cell, today=today).ambiguous), None
    )
    readings = []
    if doubtful:
        days = [read_date(doubtful, order=order, today=today).day for order in ("dmy", "mdy")]
        readings = [doubtful, *[moments.day_in_words(day) if day else "" for day in days]]
    secret = column.field in ("document_number",)
    return ReadColumn(
        column.letter,
        column.title,
        column.field or "",
        field_words(column.field),
        [] if secret else [_cell_words(cell) for cell in cells[:2]],
        readings,
    )


def _cell_words(cell: Any) -> str:
    if isinstance(cell, datetime):
        return moments.day_in_words(cell.date())
    if isinstance(cell, date):
        return moments.day_in_words(cell)
    return str(cell)[:60]


def _name_of(row: ReadRow) -> str:
    stated = row.statement
    return " ".join(filter(None, [stated.family_name.upper(), stated.given_names])) or stated.original_name


def _changed(number: int, change: Change, now: datetime) -> ChangedRow:
    fields = ", ".join(field_words(name) for name in change.fields)
    return ChangedRow(number, change.membership.full_name, fields, str(told_kind(change, now).label))


class ListForm(forms.Form):
    """A list of people as a file; of which delegation, where the mission has several."""

    always_asks = False  # even where there is one delegation to choose

    file = forms.FileField(
        label=_l("The list"),
        help_text=_l("A spreadsheet (XLSX, XLS, ODS) or a text file with separated columns (CSV)"),
        error_messages={"required": _l("Choose the file of the list"), "empty": _l("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )
    delegation = forms.ModelChoiceField(
        label=_l("Delegation"), queryset=Delegation.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, delegations: QuerySet[Delegation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["delegation"]
        field.queryset = delegations
        field.initial = delegations.first()
        if len(delegations) < 2 and not self.always_asks:
            del self.fields["delegation"]
            self.only: Any = delegations.first()

    @property
    def chosen(self) -> Delegation:
        """The delegation whose list it is."""
        return self.cleaned_data["delegation"] if "delegation" in self.fields else self.only

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_MB * 1024 * 1024:
            raise forms.ValidationError(
                _("The file is larger than %(most)d MB.") % {"most": MAX_MB}, code="too_large"
            )
        return file


class AnswersForm(forms.Form):
    """What was asked about a list: the order of its doubtful dates, and what its columns hold."""

    def __init__(self, *args: Any, reading: Reading, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = Answers.of(reading.job)
        doubtful = next((column for column in reading.columns if column.readings), None)
        if doubtful is not None:
            cell, day_first, month_first = doubtful.readings
            self.fields["dates"] = forms.ChoiceField(
                label=_("How are dates written in this list? “%(cell)s” in column %(column)s is")
                % {
                    "cell": cell,
                    "column": doubtful.title,
                },
                choices=[
                    (order, words) for order, words in (("dmy", day_first), ("mdy", month_first)) if words
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Say which of the two it is")},
            )
        choices = [("", _("I do not know")), *FIELD_WORDS.items()]
        self.letters = {}
        for column in reading.columns:
            told = self.before.columns.get(column.letter)
            if column.field and not told:
                continue
            name = f"column_{column.letter}"
            self.letters[name] = column.letter
            examples = ", ".join(column.examples)
            self.fields[name] = forms.ChoiceField(
                label=_("Column %(letter)s: %(title)s") % {"letter": column.letter, "title": column.title},
                help_text=_("For example: %(examples)s") % {"examples": examples} if examples else "",
                choices=choices,
                required=False,
                initial=told or "",
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        taken: dict[str, str] = {}
        for name in self.letters:
            field = said.get(name)
            if field and field != IGNORED and field in taken:
                self.add_error(name, _("Two columns cannot both hold this."))
            elif field:
                taken[field] = name
        return said

    def answers(self) -> Answers:
        """The answers so far, with these."""
        said = self.cleaned_data
        columns = {
            letter: name
            for letter, name in self.before.columns.items()
            if letter not in self.letters.values()
        }
        columns |= {letter: said[name] for name, letter in self.letters.items() if said.get(name)}
        return Answers(
            dates=said.get("dates") or self.before.dates,
            columns=columns,
            category=self.before.category,
            good_rows=self.before.good_rows,
        )
