"""The private halves of the signing keys: one PEM file a key in SIGNING_KEYS_DIR, never in the database.

Only the worker and whoever runs `manage.py signing_key` need the folder. A process without it can verify, list and
show everything, and says NoPrivateKey where it is asked to sign.
"""

import os
import re
import stat
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accreditation.core.actors import Actor
from accreditation.core.audit import creations
from accreditation.core.inserting import insert
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.turns import wait_for_turn

_NAME = re.compile(r"([1-9][0-9]{0,4})\.pem")
_LONGEST_FILE = 4096
_TURN = 0x0C1A_1417_0010  # keys are numbered one at a time


class NoPrivateKey(Exception):
    """This process cannot sign; the message says why and what to do, and holds nothing secret."""


def folder() -> Path:
    """Where the private keys lie. NoPrivateKey where none is set."""
    if not settings.SIGNING_KEYS_DIR:
        raise NoPrivateKey(
            "SIGNING_KEYS_DIR is not set: this process holds no private keys and signs nothing."
        )
    return Path(settings.SIGNING_KEYS_DIR)


def file_of(number: int) -> Path:
    return folder() / f"{number}.pem"


def badge_key(now: datetime) -> tuple[SigningKey, Ed25519PrivateKey]:
    """The key that signs badges now, with its private half. NoPrivateKey, also where no key is in use."""
    return _in_use(SigningKey.Purpose.BADGE, now)


def list_key(now: datetime) -> tuple[SigningKey, Ed25519PrivateKey]:
    """The key that signs lists now, with its private half. NoPrivateKey, also where no key is in use."""
    return _in_use(SigningKey.Purpose.LIST, now)


def _in_use(purpose: str, now: datetime) -> tuple[SigningKey, Ed25519PrivateKey]:
    key = SigningKey.objects.in_use(purpose, now)
    if key is None:
        raise NoPrivateKey(
            f"No {purpose} key is in use: make one with 'manage.py signing_key new', then publish it."
        )
    return key, private_key(key)


def private_key(key: SigningKey) -> Ed25519PrivateKey:
    """The private half from its file, which must be this process's own and nobody else's to read.

    Raises NoPrivateKey where it is missing, open to others, no Ed25519 key, or the half of another key.
    """
    path = file_of(key.number)
    with _open(path) as file:
        against = exposure(os.fstat(file.fileno()))
        if against:
            raise NoPrivateKey(f"{path} {against}; it is not used.")
        content = file.read(_LONGEST_FILE)
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise NoPrivateKey(f"{path} is no private key in PEM.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise NoPrivateKey(f"{path} is no Ed25519 key.")
    if private.public_key().public_bytes_raw() != bytes(key.public):
        raise NoPrivateKey(f"{path} is not the private half of key {key.number}.")
    return private


def _open(path: Path) -> BinaryIO:
    try:
        return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as error:
        raise NoPrivateKey(
            f"{path} cannot be read: {error.strerror}. Only the machine that holds it signs."
        ) from error


def exposure(found: os.stat_result) -> str | None:
    """Why a file or folder is not private to this process's account, in words; None where it is."""
    if found.st_uid != os.geteuid():
        return "belongs to another account"
    if stat.S_IMODE(found.st_mode) & 0o077:
        return "is open to other accounts (chmod 600, and 700 for the folder)"
    return None


def make_key(purpose: str, *, actor: Actor, now: datetime) -> SigningKey:
    """A new pair: the private half in its file, then the public half as a row, with its 'created' event.

    A number is never used twice, not even one whose file stands without a row since somebody was interrupted.
    """
    private = Ed25519PrivateKey.generate()
    with transaction.atomic():
        wait_for_turn(_TURN)
        number = 1 + max(SigningKey.objects.aggregate(last=Max("number"))["last"] or 0, _last_file())
        path = _write(number, private)
        try:
            with transaction.atomic():
                key = SigningKey(
                    number=number, purpose=purpose, public=private.public_key().public_bytes_raw()
                )
                insert([key])
                insert(creations([key], actor=actor, now=now, purpose=purpose))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return key


def _last_file() -> int:
    """The greatest number that a file in the folder has; 0 for none."""
    try:
        names = os.listdir(folder())
    except FileNotFoundError:
        return 0
    return max((int(found[1]) for found in map(_NAME.fullmatch, names) if found), default=0)


def _write(number: int, private: Ed25519PrivateKey) -> Path:
    """The file, readable by this account only from its first moment, and on the disk."""
    path = file_of(number)
    content = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        against = exposure(path.parent.stat())
        if against:
            raise NoPrivateKey(f"{path.parent} {against}; no key is put there.")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise NoPrivateKey(f"{path} cannot be written: {error.strerror}.") from error
    return path
