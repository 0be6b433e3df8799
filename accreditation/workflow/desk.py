"""The clerks' desk: which files wait for whom, in what order, and how one is found.

Reading only, but for `take_next`. A Desk is one reader's view of one election at one moment; every page of
the clerks' side reads its rows through it, so that nobody sees more there than elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR, roles_of
from accreditation.core.actors import Actor
from accreditation.core.literals import Literal, is_code
from accreditation.core.machine import perform
from accreditation.core.transactions import all_or_nothing
from accreditation.missions.models import Election
from accreditation.observers.models import PossibleDuplicate
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.states import APPLICATION

ROWS_A_PAGE = 50
MOST_COUNTED = 1000
READERS_OF_PEOPLE = frozenset({CLERK, APPROVER, SUPERVISOR, PRINT_DESK, AUDITOR})
READERS_OF_DOCUMENTS = READERS_OF_PEOPLE - {PRINT_DESK}
State = Application.State

SIGNS = {
    State.DRAFT: ("○", "calm"),
    State.SUBMITTED: ("●", "wait"),
    State.UNDER_REVIEW: ("●", "wait"),
    State.INFORMATION_REQUESTED: ("!", "wait"),
    State.RECOMMENDED: ("●", "wait"),
    State.APPROVED: ("✓", "good"),
    State.REFUSED: ("✕", "bad"),
    State.APPEALED: ("●", "bad"),
    State.WITHDRAWN: ("–", "calm"),
    State.LAPSED: ("–", "calm"),
    State.MERGED: ("–", "calm"),
}
"""A state is a sign and a tone beside its word, the same on every page of the commission."""


def reads_people(user: User) -> bool:
    """Whether the account may see people at all; an administrator of the system alone may not."""
    return not roles_of(user).isdisjoint(READERS_OF_PEOPLE)


def reads_documents(user: User) -> bool:
    """Whether the account may see passports; who prints and hands over badges need not."""
    return not roles_of(user).isdisjoint(READERS_OF_DOCUMENTS)


def decides_or_checks(user: User) -> bool:
    """Whether the account moves applications, and does not only read them."""
    return not roles_of(user).isdisjoint({CLERK, APPROVER, SUPERVISOR})


@dataclass(frozen=True)
class Queue:
    """One tab of the desk. `newest_first` is for the archive; all others stand by time left.

    `one_by_one`: its files are moved singly, each with words of its own, so no move of many is offered.
    """

    code: str
    words: Any
    rows: Callable[["Desk", QuerySet[Application]], QuerySet[Application]]
    newest_first: bool = False
    one_by_one: bool = False

    @property
    def order(self) -> tuple[str, ...]:
        return ("-pk",) if self.newest_first else ("decision_due_at", "pk")


def _in_hand(rows: QuerySet[Application]) -> QuerySet[Application]:
    return rows.filter(state__in=Application.WITH_THE_COMMISSION)


QUEUES = (
    Queue("mine", _("Mine"), lambda desk, rows: _in_hand(rows).filter(assigned_to=desk.user)),
    Queue(
        "unassigned",
        _("Unassigned"),
        lambda desk, rows: rows.filter(state=State.SUBMITTED, assigned_to=None),
    ),
    Queue(
        "waiting",
        _("Waiting for an answer"),
        lambda desk, rows: rows.filter(state=State.INFORMATION_REQUESTED),
    ),
    Queue(
        "today",
        _("Due today"),
        lambda desk, rows: _in_hand(rows).filter(
            decision_due_at__gt=desk.now, decision_due_at__lte=desk.end_of_today, clock_paused_at=None
        ),
    ),
    Queue(
        "overdue",
        _("Overdue"),
        lambda desk, rows: _in_hand(rows).filter(decision_due_at__lte=desk.now, clock_paused_at=None),
    ),
    Queue("decide", _("To decide"), lambda desk, rows: rows.filter(state=State.RECOMMENDED)),
    Queue("appeals", _("Appealed"), lambda desk, rows: rows.filter(state=State.APPEALED), one_by_one=True),
    Queue("all", _("All"), lambda desk, rows: rows, newest_first=True),
)
BY_CODE = {queue.code: queue for queue in QUEUES}


@dataclass(frozen=True)
class Filters:
    """What a reader narrows a queue to. `people` are those whom a search found; None where none was made."""

    mission: int | None = None
    category: int | None = None
    citizenship: str = ""
    state: str = ""
    assigned: int | None = None
    search: "Found | None" = None

    def narrow(self, rows: QuerySet[Application]) -> QuerySet[Application]:
        if self.mission is not None:
            rows = rows.filter(mission=self.mission)
        if self.category is not None:
            rows = rows.filter(category=self.category)
        for name, code in (("membership__citizenship", self.citizenship), ("state", self.state)):
            if code:
                rows = rows.filter(**{name: Literal(code)}) if is_code(code) else rows.none()
        if self.assigned is not None:
            rows = rows.filter(assigned_to=self.assigned or None)
        if self.search is not None:
            rows = rows.filter(self.search.condition)
        return rows

    @property
    def narrowed(self) -> bool:
        """Whether anything but a search narrows the tab."""
        return replace(self, search=None) != Filters()


@dataclass(frozen=True)
class Found:
    """What a search looks for, as a condition on applications; `words` is how a page may name it."""

    condition: Q = field(compare=False)
    words: str = ""


@dataclass
class Desk:
    """One reader's desk: the applications of an election that this account may see, at this moment."""

    user: User
    election: Election
    now: datetime

    @cached_property
    def end_of_today(self) -> datetime:
        calendar = self.election.calendar
        return calendar.end_of(calendar.local_date(self.now))

    @cached_property
    def queues(self) -> Sequence[Queue]:
        """The tabs of this reader: who only prints sees what was approved and nothing else."""
        if decides_or_checks(self.user) or AUDITOR in roles_of(self.user):
            return QUEUES if decides_or_checks(self.user) else QUEUES[1:]
        return (BY_CODE["all"],)

    @property
    def first_queue(self) -> str:
        """Where this reader's work begins."""
        roles = roles_of(self.user)
        if APPROVER in roles and roles.isdisjoint({CLERK, SUPERVISOR}):
            return "decide"
        return "mine" if decides_or_checks(self.user) else "all"

    @cached_property
    def everything(self) -> QuerySet[Application]:
        """All applications of the election that this reader may see."""
        return readable(self.user).filter(election=self.election)

    def rows(self, queue: Queue, filters: Filters) -> QuerySet[Application]:
        """The rows of a tab in their order; `page_of` brings what a line of the desk shows of each."""
        return filters.narrow(queue.rows(self, self.everything)).order_by(*queue.order)

    def counts(self) -> dict[str, int]:
        """How many wait in each tab, counted no further than MOST_COUNTED + 1; one query."""
        parts: list[str] = []
        parameters: list[Any] = []
        for queue in self.queues:
            rows = queue.rows(self, self.everything).order_by().values("pk")[: MOST_COUNTED + 1]
            sql, values = rows.query.sql_with_params()
            parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 - the ORM's own SQL
            parameters += values
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(parts), parameters)
            return dict(zip((queue.code for queue in self.queues), cursor.fetchone(), strict=True))


