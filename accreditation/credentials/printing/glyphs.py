"""Which letters the vendored fonts can draw: what they cannot is found and named before anything is printed.

typst says nothing when a letter has no glyph; it draws an empty box.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).with_name("fonts")


@cache
def coverage() -> frozenset[int]:
    """The code points that at least one of the fonts draws. Read once a process, in a quarter of a second."""
    covered: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(covered)


def missing_glyphs(text: str) -> list[tuple[str, str, str]]:
    """Letters of the text that no font draws, each once: (letter, 'U+0995', 'BENGALI LETTER KA')."""
    return missing_in((text,))


def missing_in(texts: Iterable[str]) -> list[tuple[str, str, str]]:
    """The same for many texts at once."""
    letters = dict.fromkeys(letter for text in texts for letter in unicodedata.normalize("NFC", text))
    return [
        (letter, f"U+{ord(letter):04X}", unicodedata.name(letter, "unnamed"))
        for letter in letters
        if ord(letter) not in coverage() and not _is_invisible(letter)
    ]


def _is_invisible(letter: str) -> bool:
    """Joiners, marks of direction, and white space of any kind need no glyph."""
    return unicodedata.category(letter) == "Cf" or letter.isspace()
