"""The rules of one row: what is refused, what is only warned of, each alone and at its edges."""

from dataclasses import replace
from datetime import date

import pytest

from accreditation.observers.reasons import REFUSALS, WARNINGS, reason
from accreditation.observers.statements import RowRules, Statement, age_on, refusals, warnings
from tests.observers.lists_by_hand import RULES, TODAY

GOOD = Statement(
    family_name="SMITH",
    given_names="ANNA",
    born=date(1970, 3, 15),
    citizenship="GBR",
    document_number="123456789",
    document_country="GBR",
    document_expires=date(2030, 1, 1),
)


def refused(rules: RowRules = RULES, **changes: object) -> list[str]:
    return [why.code for why in refusals(replace(GOOD, **changes), rules, TODAY)]


def warned(rules: RowRules = RULES, **changes: object) -> list[str]:
    return [why.code for why in warnings(replace(GOOD, **changes), rules, TODAY)]


def test_a_good_statement_is_neither_refused_nor_doubted() -> None:
    assert (refused(), warned()) == ([], [])


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"family_name": ""}, []),
        ({"given_names": ""}, []),
        ({"family_name": "", "given_names": ""}, ["no_name"]),
        ({"family_name": "", "given_names": "", "original_name": "Анна"}, ["no_name"]),
        ({"born": None}, ["no_date_of_birth"]),
        (
            {"born": None, "unread": {"born": reason("impossible_date_of_birth")}},
            ["impossible_date_of_birth"],
        ),
        ({"born": TODAY}, []),
        ({"born": date(2026, 11, 2)}, ["born_in_future"]),
        ({"born": date(1900, 1, 1)}, ["impossible_date_of_birth"]),
        ({"citizenship": ""}, ["no_citizenship"]),
        (
            {"citizenship": "", "unread": {"citizenship": reason("unknown_citizenship")}},
            ["unknown_citizenship"],
        ),
        ({"citizenship": "AZE"}, ["host_citizen"]),
        ({"citizenship": "AZE", "category": "foreign-journalist"}, []),
        ({"document_number": ""}, ["no_document_number"]),
        ({"document_number": "№ - /"}, ["no_document_number"]),
        ({"document_number": "1" * 31}, ["document_number_too_long"]),
        ({"document_expires": date(2026, 12, 19)}, ["document_expires_before_election"]),
        ({"document_expires": date(2026, 12, 20)}, []),
        ({"arrives_on": date(2026, 12, 20)}, []),
        ({"arrives_on": date(2026, 12, 21)}, ["arrives_after_election"]),
        ({"arrives_on": date(2026, 12, 21), "category": "foreign-journalist"}, []),
        ({"original_name": "<b>"}, ["characters_in_name"]),
        ({"family_name": "<b>", "patronymic": "<i>"}, ["characters_in_name"]),
        ({"patronymic": "a\u202eb", "given_names": "2"}, ["characters_in_name", "hidden_characters"]),
        ({"unread": {"arrives_on": reason("ambiguous_date", text="03/04/2026")}}, ["ambiguous_date"]),
        ({"unread": {"arrives_on": reason("unreadable_date", text="soon")}}, []),
    ],
)
def test_what_is_refused(changes: dict[str, object], codes: list[str]) -> None:
    assert refused(**changes) == codes


def test_every_reason_is_said_not_the_first_alone() -> None:
    assert [why.code for why in refusals(Statement(), RULES, TODAY)] == [
        "no_name",
        "no_date_of_birth",
        "no_citizenship",
        "no_document_number",
    ]


def test_rules_of_citizenship_are_parameters() -> None:
    assert refused(replace(RULES, host_citizens_allowed=True), citizenship="AZE") == []
    assert refused(replace(RULES, host_country="GBR")) == ["host_citizen"]
    excluding = replace(RULES, excluded_citizenships=frozenset({"GBR"}))
    assert refused(excluding) == ["excluded_citizenship"]
    assert refused(excluding, category="foreign-journalist") == []
    assert refused(replace(RULES, default_category="foreign-journalist"), citizenship="AZE") == []


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"original_name": "Ivanоv"}, ["mixed_scripts"]),
        ({"family_name": "Смит"}, ["name_not_latin"]),
        ({"family_name": "Müller", "given_names": "Şükür"}, []),
        ({"born": date(2010, 11, 2)}, ["odd_age"]),
        ({"born": date(2010, 11, 1)}, []),
        ({"born": date(1925, 1, 1)}, ["odd_age"]),
        ({"document_expires": None}, ["no_document_expiry"]),
        (
            {
                "document_expires": None,
                "unread": {"document_expires": reason("unreadable_date", text="soon")},
            },
            ["unreadable_date"],
        ),
        ({"document_expires": date(2027, 3, 19)}, ["document_expires_soon"]),
        ({"document_expires": date(2027, 3, 20)}, []),
        ({"document_number": "ЖЩ1234"}, ["odd_document_number"]),
        ({"document_number": "ab 12-345"}, []),
        ({"other_citizenships": ("FRA", "AZE")}, ["second_citizenship_of_host"]),
        ({"arrives_on": date(2026, 12, 15), "departs_on": date(2026, 12, 14)}, ["departs_before_arrival"]),
        ({"arrives_on": date(2026, 12, 15), "departs_on": date(2026, 12, 15)}, []),
        ({"email": "anna@example"}, ["doubtful_email"]),
        ({"email": "anna@example.org"}, []),
        ({"phone": "call me"}, ["doubtful_phone"]),
        ({"phone": "+44 (20) 7946-0000"}, []),
        ({"unread": {"category": reason("unknown_category", text="Wizard")}}, ["unknown_category"]),
    ],
)
def test_what_is_only_warned_of(changes: dict[str, object], codes: list[str]) -> None:
    assert warned(**changes) == codes
    assert refused(**changes) == []


def test_reasons_have_one_code_each_and_say_their_facts() -> None:
    assert not REFUSALS.keys() & WARNINGS.keys()
    assert all(code.isascii() and len(code) <= 40 for code in REFUSALS | WARNINGS)
    assert str(reason("duplicate_in_file", row=2).words) == "the same passport as row 2"


def test_ages_are_whole_years() -> None:
    assert (age_on(date(2000, 2, 29), date(2026, 2, 28)), age_on(date(2000, 2, 29), date(2026, 3, 1))) == (
        25,
        26,
    )
