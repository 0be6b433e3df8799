"""A backup is made of a living election, the machine is lost, and everything stands again on an empty one (T19)."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from accreditation.accounts.permissions import grant_group_permissions
from accreditation.core import storage
from accreditation.core.outbox import OutboxMessage
from accreditation.demo.loading import load
from accreditation.observers.models import Upload
from accreditation.workflow import stored_names
from tests.factories import make_user
from tests.mail_server import running_sink

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PROJECT = Path(__file__).resolve().parents[2]


class Machine(NamedTuple):
    """An installation beside the one that the tests run in: its database, and the environment of its processes."""

    database: str
    environment: dict[str, str]
    files: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as session:
            return session.execute(query).fetchall()  # type: ignore[arg-type]


@pytest.fixture
def election(settings: Any, tmp_path: Path) -> Any:
    """The demonstration's election with its people and pictures, in the database of the tests."""
    settings.PRIVATE_FILES_ROOT, settings.SIGNING_KEYS_DIR = tmp_path / "files", tmp_path / "keys"
    settings.BACKUPS_DIR = tmp_path / "backups"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    grant_group_permissions()
    return load(now=datetime.now(UTC))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Machine]:
    """An empty machine with the same secrets, on which the backups lie."""
    database, there = f"restored_{os.getpid()}", connection.settings_dict
    where = f"postgresql://{quote(there['USER'])}@{quote(there['HOST'], safe='')}:{there['PORT'] or 5432}"
    files = tmp_path / "restored" / "files"
    environment = os.environ | {
        "DATABASE_URL": f"{where}/{database}",
        "REDIS_URL": "redis://nowhere.invalid/0",
        "PRIVATE_FILES_ROOT": str(files),
        "SIGNING_KEYS_DIR": str(tmp_path / "restored" / "keys"),
        "BACKUPS_DIR": str(tmp_path / "backups"),
    }
    name = sql.Identifier(database)
    with psycopg.connect(f"{where}/postgres", autocommit=True) as session:
        session.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield Machine(database, environment, files)
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def the_only_backup() -> Path:
    (backup,) = project.BACKUPS_DIR.iterdir()
    return backup


def test_a_lost_machine_is_restored_by_one_command_and_no_letter_leaves_twice(
    election: Any, empty: Machine
) -> None:
    waiting = OutboxMessage.objects.filter(state="pending").count()
    assert waiting > 0
    pictures = {name: storage.read(name) for _row, name in stored_names.names()}
    assert len(pictures) > 20
    call_command("back_up")
    backup = the_only_backup()
    written_afterwards = make_user("afterwards@example.org")
    storage.store(b"afterwards")

    restored = empty.run("restore_backup", "latest")

    said = restored.stdout
    assert restored.returncode == 0, said + restored.stderr
    assert "0 tables differ from the backup" in said
    assert "0 of them missing or unreadable; 20 were opened" in said
    assert re.search(r"invariants: \d+ asked, 0 findings", said)
    assert "ALL IS WELL" in said
    rows = json.loads((backup / "manifest.json").read_text())["rows"]
    assert rows["accounts_user"] + 1 == type(written_afterwards).objects.count()
    assert rows["observers_upload"] == Upload.objects.count() > 20
    on_disk = {str(path.relative_to(empty.files)) for path in empty.files.rglob("*") if path.is_file()}
    assert on_disk >= pictures.keys()
    assert len(list((empty.files.parent / "keys").glob("*.pem"))) == len(
        list(project.SIGNING_KEYS_DIR.glob("*.pem"))
    )

    states = dict(empty.ask("SELECT state, count(*) FROM core_outboxmessage GROUP BY state"))
    assert states["uncertain"] >= waiting
    assert not {"pending", "sending"} & states.keys()
    with running_sink() as (sink, port):
        sent = Machine(empty.database, empty.environment | {"MAIL_PORT": str(port)}, empty.files).run(
            "deliver_letters"
        )
    assert (sent.returncode, sent.stdout, sink.received) == (0, "", [])
