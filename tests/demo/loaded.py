"""One loaded demonstration for all tests of a module: in a transaction that is rolled back at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import time_machine
from django.db import connection, transaction
from django.test import override_settings

from accreditation.accounts.permissions import grant_group_permissions
from accreditation.demo.loading import load
from accreditation.missions.models import Election
from tests.factories import NOW

MADE_QUICKLY = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def loaded(
    django_db_blocker: Any, files: Path, *, day: date | None = None, empty: bool = False
) -> Iterator[Election]:
    """Loaded at factories.NOW, at which each of its tests begins; a module's fixture comes before a test's clock."""
    with (
        override_settings(
            PRIVATE_FILES_ROOT=files,
            SIGNING_KEYS_DIR=files / "signing-keys",
            PASSWORD_HASHERS=MADE_QUICKLY,
        ),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        grant_group_permissions()
        try:
            with time_machine.travel(NOW, tick=True):
                election = load(now=datetime.now(UTC), day=day, empty=empty)
            connection.check_constraints()  # the deferred ones: no state without its event
            yield election
        finally:
            transaction.set_rollback(True)
