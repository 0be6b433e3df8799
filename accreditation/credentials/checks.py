"""What `check --deploy` says of the private keys: they are this account's alone, and no address leads to them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from accreditation.credentials.keyring import exposure

PUBLIC = ("STATIC_ROOT", "PRIVATE_FILES_ROOT")
"""Folders that are served, or backed up with what the keys protect."""


@register(Tags.security, deploy=True)
def private_keys_are_private(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Errors for a folder or a key that others can read; nothing where this process holds no keys."""
    if not settings.SIGNING_KEYS_DIR:
        return []
    folder = Path(settings.SIGNING_KEYS_DIR)
    try:
        keys = sorted(folder.glob("*.pem"))
        if not keys:
            return []
        found: list[CheckMessage] = [
            Error(f"{path} {against}.", id="credentials.E001")
            for path in (folder, *keys)
            if (against := exposure(path.lstat()))
        ]
    except OSError as error:
        return [Error(f"SIGNING_KEYS_DIR cannot be read: {error.strerror}.", id="credentials.E002")]
    found += [
        Caution(f"SIGNING_KEYS_DIR lies inside {name}.", id="credentials.W001")
        for name in PUBLIC
        if folder.resolve().is_relative_to(Path(getattr(settings, name)).resolve())
    ]
    return found
