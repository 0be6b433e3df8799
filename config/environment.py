"""Reading the environment: a value, or a file that holds it (NAME_FILE, for container secrets)."""

import base64
import binascii
import json
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_secret_files(names: list[str]) -> None:
    """Put the content of the file named by NAME_FILE into NAME, for each of the names.

    Raises ImproperlyConfigured when such a file cannot be read.
    """
    for name in names:
        path = os.environ.get(f"{name}_FILE")
        if path and name not in os.environ:
            try:
                os.environ[name] = Path(path).read_text().strip()
            except OSError as error:
                raise ImproperlyConfigured(f"{name}_FILE={path} cannot be read: {error.strerror}") from error


def parse_keys(text: str) -> dict[str, bytes]:
    """'id:base64,id:base64' as a key ring; the first key is the one that writes. Each is 32 bytes long."""
    keys = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key_id, _, encoded = part.partition(":")
        keys[key_id] = parse_key(encoded)
    if not keys:
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty; write it as id:base64 of 32 random bytes")
    return keys


def parse_key(encoded: str) -> bytes:
    """The 32 bytes behind base64 text."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured("an encryption key is not base64") from error
    if len(key) != 32:
        raise ImproperlyConfigured("an encryption key must be 32 bytes long")
    return key


def made_up_secrets(folder: Path) -> dict[str, str]:
    """Secrets of a demonstration or a developer, made once and kept in the folder, for that machine only."""
    path = folder / "secrets.json"
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ENCRYPTION_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    fresh = folder / f"secrets.{os.getpid()}"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(made))
    try:
        os.link(fresh, path)  # of two that start at once the first wins, and both read its file
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return json.loads(path.read_text())
