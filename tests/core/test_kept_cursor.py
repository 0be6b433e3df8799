"""The cursor that is kept with its connection: the same one while that stands, another when it has fallen."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.core.kept_cursor import kept_cursor

pytestmark = pytest.mark.django_db(transaction=True)


def backend() -> int:
    cursor = kept_cursor()
    cursor.execute("SELECT pg_backend_pid()")
    number: int = cursor.fetchone()[0]
    return number


def test_it_is_one_and_the_same_until_its_connection_is_closed() -> None:
    first, pid = kept_cursor(), backend()
    assert kept_cursor() is first
    connection.close()
    assert kept_cursor() is not first
    assert backend() != pid


def test_a_connection_that_fell_since_the_last_request_is_opened_again() -> None:
    pid = backend()
    thread = threading.Thread(target=_end, args=(pid,))
    thread.start()
    thread.join()
    connection.health_check_enabled, connection.health_check_done = True, False  # as a request begins
    assert backend() != pid


def _end(pid: int) -> None:
    """End a session of the server, and wait until it has gone; from another session, which is this thread's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()


def test_threads_have_their_own() -> None:
    found = []

    def elsewhere() -> None:
        found.append((kept_cursor(), backend()))
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found[0][0] is not kept_cursor()
    assert found[0][1] != backend()


def test_who_counts_questions_counts_its_questions_too() -> None:
    with CaptureQueriesContext(connection) as asked:
        backend()
    assert [one["sql"] for one in asked] == ["SELECT pg_backend_pid()"]
