"""A mission's people and files are tallied as they are written, whoever writes and however many at once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from accreditation.core.machine import perform
from accreditation.missions.models import Mission
from accreditation.observers.models import Membership
from accreditation.workflow import tallies
from accreditation.workflow.invariants import tallies_agree_with_a_count
from accreditation.workflow.models import Application
from accreditation.workflow.states import ACCREDITATION
from accreditation.workflow.tallies import Tally
from tests import factories as make

pytestmark = pytest.mark.django_db

STATES = (
    "draft", "submitted", "under_review", "information_requested", "recommended", "approved", "refused",
    "appealed", "withdrawn",
)  # fmt: skip


@pytest.fixture
def mission() -> Mission:
    return make.make_mission()


def tally(mission: Mission) -> dict[str, int]:
    return dict(tallies.tallied(mission))


def file_in(state: str, mission: Mission) -> Application:
    return make.application_in(state, membership=make.complete(make.make_membership(mission)))


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_every_move_is_tallied(mission: Mission) -> None:
    for state in STATES:
        file_in(state, mission)
    assert tally(mission) == {"people": len(STATES)} | dict.fromkeys(STATES, 1)
    assert list(tallies_agree_with_a_count()) == []


def test_other_missions_are_tallied_apart(mission: Mission) -> None:
    file_in("submitted", mission)
    other = make.make_mission(mission.election)
    file_in("draft", other)
    assert tally(mission) == {"people": 1, "submitted": 1}
    assert tally(other) == {"people": 1, "draft": 1}


def test_who_leaves_a_mission_and_who_is_shared_are_tallied(mission: Mission) -> None:
    stays, shared, leaves = (make.make_membership(mission) for _ in range(3))
    shared.is_primary = False
    shared.save()
    leaves.ended_at = make.NOW
    leaves.save()
    assert tally(mission) == {"people": 2, "shared": 1}
    stays.delete()
    assert tally(mission) == {"people": 1, "shared": 1}


def test_an_accreditation_that_ends_is_tallied(mission: Mission) -> None:
    file = file_in("approved", mission)
    assert tally(mission) == {"people": 1, "approved": 1}
    approver = make.actor(make.make_approver())
    perform(ACCREDITATION, file.accreditation_id, "suspend", actor=approver, now=make.NOW, reason="Test.")
    assert tally(mission) == {"people": 1, "approved": 1, "no longer in force": 1}


def test_a_statement_leaves_one_row_a_kind_however_much_it_changes(mission: Mission) -> None:
    for _ in range(5):
        make.make_membership(mission)
    before = Tally.objects.count()
    Membership.objects.filter(mission=mission).update(ended_at=make.NOW)
    assert [row.change for row in Tally.objects.order_by("pk")[before:]] == [-5]
    Membership.objects.filter(mission=mission).update(function="Member of parliament")
    assert Tally.objects.count() == before + 1
    assert tally(mission) == {}


def test_folding_changes_no_count(mission: Mission) -> None:
    for state in ("draft", "submitted", "approved", "approved"):
        file_in(state, mission)
    before = tally(mission)
    tallies.fold(many=Tally.objects.filter(mission=mission).count())
    assert Tally.objects.count() > len(before)
    tallies.fold(many=0)
    assert dict(Tally.objects.values_list("kind", "change")) == before == tally(mission)
    assert Tally.objects.count() == len(before)


def test_what_was_written_with_triggers_off_is_counted_anew(mission: Mission) -> None:
    file_in("submitted", mission)
    right = tally(mission)
    connection.check_constraints()
    run("SET LOCAL session_replication_role = replica")
    run("UPDATE observers_membership SET ended_at = now()")
    run("DELETE FROM workflow_application")
    run("SET LOCAL session_replication_role = origin")
    assert tally(mission) == right
    tallies.recount()
    assert tally(mission) == {}


# --- many at once ---


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    def alone() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=alone)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_another_who_writes_in_the_same_mission(mission: Mission) -> None:
    other, done = make.make_membership(mission), []
    make.make_membership(mission)

    def end_another() -> None:
        run("SET lock_timeout = '2s'")
        Membership.objects.filter(pk=other.pk).update(ended_at=make.NOW)
        done.append(tally(mission))

    with transaction.atomic():
        Membership.objects.exclude(pk=other.pk).update(ended_at=make.NOW)
        in_a_thread(end_another).join()
        assert done == [{"people": 1}]
    assert tally(mission) == {}


@pytest.mark.django_db(transaction=True)
def test_folding_twice_at_once_while_others_write_loses_nothing(mission: Mission) -> None:
    people = [make.make_membership(mission).pk for _ in range(4)]

    def write(pk: int) -> None:
        for turn in range(30):
            Membership.objects.filter(pk=pk).update(ended_at=None if turn % 2 else make.NOW)

    def fold() -> None:
        for _ in range(30):
            tallies.fold(many=0)

    threads = [in_a_thread(lambda pk=pk: write(pk)) for pk in people] + [in_a_thread(fold) for _ in range(2)]
    for thread in threads:
        thread.join()
    assert tally(mission) == {"people": 4}
    assert list(tallies_agree_with_a_count()) == []
