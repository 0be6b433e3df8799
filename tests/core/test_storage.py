"""Private files: sealed on the disk, without an address, whole or not there."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.files.storage import storages
from django.test import RequestFactory

from accreditation.core.encryption import DecryptionError
from accreditation.core.storage import PrivateFiles, delete, read, serve_private, store
from accreditation.core.uploads import UploadRefused

PICTURE = b"\xff\xd8\xff picture of somebody \xff\xd9"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.PRIVATE_FILES_ROOT = tmp_path / "files"
    return tmp_path / "files"


def _on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_stored_file_is_read_as_it_was_and_is_sealed_on_the_disk(folder: Path) -> None:
    name = store(PICTURE)
    assert read(name) == PICTURE
    (path,) = _on_disk(folder)
    assert path == folder / name
    assert b"somebody" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_names_are_long_chance_and_never_the_same_for_the_same_file(folder: Path) -> None:
    names = {store(PICTURE) for _round in range(50)}
    assert len(names) == 50
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{2}/[A-Za-z0-9_-]{32}", name) for name in names)


def test_files_that_change_places_or_are_altered_do_not_open(folder: Path) -> None:
    one, other = store(PICTURE), store(b"another")
    (folder / one).write_bytes((folder / other).read_bytes())
    with pytest.raises(DecryptionError):
        read(one)
    sealed = bytearray((folder / other).read_bytes())
    sealed[-1] ^= 1
    (folder / other).write_bytes(sealed)
    with pytest.raises(DecryptionError):
        read(other)


def test_a_deleted_file_is_gone_and_may_be_deleted_again(folder: Path) -> None:
    name = store(PICTURE)
    delete(name)
    delete(name)
    assert _on_disk(folder) == []
    with pytest.raises(FileNotFoundError):
        read(name)


def test_a_write_that_fails_leaves_nothing_and_says_try_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UploadRefused, match="Try again") as refusal:
        store(PICTURE)
    assert refusal.value.reason.code == "not_saved"
    assert _on_disk(folder) == []


def test_a_private_file_has_no_address_and_no_way_out_of_its_folder(folder: Path) -> None:
    private = storages["private"]
    assert isinstance(private, PrivateFiles)
    with pytest.raises(ValueError, match="no address"):
        private.url(store(PICTURE))
    for name in ("../secret", "/etc/hostname", "ab/../../secret"):
        with pytest.raises(Exception, match=r"outside of the base path|Detected path traversal"):
            read(name)
    static = Path(project.STATIC_ROOT)
    assert not Path(project.PRIVATE_FILES_ROOT).is_relative_to(static)


def test_a_served_picture_is_shown_but_never_kept_sniffed_or_run(folder: Path, rf: RequestFactory) -> None:
    name = store(PICTURE)
    answer = serve_private(rf.get("/"), name, content_type="image/jpeg", filename='Мухин "1".jpg')
    assert answer.content == PICTURE
    headers = dict(answer.headers)
    assert headers.pop("Content-Disposition").startswith("inline; filename")
    assert headers == {
        "Content-Type": "image/jpeg",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def test_anything_but_our_jpeg_is_saved_and_not_shown(folder: Path, rf: RequestFactory) -> None:
    name = store(b"<script>")
    answer = serve_private(rf.get("/"), name, content_type="text/html", filename="list.html\r\nX: y")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer.headers["Content-Disposition"]


def test_the_headers_of_a_private_file_survive_the_middleware(folder: Path, rf: RequestFactory) -> None:
    from csp.middleware import CSPMiddleware
    from django.middleware.security import SecurityMiddleware

    name = store(PICTURE)

    def view(request: Any) -> Any:
        return serve_private(request, name, content_type="image/jpeg", filename="photo.jpg")

    answer = SecurityMiddleware(CSPMiddleware(view))(rf.get("/", secure=True))
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_head_request_opens_nothing(folder: Path, rf: RequestFactory) -> None:
    answer = serve_private(rf.head("/"), "ab/cd/none", content_type="image/jpeg", filename="photo.jpg")
    assert answer.content == b""