def readable(user: User) -> QuerySet[Application]:
    """The applications that pages of the commission show to this account."""
    if not reads_people(user):
        return Application.objects.none()
    rows = Application.objects.visible_to(user)
    return rows if reads_documents(user) else rows.filter(state=State.APPROVED)


# Pages by key: a page begins where the last one ended, whatever was decided in between.

COLUMNS = (
    "election_id",
    "person_id",
    "mission_id",
    "category_id",
    "assigned_to_id",
    "state",
    "version",
    "recommendation",
    "decision_due_at",
    "clock_paused_at",
    "membership__family_name",
    "membership__given_names",
    "membership__original_name",
    "membership__citizenship_id",
    "membership__warnings",
    "membership__sender_confirmed",
    "membership__ended_at",
)


def with_lines(rows: QuerySet[Application]) -> QuerySet[Application]:
    """The rows with what a line of the desk shows of each: the statement, whether a duplicate is suspected
    (`maybe_twice`), whether a change is wished (`amended`).
    """
    # One question for both places of a pair: two would be answered by reading every doubt of the election.
    in_doubt = Q(first=OuterRef("person")) | Q(second=OuterRef("person"))
    doubts = PossibleDuplicate.objects.filter(in_doubt, verdict=PossibleDuplicate.Verdict.OPEN)
    amendments = Amendment.objects.filter(application=OuterRef("pk"), verdict=Amendment.Verdict.OPEN)
    return (
        rows.select_related("membership")
        .annotate(maybe_twice=Exists(doubts), amended=Exists(amendments))
        .only(*COLUMNS)
    )


