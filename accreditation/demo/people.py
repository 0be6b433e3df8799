"""Synthetic people as senders would state them: names, birth, passport, visit. The same at each loading."""

import random
from dataclasses import replace
from datetime import date, timedelta

from accreditation.demo.names import ONE_NAME, ORIGINS
from accreditation.demo.staff import DOMAIN
from accreditation.observers.statements import Statement

FUNCTIONS = {
    "international-observer": ("Observer", "Expert on election law", "Member of the delegation", "Analyst"),
    "foreign-journalist": ("Correspondent", "Camera operator", "Producer", "Photographer"),
    "interpreter": ("Interpreter",),
    "support-staff": ("Driver", "Assistant", "Security officer"),
    "guest": ("Former election commissioner", "Professor of constitutional law"),
}
OUTLETS = ("Daily Specimen", "Radio Sample", "Channel Example", "Sample News Agency", "The Placeholder")


class Crowd:
    """An endless row of people who differ in name, birth and passport. Seeded: two loadings make the same ones."""

    def __init__(self, election_day: date, seed: int = 2026) -> None:
        self.election_day = election_day
        self.chance = random.Random(seed)
        self._met: set[tuple[str, str]] = set()
        self._count = 0

    def somebody(
        self, country: str, *, category: str = "international-observer", **said: object
    ) -> Statement:
        """A complete statement about somebody new of that citizenship; `said` replaces parts of it."""
        self._count += 1
        sex = self.chance.choice("MF")
        statement = self._named(country, sex)
        statement.born = date(
            self.chance.randint(1955, 1998), self.chance.randint(1, 12), self.chance.randint(1, 28)
        )
        statement.document_number = self._number(country)
        statement.document_country = statement.citizenship = statement.residence_country = country
        statement.document_expires = self.election_day + timedelta(days=self.chance.randint(200, 3000))
        box = f"{statement.given_names or statement.family_name}.{self._count}"
        statement.email = f"{box.lower().replace(' ', '-')}@{DOMAIN}"
        statement.category, statement.function = category, self.chance.choice(FUNCTIONS[category])
        if category == "foreign-journalist":
            statement.outlet = self.chance.choice(OUTLETS)
            statement.ministry_number = f"MFA-{self.chance.randint(1000, 9999)}"
        return replace(statement, **said)  # type: ignore[arg-type]

    def _named(self, country: str, sex: str) -> Statement:
        for __ in range(200):
            family, given, original, town = self._name(country, sex)
            if (family, given) not in self._met:
                break
        self._met.add((family, given))
        return Statement(
            family_name=family, given_names=given, original_name=original, birth_place=town, sex=sex
        )

    def _name(self, country: str, sex: str) -> tuple[str, str, str, str]:
        if country in ONE_NAME:
            town, names = ONE_NAME[country]
            return self.chance.choice(names), "", "", town
        origin = ORIGINS[country]
        families = (sex == "F" and origin.families_of_women) or origin.families_of_men
        family, family_in_script = self.chance.choice(families)
        given, given_in_script = self.chance.choice(origin.men if sex == "M" else origin.women)
        parts = (
            [family_in_script, given_in_script]
            if origin.family_first
            else [given_in_script, family_in_script]
        )
        return family, given, " ".join(parts), origin.town

    def _number(self, country: str) -> str:
        if country in ("RUS", "UZB"):
            return f"{self.chance.randint(10**8, 10**9 - 1)}"
        return f"{self.chance.choice('ABCKLMNPX')}{self.chance.randint(10**6, 10**7 - 1)}"
