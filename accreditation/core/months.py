"""Names of months as people write them, in lists and in forms: one table of words, in many languages.

The spellings of the product's own languages are CLDR's; the others are those that lists have brought.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from anyascii import anyascii
from babel.dates import get_month_names

# One line a language; genitive and other forms after a slash. Prefixes of three letters or more are understood too.
_LATIN = """
january february march april may june july august september october november december
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr
ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
januar februar marz april mai juni juli august september oktober november dezember
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
januari februari maart april mei juni juli augustus september oktober november december
"""
_CYRILLIC = """
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня
"""
_ARABIC = """
يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر
كانونالثاني شباط اذار نيسان ايار حزيران تموز اب ايلول تشرينالاول تشرينالثاني كانونالاول
جانفي فيفري مارس افريل ماي جوان جويلية اوت سبتمبر اكتوبر نوفمبر ديسمبر
يناير فبراير مارس ابريل ماي يونيو يوليوز غشت شتنبر اكتوبر نونبر دجنبر
"""
_OWN_LOCALES = ("en", "az", "fr", "ru", "ar", "ar_SY", "ar_DZ")
_ABBREVIATIONS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "oct": 10}
_ABBREVIATIONS |= {"nov": 11, "dec": 12, "фев": 2, "дек": 12, "мар": 3, "июн": 6, "июл": 7}
_ARABIC_FORMS = str.maketrans("أإآٱىة", "اااايه", "ـ ًٌٍَُِّْ")


def _fold(word: str) -> str:
    word = word.replace("İ", "i").replace("ı", "i").casefold()
    if re.search("[\u0600-\u06ff]", word):
        return word.translate(_ARABIC_FORMS)
    if re.search("[\u0400-\u04ff]", word):
        return word
    return anyascii(word).lower()


def _own_names() -> Iterator[tuple[str, int]]:
    for locale in _OWN_LOCALES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in get_month_names(width, context=context, locale=locale).items():
                    yield name, number


def _table() -> dict[str, int]:
    full: dict[str, int] = {}
    prefixes: dict[str, set[int]] = {}
    for language in (_LATIN + _CYRILLIC).strip().splitlines():
        for number, word in enumerate(language.split(), 1):
            full.setdefault(word, number)
            for end in range(3, len(word)):
                prefixes.setdefault(word[:end], set()).add(number)
    for language in _ARABIC.strip().splitlines():
        for number, word in enumerate(language.split(), 1):
            full.setdefault(_fold(word), number)
    for word, number in _own_names():
        full.setdefault(_fold(word.strip(". ")), number)
    # A prefix of two months ('jui', 'list') is nobody's, unless it is a month's usual short form.
    short = {word: next(iter(numbers)) for word, numbers in prefixes.items() if len(numbers) == 1}
    return short | _ABBREVIATIONS | full


_MONTHS = _table()


@lru_cache(maxsize=4096)
def month_number(word: str) -> int | None:
    """1 to 12 for a month's name or its first letters, in any language of the table; else None."""
    return _MONTHS.get(_fold(word.strip(". ")))
