"""Private files: encrypted at rest, without an address, given out only by a view that asked for permission.

The storage itself is Django's (`STORAGES["private"]`): a local folder by `PrivateFiles`, or any other, such
as an S3-compatible one, since names and encryption are made here and not in the storage.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accreditation.core.encryption import decrypt_bytes, encrypt_bytes
from accreditation.core.errors import Reason
from accreditation.core.uploads import UploadRefused

log = logging.getLogger(__name__)


class PrivateFiles(FileSystemStorage):
    """A folder outside everything that is served. A file is whole and on the disk, or it is not there."""

    def __init__(self, location: str | os.PathLike[str] | None = None) -> None:
        self._folder = location
        super().__init__(location=location, base_url=None, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> Any:
        return self._folder or settings.PRIVATE_FILES_ROOT

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def _save(self, name: str, content: Any) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.rename(unfinished, target)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name too must survive a power cut
        finally:
            os.close(folder)
        return name

    def free_bytes(self) -> int:
        """What its disk still takes. OSError where the disk does not answer."""
        folder = Path(self.location)
        while not folder.exists():  # the first file makes it
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("A private file has no address; a view serves it with serve_private().")


def private_files() -> Storage:
    return storages["private"]


def refused_by_the_disk() -> UploadRefused:
    """What a sender reads when there is no room: the file is nowhere, and it is not his fault."""
    return UploadRefused(
        Reason("not_saved", _("The file could not be uploaded. Try again in a few minutes."))
    )


def store(content: bytes) -> str:
    """Keep a file and answer its name, once it is on the disk; insert the row that names it afterwards.

    A name says nothing and is never used again. UploadRefused('not_saved') when the storage takes nothing.
    """
    secret = secrets.token_urlsafe(24)
    name = f"{secrets.token_hex(1)}/{secrets.token_hex(1)}/{secret}"
    try:
        saved = private_files().save(name, ContentFile(encrypt_bytes(name, content)))
    except OSError as error:
        log.error("the private storage takes nothing: %s", error.strerror or type(error).__name__)
        raise refused_by_the_disk() from error
    if saved != name:  # the content is bound to its name, so a storage that renames would lose it
        private_files().delete(saved)
        raise RuntimeError("The private storage changed a file's name.")
    return name


def read(name: str) -> bytes:
    """The file as it was stored. FileNotFoundError; DecryptionError where it was altered or swapped."""
    with private_files().open(name) as file:
        return decrypt_bytes(name, file.read())


def delete(name: str) -> None:
    """Remove a file for good; one that is gone already is no error."""
    private_files().delete(name)


def serve_private(request: HttpRequest, name: str, *, content_type: str, filename: str) -> HttpResponse:
    """Give a file out. The caller has asked for permission and has written that it was seen.

    Only a JPEG, which is always our own, is shown in the page; all else is saved as a file. FileNotFoundError
    is the caller's 404.
    """
    as_attachment = content_type != "image/jpeg"
    return HttpResponse(
        b"" if request.method == "HEAD" else read(name),
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment, filename) or "inline",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )
