"""Which letters the vendored fonts can draw: what they cannot is found and named before anything is printed.

typst says nothing when a letter has no glyph; it draws an empty box.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from fontTools.ttLib import TTFont

from accreditation.credentials.printing.compiling import FONTS


@cache
def advances() -> tuple[dict[int, float], dict[int, float]]:
    """How wide each letter is, in em, of those that a font draws: in regular text, and in bold.

    As in `templates/shared.typ` the first font that has a letter draws it, the large ones last. Read once a process,
    in a third of a second.
    """
    regular: dict[int, float] = {}
    bold: dict[int, float] = {}
    for path in sorted(FONTS.glob("*.ttf"), key=lambda path: (path.stem.endswith("-Medium"), path.name)):
        cuts = {"Regular": [regular], "Bold": [bold]}.get(path.stem.rpartition("-")[2], [regular, bold])
        with TTFont(path, lazy=True) as font:
            metrics, em = font["hmtx"].metrics, font["head"].unitsPerEm
            for point, glyph in font.getBestCmap().items():
                for cut in cuts:
                    cut.setdefault(point, metrics[glyph][0] / em)
    return regular, bold


@lru_cache(maxsize=10_000)  # most texts of a print run stand on all its badges
def widest(text: str) -> tuple[float, float]:
    """Widths in em that the text does not reach, regular and bold: its letters' advances, without kerning.

    Ligatures and joined letters only make it narrower; a hundredth is added for kerning that widens.
    """
    regular, bold = advances()
    points = [ord(letter) for letter in text if unicodedata.category(letter) != "Cf"]
    return (
        round(1.01 * sum(regular.get(point, 1.0) for point in points), 3),
        round(1.01 * sum(bold.get(point, 1.0) for point in points), 3),
    )


def missing_glyphs(text: str) -> list[tuple[str, str, str]]:
    """Letters of the text that no font draws, each once: (letter, 'U+0995', 'BENGALI LETTER KA')."""
    return missing_in((text,))


def missing_in(texts: Iterable[str]) -> list[tuple[str, str, str]]:
    """The same for many texts at once; in the order in which they are met."""
    drawn = advances()[0]
    letters = dict.fromkeys(letter for text in dict.fromkeys(texts) for letter in composed(text))
    return [
        (letter, f"U+{ord(letter):04X}", unicodedata.name(letter, "unnamed"))
        for letter in letters
        if ord(letter) not in drawn and not _is_invisible(letter)
    ]


def composed(text: str) -> str:
    """Letters with their marks made one where Unicode has one (NFC)."""
    return unicodedata.normalize("NFC", text)


def _is_invisible(letter: str) -> bool:
    """Joiners, marks of direction, and white space of any kind need no glyph."""
    return unicodedata.category(letter) == "Cf" or letter.isspace()


def is_a_mark(letter: str) -> bool:
    """Whether it belongs to the letter before it."""
    return unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")
