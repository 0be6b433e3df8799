"""A roster that was downloaded and is sent back as a list: its own columns are known, and not read."""

import csv
import io

import pytest
from django.utils.translation import override

from accreditation.core.places import CountryNames
from accreditation.observers.lists.columns import map_columns
from accreditation.observers.lists.headers import IGNORED
from accreditation.workflow.roster_table import header
from tests.factories import NOW
from tests.missions.heads import headed

pytestmark = pytest.mark.django_db

OF_OURS = ["State", "Accreditation", "Missing, by when", "Has arrived"]


def taken_for(headers, cells):
    columns = map_columns(
        headers, cells, countries=CountryNames.load(), election_day=NOW.date(), today=NOW.date()
    ).columns
    return {column.header: column.field for column in columns}


def test_a_roster_that_comes_back_holds_no_column_that_nobody_knows():
    house = headed()
    house.person("approved", family_name="Vasileva", given_names="Emiliya")
    house.person("draft", family_name="Smirnov", given_names="Onufriy")
    text = b"".join(house.get("download", form="csv")).decode("utf-8-sig")
    headers, *rows = csv.reader(io.StringIO(text))
    found = taken_for(headers, list(zip(*rows, strict=True)))
    assert [name for name in OF_OURS if found[name] != IGNORED] == []
    assert [name for name in headers if found.get(name, IGNORED) is None] == []
    assert (found["Family name"], found["Arrives on"]) == ("family_name", "arrives_on")


@pytest.mark.parametrize("language", ["az", "fr", "ru", "ar"])
def test_so_it_is_in_every_language_of_a_download(language):
    with override(language):
        headers = header()
    found = taken_for(headers, [("x",)] * len(headers))
    assert {found[headers[place]] for place in (8, 9, 10, 15)} == {IGNORED}


def test_a_sender_s_own_column_of_such_a_name_keeps_its_meaning():
    found = taken_for(["Name", "State"], [("VASILEVA Emiliya", "SMIRNOV Onufriy"), ("Bulgaria", "Georgia")])
    assert found["State"] == "citizenship"
