"""A list on its way in: read, answered, shown with what it would do, sent. The same rules for page and shell;
list_runs.py takes it in.

Only codes, row numbers and counts are kept of a list beside its encrypted file; names stay in the file.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accreditation.core import storage
from accreditation.core.actors import Actor
from accreditation.core.collecting import nothing_is_garbage
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.places import CountryNames
from accreditation.missions.models import Delegation, Mission, speaks_for
from accreditation.observers.lists import ListRefused, ReadList, read_list
from accreditation.observers.matching import Identity
from accreditation.observers.models import ListImport
from accreditation.observers.stating import rules_for
from accreditation.workflow.changing import Change
from accreditation.workflow.intake import Intake, changes, check_open, find_standing, take_in
from accreditation.workflow.own_rosters import find_hidden_numbers
from accreditation.workflow.parties import clerk


@dataclass(frozen=True)
class Answers:
    """What was asked about a list and answered: order of dates, columns (header or letter: field), category."""

    dates: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    category: str | None = None
    good_rows: bool = False

    @classmethod
    def of(cls, job: ListImport) -> "Answers":
        return cls(**{name: job.answers[name] for name in cls.__dataclass_fields__ if name in job.answers})


@dataclass
class Preview:
    """What taking in a list would do. `changes` have the row's number in the spreadsheet, new people are
    `new`.
    """

    read: ReadList
    new: int
    unchanged: int
    changes: list[tuple[int, Change]]


def read_for(mission: Mission, content: bytes, filename: str, answers: Answers, *, now: datetime) -> ReadList:
    """The list as this mission's rules judge it. Raises ListRefused."""
    rules, today = rules_for(mission), mission.election.calendar.local_date(now)
    with nothing_is_garbage():
        read = read_list(
            content,
            filename,
            countries=CountryNames.load(),
            rules=rules,
            today=today,
            dates=answers.dates,
            columns=answers.columns,
            default_category=answers.category,
        )
    find_hidden_numbers(read, mission, rules, today)
    return read


def preview_of(read: ReadList, delegation: Delegation) -> Preview:
    """What its good rows would do today; writes nothing."""
    good = read.good
    statements = [row.statement for row in good]
    standing = find_standing([Identity.of(statement) for statement in statements], delegation.mission)
    found = changes(statements, delegation=delegation)
    return Preview(
        read,
        new=len(good) - len(standing),
        unchanged=len(standing) - len(found),
        changes=[(good[change.row].number, change) for change in found],
    )


def take_in_list(
    read: ReadList,
    *,
    delegation: Delegation,
    actor: Actor,
    now: datetime,
    first: int = 0,
    last: int | None = None,
) -> Intake:
    """The good rows from `first` to before `last`, in one transaction."""
    good = read.good[first:last]
    with nothing_is_garbage():
        return take_in(
            [row.statement for row in good],
            delegation=delegation,
            actor=actor,
            now=now,
            warned=[[why.code for why in row.warnings] for row in good],
        )


def report_of(read: ReadList, intake: Intake | None = None) -> dict[str, Any]:
    """What came of a list, in numbers and codes. `people_matched` is for the commission only: see
    `for_sender`.
    """
    done = intake or Intake()
    return {
        "rows": len(read.rows),
        "accepted": len(read.good),
        "refused": [
            {"row": row.number, "reasons": [why.code for why in row.refusals]} for row in read.refused
        ],
        **{name: getattr(done, name) for name in COUNTS},
        "warnings": [
            {"row": row.number, "reasons": [why.code for why in row.warnings]}
            for row in read.rows
            if row.warnings
        ],
        "left_out": [row.number for row in read.left_out],
        "questions": asdict(read.questions),
    }


COUNTS = (
    "people_created",
    "people_matched",
    "memberships_created",
    "applications_opened",
    "changed",
    "amendments",
    "unchanged",
)
FOR_THE_COMMISSION = ("people_created", "people_matched", "applications_opened")


def for_sender(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report as its sender may see it: nothing tells whether a person was known before."""
    return {name: value for name, value in report.items() if name not in FOR_THE_COMMISSION}


# --- the job ---


def receive(
    content: bytes,
    filename: str,
    *,
    delegation: Delegation,
    actor: Actor,
    now: datetime,
    answers: Answers = Answers(),
) -> ListImport:
    """Keep a list that was sent and read it: the job is 'read', or 'refused' with the one reason in its
    report.

    Raises NotAllowed and Refused (the mission takes no people), UploadRefused (the storage takes nothing).
    """
    check_open(delegation.mission, actor)
    job = ListImport(
        mission=delegation.mission,
        delegation=delegation,
        file_name=filename[-200:],
        sent_by=actor.user,
        sent_at=now,
        answers=asdict(answers),
    )
    try:
        read = read_for(delegation.mission, content, filename, answers, now=now)
    except ListRefused as refused:
        job.state, job.report = ListImport.State.REFUSED, {"error": refused.reason.as_json()}
        job.finished_at = now
    else:
        job.stored_name = storage.store(content)
        job.report, job.rows_total = report_of(read), len(read.good)
    job.save()
    return job


def read_again(job: ListImport, *, now: datetime) -> ReadList:
    """The job's list by its answers of now. Raises ListRefused, FileNotFoundError."""
    return read_for(job.mission, storage.read(job.stored_name), job.file_name, Answers.of(job), now=now)


def answer(job: ListImport, answers: Answers, *, actor: Actor, now: datetime) -> ReadList:
    """Note what the sender answers and read the list by it. Raises ListRefused for a column that is not
    there.
    """
    _check_sender(job, actor)
    _check_state(job, ListImport.State.READ)
    job.answers = asdict(answers)
    read = read_again(job, now=now)
    job.report, job.rows_total = report_of(read), len(read.good)
    job.save(update_fields=["answers", "report", "rows_total"])
    return read


def send(job: ListImport, *, good_rows: bool, actor: Actor) -> ListImport:
    """The sender's word: take it in. A worker does it within seconds.

    Refused while something is asked, while rows are refused and `good_rows` was not said, or with nothing to
    take.
    """
    _check_sender(job, actor)
    _check_state(job, ListImport.State.READ)
    refused = job.report.get("refused", [])
    if not job.rows_total:
        raise Refused([Reason("nothing_good", _("No row of this list can be taken in."))])
    if any(job.report.get("questions", {}).values()) and not good_rows:
        raise Refused([Reason("questions", _("Answer the questions about the columns first."))])
    if refused and not good_rows:
        words = _("%(rows)d rows are refused: correct them, or say that the others are taken in.")
        raise Refused([Reason("rows_refused", words % {"rows": len(refused)})])
    job.state, job.answers = ListImport.State.WAITING, {**job.answers, "good_rows": good_rows}
    job.save(update_fields=["state", "answers"])
    return job


def _check_sender(job: ListImport, actor: Actor) -> None:
    if not (actor.is_system or speaks_for(actor, job.mission_id) or clerk(actor, job)):
        raise NotAllowed()


def _check_state(job: ListImport, state: str) -> None:
    if job.state != state:
        words = _("This list is “%(state)s”.") % {"state": job.get_state_display()}
        raise Refused([Reason("wrong_state", words)])
