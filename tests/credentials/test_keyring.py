"""Private keys: files of this account alone, never in the database, and a clear sentence where one is missing."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.checks import run_checks
from django.core.checks.registry import registry
from django.db import connection

from accreditation.core.actors import SYSTEM
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import Refused
from accreditation.core.machine import perform
from accreditation.credentials import checks, keyring
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.keyring import NoPrivateKey
from accreditation.credentials.keys import SigningKey
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.SIGNING_KEYS_DIR = str(tmp_path / "keys")
    return tmp_path / "keys"


def make(purpose: str = "badge") -> SigningKey:
    return keyring.make_key(purpose, actor=SYSTEM, now=NOW)


def test_a_new_key_is_a_file_for_this_account_only_and_a_row_without_the_secret(folder: Path) -> None:
    key = make()
    file = folder / f"{key.number}.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    private = keyring.private_key(key)
    assert private.public_key().public_bytes_raw() == bytes(key.public)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM credentials_signingkey k")
        assert private.private_bytes_raw().hex() not in cursor.fetchone()[0]
    assert AuditEvent.objects.about(key).get().verb == "created"


def test_a_number_is_never_used_twice_even_where_only_its_file_is_left(folder: Path) -> None:
    first = make()
    (folder / "41.pem").write_bytes(b"left by somebody who was interrupted")
    assert make().number == 42
    assert first.number != 42
    assert (folder / "41.pem").read_bytes() == b"left by somebody who was interrupted"


def test_a_process_without_the_folder_says_that_it_cannot_sign(settings: Any) -> None:
    key = make()
    settings.SIGNING_KEYS_DIR = None
    with pytest.raises(NoPrivateKey, match="SIGNING_KEYS_DIR is not set"):
        keyring.private_key(key)


def test_a_missing_file_is_named() -> None:
    key = make()
    keyring.file_of(key.number).unlink()
    with pytest.raises(NoPrivateKey, match=rf"{key.number}\.pem cannot be read"):
        keyring.private_key(key)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_can_read_is_not_used(mode: int) -> None:
    key = make()
    keyring.file_of(key.number).chmod(mode)
    with pytest.raises(NoPrivateKey, match="open to other accounts"):
        keyring.private_key(key)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_account_is_not_used() -> None:
    key = make()
    os.chown(keyring.file_of(key.number), 12345, 12345)
    with pytest.raises(NoPrivateKey, match="another account"):
        keyring.private_key(key)


def test_a_link_to_a_key_is_not_followed(folder: Path) -> None:
    key = make()
    file = keyring.file_of(key.number)
    file.rename(folder / "elsewhere")
    file.symlink_to(folder / "elsewhere")
    with pytest.raises(NoPrivateKey, match="cannot be read"):
        keyring.private_key(key)


def test_the_file_of_another_key_is_noticed() -> None:
    first, second = make(), make()
    keyring.file_of(first.number).write_bytes(keyring.file_of(second.number).read_bytes())
    with pytest.raises(NoPrivateKey, match="not the private half"):
        keyring.private_key(first)


def test_a_file_that_is_no_ed25519_key_is_noticed() -> None:
    key = make()
    other = generate_private_key(SECP256R1())
    keyring.file_of(key.number).write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(NoPrivateKey, match="no Ed25519"):
        keyring.private_key(key)
    keyring.file_of(key.number).write_bytes(b"nonsense")
    with pytest.raises(NoPrivateKey, match="no private key in PEM"):
        keyring.private_key(key)


def test_no_key_is_put_into_a_folder_that_others_can_open(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(NoPrivateKey, match="no key is put there"):
        make()
    assert not SigningKey.objects.exists()


def test_a_key_signs_48_hours_after_it_was_published_and_no_moment_earlier() -> None:
    """FAILURES T35: every verifier has met the key before it meets its first badge."""
    old, key = make(), make()
    long_ago = NOW - timedelta(days=30)
    perform(SIGNING_KEY, old.pk, "publish", actor=SYSTEM, now=long_ago)
    perform(SIGNING_KEY, key.pk, "publish", actor=SYSTEM, now=NOW)
    just_before = NOW + timedelta(hours=48, seconds=-1)
    assert keyring.badge_key(just_before)[0] == old
    assert keyring.badge_key(NOW + timedelta(hours=48))[0] == key


def test_only_the_first_key_may_sign_at_once() -> None:
    first, second = make(), make()
    perform(SIGNING_KEY, first.pk, "publish", actor=SYSTEM, now=NOW, first_use_at=NOW)
    with pytest.raises(Refused):
        perform(SIGNING_KEY, second.pk, "publish", actor=SYSTEM, now=NOW, first_use_at=NOW)
    assert keyring.badge_key(NOW)[0] == first


def test_no_key_in_use_is_said_as_what_to_do() -> None:
    with pytest.raises(NoPrivateKey, match="signing_key new"):
        keyring.badge_key(NOW)


# The check before a start in production


def said() -> set[str]:
    assert checks.private_keys_are_private in registry.get_checks(include_deployment_checks=True)
    return {
        found.id
        for found in run_checks(tags=["security"], include_deployment_checks=True)
        if found.id and found.id.startswith("credentials.")
    }


def test_the_deployment_check_finds_open_keys(folder: Path) -> None:
    assert said() == set()
    key = make()
    assert said() == set()
    keyring.file_of(key.number).chmod(0o644)
    assert said() == {"credentials.E001"}
    keyring.file_of(key.number).chmod(0o600)
    folder.chmod(0o750)
    assert said() == {"credentials.E001"}


def test_the_deployment_check_finds_keys_among_public_files(folder: Path, settings: Any) -> None:
    make()
    settings.STATIC_ROOT = str(folder.parent)
    assert said() == {"credentials.W001"}


def test_a_process_without_keys_passes_the_check(settings: Any) -> None:
    settings.SIGNING_KEYS_DIR = None
    assert said() == set()
