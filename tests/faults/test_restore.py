"""A backup is made of a living election, the machine is lost, and everything stands again on an empty one (T19)."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg import sql

from accreditation.accounts.models import User
from accreditation.accounts.permissions import grant_group_permissions
from accreditation.core import storage
from accreditation.core.backups.manifest import BackupError, Manifest, sum_of
from accreditation.core.backups.restoring import restore_database, rows_that_differ
from accreditation.core.claims import settle_the_dead
from accreditation.core.outbox import OutboxMessage
from accreditation.demo.loading import load
from accreditation.workflow import stored_names
from accreditation.workflow.reminders import write_reminders
from tests.core.test_delivery import write
from tests.factories import make_user
from tests.mail_server import running_sink
from tests.signing_in import sign_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PROJECT = Path(__file__).resolve().parents[2]


class Machine(NamedTuple):
    """An installation beside the one that the tests run in: its database, and the environment of its processes."""

    environment: dict[str, str]
    files: Path

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as session:
            return session.execute(query).fetchall()  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_ROOT, settings.SIGNING_KEYS_DIR = tmp_path / "files", tmp_path / "keys"
    settings.BACKUPS_DIR = tmp_path / "backups"


@pytest.fixture
def election(settings: Any) -> Any:
    """The demonstration's election with its people and pictures, in the database of the tests."""
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
        yield Machine(environment, files)
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_a_lost_machine_is_restored_by_one_command_and_no_letter_leaves_twice(
    election: Any, empty: Machine
) -> None:
    waiting = set(OutboxMessage.objects.filter(state="pending").values_list("key", flat=True))
    pictures = {name for _row, name in stored_names.names()}
    known = set(OutboxMessage.objects.values_list("key", flat=True))
    assert waiting and len(pictures) > 20
    sign_in(Client(), make_user("before@example.org"))
    users = User.objects.count()
    call_command("back_up")
    # What the machine goes on with until it is lost.
    make_user("afterwards@example.org")
    storage.store(b"afterwards")
    assert write_reminders(datetime.now(UTC)) > 0
    reminded = set(OutboxMessage.objects.values_list("key", flat=True)) - known

    restored = empty.run("restore_backup", "latest")
    said = restored.stdout
    assert restored.returncode == 0, said + restored.stderr
    assert "0 tables differ from the backup" in said
    assert f"{len(pictures)} are named by rows, 0 of them missing or unreadable; 20 were opened" in said
    assert re.search(r"invariants: \d+ asked, 0 findings\nALL IS WELL", said)

    assert empty.ask("SELECT count(*) FROM accounts_user") == [(users,)]
    assert empty.ask("SELECT count(*) FROM django_session") == [(0,)]
    on_disk = {str(path.relative_to(empty.files)) for path in empty.files.rglob("*") if path.is_file()}
    assert on_disk == pictures
    keys = {path.name: path.read_bytes() for path in project.SIGNING_KEYS_DIR.iterdir()}
    assert {path.name: path.read_bytes() for path in (empty.files.parent / "keys").iterdir()} == keys

    states = dict(empty.ask("SELECT key, state FROM core_outboxmessage"))
    assert {states[key] for key in waiting} == {"uncertain"}
    assert {states[key] for key in reminded & states.keys()} == {"uncertain"}
    assert reminded <= states.keys()
    assert not {"pending", "sending"} & set(states.values())
    with running_sink() as (sink, port):
        sent = empty.run("deliver_letters", MAIL_PORT=str(port))
    assert (sent.returncode, sent.stdout, sink.received) == (0, "", [])

    again = empty.run("restore_backup", "latest")
    assert again.returncode == 1
    assert "the database is not empty" in again.stderr


def damaged_copy(backup: Path, place: Path) -> Path:
    """A backup that whoever made it sealed as whole, but whose dump PostgreSQL cannot read to its end."""
    copy = Path(shutil.copytree(backup, place / backup.name))
    dump = copy / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-2000])
    manifest = Manifest.read(copy)
    manifest.sums["database.dump"] = sum_of(dump)
    manifest.write(copy)
    return copy


DIES_WITHIN = """
from pathlib import Path
from accreditation.core.backups import manifest, restoring
folder = Path({!r})
restoring.restore_database(folder, manifest.verify(folder))
"""


