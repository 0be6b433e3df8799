"""Two people become one while lists come in: for real, with threads and a barrier."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connections

from accreditation.core.errors import MoveError
from accreditation.observers.models import Membership, Person, PossibleDuplicate
from accreditation.workflow.intake import take_in
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from tests.factories import NOW, actor, make_clerk, make_country, make_election, make_mission, move
from tests.lists import stated

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROUNDS = 20


def at_once(*wishes: Callable[[], Any]) -> list[str]:
    """What came of wishes that start at the same moment: '' or the reason's code. Any other error is raised."""
    barrier = threading.Barrier(len(wishes))
    answers: list[Any] = [None] * len(wishes)

    def wish(index: int) -> None:
        try:
            barrier.wait()
            wishes[index]()
            answers[index] = ""
        except MoveError as error:
            answers[index] = error.reasons[0].code
        except Exception as error:  # a thread's error would be lost
            answers[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=wish, args=[index]) for index in range(len(wishes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


def two_judged_the_same() -> tuple[Application, Application]:
    """Files of two people at one election whom a clerk has judged to be one."""
    make_country("BGR")
    election = make_election()
    for statement in (stated(), stated(document_number="X7654321")):
        take_in([statement], delegation=make_mission(election).delegations.get(), actor=actor(None), now=NOW)
    first, second = Application.objects.filter(election=election).order_by("pk")
    PossibleDuplicate.objects.filter(first=first.person, second=second.person).update(
        verdict="same", decided_by=make_clerk(), decided_at=NOW
    )
    return first, second


def test_a_list_that_names_somebody_who_is_being_merged_names_the_one_who_is_kept() -> None:
    clerk = make_clerk()
    for _round in range(ROUNDS):
        kept, merged = two_judged_the_same()
        delegation = make_mission(kept.election).delegations.get()
        rows = [stated(document_number="X7654321")]
        answers = at_once(
            partial(move, merged, "merge", clerk, kept_person=kept.person_id),
            partial(take_in, rows, delegation=delegation, actor=actor(None), now=NOW),
        )
        assert answers == ["", ""]
        named = Membership.objects.filter(mission__election=kept.election)
        assert set(named.values_list("person", flat=True)) == {kept.person_id}
        assert named.count() == 3
        Application.objects.get(person=kept.person, election=kept.election)
        Person.objects.filter(pk__in=[kept.person_id, merged.person_id]).update(name_key="somebody else")
    assert findings() == []


def test_two_clerks_who_merge_in_opposite_directions_leave_one_person() -> None:
    clerks = make_clerk(), make_clerk()
    for _round in range(ROUNDS):
        first, second = two_judged_the_same()
        answers = at_once(
            partial(move, first, "merge", clerks[0], kept_person=second.person_id),
            partial(move, second, "merge", clerks[1], kept_person=first.person_id),
        )
        assert sorted(answers) == ["", "kept_is_merged"]
        people = Person.objects.filter(pk__in=[first.person_id, second.person_id])
        assert people.filter(merged_into=None).count() == 1
        people.update(name_key="somebody else")
    assert findings() == []
