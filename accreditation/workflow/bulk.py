"""One move for many files: what would be refused, and the moves themselves, one transaction each."""

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.errors import Busy, MoveError, NotAllowed, Reason
from accreditation.core.machine import Guard, Move, perform
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Election
from accreditation.observers.models import PossibleDuplicate
from accreditation.workflow import guards
from accreditation.workflow.models import Application
from accreditation.workflow.runs import BulkRun
from accreditation.workflow.states import APPLICATION

MOVES = ("take", "ask", "recommend_approval", "approve")
"""What may be done for many at once. Nobody is refused in bulk."""

MOST_AT_ONCE = 5000
ROWS_A_STEP = 100
SECONDS_A_STEP = 4.0

Suspects = Callable[[Sequence[Application]], Collection[int]]


def _in_open_pairs(applications: Sequence[Application]) -> set[int]:
    people = {application.person_id for application in applications}
    pairs = PossibleDuplicate.objects.filter(verdict=PossibleDuplicate.Verdict.OPEN)
    firsts = pairs.filter(first__in=people).values_list("first", flat=True)
    seconds = pairs.filter(second__in=people).values_list("second", flat=True)
    doubted = {*firsts, *seconds}
    return {application.pk for application in applications if application.person_id in doubted}


def _with_accreditation(applications: Sequence[Application]) -> set[int]:
    if not applications:
        return set()
    held = set(
        Accreditation.objects.current()
        .filter(
            person__in={application.person_id for application in applications},
            election=applications[0].election_id,
        )
        .values_list("person", flat=True)
    )
    return {application.pk for application in applications if application.person_id in held}


SUSPECTS: Mapping[Guard, Suspects] = {
    guards.no_open_duplicate: _in_open_pairs,
    guards.no_current_accreditation: _with_accreditation,
}
"""Guards that ask the database, with a query that finds all rows which such a guard might refuse. The guard is
then asked about those alone, so that its answer and its words stay the only ones."""


def rows_for(actor: Actor, election: Election, pks: Collection[int]) -> QuerySet[Application]:
    """The applications of an election among `pks` that the actor may see, as the machine reads them."""
    return APPLICATION.visible(actor).filter(election=election, pk__in=pks).order_by("decision_due_at", "pk")


def refused_in_advance(
    applications: Sequence[Application], name: str, *, actor: Actor, now: datetime, **given: Any
) -> dict[int, list[Reason]]:
    """Which of them perform() would refuse now, and why; by primary key. A handful of queries for any number."""
    by_guard = {
        guard: frozenset(suspects(applications))
        for guard, suspects in SUSPECTS.items()
        if any(guard in one.guards for one in APPLICATION.transitions if one.name == name)
    }
    against = {}
    for application in applications:
        application.election = applications[0].election  # one calendar for all
        found = _against(application, name, by_guard, actor=actor, now=now, given=given)
        if found:
            against[application.pk] = found
    return against


def _against(
    application: Application,
    name: str,
    by_guard: Mapping[Guard, frozenset[int]],
    *,
    actor: Actor,
    now: datetime,
    given: dict[str, Any],
) -> list[Reason]:
    transition = APPLICATION.find(name, application.state)
    if transition is None:
        words = _("This is “%(state)s” now.") % {"state": application.get_state_display()}
        return [Reason("wrong_state", words)]
    if not transition.by(actor, application):
        return NotAllowed().reasons
    move = Move(transition, actor, now, "", given, application.state)
    asked = [
        guard for guard in transition.guards if guard not in by_guard or application.pk in by_guard[guard]
    ]
    return [reason for guard in asked if (reason := guard(application, move)) is not None]


# A run


def begin(
    applications: Sequence[Application],
    name: str,
    *,
    election: Election,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any],
    versions: Mapping[int, int] | None = None,
    came_from: str = "",
) -> BulkRun:
    """Write down a wish for many; `carry_on` makes it true. The versions are those that its asker was shown."""
    shown = versions or {}
    run = BulkRun.objects.create(
        election=election,
        move=name,
        given=dict(given),
        applications=[application.pk for application in applications],
        versions=[shown.get(application.pk, application.version) for application in applications],
        asked_by=actor.user,
        asked_at=now,
        came_from=came_from[:500],
    )
    run.refresh_from_db(fields=["given"])  # as JSON, as every later step reads it
    return run


def carry_on(run: BulkRun, *, actor: Actor, now: datetime) -> BulkRun:
    """Make the next moves of a run, at most ROWS_A_STEP or SECONDS_A_STEP, each in its own transaction.

    Two that carry on at once, or one that died on the way, do no harm: a move made twice is made once.
    """
    end = time.monotonic() + SECONDS_A_STEP
    outcomes: dict[str, list[dict[str, str]]] = {}
    given = _typed(run.given)
    for pk, version in run.left()[:ROWS_A_STEP]:
        outcomes[str(pk)] = _outcome(pk, run.move, version, actor=actor, now=now, given=given)
        if time.monotonic() > end:
            break
    with connection.cursor() as cursor:  # merged, not overwritten: another tab may write as well
        cursor.execute(
            "UPDATE workflow_bulkrun SET outcomes = outcomes || %s::jsonb WHERE id = %s",
            [json.dumps(outcomes), run.pk],
        )
    run.refresh_from_db(fields=["outcomes"])
    return run


def _outcome(
    pk: int, name: str, version: int, *, actor: Actor, now: datetime, given: dict[str, Any]
) -> list[dict[str, str]]:
    try:
        perform(APPLICATION, pk, name, actor=actor, now=now, expected_version=version, **given)
    except (MoveError, Busy) as error:
        return [reason.as_json() for reason in error.reasons]
    except ObjectDoesNotExist:
        return [Reason("not_found", _("You may not see this file any more.")).as_json()]
    return []


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a run keeps as JSON, in the types that guards read."""
    typed = dict(given)
    if typed.get("due_on"):
        typed["due_on"] = date.fromisoformat(typed["due_on"])
    return typed
