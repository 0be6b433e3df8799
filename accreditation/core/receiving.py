"""Uploads on their way in. Django keeps a large one in the temporary folder while it arrives, before any view runs."""

from contextlib import suppress
from typing import Any, NoReturn

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from accreditation.core.storage import refused_by_the_disk


class LostUpload(UploadedFile):
    """A file that arrived and could not be kept on the way: whoever reads it is told so, in words for its sender."""

    def _lost(self, *args: Any, **options: Any) -> NoReturn:
        raise refused_by_the_disk()

    read = seek = tell = chunks = multiple_chunks = open = __iter__ = readline = _lost

    def close(self) -> None:
        """Nothing is open."""


class TemporaryFileHandler(TemporaryFileUploadHandler):
    """Django's, for a temporary folder that may be full: the rest of the file is let pass, and the page that was
    sent to says what happened, instead of an error page that nobody chose.
    """

    failed = False

    def new_file(self, *args: Any, **options: Any) -> None:
        self.failed = False
        try:
            super().new_file(*args, **options)
        except OSError:
            self.failed = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.failed:
            try:
                super().receive_data_chunk(raw_data, start)
                self.file.flush()  # what a full disk refuses is known now, and not when somebody reads
            except OSError:
                self._give_up()
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.failed:
            return LostUpload(None, self.file_name, self.content_type, file_size, self.charset)
        return super().file_complete(file_size)

    def _give_up(self) -> None:
        """Give the room back at once: others may need it."""
        self.failed = True
        with suppress(OSError):  # closing tries once more to write what could not be written
            self.file.close()
