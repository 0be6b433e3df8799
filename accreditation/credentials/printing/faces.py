"""What a badge, a certificate and a letter show: finished words, pictures and colours, nothing to look up."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from accreditation.credentials.printing.scripts import language_of

Pair = tuple[str, str]
"""The same words in the state's language and in the other one; the second may be empty."""

BLACK, WHITE = "#000000", "#ffffff"
A_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


@cache
def words() -> dict[str, dict[str, str]]:
    """The labels that stand on sheets, by language."""
    found: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("words.json").read_bytes())
    return found


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts_in(one)


class _Face:
    """What all faces share: their texts can be gone through, and their languages and colours are checked."""

    def texts(self) -> Iterator[str]:
        """Every text that will be set, in the order of the fields; the words of labels excluded."""
        for one in fields(self):  # type: ignore[arg-type]
            yield from _texts_in(getattr(self, one.name))

    def _check(self, languages: tuple[str, ...], colours: tuple[str, ...]) -> None:
        """ValueError for a language without words, or a colour that is not written #rrggbb."""
        unknown = [language for language in languages if language not in words()]
        wrong = [colour for colour in colours if not A_COLOUR.match(colour)]
        if unknown or wrong:
            raise ValueError(f"no words in {unknown}" if unknown else f"no colours: {wrong}")


@dataclass(frozen=True, kw_only=True)
class BadgeFace(_Face):
    """Everything that one badge shows.

    `languages`: of the pairs. `family`, `given`: the name in Latin letters; one of them may be empty.
    `original`: the name in its own script, '' where that is Latin; `citizenship` (ISO 3166 alpha-3) only chooses
    the shapes of its letters. `photo`: from `pictures.badge_picture`; the badge signs its hash, so it is embedded as
    it is. `emblem`: PNG, JPEG or SVG.
    """

    languages: Pair
    commission: Pair
    election: Pair
    category: Pair
    colour: str
    family: str
    given: str
    number: str
    code: str
    validity: Pair
    photo: bytes = field(repr=False)
    address: str = field(repr=False)
    original: str = ""
    citizenship: str = ""
    mission: str = ""
    organisation: str = ""
    country: str = ""
    role: Pair = ("", "")
    passport_number: str = ""
    note: str = ""
    emblem: bytes | None = field(default=None, repr=False)
    accent: str = "#0b5d6b"

    def __post_init__(self) -> None:
        self._check(self.languages, (self.colour, self.accent))

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family, self.given) if part)

    @property
    def original_language(self) -> str:
        return language_of(self.original, self.citizenship)


@dataclass(frozen=True, kw_only=True)
class CertificateFace(_Face):
    """The certificate of a registered mission.

    `kind`: as what it is registered, 'observers', 'media' or 'guests'. `accredited`: how many of its people are at
    the moment of issue, '' where the certificate does not say. The last two stand by the line for the signature.
    """

    languages: Pair
    commission: Pair
    election: Pair
    day: Pair
    kind: str
    mission: str
    organisation: str
    code: str
    registered_on: Pair
    issued_on: Pair
    accredited: str = ""
    emblem: bytes | None = field(default=None, repr=False)
    accent: str = "#0b5d6b"
    signatory: str = ""
    position: Pair = ("", "")

    def __post_init__(self) -> None:
        self._check(self.languages, (self.accent,))
        if f"registered_{self.kind}" not in words()[self.languages[0]]:
            raise ValueError(f"no words for a mission of {self.kind}")


Part = tuple[str, ...]
"""A piece of a letter: what it is (`core.mail.OnPaper` names them), and its texts."""


@dataclass(frozen=True, kw_only=True)
class LetterFace(_Face):
    """A letter in one language. `recipient`: lines; `parts`: the body; `foot`: what stands under every letter."""

    language: str
    commission: str
    recipient: tuple[str, ...]
    date: str
    reference: str
    subject: str
    parts: tuple[Part, ...]
    foot: tuple[str, ...] = ()
    emblem: bytes | None = field(default=None, repr=False)
    accent: str = "#0b5d6b"

    def __post_init__(self) -> None:
        self._check((self.language,), (self.accent,))


def ink_on(colour: str) -> str:
    """White or black, whichever stands out more on that colour: 4.5 or better on any (WCAG 2 contrast)."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 counts it: 1 for the same, 21 for black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
