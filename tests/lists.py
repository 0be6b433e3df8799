"""Sample lists taken in as the command and the pages do it."""

from datetime import date
from pathlib import Path
from typing import Any

from accreditation.core.actors import SYSTEM, Actor
from accreditation.core.places import CountryNames
from accreditation.missions.models import Category, Election, Mission
from accreditation.observers.lists import ReadList, read_list
from accreditation.observers.statements import Statement
from accreditation.observers.stating import rules_for
from accreditation.workflow.intake import Intake, take_in
from tests.factories import NOW, make_mission

FOLDER = Path(__file__).parent / "data" / "delegations"
FIRST_FOUR = {
    "cis": "cis-observer-mission.xlsx",
    "ipa-cis": "ipa-cis.csv",
    "ru-cec": "russian-cec.xlsx",
    "media": "journalists.xlsx",
}


def missions_of_the_samples(election: Election) -> dict[str, Mission]:
    journalist = Category.objects.get(election=election, code="foreign-journalist")
    return {
        code: make_mission(
            election,
            code=code,
            **({"default_category": journalist, "kind": "media"} if code == "media" else {}),
        )
        for code in FIRST_FOUR
    }


def read_sample(mission: Mission, name: str, **answers: Any) -> ReadList:
    return read_list(
        (FOLDER / name).read_bytes(), name, countries=CountryNames.load(), rules=rules_for(mission),
        today=date(2026, 11, 23), **answers,
    )  # fmt: skip


def take_in_sample(mission: Mission, name: str, actor: Actor = SYSTEM) -> Intake:
    rows = read_sample(mission, name).good
    return take_in(
        [row.statement for row in rows], delegation=mission.delegations.get(), actor=actor, now=NOW,
        warned=[[why.code for why in row.warnings] for row in rows],
    )  # fmt: skip


def stated(**fields: Any) -> Statement:
    """A statement that passes its rules."""
    values: dict[str, Any] = {
        "family_name": "Vasileva",
        "given_names": "Emiliya",
        "born": date(1981, 3, 14),
        "citizenship": "BGR",
        "document_number": "P1234567",
        "document_country": "BGR",
        "document_expires": date(2031, 1, 1),
    } | fields
    return Statement(**values)
