"""Badges for bench_verify: a database full of them, as many scans of the last day, and what scanners show of some.

Of ten badges that are asked about, five show their QR code whole, and one each its typed code, a code that nobody has,
a signature with one digit changed, half an address; one is void.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.benchmarks.bench_badge_list import VOID_IN, fill
from tests.benchmarks.harness import vacuum

SIGNED = 20_000
"""At most so many are asked about: more than a run has questions for."""

Shown = tuple[str, str, str]
"""Of which kind it is, what the scanner has read, and the verdict that it must hear."""

AROUND = """
INSERT INTO credentials_badgepicture (id, upload_id, name, sha256)
SELECT i, i, md5(i::text), decode(md5(i::text) || md5(i::text), 'hex') FROM generate_series(1, %(n)s) i;
INSERT INTO credentials_badgescan
    (scan, badge_id, verdict, shown, typed, place, device, source, scanned_at, received_at)
SELECT gen_random_uuid(), i, 'valid', '', false, 'Station ' || i %% 6478, substr(hash, 1, 8), substr(hash, 9), at, at
FROM (SELECT i, decode(md5((i %% 6478)::text), 'hex') AS hash,
    now() - interval '1 day' * (1.01 - i::float / %(n)s) AS at FROM generate_series(1, %(n)s) i) AS made
"""


def badges_to_ask(size: int, host: str) -> list[Shown]:
    """Fill the database with so many badges; what is shown of some, spread over all of them."""
    from django.db import connection

    fill(size)
    chance = random.Random(size)
    chosen = chance.sample(range(1, size + 1), min(size, SIGNED))
    sign = _signer(chance)
    signed = {pk: sign(pk) for pk in chosen}
    rows = [(serial, code, content, pk) for pk, (serial, code, content) in signed.items()]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # made up, as all that `fill` has made
        cursor.executemany(
            "UPDATE credentials_badge SET serial = %s, code = %s, signed = %s WHERE id = %s", rows
        )
        for statement in AROUND.split(";\n"):
            cursor.execute(statement, {"n": size})
        cursor.execute("SET session_replication_role = origin")
    vacuum()
    void = [pk for pk in chosen if pk % VOID_IN == 0]
    valid = [pk for pk in chosen if pk % VOID_IN]
    return [
        _shown(number % 10, signed[chance.choice(void) if number % 10 == 0 else pk], host)
        for number, pk in enumerate(valid)
    ]


def _signer(chance: random.Random) -> Callable[[int], tuple[bytes, str, bytes]]:
    """What gives the serial, the code and the content of a badge, signed by the commission's key."""
    from accreditation.credentials import keyring
    from accreditation.credentials.payload import BadgeFacts, code_of, packed
    from accreditation.credentials.signatures import signed_badge
    from accreditation.missions.models import Mission

    mission = Mission.objects.all()[0]
    now = datetime.now(UTC)
    key, private = keyring.badge_key(now)

    def sign(pk: int) -> tuple[bytes, str, bytes]:
        facts = BadgeFacts(
            key_id=key.number, serial=chance.randbytes(16), election=mission.election_id,
            category=mission.default_category_id, valid_from=now - timedelta(days=3),
            valid_until=now + timedelta(days=60), photo_hash=chance.randbytes(8), mission=mission.code,
            name=f"ƏLİYEVA Gülşən {pk}",
        )  # fmt: skip
        return facts.serial, code_of(facts.serial), signed_badge(packed(facts), private)

    return sign


def _shown(place: int, badge: tuple[bytes, str, bytes], host: str) -> Shown:
    from accreditation.credentials.payload import address_of

    _serial, code, content = badge
    whole = address_of(content, f"https://{host}")
    changed = content[:-1] + bytes([content[-1] ^ 1])
    return {
        0: ("void", whole, "void"),
        1: ("a typed code", code, "valid"),
        2: ("an unknown code", code[:-4] + "0000", "forged"),
        3: ("forged", address_of(changed, f"https://{host}"), "forged"),
        4: ("malformed", whole[: len(whole) // 2], "forged"),
    }.get(place, ("valid", whole, "valid"))
