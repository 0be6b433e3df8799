"""Strangers' files: what is taken is our own clean picture, what is not gets one sentence why."""

import io
import os
import struct
import subprocess
import sys
import threading
import time
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from accreditation.core import imaging
from accreditation.core.uploads import (
    MEGABYTE,
    PORTRAIT_PHOTO,
    AcceptedImage,
    ImageRules,
    UploadRefused,
    accept_image,
)

ANY = ImageRules()


def _picture(width: int = 600, height: int = 800, colour: str = "navy", mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)


def _file(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _pixels(accepted: AcceptedImage) -> Image.Image:
    image = Image.open(io.BytesIO(accepted.jpeg))
    image.load()
    return image


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    body = b"\x89PNG\r\n\x1a\n"
    for kind, content in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        *chunks,
        (b"IEND", b""),
    ):
        body += (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )
    return body


def _code(content: Any, rules: ImageRules = ANY) -> str:
    with pytest.raises(UploadRefused) as refusal:
        accept_image(content, rules)
    return refusal.value.reason.code


# --- taken ---


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_good_photo_becomes_our_own_jpeg(kind: str) -> None:
    upload = SimpleUploadedFile("any name.exe", _file(_picture(), kind), content_type="text/html")
    accepted = accept_image(upload, PORTRAIT_PHOTO)
    image = _pixels(accepted)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (600, 800))
    assert (accepted.width, accepted.height) == (600, 800)
    assert len(accepted.sha256) == 64


def test_place_and_time_of_a_photo_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 22.0, 33.0), 3: "E", 4: (49.0, 50.0, 1.0)})
    content = _file(_picture(), exif=exif, comment=b"SecretComment")
    assert b"SecretCamera" in content and Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825)
    accepted = accept_image(content, ANY)
    image = _pixels(accepted)
    assert dict(image.getexif()) == {} and "comment" not in image.info and "exif" not in image.info
    assert b"Secret" not in accepted.jpeg and b"Exif" not in accepted.jpeg


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright_as_its_camera_was_held(orientation: int) -> None:
    upright = _picture(300, 400, "white")
    ImageDraw.Draw(upright).rectangle((0, 0, 149, 199), fill="red")  # the upper left quarter
    turns = Image.Transpose
    as_stored = {
        1: None,
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(as_stored) if as_stored is not None else upright
    accepted = accept_image(_file(stored, exif=exif), ImageRules(ratio=3 / 4, min_width=300, min_height=400))
    image = _pixels(accepted)
    assert image.size == (300, 400)
    red, green, _blue = image.getpixel((40, 40))
    assert red > 200 and green < 60
    assert min(image.getpixel((260, 360))) > 240


def test_what_follows_a_picture_is_cut_off() -> None:
    tails = [b"<html><script>alert(1)</script>", b"PK\x03\x04 a zip", b"%PDF-1.7"]
    for kind in ("JPEG", "PNG"):
        for tail in tails:
            accepted = accept_image(_file(_picture(), kind) + tail, ANY)
            assert tail not in accepted.jpeg and accepted.jpeg.endswith(b"\xff\xd9")


def test_markup_inside_a_picture_is_gone() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    content = _file(_picture(), "PNG", pnginfo=text)
    assert b"<script>" in content
    assert b"<script>" not in accept_image(content, ANY).jpeg


def test_transparency_becomes_white_paper() -> None:
    palette = _picture(600, 800, mode="P", colour=0)  # type: ignore[arg-type]
    palette.putpalette([0, 0, 0] * 256)
    for content in (
        _file(Image.new("RGBA", (600, 800), (0, 0, 0, 0)), "PNG"),
        _file(Image.new("LA", (600, 800), (0, 0)), "PNG"),
        _file(palette, "PNG", transparency=0),
    ):
        assert min(_pixels(accept_image(content, ANY)).getpixel((300, 790))) > 250


@pytest.mark.parametrize("mode", ["L", "1", "P", "I;16", "CMYK"])
def test_every_colour_mode_of_the_two_formats_is_read(mode: str) -> None:
    content = _file(Image.new(mode, (600, 800)), "JPEG" if mode == "CMYK" else "PNG")
    assert _pixels(accept_image(content, ANY)).mode == "RGB"


def test_colours_are_converted_from_their_profile_and_the_profile_is_dropped() -> None:
    swapped = Image.new("RGB", (600, 800), (200, 30, 30))
    lab_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = _pixels(accept_image(_file(swapped, icc_profile=lab_like), ANY))
    red, green, blue = image.getpixel((300, 400))
    assert abs(red - 200) < 6 and abs(green - 30) < 6 and abs(blue - 30) < 6
    assert "icc_profile" not in image.info
    assert _pixels(accept_image(_file(swapped, icc_profile=b"no profile at all" * 20), ANY)).size == (
        600,
        800,
    )


def test_a_large_picture_is_kept_smaller() -> None:
    accepted = accept_image(_file(_picture(4000, 3000)), ImageRules(max_side=1000))
    assert (accepted.width, accepted.height) == (1000, 750)


# --- refused ---

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (HEIC, "Save it as JPEG"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + b"\0" * 100, "AVIF"),
        (b"%PDF-1.7\n", "PDF"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
        (b"GIF89a\x01\0\x01\0<script>", "GIF"),
        (b"II*\0" + b"\0" * 50, "TIFF"),
        (b"PK\x03\x04" + b"\0" * 50, "ZIP"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not a picture"),
        (b"just words", "not a picture"),
    ],
)
def test_another_type_is_told_by_its_content_whatever_its_name(content: bytes, word: str) -> None:
    with pytest.raises(UploadRefused) as refusal:
        accept_image(SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg"), ANY)
    assert refusal.value.reason.code == "wrong_type"
    assert word in str(refusal.value.reason)


def test_nothing_and_an_empty_file_are_told_apart() -> None:
    assert _code(None) == "nothing"
    assert _code(SimpleUploadedFile("photo.jpg", b"")) == "empty"


def test_a_file_over_the_limit_is_refused_by_its_size_with_the_limit_named() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def seek(self, *_where: int) -> int:
            return 0

        def read(self, size: int = -1) -> bytes:
            self.asked = size
            return b"\xff\xd8\xff" + b"\0" * (size - 3)

    endless = Endless()
    with pytest.raises(UploadRefused, match=r"larger than 2\.5 MB") as refusal:
        accept_image(endless, ImageRules(max_bytes=int(2.5 * MEGABYTE)))
    assert refusal.value.reason.code == "too_big"
    assert endless.asked == int(2.5 * MEGABYTE) + 1
    exact = _file(_picture())
    assert accept_image(exact, ImageRules(max_bytes=len(exact))).width == 600
    assert _code(exact, ImageRules(max_bytes=len(exact) - 1)) == "too_big"


def test_a_picture_of_50000_by_50000_pixels_is_refused_from_its_header() -> None:
    bomb = _png(50_000, 50_000, (b"IDAT", zlib.compress(b"\0" * 10_000_000)))
    start = time.monotonic()
    with pytest.raises(UploadRefused, match="50000 x 50000 pixels; at most 40 million") as refusal:
        accept_image(bomb, ANY)
    assert refusal.value.reason.code == "too_many_pixels"
    assert time.monotonic() - start < 3


def test_the_jail_stops_what_the_header_did_not() -> None:
    """Were the pixel limit ever lifted, the memory of the jail holds."""
    bomb = _png(50_000, 50_000, (b"IDAT", zlib.compress(b"\0" * 10_000_000)))
    assert _code(bomb, ImageRules(max_pixels=10**10)) == "could_not_be_read"
    assert accept_image(_file(_picture()), ANY).width == 600


def test_the_largest_picture_that_is_allowed_fits_into_the_jail() -> None:
    for mode in ("RGB", "RGBA", "LA"):
        content = _file(Image.new(mode, (7700, 5190)), "PNG", compress_level=1)
        assert accept_image(content, ANY).width == 2400


def test_a_picture_cut_off_in_the_middle_is_refused_as_such() -> None:
    noise = Image.effect_noise((600, 800), 80).convert("RGB")
    for kind in ("JPEG", "PNG"):
        content = _file(noise, kind)
        assert _code(content[: len(content) // 2]) == "truncated"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff" + os.urandom(5000),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        _png(100, 100, (b"IDAT", b"no zlib at all")),
        _png(0, 0, (b"IDAT", zlib.compress(b""))),
        _png(
            600,
            800,
            (b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 200_000_000)),
            (b"IDAT", zlib.compress(b"\0")),
        ),
    ],
    ids=["three bytes", "noise", "no chunks", "no zlib", "no pixels", "text bomb"],
)
def test_a_broken_picture_is_refused_quickly(content: bytes) -> None:
    start = time.monotonic()
    assert _code(content) in ("could_not_be_read", "truncated")
    assert time.monotonic() - start < 3


def test_an_animated_png_is_refused() -> None:
    frames = [_picture(colour=colour) for colour in ("red", "green", "blue")]
    content = _file(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert _code(content) == "animated"


def test_a_picture_that_is_too_small_or_of_the_wrong_shape_is_told_what_is_needed() -> None:
    with pytest.raises(UploadRefused, match="300 x 400 pixels; at least 354 x 472") as small:
        accept_image(_file(_picture(300, 400)), PORTRAIT_PHOTO)
    assert small.value.reason.code == "too_small"
    with pytest.raises(UploadRefused, match="800 x 600 pixels; its width must be 75% of its height") as shape:
        accept_image(_file(_picture(800, 600)), PORTRAIT_PHOTO)
    assert shape.value.reason.code == "wrong_shape"
    assert accept_image(_file(_picture(620, 800)), PORTRAIT_PHOTO).width == 620  # 3.3% off is let through


# --- the jail ---


def test_jails_that_were_killed_together_are_replaced_and_no_picture_is_blamed() -> None:
    imaging.close_jails()
    imaging._idle.extend([imaging.Jail(), imaging.Jail()])
    killed = list(imaging._idle)
    for jail in killed:
        jail.process.kill()
        jail.process.wait()
    for _picture_after in range(2):
        assert accept_image(_file(_picture()), ANY).width == 600
    assert not set(killed) & set(imaging._idle)


def test_in_the_jail_no_file_and_no_socket_can_be_opened() -> None:
    attempts = """
import resource, socket, sys
sys.path.insert(0, sys.argv[1])
import imaging
imaging._lock_in()
for attempt in (lambda: open("/etc/hostname"), lambda: socket.socket(), lambda: bytearray(600 * 1024 * 1024)):
    try:
        attempt()
        print("open")
    except (OSError, MemoryError):
        print("shut")
"""
    folder = os.path.dirname(imaging.__file__)
    answer = subprocess.run(
        [sys.executable, "-I", "-c", attempts, folder], stdout=subprocess.PIPE, text=True, check=True
    )
    assert answer.stdout.split() == ["shut", "shut", "shut"]


def test_the_jail_knows_nothing_of_the_project() -> None:
    accept_image(_file(_picture()), ANY)
    with open(f"/proc/{imaging._idle[0].process.pid}/environ", "rb") as environment:
        assert environment.read() == b""


def test_threads_that_send_pictures_at_once_get_their_own() -> None:
    sizes = [(600 + 10 * n, 800 + 10 * n) for n in range(12)]
    contents = [_file(_picture(*size)) for size in sizes]
    got: dict[int, tuple[int, int]] = {}

    def send(n: int) -> None:
        accepted = accept_image(contents[n], ANY)
        got[n] = (accepted.width, accepted.height)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(len(sizes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [got[n] for n in range(len(sizes))] == sizes


def test_a_forked_worker_does_not_share_a_jail_with_its_parent() -> None:
    accept_image(_file(_picture()), ANY)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if not imaging._idle and accept_image(_file(_picture()), ANY).width == 600 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert accept_image(_file(_picture()), ANY).width == 600
