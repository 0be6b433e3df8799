"""Somebody else at the same database, and the limits of a kind of process, for tests of what happens then."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, connections

from config.patience import KINDS
from tests.faults.workers import database_url


@contextmanager
def somebody_else() -> Iterator[psycopg.Connection[Any]]:
    """A session of another program. What it has begun is undone at the end."""
    session = psycopg.connect(database_url())
    try:
        yield session
    finally:
        session.close()


@contextmanager
def patience(kind: str = "web", **seconds: float) -> Iterator[None]:
    """New connections have the limits of a kind of process, or those given."""
    limits = vars(KINDS[kind]) | seconds
    names = {"statement": "statement_timeout", "lock": "lock_timeout"}
    options = connection.settings_dict["OPTIONS"]
    before = options["options"]
    options["options"] = " ".join(f"-c {words}={limits[name] * 1000:.0f}" for name, words in names.items())
    connection.close()
    try:
        yield
    finally:
        options["options"] = before
        connection.close()


def await_waiting(session: psycopg.Connection[Any], *, count: int = 1) -> list[int]:
    """Wait until so many others wait for a lock in this database; their process ids."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        rows = session.execute(
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchall()
        session.execute("SELECT pg_stat_clear_snapshot()")
        if len(rows) >= count:
            return [pid for (pid,) in rows]
        time.sleep(0.01)
    raise AssertionError("nobody waits for a lock")


class Aside(threading.Thread):
    """A piece of work in a thread with a connection of its own; `answer()` gives what it gave, or raises it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._answer: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._answer = self._work()
        except BaseException as error:  # raised where it is asked for
            self._error = error
        finally:
            connections.close_all()

    def answer(self) -> Any:
        self.join(60)
        assert not self.is_alive(), "the work does not end"
        if self._error is not None:
            raise self._error
        return self._answer
