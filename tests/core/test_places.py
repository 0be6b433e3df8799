"""Countries are data, and lists call them by many names."""

import csv
from pathlib import Path

import pytest
from django.utils import translation

from accreditation.core.places import (
    Country,
    CountryNames,
    CountryWording,
    Region,
    country_choices,
    fold,
    recognise_country,
)
from accreditation.core.places_seed import REGIONS, load_places, seeded_countries

# Every spelling of a citizenship in the sample lists of six missions.
SPELLINGS_IN_LISTS = {
    "Российская Федерация": "RUS",
    "Республика Беларусь": "BLR",
    "Казахстан": "KAZ",
    "Молдова": "MDA",
    "Таджикистан": "TJK",
    "Узбекистан": "UZB",
    "Кыргызская Республика": "KGZ",
    "Армения": "ARM",
    "Russian Federation": "RUS",
    "Russia": "RUS",
    "RUS": "RUS",
    "The Netherlands": "NLD",
    "United Kingdom": "GBR",
    "United States of America": "USA",
    "Türkiye": "TUR",
    "Czech Republic": "CZE",
    "Georgia": "GEO",
    "Germany": "DEU",
    "KOR": "KOR",
    "NGA": "NGA",
    "مصر": "EGY",
    "المغرب": "MAR",
    "الأردن": "JOR",
    "إندونيسيا": "IDN",
    "الكويت": "KWT",
}
OTHER_SPELLINGS = {
    " russia ": "RUS",
    "РОССИЯ": "RUS",
    "РФ": "RUS",
    "ru": "RUS",
    "R.U.S.": "RUS",
    "UK": "GBR",
    "Great Britain": "GBR",
    "U.S.A.": "USA",
    "Turkey": "TUR",
    "TÜRKIYE": "TUR",
    "Holland": "NLD",
    "Белоруссия": "BLR",
    "Киргизия": "KGZ",
    "Republic of Kazakhstan": "KAZ",
    "Республика Корея": "KOR",
    "КНДР": "PRK",
    "Democratic Republic of the Congo": "COD",
    "Republic of the Congo": "COG",
    "Cote d'Ivoire": "CIV",
    "Côte d’Ivoire": "CIV",
    "l'Allemagne": "DEU",
    "Gürcüstan": "GEO",
    "Объединённые Арабские Эмираты": "ARE",
    "جُمْهُورِيَّةُ مِصْرَ العَرَبِيَّة": "EGY",
    "الاردن": "JOR",
    "Guinea": "GIN",
    "Guinea-Bissau": "GNB",
    "Niger": "NER",
    "Nigeria": "NGA",
    "Dominica": "DMA",
    "Dominican Republic": "DOM",
    "stateless": "XXA",
    "XXB": "XXB",
    "Kosovo": "RKS",
    "Russian": "RUS",
    "dutch": "NLD",
    "American": "USA",
    "South Korean": "KOR",
    "Nigerien": "NER",
}
NOT_COUNTRIES = [
    "Atlantis",
    "",
    "  ",
    "?",
    "1",
    "Korea",
    "Republic",
    "United",
    "Федерация",
    "جمهورية",
    "x" * 5000,
]


@pytest.fixture(scope="module")
def names() -> CountryNames:
    return CountryNames.from_seed()


@pytest.mark.parametrize(("text", "code"), (SPELLINGS_IN_LISTS | OTHER_SPELLINGS).items())
def test_a_country_is_recognised_as_lists_write_it(names: CountryNames, text: str, code: str) -> None:
    assert names.find(text) == code


@pytest.mark.parametrize("text", NOT_COUNTRIES)
def test_what_names_no_country_or_two_is_not_guessed(names: CountryNames, text: str) -> None:
    assert names.find(text) is None


def test_every_citizenship_cell_of_the_sample_lists_is_found_but_atlantis(names: CountryNames) -> None:
    from python_calamine import CalamineWorkbook

    folder = Path(__file__).parents[1] / "data" / "delegations"
    headers = {"Гражданство", "Citizenship", "Country of citizenship", "Nationality", "الجنسية"}
    cells = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".xlsx":
            rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        elif path.suffix == ".csv":
            rows = list(csv.reader(path.read_text("cp1251").splitlines(), delimiter=";"))
        else:
            continue
        header = next(row for row in rows if headers & set(map(str, row)))
        column = next(at for at, cell in enumerate(header) if cell in headers)
        cells += [str(row[column]) for row in rows[rows.index(header) + 1 :] if row[column]]
    assert len(cells) == 118 + 21 + 14 + 27 + 60 + 5 + 13
    assert {cell for cell in cells if names.find(cell) is None} == {"Atlantis"}


