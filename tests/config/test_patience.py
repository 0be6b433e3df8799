"""Each kind of process waits for the database as long as it should, in the database's own words."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.patience import KINDS, this_is_a
from tests.faults.workers import database_url

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
ASKED = """
import json
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT name, setting::int FROM pg_settings WHERE name LIKE '%%timeout' AND setting <> '0'")
    print(json.dumps(dict(cursor.fetchall())))
"""
BEGINNINGS = {
    "web": "import config.wsgi",
    "worker": "import config.celery; import django; django.setup()",
    "command": "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup()",
}


def limits_of(kind: str, **environment: str) -> dict[str, int]:
    """The timeouts that a process of this kind has at the database, in milliseconds."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_SETTINGS")}
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{BEGINNINGS[kind]}\n{ASKED}"],
        cwd=ROOT,
        env=given | {"DATABASE_URL": database_url()} | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(said.stdout)
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    return {name: found[name] for name in names if name in found}


def milliseconds(kind: str) -> dict[str, int]:
    own = KINDS[kind]
    limits = {
        "statement_timeout": own.statement,
        "lock_timeout": own.lock,
        "idle_in_transaction_session_timeout": own.idle,
    }
    return {name: round(seconds * 1000) for name, seconds in limits.items() if seconds}


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_says_at_its_start_how_long_it_waits(kind: str) -> None:
    assert limits_of(kind) == milliseconds(kind)


def test_nobody_waits_longer_before_the_web_than_before_a_worker() -> None:
    web, worker = KINDS["web"], KINDS["worker"]
    assert (web.statement, web.lock, web.idle, web.connect) == (10, 3, 30, 3)
    assert web.statement < worker.statement and web.lock < worker.lock and web.idle < worker.idle


def test_the_environment_decides_and_a_pool_keeps_the_limits() -> None:
    own = {"DATABASE_STATEMENT_TIMEOUT": "2.5", "DATABASE_LOCK_TIMEOUT": "1", "DATABASE_POOL": "true"}
    assert limits_of("web", **own) == milliseconds("web") | {"statement_timeout": 2500, "lock_timeout": 1000}


def test_without_a_limit_for_locks_a_pool_still_gives_connections() -> None:
    found = limits_of("web", DATABASE_LOCK_TIMEOUT="0", DATABASE_POOL="true")
    assert found == {name: limit for name, limit in milliseconds("web").items() if name != "lock_timeout"}


def test_what_the_address_says_counts_for_more() -> None:
    address = f"{database_url()}?options=-c%20lock_timeout%3D700&connect_timeout=7"
    assert limits_of("web", DATABASE_URL=address) == milliseconds("web") | {"lock_timeout": 700}


def test_behind_a_pooler_that_takes_no_settings_none_are_sent() -> None:
    assert limits_of("web", DATABASE_SET_TIMEOUTS="false") == {}


def test_there_are_three_kinds_of_processes() -> None:
    with pytest.raises(ValueError, match="no kind of process"):
        this_is_a("cron")
