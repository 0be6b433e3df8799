"""T20: no room is left on the disk, and the person who uploads reads that, instead of an error page."""

import os
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accreditation.accounts.roles import CLERK
from accreditation.core import storage
from accreditation.core.backups.making import walk
from accreditation.core.uploads import UploadRefused
from accreditation.observers.models import ListImport, Upload
from tests.factories import make_head, make_mission, make_staff
from tests.lists import FOLDER
from tests.observers import applying
from tests.signing_in import sign_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

NOT_KEPT = "The file could not be uploaded. Try again in a few minutes."


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte, of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount the tiny disk of this test")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> None:
    with (disk / "litter").open("wb", buffering=0) as litter:
        while True:
            try:
                if not litter.write(b"\0" * 4096):
                    return
            except OSError:
                return


@pytest.fixture
def applicant(settings: Any, tiny_disk: Path) -> Iterator[Client]:
    """Somebody at the question for the photo; pictures are kept on the tiny disk."""
    settings.PRIVATE_FILES_ROOT = tiny_disk / "files"
    with time_machine.travel(applying.NOW, tick=True):
        client, _user = applying.applicant()
        applying.answer_until_the_file_opens(client, applying.mission_without_days(applying.open_election()))
        yield client


def test_a_picture_that_finds_no_room_is_said_so_and_leaves_no_row(
    applicant: Client, tiny_disk: Path, settings: Any
) -> None:
    fill(tiny_disk)
    answer = applying.post(applicant, "photo", {"file": applying.picture()})
    assert answer.status_code == 422
    assert applying.errors_on(answer) == [NOT_KEPT]
    assert Upload.objects.count() == 0
    assert list(walk(storage.private_files())) == []
    for page in ("/en/apply/demo/", "/en/apply/demo/visit/", "/en/"):
        assert applicant.get(page).status_code in (200, 302)
    assert applying.post(applicant, "visit", applying.VISIT).status_code == 303

    settings.DISK_MIN_FREE_MB = 0.1
    said = Client().get("/readyz")
    assert (said.status_code, said.json()["files_free_mb"]) == (200, 0)
    assert said.json()["warnings"] == ["files_disk_nearly_full"]
    clerk = sign_in(Client(), make_staff(CLERK))
    desk = clerk.get(reverse("admin:workflow_application_changelist"))
    assert "The disk for pictures and lists is nearly full (0 MB left)" in desk.content.decode()

    (tiny_disk / "litter").unlink()
    assert applying.post(applicant, "photo", {"file": applying.picture()}).status_code == 303
    assert [storage.read(upload.name)[:2] for upload in Upload.objects.all()] == [b"\xff\xd8"]
    assert Client().get("/readyz").json()["warnings"] == []


def test_a_disk_that_fills_within_a_file_keeps_no_part_of_it(settings: Any, tiny_disk: Path) -> None:
    settings.PRIVATE_FILES_ROOT = tiny_disk
    with pytest.raises(UploadRefused, match="Try again"):
        storage.store(b"\0" * 2_000_000)
    assert [path for path in tiny_disk.rglob("*") if path.is_file()] == []


def large_page() -> SimpleUploadedFile:
    """Larger than what Django keeps in memory while it arrives."""
    noise = Image.frombytes("RGB", (2000, 1500), os.urandom(2000 * 1500 * 3))
    buffer = BytesIO()
    noise.save(buffer, "JPEG", quality=93)
    assert buffer.tell() > 2_700_000
    return SimpleUploadedFile("passport.jpg", buffer.getvalue(), content_type="image/jpeg")


def test_a_large_page_that_finds_no_room_on_its_way_in_is_said_so_too(
    applicant: Client, tiny_disk: Path, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR, settings.PRIVATE_FILES_ROOT = str(tiny_disk), tmp_path / "roomy"
    answer = applying.post(applicant, "passport-page", {"file": large_page()})
    assert answer.status_code == 422
    assert applying.errors_on(answer) == [NOT_KEPT]
    assert Upload.objects.count() == 0
    assert list(tiny_disk.iterdir()) == []
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    assert applying.post(applicant, "passport-page", {"file": large_page()}).status_code == 303
    assert Upload.objects.count() == 1


def test_a_list_that_finds_no_room_is_said_so_and_is_no_job(settings: Any, tiny_disk: Path) -> None:
    settings.PRIVATE_FILES_ROOT = tiny_disk
    fill(tiny_disk)
    mission = make_mission()
    head = sign_in(Client(), make_head(mission))
    content = (FOLDER / "odihr.xlsx").read_bytes()
    address = reverse("missions:lists", args=[mission.election.code, mission.code])
    answer = head.post(address, {"file": SimpleUploadedFile("list.xlsx", content)})
    assert answer.status_code == 422
    assert NOT_KEPT in answer.content.decode()
    assert ListImport.objects.count() == 0
