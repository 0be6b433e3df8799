"""Keys, moments and makers that the vectors share. Nothing here is used outside of tests."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accreditation.credentials.payload import BadgeFacts, packed
from accreditation.credentials.signatures import signed_badge
from accreditation.credentials.signed_list import base64url

HOST = "https://cec.example"
BADGE_KEYS = {3: "badges", 4: "badges, retired", 5: "badges, revoked", 65535: "badges, last id"}
LIST_KEYS = {2: "lists", 6: "lists, second"}
STRANGER = "a key that no list holds"

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATEST = datetime(2027, 2, 18, 20, 0, tzinfo=UTC)
MADE = datetime(2026, 12, 20, 6, 0, tzinfo=UTC)
"""When the lists were made: on the morning of election day."""


def seed_of(name: str) -> bytes:
    return hashlib.sha256(b"observer badge test vectors: " + name.encode()).digest()


def private_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed_of(name))


def public_bytes_of(name: str) -> bytes:
    return private_of(name).public_key().public_bytes_raw()


def public_of(name: str) -> str:
    return base64url(public_bytes_of(name))


def serial_of(name: str) -> bytes:
    return hashlib.sha256(b"serial of " + name.encode()).digest()[:16]


GOOD = BadgeFacts(
    key_id=3,
    serial=serial_of("the good badge"),
    election=7,
    category=12,
    valid_from=START,
    valid_until=LATEST,
    photo_hash=bytes.fromhex("0011223344556677"),
    mission="cis",
    name="LOVELACE Ada",
)


def facts(**changes: Any) -> BadgeFacts:
    return replace(GOOD, **changes)


def badge(one: BadgeFacts = GOOD, key: str | None = None) -> bytes:
    """A signed badge, by the key that it names or by another one."""
    return signed_badge(packed(one), private_of(key or BADGE_KEYS.get(one.key_id, STRANGER)))


def signed_anyhow(body: bytes, key: str = "badges") -> bytes:
    """Any bytes under a good signature: only their form can be wrong."""
    return signed_badge(body, private_of(key))


def seconds(moment: datetime | int) -> int:
    return moment if isinstance(moment, int) else int(moment.timestamp())


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
