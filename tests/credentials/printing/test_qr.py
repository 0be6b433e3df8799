"""Every code is read: printed small, by two readers; and as a camera sees it."""

import io
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from accreditation.credentials.printing.qr import PIXELS, qr_png
from accreditation.credentials.printing.typesetting import badges_pdf
from tests.credentials.printing.samples import NAMES, NOW, address, badge_face, badge_in, pages_of

MILLIMETRES_OF_THE_CODE = 40.0
QUIET = 4
"""Modules of white around the code; ISO/IEC 18004 asks for four."""


@pytest.fixture(scope="module")
def printed() -> list[Image.Image]:
    """A hundred badges at 150 dpi, in all scripts."""
    scripts = list(NAMES)
    faces = [
        badge_in(scripts[number % len(scripts)], address=address(number), number=f"2026-{number:04d}")
        for number in range(100)
    ]
    return pages_of(badges_pdf(faces, at=NOW), dpi=150)


def test_a_hundred_codes_printed_at_150_dpi_are_read_by_zxing(printed: list[Image.Image]) -> None:
    assert [[code.text for code in zxingcpp.read_barcodes(page)] for page in printed] == [
        [address(number)] for number in range(100)
    ]


@pytest.mark.skipif(
    not shutil.which("zbarimg") and not os.environ.get("CI"),
    reason="zbarimg (Debian: zbar-tools) was not found",
)
def test_a_hundred_codes_printed_at_150_dpi_are_read_by_zbar(
    printed: list[Image.Image], tmp_path: Path
) -> None:
    files = []
    for number, page in enumerate(printed):
        files.append(tmp_path / f"{number:03d}.pgm")
        page.save(files[-1])
    command = ["zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", *map(str, files)]
    read = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert read == [address(number) for number in range(100)]


@pytest.mark.parametrize("turn", [-14, -6, 3, 11])
@pytest.mark.parametrize("blur", [0.6, 1.1])
def test_a_photographed_badge_is_read(turn: int, blur: float) -> None:
    """As a phone sees it: the badge fills the frame's height, tilted, out of focus, noisy, in uneven light."""
    chance = random.Random(turn * 100 + blur)
    face = badge_face(7)
    (page,) = pages_of(badges_pdf([face], at=NOW), dpi=130)
    frame = Image.new("L", (page.width + 240, page.height + 200), 120)
    frame.paste(page, (120, 100))
    frame = frame.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=120)
    width, height = frame.size
    frame = frame.transform(  # seen from below: the upper edge is further away
        (width, height),
        Image.Transform.QUAD,
        (0, 0, width * 0.03, height, width * 0.97, height, width, 0),
        Image.Resampling.BICUBIC,
    )
    frame = frame.filter(ImageFilter.GaussianBlur(blur))
    light = Image.linear_gradient("L").resize(frame.size).point(lambda level: 130 + level * 0.45)
    frame = Image.composite(frame, Image.new("L", frame.size, 0), light)
    noise = Image.frombytes("L", frame.size, chance.randbytes(width * height))
    frame = Image.blend(frame, noise, 0.12)
    assert [code.text for code in zxingcpp.read_barcodes(frame)] == [face.address]


def test_a_long_number_behind_an_address_stays_in_a_small_version() -> None:
    """Version 10 has 57 modules a side; written as bytes the same address would need version 13."""
    with Image.open(io.BytesIO(qr_png(address()))) as picture:
        assert picture.width // PIXELS <= 57


def test_the_picture_is_the_code_alone_in_black_and_white_and_says_what_was_asked() -> None:
    with Image.open(io.BytesIO(qr_png("https://example.org/v#123"))) as picture:
        assert picture.mode == "1"
        assert picture.point(lambda level: 255 - level).getbbox() == (0, 0, picture.width, picture.width)
        on_paper = ImageOps.expand(picture.convert("L"), QUIET * PIXELS, 255)
    assert zxingcpp.read_barcode(on_paper).text == "https://example.org/v#123"


def test_four_modules_around_the_code_are_white_on_the_badge(printed: list[Image.Image]) -> None:
    """Its right edge stands flush with the margin; the quiet zone reaches into it."""
    code = zxingcpp.read_barcode(printed[0])
    corners = [code.position.top_left, code.position.top_right, code.position.bottom_left]
    left, top, right = corners[0].x, corners[0].y, corners[1].x
    assert (right - left) / 150 * 25.4 == pytest.approx(MILLIMETRES_OF_THE_CODE, abs=0.6)
    quiet = int(QUIET * (right - left) / 57)
    for box in (
        (left - quiet, top, left - 2, top + 100),
        (right + 3, top, right + quiet, top + 100),
        (left, top - quiet, right, top - 2),
    ):
        assert printed[0].crop(box).getextrema()[0] > 250
