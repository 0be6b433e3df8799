"""Two people press at once, for real: threads with a barrier, each with its own connection."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import MoveError
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application, Decision
from tests.factories import (
    GROUND,
    NOW,
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    move,
)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROUNDS = 200


def at_once(*wishes: Callable[[], Any]) -> list[str]:
    """What came of wishes that start at the same moment: the new state, or the kind of refusal."""
    barrier = threading.Barrier(len(wishes))
    answers = [""] * len(wishes)

    def wish(index: int) -> None:
        try:
            barrier.wait()
            answers[index] = str(wishes[index]().state)
        except MoveError as error:
            answers[index] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=wish, args=[index]) for index in range(len(wishes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def recommended() -> Any:
    """Makes applications of one election, recommended for approval, quickly: one mission, one clerk."""
    election = make_election(second_review="none")
    mission = make_mission(election)
    make_head(mission)
    clerk = make_clerk()

    def make(what: str = "approval") -> Application:
        application = make_application(complete(make_membership(mission)))
        move(application, "submit", head_of(application))
        move(application, "take", clerk)
        given = GROUND if what == "refusal" else {}
        return move(application, f"recommend_{what}", clerk, documents_checked=True, **given)

    return make


def letters(application: Application, kind: str) -> int:
    return OutboxMessage.objects.about(application).filter(kind=kind).count()


def test_two_approvals_at_once_grant_once(recommended: Any) -> None:
    first, second = make_approver(), make_approver()
    seen: Counter[tuple[str, ...]] = Counter()
    for _ in range(ROUNDS):
        application = recommended()
        answers = at_once(
            lambda: move(application, "approve", first), lambda: move(application, "approve", second)
        )
        seen[tuple(sorted(answers))] += 1
        assert letters(application, "approval") == 1

    assert seen == {("WrongState", "approved"): ROUNDS}
    assert Accreditation.objects.count() == Decision.objects.count() == ROUNDS
    numbers = Decision.objects.order_by("serial").values_list("serial", flat=True)
    assert list(numbers) == list(range(1, ROUNDS + 1))  # whoever lost has used up none
    assert findings() == []


def test_approval_against_refusal_gives_one_decision_and_one_letter(recommended: Any) -> None:
    first, second = make_approver(), make_approver()
    seen: Counter[tuple[str, ...]] = Counter()
    for _ in range(ROUNDS):
        application = recommended("refusal")
        answers = at_once(
            lambda: move(application, "approve", first, reason="Confirmed after all."),
            lambda: move(application, "refuse", second, **GROUND),
        )
        seen[tuple(sorted(answers))] += 1
        assert letters(application, "approval") + letters(application, "refusal") == 1

    assert set(seen) <= {("WrongState", "approved"), ("WrongState", "refused")}
    assert seen.total() == Decision.objects.count() == ROUNDS
    assert findings() == []


def test_approval_against_withdrawal_lets_one_win(recommended: Any) -> None:
    approver = make_approver()
    seen: Counter[tuple[str, ...]] = Counter()
    for _ in range(ROUNDS):
        application = recommended()
        head = head_of(application)
        answers = at_once(
            lambda: move(application, "approve", approver), lambda: move(application, "withdraw", head)
        )
        seen[tuple(sorted(answers))] += 1

    assert set(seen) <= {("WrongState", "approved"), ("WrongState", "withdrawn")}
    assert seen.total() == ROUNDS
    assert findings() == []


def test_a_click_repeated_ten_times_at_once_moves_once() -> None:
    """The same actor from the same page: every copy is told that it worked."""
    mission = make_mission()
    make_head(mission)
    clerk = make_clerk()
    for _ in range(20):
        application = make_application(complete(make_membership(mission)))
        move(application, "submit", head_of(application))
        version = Application.objects.get(pk=application.pk).version
        answers = at_once(*[lambda: move(application, "take", clerk, expected_version=version)] * 10)
        assert answers == ["under_review"] * 10
        assert AuditEvent.objects.about(application).filter(verb="take").count() == 1
    assert findings() == []


def test_different_files_are_approved_side_by_side_without_a_gap_in_their_numbers(recommended: Any) -> None:
    approvers = [make_approver() for _ in range(4)]
    files = [recommended() for _ in range(40)]
    shares = [files[index::4] for index in range(4)]

    def work(index: int) -> Callable[[], Any]:
        def approve_all() -> Any:
            for application in shares[index]:
                last = move(application, "approve", approvers[index], now=NOW)
            return last

        return approve_all

    assert at_once(*[work(index) for index in range(4)]) == ["approved"] * 4
    numbers = sorted(Accreditation.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 41))
    assert findings() == []
