"""Reading a stranger's ZIP, entry by entry, in memory, within limits. Nothing is unpacked to disk."""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accreditation.core.errors import Reason
from accreditation.core.uploads import MEGABYTE, UploadRefused

_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_SYSTEM_FILES = {".ds_store", "thumbs.db", "desktop.ini"}
_DRIVE = re.compile(r"^[A-Za-z]:")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_MIXED_WORD = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may be. `max_ratio` is unpacked to packed size, of the whole; JPEGs hardly shrink.

    `max_entry_bytes`: a larger entry is handed over cut at this length plus one byte, so that whoever takes
    files of at most that size refuses it by name and the rest of the archive goes on.
    """

    max_bytes: int = 300 * MEGABYTE
    max_entries: int = 2_000
    max_total_bytes: int = 600 * MEGABYTE
    max_entry_bytes: int = 20 * MEGABYTE
    max_ratio: int = 100


def _refuse(code: str, words: str) -> UploadRefused:
    return UploadRefused(Reason(code, words))


def read_archive(file: Any, limits: ArchiveLimits = ArchiveLimits()) -> Iterator[tuple[str, bytes]]:
    """The files of a ZIP as (name with folders, content), in its order, without folders and system files.

    The whole directory is checked before this returns, content is read as the iterator is used. The codes:
    nothing, empty, too_big, not_an_archive, archive_too_many_files, archive_expands, archive_encrypted,
    archive_path; and during reading archive_damaged, naming the entry.
    """
    if file is None:
        raise _refuse("nothing", _("No file was sent."))
    _check_size(file, limits)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _refuse("not_an_archive", _("This is not a ZIP archive, or it is damaged.")) from None
    entries = [(_name(entry), entry) for entry in archive.infolist() if not entry.is_dir()]
    entries = [(name, entry) for name, entry in entries if not _of_the_system(name)]
    _check_directory(entries, limits)
    return _contents(archive, entries, limits)


def _check_size(file: Any, limits: ArchiveLimits) -> None:
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    if size == 0:
        raise _refuse("empty", _("The file is empty."))
    if size > limits.max_bytes:
        words = _("The archive is larger than %(most)s MB.") % {"most": f"{limits.max_bytes / MEGABYTE:g}"}
        raise _refuse("too_big", words)
    # The same search that ZipFile makes; it would hold millions of entries before we could count them.
    try:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    except (OSError, zipfile.BadZipFile):
        end = None
    if end is None:
        raise _refuse("not_an_archive", _("This is not a ZIP archive, or it is damaged."))
    directory_bytes = end[5]
    if directory_bytes > limits.max_entries * 1024:
        raise _too_many(limits)


def _too_many(limits: ArchiveLimits) -> UploadRefused:
    words = _("The archive holds more than %(most)d files.") % {"most": limits.max_entries}
    return _refuse("archive_too_many_files", words)


def _check_directory(entries: list[tuple[str, zipfile.ZipInfo]], limits: ArchiveLimits) -> None:
    if len(entries) > limits.max_entries:
        raise _too_many(limits)
    if any(entry.flag_bits & _ENCRYPTED for _name_, entry in entries):
        raise _refuse("archive_encrypted", _("The archive has a password. Send one without a password."))
    unpacked = sum(entry.file_size for _name_, entry in entries)
    packed = sum(entry.compress_size for _name_, entry in entries)
    if unpacked > limits.max_total_bytes or unpacked > max(packed, 1024) * limits.max_ratio:
        words = _("The archive becomes too large when it is unpacked: %(size)s MB.")
        raise _refuse("archive_expands", words % {"size": f"{unpacked / MEGABYTE:.0f}"})
    for name, entry in entries:
        if (
            name.startswith("/")
            or _DRIVE.match(name)
            or ".." in name.split("/")
            or "\0" in entry.orig_filename
        ):
            raise _refuse("archive_path", _("The archive holds a file with a path that leads out of it."))


def _contents(
    archive: zipfile.ZipFile, entries: list[tuple[str, zipfile.ZipInfo]], limits: ArchiveLimits
) -> Iterator[tuple[str, bytes]]:
    with archive:
        for name, entry in entries:
            try:
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise NotImplementedError
                with archive.open(entry) as packed:
                    content = packed.read(limits.max_entry_bytes + 1)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
                words = _("The archive is damaged at the file %(name)s.") % {"name": name}
                raise _refuse("archive_damaged", words) from None
            yield name, content


def _of_the_system(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith("._") or parts[-1].lower() in _SYSTEM_FILES


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name as its maker meant it. Without the UTF-8 mark it may be UTF-8 or a DOS code page.

    Code page 866 (Cyrillic) where that gives no word of two scripts, else 437 (Western).
    """
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", errors="replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            cyrillic = raw.decode("cp866")
            if _CYRILLIC.search(cyrillic) and not _MIXED_WORD.search(cyrillic):
                name = cyrillic
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
