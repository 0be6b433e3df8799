"""Names of people: what a name may contain, and the keys by which it is compared, searched and sorted.

A person has one or two parts of a name as in the passport (either may be empty: some have one name only) and
perhaps the name in its original script. Nothing here changes how a name is written; keys are made beside it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from accreditation.core.errors import Reason
from accreditation.observers.reasons import reason

MAX_LENGTH = 128
MAX_KEY = 2 * MAX_LENGTH  # one letter of another script may become four
MAX_MARKS_IN_A_ROW = 4  # Vietnamese and Hebrew need three; fifty make a page unreadable

_APOSTROPHES = "'’‘ʼʻ`´ʹʾʿ‛′ꞌ՚׳״"
_HYPHENS = "-‐‑‒–—־֊"
_DOTS = ".·・"
_PUNCTUATION = frozenset(_APOSTROPHES + _HYPHENS + _DOTS + " ")

# What nearly every name looks like: found good without looking at single characters.
_PLAIN = re.compile(
    r"[A-Za-zА-Яа-яЁёÀ-ÖØ-öø-ɏəƏ' .\-]*[A-Za-zА-Яа-яЁёÀ-ÖØ-öø-ɏəƏ][A-Za-zА-Яа-яЁёÀ-ÖØ-öø-ɏəƏ' .\-]*"
)

# Letters by category that print as nothing: fillers of Hangul, joiners, variation selectors.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5") | {chr(c) for c in range(0xFE00, 0xFE10)}
_JOINERS = "\u200c\u200d"
# Arabic and its neighbours, and the scripts of India and Sri Lanka: there a joiner changes the spelling.
_SCRIPTS_WITH_JOINERS = re.compile(r"[\u0600-\u07bf\u0840-\u08ff\u0900-\u0dff\ufb50-\ufdff\ufe70-\ufefc]")


def clean(text: str) -> str:
    """The text composed (NFC), without space around it, and with one plain space wherever there was some."""
    joined = " ".join(text.split())
    return joined if joined.isascii() else unicodedata.normalize("NFC", joined)


# --- what a name may contain --------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def fault(name: str) -> str:
    """The code of what no name has ('' for a good one, and for an empty one)."""
    if len(name) > MAX_LENGTH:
        return "name_too_long"
    if not name or _PLAIN.fullmatch(name):
        return ""
    if any(_is_hidden(name, i) for i in range(len(name))):
        return "hidden_characters"
    marks = letters = 0
    for character in name:
        kind = unicodedata.category(character)
        if kind[0] == "M":
            marks += 1
            if kind == "Me" or marks > MAX_MARKS_IN_A_ROW or not letters:
                return "characters_in_name"
            continue
        marks = 0
        if kind[0] == "L":
            letters += 1
            if "\U0001d400" <= character <= "\U0001d7ff":  # mathematical letters are symbols, not a script
                return "characters_in_name"
        elif character not in _PUNCTUATION and character not in _JOINERS:
            return "characters_in_name"
    return "" if letters else "characters_in_name"


def _is_hidden(name: str, i: int) -> bool:
    """Whether the character cannot be seen: direction controls, zero width, fillers."""
    character = name[i]
    if character in _JOINERS:
        return not (0 < i < len(name) - 1 and _SCRIPTS_WITH_JOINERS.match(name[i - 1]))
    return (
        unicodedata.category(character) == "Cf"
        or character in _INVISIBLE
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def check_characters(name: str) -> Reason | None:
    """Refuse characters that no name has: digits, symbols, controls, hidden ones; more than 128 of any."""
    code = fault(name)
    if code == "name_too_long":
        return reason(code, most=MAX_LENGTH)
    return reason(code) if code else None


_SCRIPTS = [
    re.compile("[A-Za-zÀ-ÖØ-öø-ɏ]"),
    re.compile("[\u0370-\u03ff]"),
    re.compile("[\u0400-\u052f]"),
    re.compile("[\u0530-\u058f]"),
]


def mixes_scripts(name: str) -> bool:
    """Whether one word holds letters of two scripts that look alike (Latin, Greek, Cyrillic, Armenian)."""
    if name.isascii():
        return False
    return any(sum(1 for script in _SCRIPTS if script.search(word)) > 1 for word in name.split())


_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ʯḀ-ỿ]")


def is_latin(name: str) -> bool:
    """Whether all letters are Latin, as the machine-readable line of a passport and the badge need."""
    return name.isascii() or all(_LATIN.match(c) for c in name if c.isalpha() and c not in _APOSTROPHES)


# --- keys ---------------------------------------------------------------------------------------------------

# What anyascii would turn into other letters than passports do.
_BEFORE_ASCII = str.maketrans({"ə": "a", "Ə": "A", "ё": "е", "Ё": "Е", "ı": "i", "İ": "I"})
_NOT_LETTER = re.compile(r"[^a-z]+")

# Spellings of one sound, longest first: 'Shch', 'kh', 'x'; what is left is folded letter by letter.
_SOUNDS = {
    **dict.fromkeys(("shch", "sch", "sh"), "s"),
    **dict.fromkeys(("tch", "ch", "ts", "tz"), "c"),
    **dict.fromkeys(("ks", "kh", "gh", "x"), "h"),
    **dict.fromkeys(("dzh", "dj"), "j"),
    **{"zh": "z", "ph": "f", "th": "t", "ue": "u", "oe": "o", "ae": "a"},
}
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_LETTERS = str.maketrans("eoyjqgw", "auiikkv")
_GLIDES = re.compile("i+(?=[au])")  # Mariya, Maria, Mariia; Pyotr, Piotr
_DOUBLED = re.compile(r"(.)\1+")
_PARTICLES = frozenset({"al", "el", "ul"})


@lru_cache(maxsize=65536)
def _ascii(word: str) -> str:
    if word.isascii():
        return word.lower()
    return anyascii(unicodedata.normalize("NFC", word).translate(_BEFORE_ASCII)).lower()


@lru_cache(maxsize=65536)
def _fold_word(word: str) -> str:
    """One word by its sound. Never empty for a word that has letters."""
    plain = _ascii(word)
    if not plain.isalpha():
        plain = _NOT_LETTER.sub("", plain)
    key = _SOUND.sub(lambda spelling: _SOUNDS[spelling[0]], plain)
    key = _DOUBLED.sub(r"\1", key.translate(_LETTERS))
    return _DOUBLED.sub(r"\1", _GLIDES.sub("", key)) or plain


_BETWEEN_WORDS = re.compile(rf"[\s{re.escape(_HYPHENS)}.,·・/]+")


def _words(name: str) -> list[str]:
    """The words of a name; hyphens and dots part words as spaces do."""
    if name.replace(" ", "").isalpha():  # most names: the quick way
        return name.split()
    return [word for word in _BETWEEN_WORDS.split(name) if word]


def fold(name: str) -> str:
    """A key that spellings of one Latin name share, in any order of words: 'Khasan MÜLLER' is 'hasan mular'.

    Transliterations agree as often as possible (kh and x, y and i, e and a), yet the consonants and the
    difference of a, i and u stay, so that two brothers differ. An original name in Cyrillic folds near its
    Latin form; one in Arabic does not, as vowels are not written: compare Latin names with Latin names.
    """
    words = [folded for word in _words(name) if (folded := _fold_word(word))]
    if not _PARTICLES.isdisjoint(words):
        words = [word for word in words if word not in _PARTICLES] or words
    return " ".join(sorted(words))[:MAX_KEY]


_SEARCH_LETTERS = str.maketrans("yjw", "iiv")


@lru_cache(maxsize=65536)
def _search_word(word: str) -> str:
    plain = _ascii(word)
    if not plain.isalnum():
        plain = "".join(filter(str.isalnum, plain))
    return plain.translate(_SEARCH_LETTERS)


def tokens(*names: str) -> set[str]:
    """The words of names as they are stored for search, and the words of a query: a query's may be prefixes.

    Only single letters are folded, so that the first letters of a word give the first letters of its token,
    in whatever script they are typed.
    """
    return {token for name in names for word in _words(name) if (token := _search_word(word))}


def sort_key(family: str, given: str) -> str:
    """A key that orders people by family name, then given names, the same in any database collation."""
    return " ".join(_ascii(name) for name in (family, given) if name)[:MAX_KEY]


def in_full(family: str, given: str) -> str:
    """'FAMILY Given', as rosters and letters name a person; a one-name person's one name."""
    return " ".join(filter(None, [family.upper(), given]))


