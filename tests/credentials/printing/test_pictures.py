"""The portrait as it stands on a badge."""

import io
import random

import pytest
from PIL import Image

from accreditation.credentials.printing.pictures import HEAVIEST, SIZE, badge_picture
from tests.credentials.printing.samples import portrait


def jpeg(picture: Image.Image, **options: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, "JPEG", **options)
    return content.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """What compresses worst."""
    coarse = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height))
    return Image.blend(coarse, Image.new("RGB", coarse.size, "#b08060"), 0.6)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_picture_has_the_size_of_the_badge_and_is_the_same_every_time() -> None:
    picture = badge_picture(portrait())
    assert opened(picture).size == SIZE
    assert opened(picture).format == "JPEG"
    assert picture == badge_picture(portrait())
    assert len(picture) <= HEAVIEST


def test_a_restless_picture_is_made_lighter_by_quality() -> None:
    assert len(badge_picture(jpeg(noise(720, 960), quality=95))) <= 2 * HEAVIEST
    smooth = noise(60, 80).resize((1440, 1920), Image.Resampling.BICUBIC)
    assert len(badge_picture(jpeg(smooth, quality=95))) <= HEAVIEST


def test_a_wide_picture_is_cut_not_squeezed() -> None:
    wide = Image.new("RGB", (1200, 600), "#0000ff")
    wide.paste("#ff0000", (360, 0, 840, 600))  # the middle, which is what remains
    picture = opened(badge_picture(jpeg(wide, quality=95)))
    red, __, blue = picture.getpixel((5, 200))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_a_picture_taken_sideways_is_set_upright() -> None:
    upright = Image.new("RGB", (600, 800), "#00ff00")
    upright.paste("#ff0000", (0, 0, 600, 400))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter to the left; turn right to see
    sideways = jpeg(upright.rotate(90, expand=True), exif=exif.tobytes(), quality=95)
    picture = opened(badge_picture(sideways))
    assert picture.getpixel((100, 60))[0] > 200  # type: ignore[index]
    assert picture.getpixel((100, 420))[1] > 200  # type: ignore[index]


def test_nothing_of_the_camera_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    picture = badge_picture(jpeg(noise(600, 800), exif=exif.tobytes()))
    assert b"camera" not in picture
    assert not opened(picture).getexif()


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises((OSError, ValueError)):
        badge_picture(b"no picture")