@dataclass(frozen=True)
class Page:
    rows: list[Application]
    previous: str
    following: str


def page_of(
    rows: QuerySet[Application], queue: Queue, *, after: str = "", before: str = "", size: int = ROWS_A_PAGE
) -> Page:
    """`size` rows behind the key `after`, or the ones ahead of `before`; a key that is none is the beginning.

    The keys of the page are found first, by indexes alone where these hold what is asked: a filter may pass over
    thousands of rows, and only the page's own are read whole.
    """
    backwards = bool(before) and _key(before, queue) is not None
    key = _key(before if backwards else after, queue)
    if key is not None:
        rows = rows.filter(_beyond(queue, key, backwards=backwards))
    if backwards:
        rows = rows.reverse()
    keys = rows.values("pk")[: size + 1]
    ordered = with_lines(Application.objects.filter(pk__in=keys)).order_by(*queue.order)
    found = list(ordered.reverse() if backwards else ordered)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    ahead = more if backwards else key is not None
    behind = True if backwards else more
    return Page(
        found,
        key_of(found[0], queue) if found and ahead else "",
        key_of(found[-1], queue) if found and behind else "",
    )


def neighbours(
    rows: QuerySet[Application], queue: Queue, application: Application
) -> tuple[int | None, int | None]:
    """The files before and after this one in a tab; it need not stand there any more."""
    key = _key(key_of(application, queue), queue)
    if key is None:
        return None, None
    numbers = rows.order_by(*queue.order).values_list("pk", flat=True)
    before = numbers.filter(_beyond(queue, key, backwards=True)).reverse().first()
    return before, numbers.filter(_beyond(queue, key, backwards=False)).first()


def key_of(application: Application, queue: Queue) -> str:
    """What a link carries to begin a page beyond this row."""
    if queue.newest_first:
        return str(application.pk)
    due = application.decision_due_at
    return f"{due.isoformat()}_{application.pk}" if due is not None else ""


def _key(text: str, queue: Queue) -> tuple[Any, ...] | None:
    due, __, pk = text.rpartition("_")
    try:
        if queue.newest_first:
            return (int(pk),)
        return datetime.fromisoformat(due.replace(" ", "+")), int(pk)
    except (ValueError, OverflowError):
        return None


def _beyond(queue: Queue, key: tuple[Any, ...], *, backwards: bool) -> Q:
    if queue.newest_first:
        return Q(pk__gt=key[0]) if backwards else Q(pk__lt=key[0])
    due, pk = key
    if backwards:
        return Q(decision_due_at__lte=due) & (Q(decision_due_at__lt=due) | Q(pk__lt=pk))
    return Q(decision_due_at__gte=due) & (Q(decision_due_at__gt=due) | Q(pk__gt=pk))


# The next file


@all_or_nothing
def take_next(actor: Actor, election: Election, *, now: datetime) -> Application | None:
    """Give the actor the unassigned file that is due first; None when there is none.

    A file that a colleague is taking at this moment is passed over, not waited for: no two get the same.
    Raises NotAllowed for who is no clerk.
    """
    pk = (
        APPLICATION.visible(actor)
        .filter(election=election, state=State.SUBMITTED, assigned_to=None)
        .order_by(F("decision_due_at").asc(), "pk")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .values_list("pk", flat=True)
        .first()
    )
    return None if pk is None else perform(APPLICATION, pk, "take", actor=actor, now=now)
