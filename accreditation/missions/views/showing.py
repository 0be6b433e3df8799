"""How one person is shown: the roster's row, and what is stated, group by group."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accreditation.core import moments
from accreditation.core.templatetags.look import day_and_month, state_badge
from accreditation.missions.models import Category
from accreditation.missions.views.access import Room
from accreditation.observers.models import Membership
from accreditation.workflow.roster_rows import Row, rows_of

Fact = tuple[str, str, bool]
"""A label, a value, and whether the value is Latin letters and digits whatever the page's direction."""

_ANYBODY = "ANYBODY"
"""Stands for a public id in an address that is asked for once and filled for each row."""


def row_of(room: Room, membership: Membership) -> Row:
    """The one person as a row of the roster."""
    return rows_of(room.mission, [membership], room.categories, now=room.now, reachable=True)[0]


def lines_of(room: Room, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What the roster's table prints of each row, in its own words: a template is slow at looking things up."""
    before, after = room.url("person", public_id=_ANYBODY).split(_ANYBODY)
    return [
        {
            "url": f"{before}{row.membership.public_id}{after}",
            "name": row.membership.full_name,
            "original": row.membership.name_in_own_script,
            "role": capfirst(row.role_words),
            "state": state_badge(row.state.sign, str(row.state.word), row.state.tone),
            "needs": _needs(row),
            "arrives": _("has arrived") if row.membership.arrived_at else day_and_month(row.arrives_on),
            "flight": "" if row.membership.arrived_at or not row.arrives_on else row.flight,
        }
        for row in rows
    ]


def _needs(row: Row) -> str:
    if row.membership.sender_confirmed:
        return row.needs_words
    return ", ".join(filter(None, [_("waits for your confirmation"), row.needs_words]))


def facts_of(membership: Membership, category: Category) -> list[tuple[str, list[Fact]]]:
    """What the mission states about a person, by group; the passport's number only by its end."""
    m, document = membership, membership.document
    expires = moments.day_in_words(document.expires_on) if document.expires_on else ""
    issued = _("%(country)s (assumed)") if document.country_assumed else "%(country)s"
    residence = [m.residence_address, m.residence_country.name if m.residence_country else ""]
    groups: list[tuple[str, list[Fact]]] = [
        (
            _("Name"),
            [
                (_("Family name"), m.family_name, True),
                (_("Given names"), m.given_names, True),
                (_("Name in its original script"), m.name_in_own_script, False),
                (_("Patronymic"), m.patronymic, False),
            ],
        ),
        (
            _("Birth and citizenship"),
            [
                (_("Date of birth"), moments.day_in_words(m.born), False),
                (_("Place of birth"), m.birth_place, False),
                (_("Sex"), capfirst(m.get_sex_display()) if m.sex else "", False),
                (_("Citizenship"), str(m.citizenship), False),
            ],
        ),
        (
            _("Passport"),
            [
                (_("Passport number"), document.masked, True),
                (_("Issued by"), issued % {"country": document.country}, False),
                (_("Valid until"), expires, False),
            ],
        ),
        (
            _("In the mission"),
            [
                (_("Category"), str(category), False),
                (_("Role"), capfirst(m.get_role_display()) if m.role else "", False),
                (_("Function"), m.function, False),
                (_("Media outlet"), m.outlet, False),
                (_("Ministry's accreditation number"), m.ministry_number, True),
                (_("Delegation"), m.delegation.name, False),
            ],
        ),
        (
            _("Contact"),
            [
                (_("E-mail address"), m.email, True),
                (_("Phone"), m.phone, True),
                (_("Residence"), ", ".join(filter(None, residence)), False),
            ],
        ),
        (
            _("Visit"),
            [
                (_("Arrival"), stay_in_words(m, "arriv"), False),
                (_("Departure"), stay_in_words(m, "depart"), False),
            ],
        ),
    ]
    said = [(words, [fact for fact in facts if fact[1]]) for words, facts in groups]
    return [(words, facts) for words, facts in said if facts]


def stay_in_words(membership: Membership, way: str) -> str:
    """'17 December 2026, 14:30, Baku, J2 182'; what the delegation says where the person says nothing."""
    day, hour, place, flight = (
        ("arrives_on", "arrives_at", "arrival_place", "arrival_flight")
        if way == "arriv"
        else ("departs_on", "departs_at", "departure_place", "departure_flight")
    )
    own = getattr(membership, day) is not None
    stay: Any = membership if own else membership.delegation
    on: date | None = getattr(stay, day)
    at: time | None = getattr(stay, hour)
    said = [
        moments.day_in_words(on) if on else "",
        f"{at:%H:%M}" if at else "",
        getattr(stay, place),
        getattr(stay, flight),
    ]
    words = ", ".join(filter(None, said))
    return words if own or not words else _("%(stay)s (of the delegation)") % {"stay": words}