def other_script(original: str, family: str, given: str) -> str:
    """The name in its original script; '' where that repeats the Latin one, in whatever order and case.

    Lists whose people write in Latin letters anyway fill that column, too: nobody should read a name twice.
    """
    latin = sorted([*_words(family.casefold()), *_words(given.casefold())])
    return "" if sorted(_words(original.casefold())) == latin else original


# --- one column for the whole name -----------------------------------------------------------------------


def split_one_column(text: str, *, given_first: bool = False) -> tuple[str, str]:
    """Family name and given names of 'FAMILY, GIVEN', 'Family Given', 'Given FAMILY'.

    A comma decides; else words in capitals among others are the family name; else the first word is
    (the last one where `given_first`). One word alone is a family name.
    """
    if "," in text or "،" in text:  # also the Arabic comma
        family, __, given = text.replace("،", ",").partition(",")
        return clean(family), clean(given)
    words = clean(text).split(" ")
    if len(words) < 2:
        return words[0], ""
    capital = [word.isupper() and len(word.strip(".")) > 1 for word in words]
    if any(capital) and not all(capital):
        family_words = [word for word, is_capital in zip(words, capital, strict=True) if is_capital]
        given_words = [word for word, is_capital in zip(words, capital, strict=True) if not is_capital]
        return " ".join(family_words), " ".join(given_words)
    if given_first:
        return words[-1], " ".join(words[:-1])
    return words[0], " ".join(words[1:])
