"""The task list of an application: what is to be done, what is done, what a request for information reopens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.missions.models import DocumentKind
from accreditation.observers.completeness import missing, pledge_missing
from accreditation.workflow.applying import Applying


class Status(TextChoices):
    """How far a task is. The words are what the page shows."""

    DONE = "done", _l("Completed")
    TODO = "todo", _l("Not yet started")
    OPTIONAL = "optional", _l("Optional")
    PROBLEM = "problem", _l("There is a problem")
    CANNOT = "cannot", _l("Cannot start yet")
    ASKED = "asked", _l("You are asked")
    ANSWERED = "answered", _l("Changed")
    CLOSED = "closed", _l("Sent")


@dataclass(frozen=True)
class Task:
    """One thing to do. `fields` are what its page answers, `lacks` the codes of completeness that it settles."""

    slug: str
    words: str | Promise
    title: str | Promise
    fields: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    needs_membership: bool = False


MISSION, NAMES, BIRTH, PASSPORT, PAGE, PHOTO, CONTACT, WORK, VISIT, PLEDGE = (
    "mission", "names", "birth", "passport", "passport-page", "photo", "contact", "work", "visit", "pledge",
)  # fmt: skip

TASKS = (
    Task(MISSION, _l("Say which mission sends you"), _l("Your mission")),
    Task(
        NAMES,
        _l("Give your names"),
        _l("Your names"),
        ("family_name", "given_names", "patronymic", "original_name"),
    ),
    Task(
        BIRTH,
        _l("Give your birth and citizenship"),
        _l("Your birth and citizenship"),
        ("born", "birth_place", "sex", "citizenship", "other_citizenships"),
    ),
    Task(
        PASSPORT,
        _l("Give your passport"),
        _l("Your passport"),
        ("document_number", "document_country", "document_expires"),
        ("document_expiry",),
    ),
    Task(
        PAGE,
        _l("Add the picture of your passport page"),
        _l("The picture of your passport page"),
        (DocumentKind.PASSPORT_PAGE.value,),
        ("passport_page",),
        needs_membership=True,
    ),
    Task(
        PHOTO,
        _l("Add your photo"),
        _l("Your photo"),
        (DocumentKind.PHOTO.value,),
        ("photo",),
        needs_membership=True,
    ),
    Task(
        CONTACT,
        _l("Say where you live"),
        _l("Where you live"),
        ("residence_country", "residence_address", "phone"),
        ("residence", "contact"),
    ),
    Task(
        WORK,
        _l("Say what you do"),
        _l("What you do"),
        ("role", "function", "outlet", "ministry_number"),
        ("outlet", "ministry_number"),
    ),
    Task(
        VISIT,
        _l("Say when you arrive"),
        _l("Your visit"),
        (
            "arrives_on",
            "arrival_place",
            "arrival_flight",
            "departs_on",
            "departure_place",
            "departure_flight",
        ),
        ("arrival", "departure"),
    ),
    Task(
        PLEDGE,
        _l("Read and sign the pledge"),
        _l("The pledge"),
        ("pledge",),
        ("pledge",),
        needs_membership=True,
    ),
)
BY_SLUG = {task.slug: task for task in TASKS}
BEFORE_SENDING = (NAMES, BIRTH, PASSPORT)
"""Once these are there, the file is opened, and pictures and pledge have a place."""


@dataclass(frozen=True)
class TaskRow:
    """A task as the list shows it. `words` say more than the status where there is more to say."""

    task: Task
    status: Status
    words: str

    @property
    def is_open(self) -> bool:
        return self.status not in (Status.CANNOT, Status.CLOSED)

    @property
    def is_settled(self) -> bool:
        """Nothing here keeps the application from being sent."""
        return self.status in (Status.DONE, Status.OPTIONAL, Status.ASKED, Status.ANSWERED, Status.CLOSED)

    @property
    def tone(self) -> str:
        """Of the badge; empty for plain words (what is done is quiet)."""
        return {
            Status.TODO: "calm", Status.PROBLEM: "bad", Status.ASKED: "wait", Status.ANSWERED: "good",
        }.get(self.status, "")  # fmt: skip

    @property
    def sign(self) -> str:
        return {Status.TODO: "○", Status.PROBLEM: "✕", Status.ASKED: "!", Status.ANSWERED: "✓"}.get(
            self.status, ""
        )


def rows_of(applying: Applying) -> list[TaskRow]:
    """Every task with its status, in the order in which the pages ask."""
    lacking = _lacking(applying)
    open_slugs = open_tasks(applying)
    return [_row(task, applying, lacking, open_slugs) for task in TASKS]


def _row(task: Task, applying: Applying, lacking: frozenset[str], open_slugs: frozenset[str]) -> TaskRow:
    status = _status(task, applying, lacking)
    words = str(status.label)
    if status == Status.PROBLEM:
        words = _("Expires before the visit ends")
    if task.slug == MISSION and applying.application is not None and applying.is_being_filled:
        return TaskRow(task, Status.CLOSED, str(Status.DONE.label))
    if task.slug == MISSION and applying.lacks_delegation and task.slug in open_slugs:
        return TaskRow(task, Status.TODO, _("Choose your delegation"))
    if applying.is_asked and task.slug in open_slugs:
        if not applying.changed_since_asked.isdisjoint(task.fields):
            return TaskRow(task, Status.ANSWERED, str(Status.ANSWERED.label))
        asked = status if status == Status.PROBLEM else Status.ASKED
        return TaskRow(task, asked, words if status == Status.PROBLEM else str(Status.ASKED.label))
    if task.slug not in open_slugs:
        return TaskRow(task, *_closed(task, applying, status))
    return TaskRow(task, status, words)


def _closed(task: Task, applying: Applying, status: Status) -> tuple[Status, str]:
    if applying.application is None or applying.is_being_filled:
        return Status.CANNOT, str(Status.CANNOT.label)
    return (Status.CLOSED, str(Status.CLOSED.label)) if status != Status.TODO else (Status.CANNOT, "")


def open_tasks(applying: Applying) -> frozenset[str]:
    """The tasks whose pages take an answer now."""
    everything = frozenset(BY_SLUG)
    if applying.led_by_another or applying.election.cancelled_at is not None:
        return frozenset()
    if applying.is_being_filled and applying.is_late:
        return frozenset()
    if applying.is_asked:
        return _concerned(applying)
    if applying.application is not None:
        return everything - {MISSION} if applying.is_being_filled else frozenset()
    if applying.mission is None:
        return frozenset({MISSION})
    return frozenset(task.slug for task in TASKS if not task.needs_membership)


def _concerned(applying: Applying) -> frozenset[str]:
    """What a request reopens: the parts that its canned reasons name; all where it says something of its own."""
    assert applying.request is not None
    named = {reason.code: task_of_field(reason.field) for reason in applying.asked_reasons}
    everything = frozenset(BY_SLUG) - {MISSION}
    concerned = frozenset(slug for slug in named.values() if slug)
    unclear = bool(applying.request.text) and not concerned
    if unclear or any(named.get(code) is None for code in applying.request.reasons):
        return everything
    return concerned or everything


def task_of_field(name: str) -> str | None:
    """The task that answers a field, a code of completeness, a kind of picture, or that bears the name itself."""
    wanted = name.strip().lower()
    for task in TASKS:
        if task.slug != MISSION and wanted in {task.slug, *task.fields, *task.lacks}:
            return task.slug
    return None


# --- what is done ---


def _lacking(applying: Applying) -> frozenset[str]:
    """The codes of what the application still lacks, once there is a membership."""
    membership, category = applying.membership, applying.category
    if membership is None or category is None:
        return frozenset()
    # An applicant has an account, so that somebody can always be reached.
    found = {why.code for why in missing(membership, category, applying.uploads.keys(), reachable=True)}
    election = applying.election
    if pledge_missing(membership, election.pledge_version, by_head_allowed=election.pledge_by_head):
        found.add("pledge")
    return frozenset(found)


def _status(task: Task, applying: Applying, lacking: frozenset[str]) -> Status:
    if not lacking.isdisjoint(task.lacks):
        return Status.TODO
    if task.slug == PASSPORT and _passport_is_too_short(applying):
        return Status.PROBLEM
    if _ANSWERED[task.slug](applying):
        return Status.DONE
    if applying.membership is not None or (task.slug == WORK and not _writes(applying)):
        return Status.OPTIONAL
    return Status.TODO


def _passport_is_too_short(applying: Applying) -> bool:
    expires = applying.statement.document_expires
    return expires is not None and expires < applying.passport_needed_until


def _writes(applying: Applying) -> bool:
    """Whether the category asks for an outlet and the ministry's number."""
    category = applying.category
    return category is not None and DocumentKind.MINISTRY_NUMBER in category.required_documents


