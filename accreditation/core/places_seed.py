"""The first countries and regions: `countries.csv`, names from CLDR, codes from ISO 3166 and ICAO 9303.

Sown once into rows that the commission then edits: sowing again adds what is missing, no more.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from accreditation.core import places

LANGUAGES = ("en", "az", "fr", "ru", "ar")
COUNTRIES_CSV = Path(__file__).with_name("countries.csv")

# In the order of the statistics. The names are editable rows, so they are translated here and not by gettext.
REGIONS: tuple[tuple[str, tuple[str, str, str, str, str]], ...] = (
    ("cis", ("CIS", "MDB", "CEI", "СНГ", "رابطة الدول المستقلة")),
    (
        "eu",
        ("European Union", "Avropa İttifaqı", "Union européenne", "Европейский союз", "الاتحاد الأوروبي"),
    ),
    (
        "europe_other",
        (
            "Europe, other",
            "Avropa, digər",
            "Europe, autres pays",
            "Европа, прочие страны",
            "أوروبا، دول أخرى",
        ),
    ),
    (
        "mena",
        (
            "Middle East and North Africa",
            "Yaxın Şərq və Şimali Afrika",
            "Moyen-Orient et Afrique du Nord",
            "Ближний Восток и Северная Африка",
            "الشرق الأوسط وشمال أفريقيا",
        ),
    ),
    ("asia", ("Asia", "Asiya", "Asie", "Азия", "آسيا")),
    ("africa", ("Africa", "Afrika", "Afrique", "Африка", "أفريقيا")),
    ("americas", ("Americas", "Amerika", "Amériques", "Америка", "الأمريكتان")),
    ("oceania", ("Oceania", "Okeaniya", "Océanie", "Океания", "أوقيانوسيا")),
)


@dataclass(frozen=True)
class SeededCountry:
    code: str
    alpha2: str | None
    regions: tuple[str, ...]
    names: dict[str, str]
    aliases: tuple[str, ...]


@cache
def seeded_countries() -> tuple[SeededCountry, ...]:
    """The lines of the file, read once."""
    with COUNTRIES_CSV.open(encoding="utf-8", newline="") as lines:
        return tuple(
            SeededCountry(
                code=line["code"],
                alpha2=line["alpha2"] or None,
                regions=tuple(line["regions"].split()),
                names={language: line[language] for language in LANGUAGES},
                aliases=tuple(alias for alias in line["aliases"].split("|") if alias),
            )
            for line in csv.DictReader(lines)
        )


def _names(names: dict[str, str]) -> dict[str, str]:
    return {"name": names["en"]} | {f"name_{language}": name for language, name in names.items()}


@transaction.atomic
def load_places(country_model: Any = None, region_model: Any = None) -> tuple[int, int]:
    """Add the regions and countries that are missing; what is there, edited or not, stays.

    A migration passes its historical models. Answers how many regions and countries were added.
    """
    country_model, region_model = country_model or places.Country, region_model or places.Region
    known_regions = set(region_model.objects.values_list("code", flat=True))
    new_regions = [
        region_model(code=code, position=position, **_names(dict(zip(LANGUAGES, names, strict=True))))
        for position, (code, names) in enumerate(REGIONS, start=1)
        if code not in known_regions
    ]
    region_model.objects.bulk_create(new_regions)
    known_countries = set(country_model.objects.values_list("code", flat=True))
    new = [seed for seed in seeded_countries() if seed.code not in known_countries]
    country_model.objects.bulk_create(
        country_model(code=seed.code, alpha2=seed.alpha2, aliases=list(seed.aliases), **_names(seed.names))
        for seed in new
    )
    membership = country_model.regions.through
    membership.objects.bulk_create(
        membership(country_id=seed.code, region_id=region) for seed in new for region in seed.regions
    )
    return len(new_regions), len(new)
