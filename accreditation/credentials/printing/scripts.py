"""Which language a line of text is set in: it decides the shapes of letters, the direction and the fonts."""

import unicodedata

RIGHT_TO_LEFT = frozenset(("ar", "fa", "ur", "ps", "he"))

# The script of a letter stands in its Unicode name. The first language is what to assume without a hint.
LANGUAGES_OF_SCRIPTS = {
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "CJK": ("zh", "ja", "ko"),
    "ARABIC": ("ar", "fa", "ur", "ps"),
    "HEBREW": ("he",),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
    "GREEK": ("el",),
    "DEVANAGARI": ("hi", "ne", "mr"),
    "THAI": ("th",),
    "CYRILLIC": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn"),
}

LANGUAGES_OF_COUNTRIES = {
    "JPN": "ja", "KOR": "ko", "PRK": "ko", "IRN": "fa", "AFG": "fa", "PAK": "ur", "NPL": "ne",
    "UKR": "uk", "BLR": "be", "BGR": "bg", "SRB": "sr", "BIH": "sr", "MNE": "sr", "MKD": "mk",
    "KAZ": "kk", "KGZ": "ky", "TJK": "tg", "MNG": "mn",
}  # fmt: skip
"""Where a country's citizens write shared letters in shapes of their own (ISO 3166 alpha-3)."""


def language_of(text: str, citizenship: str = "") -> str:
    """The language (ISO 639-1) whose letters these are: by script, then by citizenship; '' for Latin letters.

    Kana make a name Japanese and Hangul Korean whatever the passport; Han letters alone are drawn as in the
    country of the citizenship, and as in China where that says nothing.
    """
    scripts = {_script(letter) for letter in text if letter.isalpha()}
    for script, languages in LANGUAGES_OF_SCRIPTS.items():
        if script in scripts:
            spoken = LANGUAGES_OF_COUNTRIES.get(citizenship, "")
            return spoken if spoken in languages else languages[0]
    return ""


def is_right_to_left(language: str) -> bool:
    return language in RIGHT_TO_LEFT


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
