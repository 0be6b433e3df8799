"""A picture is being read, which may take long, while the file that it belongs to moves on."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from PIL import Image

from accreditation.core.errors import Refused
from accreditation.core.storage import private_files
from accreditation.observers.models import Upload
from accreditation.workflow.models import Application
from accreditation.workflow.pictures import add_picture
from tests.factories import NOW, actor, application_in, head_of, move
from tests.faults.test_races import at_once

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


class Slow(io.BytesIO):
    """A picture during whose reading something else happens, once."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        Image.new("RGB", (450, 600), "grey").save(self, "JPEG")
        self.seek(0)
        self.meanwhile, self.size = meanwhile, len(self.getvalue())

    def read(self, *args: Any) -> bytes:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return super().read(*args)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_ROOT = tmp_path
    return tmp_path


def _kept(folder: Path) -> list[Path]:
    assert private_files()
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nobody_waits_for_a_picture_that_is_being_read(files: Path) -> None:
    application = application_in("information_requested")
    head = head_of(application)
    moved: list[str] = []

    def answered() -> None:
        # From another connection, which would wait here for ever if the reader held the row.
        moved.extend(at_once(lambda: move(application, "answer", head)))

    before = len(_kept(files))
    with pytest.raises(Refused) as refused:
        add_picture(application.membership, "photo", Slow(answered), actor=actor(head), now=NOW)
    assert moved == ["submitted"]
    assert [reason.code for reason in refused.value.reasons] == ["under_way"]
    assert len(_kept(files)) == before  # what was stored for nothing is gone again


def test_where_nobody_knows_whether_the_row_was_written_the_file_stays(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = application_in("draft")
    head, before = head_of(application), len(_kept(files))
    connection.ensure_connection()
    commit = connection._commit

    def committed_and_cut() -> None:
        commit()
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as network:
        network.setattr(connection, "_commit", committed_and_cut)
        with pytest.raises(OperationalError):
            add_picture(application.membership, "photo", Slow(lambda: None), actor=actor(head), now=NOW)
    assert Upload.objects.get(membership=application.membership, kind="photo", replaced_at=None).name
    assert len(_kept(files)) == before + 1


def test_a_picture_that_comes_in_time_is_kept(files: Path) -> None:
    application = application_in("draft")
    upload = add_picture(
        application.membership, "photo", Slow(lambda: None), actor=actor(head_of(application)), now=NOW
    )
    assert Upload.objects.get(pk=upload.pk).replaced_at is None
    assert Application.objects.get(pk=application.pk).state == "draft"