def test_every_name_and_alias_of_the_seed_leads_back_to_its_own_country(names: CountryNames) -> None:
    lost = [
        (seed.code, wording, names.find(wording))
        for seed in seeded_countries()
        for wording in (seed.code, seed.alpha2, *seed.names.values(), *seed.aliases)
        if wording and names.find(wording) != seed.code
    ]
    assert lost == []


def test_the_seed_is_complete_in_five_languages_and_its_codes_are_unique() -> None:
    seeds = seeded_countries()
    assert len({seed.code for seed in seeds}) == len(seeds) == 258
    two_letters = [seed.alpha2 for seed in seeds if seed.alpha2]
    assert len(set(two_letters)) == len(two_letters)
    assert all(
        set(seed.names) == {"en", "az", "fr", "ru", "ar"} and all(seed.names.values()) for seed in seeds
    )
    assert {region for seed in seeds for region in seed.regions} == {code for code, _names in REGIONS}


def test_a_wording_that_two_countries_claim_is_nobodys() -> None:
    names = CountryNames(
        [
            CountryWording("AAA", "AA", ("Upper Land",), ("Land",)),
            CountryWording("BBB", "BB", ("Lower Land",), ("LAND",)),
        ]
    )
    assert names.find("land") is None
    assert names.find("upper land") == "AAA"


def test_folding_keeps_what_tells_countries_apart() -> None:
    assert fold("The NETHERLANDS.") == "netherlands"
    assert fold("Объединённые") == fold("Объединенные")
    assert fold("Niger") != fold("Nigeria")


@pytest.mark.django_db
def test_places_are_sown_once_and_edits_stay() -> None:
    load_places()
    russia = Country.objects.get(code="RUS")
    assert set(russia.regions.values_list("code", flat=True)) == {"cis"}
    Country.objects.filter(code="RUS").update(name_en="Edited", aliases=["Muscovy"], active=False)
    Country.objects.get(code="FRA").regions.clear()
    Country.objects.get(code="DEU").delete()
    assert load_places() == (0, 1)
    assert load_places() == (0, 0)
    edited = Country.objects.get(code="RUS")
    assert (edited.name_en, edited.aliases, edited.active) == ("Edited", ["Muscovy"], False)
    assert not Country.objects.get(code="FRA").regions.exists()
    assert list(Country.objects.get(code="DEU").regions.values_list("code", flat=True)) == ["eu"]


@pytest.mark.django_db
def test_a_country_is_shown_in_the_readers_language() -> None:
    load_places()
    shown = {}
    for language in ("en", "az", "fr", "ru", "ar"):
        with translation.override(language):
            shown[language] = str(Country.objects.get(code="AZE")), str(Region.objects.get(code="cis"))
    assert shown == {
        "en": ("Azerbaijan", "CIS"),
        "az": ("Azərbaycan", "MDB"),
        "fr": ("Azerbaïdjan", "CEI"),
        "ru": ("Азербайджан", "СНГ"),
        "ar": ("أذربيجان", "رابطة الدول المستقلة"),
    }


@pytest.mark.django_db
def test_edited_names_are_recognised_with_one_query(django_assert_num_queries: object) -> None:
    load_places()
    Country.objects.filter(code="XOM").update(aliases=["Knights of Rhodes"])
    with django_assert_num_queries(1):  # type: ignore[operator]
        names = CountryNames.load()
        assert names.find("knights of rhodes") == "XOM"
        assert names.find("Мальтийский орден") == "XOM"
        assert names.find("Order of Malta") is None
    assert recognise_country("Knights of Rhodes") == "XOM"


@pytest.mark.django_db
def test_forms_offer_active_countries_by_name_in_the_readers_language_after_the_words_for_none() -> None:
    Country.objects.update(active=False)
    Country.objects.filter(code__in=["ALA", "DEU", "NLD", "ZMB"]).update(active=True)
    offered = {}
    for language in ("en", "fr"):
        with translation.override(language):
            offered[language] = country_choices("None")
    assert offered == {
        "en": [
            ("", "None"),
            ("ALA", "Åland Islands"),
            ("DEU", "Germany"),
            ("NLD", "Netherlands"),
            ("ZMB", "Zambia"),
        ],
        "fr": [
            ("", "None"),
            ("DEU", "Allemagne"),
            ("ALA", "Îles Åland"),
            ("NLD", "Pays-Bas"),
            ("ZMB", "Zambie"),
        ],
    }
