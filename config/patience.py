"""How long a process waits for the database, by its kind: before the web a person waits, before a worker nobody does.

config/wsgi.py and config/celery.py say what they are before the settings are read; whatever else reads them is a
command. What is asked too long, or waits too long for somebody else's lock, is broken off by PostgreSQL and undone;
core/busy.py says so to whoever waits.
"""

from dataclasses import dataclass
from typing import Any

from environs import Env


@dataclass(frozen=True)
class Patience:
    """Seconds. `statement` 0: without an end; `idle` counts inside a transaction; `lock` advisory locks, too."""

    statement: float
    lock: float
    idle: float
    connect: int


KINDS = {
    # A person gives up after ten seconds, and the thread that serves them is missed by all others. Bulk moves and
    # sending go on for 4 and 8 seconds a request, but in many statements; exports read pages of rows.
    "web": Patience(statement=10, lock=3, idle=30, connect=3),
    # A part of a list (2,000 rows) takes a second, and whatever else stands in line with it its own. Print runs
    # and letters do their slow work outside transactions: a session lock alone is no transaction, and no limit
    # ends it. What is broken off here is done by the next tick.
    "worker": Patience(statement=300, lock=30, idle=300, connect=10),
    # A migration may write a whole table anew, and a list of any length is one transaction: whoever started the
    # command sees that it works. Its locks wait longer than any request holds one.
    "command": Patience(statement=0, lock=30, idle=600, connect=10),
}

_kind = "command"


def this_is_a(kind: str) -> None:
    """Say what this process is, one of KINDS. Only before the settings are read."""
    global _kind
    if kind not in KINDS:
        raise ValueError(f"no kind of process: {kind}")
    _kind = kind


def options(env: Env, given: dict[str, Any]) -> dict[str, Any]:
    """What psycopg is given beside `given`, the options that DATABASE_URL names and that count for more.

    The limits travel with the connection's start, so that they cost no question of their own. A PgBouncer takes no
    such start (and in transaction mode a SET would reach other people's work): DATABASE_SET_TIMEOUTS=false leaves
    them to its `connect_query` or to `ALTER ROLE`.
    """
    own = KINDS[_kind]
    found = {
        "connect_timeout": env.int("DATABASE_CONNECT_TIMEOUT", own.connect),
        # A host that has gone without a word is noticed in half a minute, and its locks are let go there.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
        # After a change of the primary nobody writes to the old one.
        "target_session_attrs": "read-write",
    }
    if env.bool("DATABASE_SET_TIMEOUTS", True):
        limits = {
            "statement_timeout": env.float("DATABASE_STATEMENT_TIMEOUT", own.statement),
            "lock_timeout": env.float("DATABASE_LOCK_TIMEOUT", own.lock),
            "idle_in_transaction_session_timeout": env.float("DATABASE_IDLE_TIMEOUT", own.idle),
        }
        words = [f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items()]
        found["options"] = " ".join([*words, *filter(None, [given.get("options")])])
    return found | {name: value for name, value in given.items() if name != "options" or name not in found}


def pool(env: Env) -> dict[str, Any]:
    """A pool of the process's own. A free connection is waited for as long as a lock; and after an outage the pool
    asks again with the next request, instead of at pauses that have doubled to minutes.

    0 is no limit to PostgreSQL and no time at all to a pool: whoever lifts the limit of locks waits here as usual.
    """
    own = KINDS[_kind].lock
    return {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", 8),
        "timeout": env.float("DATABASE_LOCK_TIMEOUT", own) or own,
        "reconnect_timeout": 10,
    }