def test_letters_are_held_from_the_moment_at_which_the_database_stands(empty: Machine) -> None:
    for number, state in enumerate(["pending", "sending", "failed", "sent"], 1):
        claimed, sent = (7 if state == "sending" else None), (timezone.now() if state == "sent" else None)
        write(number, state=state, claimed_by=claimed, sent_at=sent)
    call_command("back_up")
    settle_the_dead()
    (backup,) = project.BACKUPS_DIR.iterdir()
    done = empty.run("shell", "-c", DIES_WITHIN.format(str(backup)))
    assert done.returncode == 0, done.stderr
    found = empty.ask("SELECT state, claimed_by, error LIKE 'restored%' FROM core_outboxmessage ORDER BY id")
    held = ("uncertain", None, True)
    assert found == [held, held, ("failed", None, False), ("sent", None, False)]


def test_a_dump_that_breaks_off_leaves_the_database_empty_and_the_restore_is_run_again(
    empty: Machine, tmp_path: Path
) -> None:
    storage.store(b"a picture")
    call_command("back_up")
    (backup,) = project.BACKUPS_DIR.iterdir()
    half = empty.run("restore_backup", str(damaged_copy(backup, tmp_path / "damaged")))
    assert half.returncode == 1
    assert "the database is as empty as before" in half.stderr
    assert empty.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    whole = empty.run("restore_backup", str(backup))
    assert "ALL IS WELL" in whole.stdout, whole.stderr


def test_files_that_are_not_the_backups_are_never_mixed_with_its_own(empty: Machine) -> None:
    call_command("back_up")
    stray = empty.files / "ab" / "cd" / "stray"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"of somebody else")
    refused = empty.run("restore_backup", "latest")
    assert refused.returncode == 1
    assert "the private files are not empty" in refused.stderr
    assert empty.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


# Programs that complain at length


def program_that(folder: Path, name: str, script: str) -> None:
    """A program of PostgreSQL that does something else."""
    folder.mkdir(exist_ok=True)
    version = f'[ "$1" = --version ] && echo "{name} (PostgreSQL) 18.0" && exit'
    (folder / name).write_text(f"#!/bin/sh\n{version}\n{script}\n")
    (folder / name).chmod(0o755)


COMPLAINS = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2; echo 'no such luck' >&2"


@pytest.mark.parametrize(
    ("name", "script", "says"),
    [
        ("pg_restore", f"{COMPLAINS}; exit 1", "pg_restore failed.*no such luck$"),
        ("psql", f"{COMPLAINS}; cat > /dev/null; exit 3", "PostgreSQL refused.*no such luck$"),
    ],
)
def test_a_program_that_complains_at_length_is_heard_to_its_end(
    tmp_path: Path, settings: Any, name: str, script: str, says: str
) -> None:
    call_command("back_up")
    (backup,) = settings.BACKUPS_DIR.iterdir()
    settings.POSTGRES_PROGRAMS = tmp_path / "bin"
    program_that(settings.POSTGRES_PROGRAMS, "pg_restore", "echo 'SELECT 1;'")
    program_that(settings.POSTGRES_PROGRAMS, name, script)
    with pytest.raises(BackupError, match=says):
        restore_database(backup, Manifest.read(backup))


def test_what_postgresql_refuses_is_said_without_anything_that_stood_in_the_row(
    tmp_path: Path, settings: Any
) -> None:
    call_command("back_up")
    (backup,) = settings.BACKUPS_DIR.iterdir()
    settings.POSTGRES_PROGRAMS = tmp_path / "bin"
    twice = (
        "CREATE TABLE of_names (name text PRIMARY KEY);\nCOPY of_names FROM stdin;\nQuerubin\nQuerubin\n\\."
    )
    (tmp_path / "twice.sql").write_text(twice + "\n")
    program_that(settings.POSTGRES_PROGRAMS, "pg_restore", f"cat {tmp_path / 'twice.sql'}")
    with pytest.raises(BackupError, match="of_names_pkey") as refused:
        restore_database(backup, Manifest.read(backup))
    assert "Querubin" not in str(refused.value)


def test_rows_that_cannot_be_counted_again_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("back_up")
    (backup,) = project.BACKUPS_DIR.iterdir()
    manifest = Manifest.read(backup)
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with pytest.raises(BackupError, match="not counted again"):
        rows_that_differ(manifest)
