"""Approvals through the write door, beside the bare SQL that they imply, one transaction each.

The floor is what PostgreSQL must do in any case, with psycopg and nothing above it: lock the row, look for a
current accreditation, take numbers, insert accreditation, decision, badge, three events and a letter, update the file
and the person. Both take turns, a quarter each time: the machine's speed drifts.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.harness import Row, scratch_database, seconds

COUNT, ROUNDS = 1000, 4
WARM = 50
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

Approve = Callable[[int], None]


def run() -> list[Row]:
    """The figures; needs nothing but the servers that the settings name."""
    with scratch_database(), _bare_sql() as bare:
        door = _the_door()
        rounds = [(_timed(door), _timed(bare)) for _ in range(ROUNDS)]
    through_the_door, floor = (sum(times) for times in zip(*rounds, strict=True))
    return [
        Row(
            f"{COUNT} bulk approvals, each its own transaction (at most 3x the bare SQL)",
            COUNT / through_the_door, "approvals/s", floor=COUNT / floor, ratio=through_the_door / floor,
        )
    ]  # fmt: skip


def _timed(approve: Approve) -> float:
    """Seconds for so many files; the first ones are not counted: prepared statements, caches."""
    from accreditation.workflow.models import Application

    waiting = _recommended(WARM + COUNT // ROUNDS)

    def approve_each(files: list[int]) -> None:
        for pk in files:
            approve(pk)

    approve_each(waiting[:WARM])
    took = seconds(lambda: approve_each(waiting[WARM:]))
    assert Application.objects.filter(pk__in=waiting, state="approved").count() == len(waiting)
    return took


def _recommended(count: int) -> list[int]:
    """Files that wait for the approver; made through the doors, which is not timed."""
    from tests.factories import (
        complete,
        head_of,
        make_application,
        make_clerk,
        make_membership,
        make_mission,
        move,
    )

    mission, clerk = make_mission(), make_clerk()
    found = []
    for _ in range(count):
        application = make_application(complete(make_membership(mission)))
        move(application, "submit", head_of(application))
        move(application, "take", clerk)
        found.append(move(application, "recommend_approval", clerk, documents_checked=True).pk)
    return found


def _the_door() -> Approve:
    from accreditation.core.actors import Actor
    from accreditation.core.machine import perform
    from accreditation.workflow.states import APPLICATION
    from tests.factories import make_approver

    actor = Actor(user=make_approver())

    def approve(pk: int) -> None:
        perform(APPLICATION, pk, "approve", actor=actor, now=NOW)

    return approve


@contextmanager
def _bare_sql() -> Iterator[Approve]:
    import psycopg
    from django.db import connection

    from tests.factories import make_approver

    approver = make_approver().pk
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in ("dbname", "host", "port", "user", "password")
    }
    with psycopg.connect(**parameters) as bare:
        yield lambda pk: _approve(bare, pk, approver)


def _approve(bare: Any, pk: int, approver: int) -> None:
    event = (
        "INSERT INTO core_auditevent (at, actor_id, request_id, verb, subject_type, subject_id, version, from_state,"
        " to_state, reason, fields, facts) VALUES (%s, %s, 'bench', %s, %s, %s, %s, %s, %s, '', '{}', '{}')"
        " RETURNING id"
    )
    with bare.transaction():
        election, person, membership, mission, category, version = bare.execute(
            "SELECT election_id, person_id, membership_id, mission_id, category_id, version FROM workflow_application"
            " WHERE id = %s FOR NO KEY UPDATE",
            [pk],
        ).fetchone()
        bare.execute(
            "SELECT 1 FROM credentials_accreditation WHERE person_id = %s AND election_id = %s"
            " AND state IN ('active', 'suspended')",
            [person, election],
        ).fetchone()
        number = bare.execute(
            "INSERT INTO credentials_accreditationcounter AS c (election_id, last) VALUES (%s, 1)"
            " ON CONFLICT (election_id) DO UPDATE SET last = c.last + 1 RETURNING last",
            [election],
        ).fetchone()[0]
        accreditation = bare.execute(
            "INSERT INTO credentials_accreditation (version, moved_at, election_id, person_id, membership_id,"
            " mission_id, category_id, number, state, valid_from, granted_at)"
            " VALUES (1, NULL, %s, %s, %s, %s, %s, %s, 'active', %s, %s) RETURNING id",
            [election, person, membership, mission, category, number, NOW.date(), NOW],
        ).fetchone()[0]
        bare.execute(
            event, [NOW, approver, "created", "credentials.accreditation", accreditation, 1, "", "active"]
        )
        number_of_badge = secrets.token_bytes(16)
        badge = bare.execute(
            "INSERT INTO credentials_badge (version, accreditation_id, serial, code, state, queued_at, unsealable,"
            " collected_by) VALUES (1, %s, %s, %s, 'queued', %s, '', '') RETURNING id",
            [accreditation, number_of_badge, number_of_badge.hex()[:10], NOW],
        ).fetchone()[0]
        bare.execute(event, [NOW, approver, "created", "credentials.badge", badge, 1, "", "queued"])
        bare.execute(
            "UPDATE workflow_application SET state = 'approved', version = version + 1, moved_at = %s,"
            " accreditation_id = %s, decided_at = %s WHERE id = %s",
            [NOW, accreditation, NOW, pk],
        )
        serial = bare.execute(
            "INSERT INTO workflow_decisioncounter AS c (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = c.last + 1 RETURNING last",
            [NOW.year],
        ).fetchone()[0]
        bare.execute(
            "INSERT INTO workflow_decision (application_id, kind, year, serial, decided_by_id, decided_at, grounds,"
            " legal_basis, text, file_note, ruling) VALUES (%s, 'approval', %s, %s, %s, %s, '{}', '', '', '', '')",
            [pk, NOW.year, serial, approver, NOW],
        )
        bare.execute("UPDATE observers_person SET confirmed_at = %s WHERE id = %s", [NOW, person])
        moved = bare.execute(
            event,
            [NOW, approver, "approve", "workflow.application", pk, version + 1, "recommended", "approved"],
        ).fetchone()[0]
        facts = json.dumps({"number": pk, "name": "Observer Ada", "accreditation": number})
        bare.execute(
            "INSERT INTO core_outboxmessage (kind, key, state, email, language, together, facts, about_type, about_id,"
            " only_while, created_at, due_at, attempts, message_id, error) VALUES ('approval', %s, 'pending',"
            " 'a@example.org', 'en', false, %s, 'workflow.application', %s, '', %s, %s, 0, %s, '')",
            [f"{moved}:approval:a@example.org", facts, pk, NOW, NOW, f"<{moved}@cec.example>"],
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from tests.benchmarks.harness import table

    print(table(run()))
