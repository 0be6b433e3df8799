"""Moves that collide for real: PostgreSQL breaks one off, and it is made again, once and whole."""

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import Busy
from accreditation.core.outbox import OutboxMessage
from accreditation.core.transactions import MOST_RETRIES, all_or_nothing
from accreditation.credentials.models import Accreditation
from accreditation.workflow.models import Application, Decision
from tests.factories import application_in, make_approver, make_clerk, move
from tests.faults.elsewhere import Aside, await_waiting, patience, somebody_else

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def events(application: Application, verb: str) -> int:
    return AuditEvent.objects.about(application).filter(verb=verb).count()


def now_is(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def lock(application: Application) -> None:
    list(Application.objects.select_for_update(of=("self",), no_key=True).filter(pk=application.pk))


def snapshots_of_the_whole_transaction() -> None:
    """From now on this connection has serialization failures, which the everyday isolation has not."""
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def touch(session: Any, application: Application) -> None:
    session.execute("UPDATE workflow_application SET documents_checked = documents_checked WHERE id = %s",
                    [application.pk])  # fmt: skip


def test_two_moves_that_lock_each_other_out_are_both_made_once() -> None:
    first, second = application_in("submitted"), application_in("submitted")
    clerk, tries = make_clerk(), []
    both_hold_one = threading.Barrier(2, timeout=20)

    def take_and_look_at(own: Application, other: Application) -> Any:
        @all_or_nothing
        def work() -> Any:
            tries.append(own.pk)
            moved = move(own, "take", clerk)
            if tries.count(own.pk) == 1:
                both_hold_one.wait()
            lock(other)
            return moved

        return work

    aside = Aside(take_and_look_at(first, second)), Aside(take_and_look_at(second, first))

    assert [one.answer().state for one in aside] == ["under_review", "under_review"]
    assert len(tries) == 3, "one of them was broken off and made again"
    for application in (first, second):
        assert events(application, "take") == 1
        assert now_is(application).version == application.version + 1


def test_an_approval_that_runs_into_a_deadlock_is_made_again_with_one_of_everything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    application, approver = application_in("recommended"), make_approver()

    def approve() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SET deadlock_timeout = '3s'"
            )  # looks for the circle once, when it is surely closed
        return move(application, "approve", approver)

    with somebody_else() as other:
        other.execute("SET deadlock_timeout = '60s'")  # the other one never gives way
        other.execute("SELECT FROM observers_person WHERE id = %s FOR UPDATE", [application.person_id])
        aside = Aside(approve)  # it holds the file, and waits for the person
        await_waiting(other)
        other.execute("SELECT FROM workflow_application WHERE id = %s FOR UPDATE", [application.pk])
        other.commit()
        assert aside.answer().state == "approved"

    assert [record.message.splitlines()[0] for record in caplog.records] == [
        "_perform was broken off: deadlock detected"
    ]
    assert events(application, "approve") == 1
    assert Accreditation.objects.count() == Decision.objects.count() == 1
    assert OutboxMessage.objects.filter(kind="approval").count() == 1


def test_a_serialization_failure_is_made_again(caplog: pytest.LogCaptureFixture) -> None:
    application, clerk = application_in("submitted"), make_clerk()

    def take() -> Any:
        snapshots_of_the_whole_transaction()
        return move(application, "take", clerk)

    with somebody_else() as other:
        touch(other, application)
        aside = Aside(take)
        await_waiting(other)
        other.commit()
        assert aside.answer().state == "under_review"

    assert "could not serialize access" in caplog.text
    assert events(application, "take") == 1


@pytest.fixture
def always_in_the_way() -> Any:
    """A wish to take a file that meets a serialization failure at every try, after it has written everything."""
    application, clerk, tries = application_in("submitted"), make_clerk(), []

    def work() -> None:
        tries.append(1)
        move(application, "take", clerk)
        other_file = Application.objects.get(pk=another.pk)
        with somebody_else() as other:
            touch(other, another)
            other.commit()
        lock(other_file)

    another = application_in("submitted")
    snapshots_of_the_whole_transaction()
    yield application, work, tries
    connection.close()


def test_after_three_retries_it_is_given_up_and_nothing_of_any_try_is_left(always_in_the_way: Any) -> None:
    application, work, tries = always_in_the_way
    letters = OutboxMessage.objects.count()

    with pytest.raises(Busy):
        all_or_nothing(work)()

    assert len(tries) == 1 + MOST_RETRIES == 4
    assert (events(application, "take"), OutboxMessage.objects.count()) == (0, letters)
    assert (now_is(application).state, now_is(application).version) == ("submitted", application.version)


def test_inside_a_greater_transaction_nothing_is_done_again_on_its_own(always_in_the_way: Any) -> None:
    application, work, tries = always_in_the_way

    with pytest.raises(OperationalError, match="could not serialize") as raised, transaction.atomic():
        all_or_nothing(work)()

    assert not isinstance(raised.value, Busy)
    assert len(tries) == 1
    assert now_is(application).state == "submitted"


def test_what_is_waited_for_too_long_is_given_up_at_once() -> None:
    application, clerk = application_in("submitted"), make_clerk()
    with somebody_else() as other, patience(lock=0.2):
        touch(other, application)
        with pytest.raises(Busy):
            move(application, "take", clerk)
        other.rollback()
        assert move(application, "take", clerk).state == "under_review"
    assert events(application, "take") == 1
