"""A connection that was kept is known to be good, or dead, without a question to the server."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

PATIENCE = 5  # seconds


@pytest.fixture
def kept(transactional_db: None) -> Iterator[int]:
    """The process of the server that serves the kept connection."""
    connection.ensure_connection()
    yield connection.connection.info.backend_pid
    connection.close()


def _from_outside(question: str, *given: int) -> Any:
    """What the server answers to another session."""
    settings = connection.get_connection_params()
    where = {
        name: settings[name] for name in ("dbname", "host", "port", "user", "password") if name in settings
    }
    with psycopg.connect(**where, autocommit=True) as other:
        return other.execute(question, given).fetchone()


def _end(backend: int) -> None:
    """End a session, as a restart of the server does, and wait until it has gone."""
    _from_outside("SELECT pg_terminate_backend(%s, %s)", backend, PATIENCE * 1000)


def test_a_connection_that_stands_is_usable_and_the_server_is_not_asked(kept: int) -> None:
    last_asked = "SELECT query_start, state_change FROM pg_stat_activity WHERE pid = %s"
    before = _from_outside(last_asked, kept)
    assert connection.is_usable()
    assert _from_outside(last_asked, kept) == before


def test_a_session_that_the_server_ended_is_not(kept: int) -> None:
    _end(kept)
    until = time.monotonic() + PATIENCE
    while connection.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not connection.is_usable()


def test_the_next_request_gets_a_new_connection(kept: int, client: Client) -> None:
    _end(kept)
    connection.health_check_enabled, connection.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != kept
    assert client.get("/readyz").status_code == 200
