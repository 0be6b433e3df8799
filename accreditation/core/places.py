"""Countries and regions: rows that the commission edits, and how a list's wording of a country is recognised.

What a country is called, whether it is offered, and which regions it counts in, is data (`countries.csv` sows
it once, `places_seed.py`); no rule in code names a country. A country may count in several regions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from anyascii import anyascii
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname


class Region(models.Model):
    """A group of countries for statistics. Groups overlap: their sums are not a total."""

    code = models.CharField(
        _("code"), max_length=20, primary_key=True, validators=[RegexValidator(r"^[a-z_]+\Z")]
    )
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name


class Country(models.Model):
    """A state or code as travel documents carry it (ISO 3166 alpha-3, and ICAO 9303's own, such as XXA)."""

    code = models.CharField(
        _("code in travel documents"),
        max_length=3,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]{3}\Z")],
    )
    alpha2 = models.CharField(
        _("two-letter code"),
        max_length=2,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}\Z")],
    )
    name = models.CharField(_("name"), max_length=100)
    regions = models.ManyToManyField(Region, verbose_name=_("regions"), related_name="countries", blank=True)
    aliases = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("other names"),
        help_text=_("As lists write it; capitals, accents and punctuation do not matter."),
        default=list,
        blank=True,
    )
    active = models.BooleanField(_("offered in forms"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self) -> str:
        return self.name


# --- what forms offer ---


def country_choices(none_chosen: Any) -> list[tuple[str, Any]]:
    """The countries offered, by name in the reader's language; first the words for none."""
    offered = [(row.code, str(row.name)) for row in Country.objects.filter(active=True)]
    return [("", none_chosen), *sorted(offered, key=lambda row: fold(row[1]) or row[1])]


def country_names() -> dict[str, str]:
    """What every country is called in the reader's language (or in English), by its code, in that order.

    Read as plain columns: a page that lists all countries has no time for an object, or a look for the right
    language, for each.
    """
    column = build_localized_fieldname("name", get_language() or settings.LANGUAGE_CODE)
    name = Coalesce(NullIf(column, Value("")), "name_en", output_field=models.CharField())
    return dict(models.QuerySet(Country).order_by(column).values_list("code", name))


def country_codes() -> list[str]:
    """The codes of all countries, offered or not."""
    return list(models.QuerySet(Country).order_by().values_list("code", flat=True))


# --- recognising what a list says ---

# Arabic letters that writers interchange (forms of alef, final ye, te marbuta), and the Russian ё.
_INTERCHANGED = str.maketrans("أإآٱىةёЁ", "اااايهеЕ", "ـ")
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670]")
_ARABIC_ARTICLE = re.compile(r"(?<!\w)ال(?=\w{2})")
_APOSTROPHES = re.compile("['`\u2018\u2019\u02bc\u00b4]")
_SIGNS_OF_TRANSLITERATION = re.compile("['`]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ARTICLES = frozenset({"the", "la", "le", "les", "l"})


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """A country's wording without what does not tell countries apart: 'The NETHERLANDS ' is 'netherlands'."""
    plain = _ARABIC_MARKS.sub("", unicodedata.normalize("NFKC", text)).translate(_INTERCHANGED)
    plain = _APOSTROPHES.sub(" ", _ARABIC_ARTICLE.sub("", plain)).replace("&", " and ")
    latin = _SIGNS_OF_TRANSLITERATION.sub("", anyascii(plain).lower())
    words = _NOT_WORD.sub(" ", latin).split()
    return " ".join([word for word in words if word not in _ARTICLES] or words)


# What official names put around the short one; tried without, where the whole is not known.
_GENERIC = frozenset(
    word
    for phrase in (
        "republic of state states kingdom federal federative democratic people s peoples islamic arab",
        "hashemite principality grand duchy sultanate emirate commonwealth independent socialist cooperative",
        "plurinational bolivarian oriental united union federation",
        "république de du des d royaume état fédérale démocratique populaire islamique principauté sultanat",
        "Республика Королевство Государство Федеративная Демократическая Народная Исламская Арабская",
        "Княжество Султанат Великое Герцогство Respublikası Krallığı Dövləti",
        "جمهورية مملكة دولة سلطنة إمارة العربية الإسلامية الديمقراطية الشعبية الاتحادية الهاشمية",
    )
    for word in fold(phrase).split()
)


@dataclass(frozen=True)
class CountryWording:
    """What is known of one country: its codes, its names in all languages, other names."""

    code: str
    alpha2: str | None
    names: tuple[str, ...]
    aliases: tuple[str, ...]


class CountryNames:
    """All wordings of all countries in memory; made once for a list, then asked for every row."""

    def __init__(self, wordings: Iterable[CountryWording]) -> None:
        wordings = list(wordings)
        self._codes: dict[str, str] = {}
        for wording in wordings:
            for code in (wording.code, wording.alpha2):
                if code:
                    self._codes[code.lower()] = wording.code
        # What is edited by hand beats a name; a wording of two countries at the same rank is nobody's.
        aliases = self._unambiguous((alias, w.code) for w in wordings for alias in w.aliases)
        names = self._unambiguous((name, w.code) for w in wordings for name in w.names)
        self._words = {**names, **aliases}
        self._answers: dict[str, str | None] = {}

    @staticmethod
    def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        meant: dict[str, set[str]] = {}
        for text, code in pairs:
            if key := fold(text):
                meant.setdefault(key, set()).add(code)
        return {key: next(iter(codes)) for key, codes in meant.items() if len(codes) == 1}

    @classmethod
    def load(cls) -> CountryNames:
        """From the table, by one query. Countries that are not offered are still recognised."""
        columns = [f"name_{language}" for language in settings.MODELTRANSLATION_LANGUAGES]
        countries: models.QuerySet[Country] = models.QuerySet(Country)
        rows = countries.order_by().values_list("code", "alpha2", "aliases", *columns)
        return cls(
            CountryWording(code, alpha2, tuple(name for name in names if name), tuple(aliases))
            for code, alpha2, aliases, *names in rows
        )

    @classmethod
    def from_seed(cls) -> CountryNames:
        """From the seed file, without a database."""
        from accreditation.core.places_seed import seeded_countries

        return cls(
            CountryWording(seed.code, seed.alpha2, tuple(seed.names.values()), seed.aliases)
            for seed in seeded_countries()
        )

    def find(self, text: str) -> str | None:
        """The code of the country that a cell names by code or name in any of the languages, or None."""
        if text not in self._answers:
            if len(self._answers) > 10_000:  # a list of nonsense must not grow it without end
                self._answers.clear()
            self._answers[text] = self._find(text)
        return self._answers[text]

    def _find(self, text: str) -> str | None:
        bare = text.strip().lower()
        if bare in self._codes:
            return self._codes[bare]
        key = fold(text)
        if found := self._words.get(key):
            return found
        if "." in bare and (found := self._codes.get(bare.replace(".", "").replace(" ", ""))):
            return found  # 'R.U.S.'
        short = " ".join(word for word in key.split() if word not in _GENERIC)
        return self._words.get(short) if short and short != key else None


def recognise_country(text: str) -> str | None:
    """The code of the country meant by one wording. For many rows make one `CountryNames.load()`."""
    return CountryNames.load().find(text)
