"""1,000 approvals through the write door, beside the bare SQL that they imply, one transaction each.

The floor is what PostgreSQL must do in any case, with psycopg and nothing above it: lock the row, look for a
current accreditation, take a number, insert accreditation, decision, two events and a letter, update the file.
"""

import json
import os
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.harness import Row, scratch_database, seconds

COUNT = 1000
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def run() -> list[Row]:
    """The figures; needs nothing but the servers that the settings name."""
    with scratch_database():
        through_the_door = _through_the_door()
        bare = _bare_sql()
    return [
        Row(
            f"{COUNT} bulk approvals, each its own transaction (at most 3x the bare SQL)",
            COUNT / through_the_door, "approvals/s", floor=COUNT / bare, ratio=through_the_door / bare,
        )
    ]  # fmt: skip


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


def _through_the_door() -> float:
    from accreditation.core.actors import Actor
    from accreditation.core.machine import perform
    from accreditation.workflow.models import Application
    from accreditation.workflow.states import APPLICATION
    from tests.factories import make_approver

    waiting = _recommended(COUNT + 50)
    actor = Actor(user=make_approver())

    def approve(files: list[int]) -> None:
        for pk in files:
            perform(APPLICATION, pk, "approve", actor=actor, now=NOW)

    approve(waiting[:50])  # warm: prepared statements, caches
    took = seconds(lambda: approve(waiting[50:]))
    assert Application.objects.filter(state="approved").count() == COUNT + 50
    return took


def _bare_sql() -> float:
    import psycopg
    from django.db import connection

    from accreditation.workflow.models import Application
    from tests.factories import make_approver

    waiting = _recommended(COUNT)
    approver = make_approver().pk
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in ("dbname", "host", "port", "user", "password")
    }
    with psycopg.connect(**parameters) as bare:

        def approve_all() -> None:
            for pk in waiting:
                _approve(bare, pk, approver)

        took = seconds(approve_all)
    assert Application.objects.filter(pk__in=waiting, state="approved").count() == COUNT
    return took


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
