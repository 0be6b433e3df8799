"""The portrait as it stands on a badge: 36 x 48 mm, light enough that a thousand badges make a small file."""

import io

from PIL import Image, ImageOps

SIZE = (354, 472)
"""36 x 48 mm at 250 dpi, more than a card printer resolves."""

HEAVIEST = 18_000
"""Bytes: with text and code a badge stays under 25 KB."""

QUALITIES = (84, 76, 68, 60, 50, 40)


def badge_picture(portrait: bytes) -> bytes:
    """A small JPEG of a portrait, cut to 3:4 about its middle. The same bytes in give the same bytes out.

    The quality is the best at which it is light enough. Its SHA-256 is signed with the badge, so it is made once and
    kept. OSError or ValueError when the bytes are no picture.
    """
    with Image.open(io.BytesIO(portrait)) as found:
        found.draft("RGB", SIZE)  # a JPEG is decoded at a fraction of its size where that suffices
        upright = ImageOps.exif_transpose(found).convert("RGB")
    picture = ImageOps.fit(upright, SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    for quality in QUALITIES:
        content = io.BytesIO()
        picture.save(content, "JPEG", quality=quality, optimize=True, subsampling="4:2:0")
        if content.tell() <= HEAVIEST:
            break
    return content.getvalue()
