"""The list for verifiers at 50,000 and at 1,000,000 badges, 2 % of them void: bytes, seconds and memory to make it.

The floor of its size is what any list of that many random 50-bit codes takes that is never wrong: the logarithm of the
number of such lists. The floor of the time is one SELECT of the void codes and one signature.
"""

import gzip
import math
import tempfile
import tracemalloc
from datetime import timedelta
from typing import Any

from tests.benchmarks.harness import Row, best_of, scratch_database, table, vacuum

SIZES = (50_000, 1_000_000)
VOID_IN = 50  # one badge of so many is void
MISSIONS = 60
ROUNDS = 5
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

FILL = """
INSERT INTO missions_mission (id, version, election_id, organisation_id, code, name, kind, state,
    default_category_id, default_role, language, link_token)
SELECT 1000 + i, 1, %(election)s, 1, 'mission-' || i, 'Observer mission number ' || i, 'observers', 'registered',
    %(category)s, '', 'en', 'bench-' || i FROM generate_series(0, %(missions)s - 1) i;
INSERT INTO credentials_accreditation (id, version, election_id, person_id, membership_id, mission_id, category_id,
    number, state, valid_from, granted_at)
SELECT i, 1, %(election)s, i, i, 1000 + i %% %(missions)s, %(category)s, i, 'active', '2026-12-01', %(now)s
    FROM generate_series(1, %(n)s) i;
INSERT INTO credentials_badge (id, version, accreditation_id, serial, code, state, queued_at, key_id, signed,
    picture_id, sealed_at, latest_end, unsealable, collected_by)
SELECT i, 3, i, decode(hash, 'hex'), (SELECT string_agg(substr(%(alphabet)s,
        (('x' || substr(hash, 1, 13))::bit(52)::bigint >> 2 >> (45 - 5 * place) & 31)::int + 1, 1), '' ORDER BY place)
        FROM generate_series(0, 9) place),
    CASE WHEN i %% %(void_in)s = 0 THEN 'void' ELSE 'collected' END, %(now)s, %(key)s,
    decode(repeat(hash, 9), 'hex'), i, %(now)s, %(now)s::timestamptz + interval '90 days', '', 'A head of mission'
    FROM (SELECT i, md5('badge ' || i) AS hash FROM generate_series(1, %(n)s) i) AS made
"""


def fill(badges: int) -> None:
    """An election in five languages with so many badges, and the keys that sign."""
    from django.db import connection

    from tests.badges import make_keys
    from tests.factories import NOW, make_election

    words = {
        f"name_{language}": "Parliamentary election of 2026" for language in ("en", "az", "fr", "ru", "ar")
    }
    election = make_election(**words)
    facts: dict[str, Any] = {
        "n": badges,
        "missions": MISSIONS,
        "void_in": VOID_IN,
        "now": NOW,
        "alphabet": ALPHABET,
        "election": election.pk,
        "category": election.categories.get(code="international-observer").pk,
        "key": make_keys()["badge"].pk,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # made up, without people and events
        for statement in FILL.split(";\n"):
            cursor.execute(statement, facts)
        cursor.execute("SET session_replication_role = origin")
    vacuum()


def measure(badges: int) -> dict[str, float]:
    """What making, signing and serving the list of so many badges takes."""
    from django.db import connection
    from django.test import Client, override_settings

    from accreditation.credentials import keyring
    from accreditation.credentials.listing import SignedList, publish_list
    from accreditation.credentials.signed_list import read
    from tests.factories import NOW

    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(SIGNING_KEYS_DIR=folder),
        scratch_database(),
    ):
        fill(badges)
        hours = iter(range(1, 1000))

        def publish() -> None:
            assert publish_list(NOW + timedelta(hours=next(hours))) is not None

        def unchanged() -> None:
            assert publish_list(made.made_at + timedelta(minutes=1)) is None

        def bare() -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT code FROM credentials_badge WHERE state IN ('returned', 'lost', 'void', 'reissued')"
                    " AND sealed_at IS NOT NULL AND latest_end > %s ORDER BY code", [NOW],
                )  # fmt: skip
                cursor.fetchall()
            keyring.list_key(NOW)[1].sign(b"x" * 90_000)

        publish()
        taken = best_of(ROUNDS, publish)
        made = SignedList.objects.first()
        assert made is not None
        idle = best_of(ROUNDS, unchanged)
        tracemalloc.start()
        publish()
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        client = Client(SERVER_NAME="127.0.0.1")
        content = client.get("/v/list").content
        keys = {key.number: bytes(key.public) for key in _list_keys()}
        assert len(read(content, list_keys=keys).void) == badges // VOID_IN
        return {
            "seconds": taken,
            "idle": idle,
            "bare": best_of(ROUNDS, bare),
            "memory": memory,
            "bytes": len(content),
            "words": len(content) - _coded_bytes(content),
            "gzip": len(gzip.compress(content)),
            "served": best_of(ROUNDS, lambda: client.get("/v/list")),
            "known": best_of(ROUNDS, lambda: client.get("/v/list", headers={"if-none-match": _etag()})),
        }


def _list_keys() -> Any:
    from accreditation.credentials.keys import SigningKey

    return SigningKey.objects.known_to_verifiers(SigningKey.Purpose.LIST)


def _etag() -> str:
    from accreditation.credentials.listing import newest

    made = newest()
    return f'"{made.version}"' if made else ""


def _coded_bytes(content: bytes) -> int:
    words = int.from_bytes(content[14:18])
    return int.from_bytes(content[18 + words + 5 : 18 + words + 9])


def entropy(void: int) -> float:
    """Bytes below which no list of so many codes of 50 bits can be exact: log2 of how many such lists there are.

    By Stirling's formula, since so few of so many are chosen.
    """
    nats = void * math.log(2.0**50 / void) + void - 0.5 * math.log(2 * math.pi * void)
    return nats / math.log(2) / 8


def run() -> list[Row]:
    rows = []
    for size in SIZES:
        found, void = measure(size), size // VOID_IN
        of = f"the list of {void:,} void among {size:,} badges"
        least = entropy(void)
        rows += [
            Row(f"{of} (at most 100 KB)", found["bytes"] / 1000, "KB", least / 1000, found["bytes"] / least),
            Row("the same, its words and keys", found["words"] / 1000, "KB"),
            Row("the same, compressed by gzip", found["gzip"] / 1000, "KB"),
            Row("the same, built, signed and stored", found["seconds"] * 1000, "ms", found["bare"] * 1000,
                found["seconds"] / found["bare"]),
            Row("the same, a tick that finds nothing new", found["idle"] * 1000, "ms"),
            Row("the same, memory of building it", found["memory"] / 2**20, "MB"),
            Row("the same, served whole", found["served"] * 1000, "ms"),
            Row("the same, served to whoever has it (304)", found["known"] * 1000, "ms"),
        ]  # fmt: skip
    return rows


if __name__ == "__main__":
    print(table(run()))
