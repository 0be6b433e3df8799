"""A list whose row somebody holds stops no other list of the same tick, and is taken in later."""

from datetime import timedelta
from typing import Any

import pytest

from accreditation.observers.models import ListImport
from accreditation.workflow.list_imports import send
from accreditation.workflow.list_runs import run_waiting
from tests.factories import NOW, actor, make_clerk, make_election, make_mission
from tests.faults.elsewhere import patience, somebody_else
from tests.observers.test_import_list import sent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lists() -> Any:
    """Two lists of two missions that wait, the one that is to be held first."""
    clerk, election = make_clerk(), make_election()
    both = [sent(make_mission(election), by=clerk) for _one in range(2)]
    for job in both:
        send(job, good_rows=False, actor=actor(clerk))
    return both


@pytest.mark.parametrize("limit", ["lock", "statement"])
def test_a_list_whose_row_is_held_stops_no_other(lists: Any, limit: str) -> None:
    held, free = lists
    with somebody_else() as other, patience("worker", **{limit: 0.3}):
        other.execute("SELECT FROM observers_listimport WHERE id = %s FOR UPDATE", [held.pk])
        assert run_waiting(now=NOW) == 1
        assert ListImport.objects.get(pk=free.pk).state == "done"
        other.rollback()
        found = ListImport.objects.get(pk=held.pk)
        assert (found.state, found.tries) == ("waiting", 0)
        assert run_waiting(now=NOW + timedelta(seconds=5)) == 1
    assert ListImport.objects.get(pk=held.pk).state == "done"
