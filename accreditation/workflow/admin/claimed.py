"""What is claimed: the statement of an application as rows to compare, and what its sender wishes to change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accreditation.core import moments
from accreditation.core.encryption import normalise_document_number
from accreditation.core.places import Country
from accreditation.observers.models import Membership
from accreditation.workflow.amendments import wish_of
from accreditation.workflow.models import Amendment, Application


@dataclass(frozen=True)
class Fact:
    """One row of the statement. A row with a `tick` is compared with the document."""

    label: Any
    value: Any
    tick: str = ""
    ticked: bool = False
    latin: bool = False


@dataclass(frozen=True)
class Group:
    words: Any
    facts: list[Fact] = field(default_factory=list)


def _names_of(codes: Sequence[str]) -> str:
    """Countries by name, in the order stated; no query where none is."""
    names = {one.code: str(one.name) for one in Country.objects.filter(code__in=codes)} if codes else {}
    return ", ".join(names.get(code, code) for code in codes)


def statement_of(application: Application, ticked: frozenset[str]) -> list[Group]:
    """The claimed data, grouped as they stand in a passport; empty rows are left out, the document is not."""
    stated = application.membership
    delegation = stated.delegation

    def fact(label: Any, value: Any, tick: str = "", *, latin: bool = False) -> Fact:
        return Fact(label, value, tick, tick in ticked, latin)

    groups = [
        Group(
            _("As in the passport"),
            [
                fact(_("Family name"), stated.family_name, "family_name"),
                fact(_("Given names"), stated.given_names, "given_names"),
                fact(_("Patronymic"), stated.patronymic),
                fact(_("Original script"), stated.name_in_own_script),
                fact(_("Born"), moments.day_in_words(stated.born), "born"),
                fact(_("Place of birth"), stated.birth_place),
                fact(_("Sex"), capfirst(stated.get_sex_display()), "sex"),
                fact(_("Citizenship"), stated.citizenship.name, "citizenship"),
                fact(_("Other citizenships"), _names_of(stated.other_citizenships)),
            ],
        ),
        Group(
            _("What for"),
            [
                fact(_("Category"), application.category.name),
                fact(_("Mission"), application.mission.name),
                fact(_("Delegation"), delegation.name if delegation.name != application.mission.name else ""),
                fact(_("Role"), capfirst(stated.get_role_display())),
                fact(_("Function"), stated.function),
                fact(_("Media outlet"), stated.outlet),
                fact(_("Ministry's number"), stated.ministry_number, latin=True),
            ],
        ),
        Group(
            _("How to reach, and the visit"),
            [
                fact(_("E-mail"), stated.email, latin=True),
                fact(_("Phone"), stated.phone, latin=True),
                fact(_("Residence"), _residence(stated)),
                fact(
                    _("Arrives"), _stay(stated, delegation, "arrives_on", "arrival_place", "arrival_flight")
                ),
                fact(
                    _("Departs"),
                    _stay(stated, delegation, "departs_on", "departure_place", "departure_flight"),
                ),
            ],
        ),
    ]
    return [Group(group.words, [one for one in group.facts if one.value]) for group in groups]


def _residence(stated: Membership) -> str:
    country = stated.residence_country.name if stated.residence_country else ""
    return ", ".join(filter(None, [stated.residence_address, country]))


def _stay(stated: Any, delegation: Any, day: str, place: str, flight: str) -> str:
    source = stated if getattr(stated, day) else delegation
    if not getattr(source, day):
        return ""
    words = [moments.day_in_words(getattr(source, day)), getattr(source, place), getattr(source, flight)]
    return ", ".join(filter(None, words))


def tickable(application: Application) -> frozenset[str]:
    """The rows that a clerk compares before recommending: those that were stated."""
    stated = application.membership
    there = {name for name in ("family_name", "given_names", "sex") if getattr(stated, name)}
    there |= {"born", "citizenship", "document"}
    return frozenset(there | ({"expires_on"} if stated.document.expires_on else set()))


# What the sender wishes to change


@dataclass(frozen=True)
class WishedRow:
    label: Any
    now: str
    wished: str


@dataclass(frozen=True)
class Wish:
    """An amendment in words. Numbers of documents stay masked here as everywhere."""

    amendment: Amendment
    rows: list[WishedRow]


WORDS = {
    "citizenship": gettext_lazy("citizenship"),
    "residence_country": gettext_lazy("country of residence"),
    "document_number": gettext_lazy("passport number"),
    "document_country": gettext_lazy("passport issued by"),
    "document_expires": gettext_lazy("passport valid until"),
    "category": gettext_lazy("category"),
}


def word_for(name: str) -> str:
    """A field of a statement, in words."""
    return str(WORDS.get(name) or Membership._meta.get_field(name).verbose_name)


def wishes_about(amendments: Sequence[Amendment]) -> list[Wish]:
    """Open amendments, each field beside what stands now; one query for the names of countries, if any."""
    if not amendments:
        return []
    countries = {one.pk: one.name for one in Country.objects.all()}
    return [
        Wish(
            amendment,
            [
                WishedRow(
                    word_for(name),
                    _words(name, _now(amendment.membership, name), countries),
                    _words(name, value, countries),
                )
                for name, value in sorted(wish_of(amendment).items())
            ],
        )
        for amendment in amendments
    ]


def _now(stated: Membership, name: str) -> Any:
    document = stated.document
    held = {
        "document_number": document.number_end,
        "document_country": document.country_id,
        "document_expires": document.expires_on,
        "category": stated.category.code,
        "citizenship": stated.citizenship_id,
        "residence_country": stated.residence_country_id,
    }
    return held[name] if name in held else getattr(stated, name)


def _words(name: str, value: Any, countries: dict[str, str]) -> str:
    if value in (None, ""):
        return ""
    if name == "document_number":
        return f"•••••{normalise_document_number(value)[-4:]}"
    if name in ("document_country", "citizenship", "residence_country"):
        return countries.get(value, value)
    if isinstance(value, date):
        return moments.day_in_words(value)
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
