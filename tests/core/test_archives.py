"""A stranger's ZIP is read within limits and never unpacked to disk."""

import io
import struct
import zipfile
from typing import Any

import pytest

from accreditation.core.archives import ArchiveLimits, read_archive
from accreditation.core.uploads import MEGABYTE, ImageRules, UploadRefused, accept_image


def _zip(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer


def _named(raw: bytes) -> io.BytesIO:
    """A ZIP with one entry whose name is these bytes, without the mark of UTF-8, as old programs write it."""
    placeholder = "x" * len(raw)
    return io.BytesIO(_zip((placeholder, b"content")).getvalue().replace(placeholder.encode(), raw))


USUAL = ArchiveLimits()


def _code(file: Any, limits: ArchiveLimits = USUAL) -> str:
    with pytest.raises(UploadRefused) as refusal:
        list(read_archive(file, limits))
    return refusal.value.reason.code


def test_files_come_with_their_folders_and_without_what_systems_add() -> None:
    file = _zip(
        ("photos/", b""),
        ("photos/C01234567.jpg", b"one"),
        ("__MACOSX/photos/._C01234567.jpg", b"fork"),
        ("photos/._other.jpg", b"fork"),
        ("photos/.DS_Store", b"x"),
        ("Thumbs.db", b"x"),
        ("a/b/c/MUKHIN Panteleymon.png", b"two"),
    )
    assert list(read_archive(file)) == [
        ("photos/C01234567.jpg", b"one"),
        ("a/b/c/MUKHIN Panteleymon.png", b"two"),
    ]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Мухин.jpg".encode("cp866"), "Мухин.jpg"),
        ("ФОТО/МУХИН Пантелеймон 1.jpg".encode("cp866"), "ФОТО/МУХИН Пантелеймон 1.jpg"),
        ("Müller Jürgen.jpg".encode("cp437"), "Müller Jürgen.jpg"),
        ("Əliyev Şahin.jpg".encode(), "Əliyev Şahin.jpg"),
        ("Мухин.jpg".encode(), "Мухин.jpg"),
        (b"plain.jpg", "plain.jpg"),
        ("ü".encode() + b"ber.jpg", "über.jpg"),
        (b"u\xcc\x88ber.jpg", "über.jpg"),  # as macOS writes it
        (b"folder\\photo.jpg", "folder/photo.jpg"),
    ],
)
def test_names_are_read_as_their_program_meant_them(raw: bytes, name: str) -> None:
    assert list(read_archive(_named(raw))) == [(name, b"content")]


@pytest.mark.parametrize("name", ["../x.jpg", "a/../../x.jpg", "/etc/passwd", "C:\\x.jpg", "..\\x.jpg"])
def test_a_path_that_leads_out_refuses_the_archive(name: str) -> None:
    assert _code(_zip((name, b"x"))) == "archive_path"


def test_nothing_empty_and_other_files_are_told_apart() -> None:
    assert _code(None) == "nothing"
    assert _code(io.BytesIO(b"")) == "empty"
    assert _code(io.BytesIO(b"\xff\xd8\xff" + b"\0" * 500)) == "not_an_archive"
    whole = _zip(("a.jpg", b"x" * 5000)).getvalue()
    assert _code(io.BytesIO(whole[: len(whole) // 2])) == "not_an_archive"


def test_a_zip_bomb_is_refused_from_its_directory() -> None:
    bomb = _zip(("bomb.jpg", b"\0" * (50 * MEGABYTE)))
    assert len(bomb.getvalue()) < MEGABYTE
    assert _code(bomb) == "archive_expands"


def test_a_directory_that_lies_about_sizes_gains_nothing() -> None:
    """The entry says 100 bytes and would become 50 MB: no more than it said is ever read."""
    packed = bytearray(_zip(("bomb.jpg", b"\0" * (50 * MEGABYTE))).getvalue())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = packed.rindex(signature)
        packed[at + offset : at + offset + 4] = struct.pack("<I", 100)
    assert _code(io.BytesIO(bytes(packed)), ArchiveLimits(max_ratio=10**9)) == "archive_damaged"


def test_entries_are_counted_and_a_huge_directory_is_not_even_read() -> None:
    limits = ArchiveLimits(max_entries=3)
    three = [(f"{n}.jpg", b"x") for n in range(3)]
    assert len(list(read_archive(_zip(*three), limits))) == 3
    assert _code(_zip(*three, ("more.jpg", b"x")), limits) == "archive_too_many_files"
    assert _code(_zip(*((f"{n:0200}.jpg", b"x") for n in range(60))), limits) == "archive_too_many_files"


def test_an_archive_over_its_limits_is_refused() -> None:
    file = _zip(("a.jpg", b"x" * 5000), method=zipfile.ZIP_STORED)
    assert _code(file, ArchiveLimits(max_bytes=4000)) == "too_big"
    assert _code(file, ArchiveLimits(max_total_bytes=4999)) == "archive_expands"


def test_an_encrypted_archive_is_asked_for_without_a_password() -> None:
    packed = bytearray(_zip(("a.jpg", b"x")).getvalue())
    packed[packed.rindex(b"PK\x03\x04") + 6] |= 1
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1
    assert _code(io.BytesIO(bytes(packed))) == "archive_encrypted"


def test_a_damaged_entry_is_named_after_the_good_ones_were_read() -> None:
    packed = bytearray(_zip(("a.jpg", b"first"), ("b.jpg", b"second"), method=zipfile.ZIP_STORED).getvalue())
    at = packed.index(b"second")
    packed[at : at + 6] = b"SECOND"
    entries = read_archive(io.BytesIO(bytes(packed)))
    assert next(entries) == ("a.jpg", b"first")
    with pytest.raises(UploadRefused, match=r"damaged at the file b\.jpg"):
        next(entries)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_photos_never_need_is_refused(method: int) -> None:
    assert _code(_zip(("a.jpg", b"x" * 100), method=method)) == "archive_damaged"


def test_an_entry_over_its_limit_is_cut_so_that_it_is_refused_alone() -> None:
    limits = ArchiveLimits(max_entry_bytes=1000)
    large, small = read_archive(_zip(("a.jpg", b"\xff\xd8\xff" * 700), ("b.jpg", b"x")), limits)
    assert len(large[1]) == 1001
    with pytest.raises(UploadRefused) as refusal:
        accept_image(large[1], ImageRules(max_bytes=1000))
    assert refusal.value.reason.code == "too_big"
    assert small == ("b.jpg", b"x")


def test_an_archive_inside_an_archive_is_handed_over_and_refused_as_a_picture() -> None:
    ((name, content),) = read_archive(_zip(("inner.zip", _zip(("a.jpg", b"x")).getvalue())))
    assert name == "inner.zip"
    with pytest.raises(UploadRefused, match="type ZIP"):
        accept_image(content, ImageRules())
