"""Connections to PostgreSQL are cut while decisions are made: who tries again finds each made once, and none half."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection, connections

from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.workflow.models import Application, Decision
from accreditation.workflow.states import APPLICATION
from tests.factories import (
    NOW,
    actor,
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_head,
    make_membership,
    make_mission,
    move,
)
from tests.faults.workers import database_url

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FILES, THREADS, EVERY = 100, 2, 0.2
"""500 files of four threads passed as well; so many take minutes and prove no more."""


@contextmanager
def cutting(cuts: list[int]) -> Iterator[None]:
    """Again and again end every session of this database but the one that does it; how many fell each time."""
    stop = threading.Event()
    address = database_url()

    def cut() -> None:
        with psycopg.connect(address, autocommit=True) as session:
            while not stop.wait(EVERY):
                found = session.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND datname = current_database() AND backend_type = 'client backend'"
                ).fetchone()
                cuts.append(found[0] if found else 0)

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        connections.close_all()


def files_to_decide() -> list[tuple[int, int]]:
    mission, clerk = make_mission(), make_clerk()
    make_head(mission)
    found = []
    for _ in range(FILES):
        application = make_application(complete(make_membership(mission)))
        move(application, "submit", head_of(application))
        move(application, "take", clerk)
        ready = move(application, "recommend_approval", clerk, documents_checked=True)
        found.append((ready.pk, ready.version))
    return found


def test_every_approval_is_made_once_however_often_its_connection_is_cut() -> None:
    files, approver = files_to_decide(), make_approver()
    tries: Counter[int] = Counter()
    cuts: list[int] = []

    def approve(share: list[tuple[int, int]]) -> None:
        """As a person would: from the version that the page showed, again and again until it is answered."""
        try:
            for pk, version in share:
                while True:
                    tries[pk] += 1
                    try:
                        perform(
                            APPLICATION,
                            pk,
                            "approve",
                            actor=actor(approver),
                            now=NOW,
                            expected_version=version,
                        )
                        break
                    except (OperationalError, InterfaceError):
                        connection.close()
                        time.sleep(0.01)
        finally:
            connections.close_all()

    with cutting(cuts):
        threads = [threading.Thread(target=approve, args=[files[index::THREADS]]) for index in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sum(cuts) > 0 and max(tries.values()) > 1, "nothing was cut, so nothing was proved"
    assert Application.objects.filter(state="approved").count() == FILES
    assert sorted(Accreditation.objects.values_list("number", flat=True)) == list(range(1, FILES + 1))
    assert Decision.objects.count() == OutboxMessage.objects.filter(kind="approval").count() == FILES