_ANSWERED: dict[str, Callable[[Applying], bool]] = {
    MISSION: lambda a: a.mission is not None and not a.lacks_delegation,
    NAMES: lambda a: bool(a.statement.family_name or a.statement.given_names),
    BIRTH: lambda a: bool(a.statement.born and a.statement.citizenship),
    PASSPORT: lambda a: bool(a.statement.document_number and a.statement.document_expires),
    PAGE: lambda a: DocumentKind.PASSPORT_PAGE in a.uploads,
    PHOTO: lambda a: DocumentKind.PHOTO in a.uploads,
    CONTACT: lambda a: bool(a.statement.residence_address),
    WORK: lambda a: bool(
        a.statement.outlet and a.statement.ministry_number
        if _writes(a)
        else a.statement.function or a.statement.role
    ),
    VISIT: lambda a: bool(a.arrives_on and a.departs_on),
    PLEDGE: lambda a: a.membership is not None and getattr(a.membership, "pledge", None) is not None,
}


def may_send(applying: Applying, rows: Sequence[TaskRow]) -> bool:
    """Whether everything that the pages ask is settled; the write door has the last word."""
    return applying.application is not None and all(row.is_settled for row in rows)


def asked_and_unchanged(rows: Sequence[TaskRow]) -> list[TaskRow]:
    """What a request names and nobody has changed since; nothing where it names no task of its own."""
    asked = [row for row in rows if row.status == Status.ASKED]
    return asked if len(asked) < len(rows) - 1 else []


def next_task(rows: Sequence[TaskRow], after: str = "") -> TaskRow | None:
    """The next task that lacks something: after the one named, else from the beginning; None when all is done."""
    wanting = [row for row in rows if row.is_open and not row.is_settled]
    slugs = [row.task.slug for row in rows]
    place = slugs.index(after) if after in slugs else -1
    later = [row for row in wanting if slugs.index(row.task.slug) > place]
    return next(iter(later or wanting), None)
