"""One road for every picture that a stranger sends: looked at by content, decoded in a jail, made anew.

What is kept is our own JPEG; the file as it came is never stored and never served.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accreditation.core.errors import Reason, Refused
from accreditation.core.imaging import decode_in_jail

MEGABYTE = 1024 * 1024


class UploadRefused(Refused):
    """A file that cannot be taken, with the one reason why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__([reason])
        self.reason = reason


@dataclass(frozen=True)
class ImageRules:
    """What a picture must be. Sizes are in pixels as the picture is seen (turned by its orientation).

    `ratio` is width divided by height, with `ratio_tolerance` as a share of it; None takes any shape.
    `max_side` is the longest side of what is kept; larger pictures are made smaller.
    """

    max_bytes: int = 10 * MEGABYTE
    min_width: int = 1
    min_height: int = 1
    max_pixels: int = 40_000_000
    ratio: float | None = None
    ratio_tolerance: float = 0.06
    formats: tuple[str, ...] = ("JPEG", "PNG")
    max_side: int = 2400


# 3 x 4 cm at 300 dots per inch is 354 x 472.
PORTRAIT_PHOTO = ImageRules(min_width=354, min_height=472, ratio=3 / 4, max_side=1200)
PASSPORT_PAGE = ImageRules(min_width=600, min_height=400)


@dataclass(frozen=True)
class AcceptedImage:
    """Our own JPEG: sRGB, upright, no metadata. `sha256` is of these bytes, in hexadecimal."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


# --- what a file really is ---

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\xd0\xcf\x11\xe0", "MS Office"),
    (b"8BPS", "Photoshop"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def found_type(head: bytes) -> str | None:
    """What the first bytes (some hundred of them) say that a file is; None for what we do not know."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(len(head), 64), 4))}
        if brands & {b"avif", b"avis"}:
            return "AVIF"
        return "HEIC" if brands & _HEIF_BRANDS else "video"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and (b"<svg" in text or b"svg" in text):
        return "SVG"
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<body")):
        return "HTML"
    return None


_SAVE_AS_JPEG = gettext_lazy(
    "This is a photo in HEIC format, which iPhones make. Save it as JPEG and send it again."
)
_WORDS_OF_DECODER = {
    "truncated": gettext_lazy("The picture is cut off. Send the whole file again."),
    "could_not_be_read": gettext_lazy("The picture could not be read. Save it as JPEG and send it again."),
    "animated": gettext_lazy("The picture is animated. Send a still picture."),
}


def _wrong_type(found: str | None) -> Reason:
    if found == "HEIC":
        return Reason("wrong_type", _SAVE_AS_JPEG)
    if found is None:
        return Reason("wrong_type", _("This is not a picture in JPEG or PNG format."))
    words = _("This is a file of the type %(found)s. Send a picture in JPEG or PNG format.")
    return Reason("wrong_type", words % {"found": found})


def _reason_of_decoder(facts: dict[str, Any], rules: ImageRules) -> Reason:
    code = facts["code"]
    if code == "too_many_pixels":
        words = _("The picture is %(width)d x %(height)d pixels; at most %(most)d million are taken.")
        return Reason(code, words % (facts | {"most": rules.max_pixels // 1_000_000}))
    if code == "too_small":
        words = _("The picture is %(width)d x %(height)d pixels; at least %(least)s are needed.")
        return Reason(code, words % (facts | {"least": f"{rules.min_width} x {rules.min_height}"}))
    if code == "wrong_shape":
        words = _(
            "The picture is %(width)d x %(height)d pixels; its width must be %(share)d%% of its height."
            " Cut it to that shape."
        )
        return Reason(code, words % (facts | {"share": round((rules.ratio or 1) * 100)}))
    return Reason(code, _WORDS_OF_DECODER[code])


def _read_within(file: Any, rules: ImageRules) -> bytes:
    """All bytes of an upload, an open file or bytes, or why not; never more than the limit is read."""
    if file is None:
        raise UploadRefused(Reason("nothing", _("No file was sent.")))
    most = rules.max_bytes
    if isinstance(file, (bytes, bytearray)):
        content = bytes(file)
    else:
        file.seek(0)
        content = file.read(most + 1)
    if not content:
        raise UploadRefused(Reason("empty", _("The file is empty.")))
    if len(content) > most:
        words = _("The file is larger than %(most)s MB.") % {"most": f"{most / MEGABYTE:g}"}
        raise UploadRefused(Reason("too_big", words))
    return content


def accept_image(file: Any, rules: ImageRules) -> AcceptedImage:
    """Our own copy of a picture. Raises UploadRefused; keeps and logs nothing of the original.

    Codes: nothing, empty, too_big, wrong_type, too_many_pixels, animated, too_small, wrong_shape, truncated,
    could_not_be_read.
    """
    content = _read_within(file, rules)
    found = found_type(content[:512])
    if found not in rules.formats:
        raise UploadRefused(_wrong_type(found))
    facts, jpeg = decode_in_jail(
        content,
        {
            "formats": [found],
            "max_pixels": rules.max_pixels,
            "min_width": rules.min_width,
            "min_height": rules.min_height,
            "ratio": rules.ratio,
            "ratio_tolerance": rules.ratio_tolerance,
            "max_side": rules.max_side,
        },
    )
    if "code" in facts:
        raise UploadRefused(_reason_of_decoder(facts, rules))
    return AcceptedImage(jpeg, facts["width"], facts["height"], hashlib.sha256(jpeg).hexdigest())
