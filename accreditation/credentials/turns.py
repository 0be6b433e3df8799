"""One at a time, whichever process: a lock of PostgreSQL that is held until the transaction ends."""

from django.db import connection


def wait_for_turn(number: int) -> None:
    """Wait until no other transaction holds this number, then hold it. Only inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
