"""Golden pictures: what a sheet looked like when somebody looked at it and found it right.

`python -m tests.credentials.printing.goldens` draws all anew; look at each before you keep it.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from accreditation.credentials.printing.typesetting import badges_pdf, certificate_pdf, letter_pdf
from tests.credentials.printing.samples import (
    NAMES,
    NOW,
    badge_face,
    badge_in,
    badge_in_arabic,
    certificate_face,
    certificate_in_arabic,
    letter_face,
    letter_in_arabic,
    page_of,
)

FOLDER = Path(__file__).parents[2] / "data" / "badges"
NAME_BLOCK = (7.0, 89.8, 98.0, 113.6)
"""Millimetres: where names stand on a badge."""


def names_in(script: str, **changes: str) -> Image.Image:
    page = page_of(badges_pdf([badge_in(script, **changes)], at=NOW), dpi=110)
    left, top, right, bottom = (round(edge / 25.4 * 110) for edge in NAME_BLOCK)
    return page.crop((left, top, right, bottom))


def four_up() -> Image.Image:
    faces = [
        badge_face(1),
        badge_face(2, colour="#ffd84d", category=("Qonaq", "Guest")),
        badge_face(3, emblem=None, role=("Missiya rəhbəri", "Head of mission"), passport_number="AB1234567"),
    ]
    return page_of(badges_pdf(faces, at=NOW, layout="a4"), dpi=50)


SHEETS: dict[str, Callable[[], Image.Image]] = {
    **{f"names-{script}": partial(names_in, script) for script in NAMES},
    "badge": lambda: page_of(badges_pdf([badge_face()], at=NOW), dpi=72),
    "badge-from-right-to-left": lambda: page_of(badges_pdf([badge_in_arabic()], at=NOW), dpi=72),
    "four-to-a-sheet": four_up,
    "certificate-from-right-to-left": lambda: page_of(
        certificate_pdf(certificate_in_arabic(), at=NOW), dpi=60
    ),
    "certificate": lambda: page_of(certificate_pdf(certificate_face(), at=NOW), dpi=60),
    "letter": lambda: page_of(letter_pdf(letter_face(), at=NOW), dpi=60),
    "letter-from-right-to-left": lambda: page_of(letter_pdf(letter_in_arabic(), at=NOW), dpi=60),
}


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures of one size are apart: the mean over all pixels, in levels of grey (0 to 255)."""
    assert one.size == other.size
    return ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, draw in SHEETS.items():
        draw().save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
