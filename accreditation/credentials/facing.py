"""From sealed badges to what they show: rows become finished words, in the state's language and one other.

A fixed number of queries for any number of badges of any elections.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import override
from modeltranslation.utils import build_localized_fieldname

from accreditation.core import storage
from accreditation.core.moments import day_in_words
from accreditation.credentials.badges import Badge
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.models import Accreditation
from accreditation.credentials.payload import address_of
from accreditation.credentials.printing.faces import BadgeFace, Pair
from accreditation.missions.models import Election

READ_WITH = (
    "accreditation__election",
    "accreditation__category",
    "accreditation__mission__organisation",
    "accreditation__membership__citizenship",
    "accreditation__membership__document",
    "picture",
)

TERMS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("terms.json").read_bytes())
"""How a term is worded, by language: 'open' until results are published, 'closed' with its last day."""


def faces_of(badges: Sequence[Badge]) -> list[BadgeFace]:
    """What these badges show, in their order. ValueError for one that is not sealed: it has no QR code yet.

    The name is that of the statement which the accreditation was granted for; opening a passport number is the
    caller's to record.
    """
    read = Badge.objects.select_related(*READ_WITH).in_bulk([badge.pk for badge in badges])
    designs = {
        design.election_id: design
        for design in BadgeDesign.objects.filter(
            election__in={badge.accreditation.election_id for badge in read.values()}
        )
    }
    emblems = {name: storage.read(name) for name in {design.emblem for design in designs.values()} if name}
    faces = []
    for badge in (read[one.pk] for one in badges):
        design = designs.get(badge.accreditation.election_id) or BadgeDesign()
        faces.append(face_of(badge, design, emblems.get(design.emblem)))
    return faces


def face_of(badge: Badge, design: BadgeDesign, emblem: bytes | None) -> BadgeFace:
    """What one badge shows, read with READ_WITH."""
    if badge.signed is None or badge.picture is None:
        raise ValueError(f"badge {badge.pk} is not sealed")
    accreditation = badge.accreditation
    stated, election = accreditation.membership, accreditation.election
    languages = languages_of(election)
    return BadgeFace(
        languages=languages,
        commission=worded(election, "commission", languages),
        election=worded(election, "name", languages),
        category=worded(accreditation.category, "name", languages),
        colour=accreditation.category.colour,
        family=stated.family_name,
        given=stated.given_names,
        original=stated.name_in_own_script if design.shows_original_name else "",
        citizenship=stated.citizenship_id,
        number=accreditation.number_in_words,
        code=badge.code_in_words,
        validity=term_in_words(accreditation, languages),
        photo=storage.read(badge.picture.name),
        address=address_of(bytes(badge.signed), settings.SITE_URL),
        mission=accreditation.mission.name if design.shows_mission else "",
        organisation=_organisation(accreditation) if design.shows_organisation else "",
        country=_country(stated, languages) if design.shows_country else "",
        role=_role(stated, languages) if design.shows_role else ("", ""),
        passport_number=stated.document.number if election.badge_shows_document_number else "",
        note=next(filter(None, worded(design, "note", languages)), ""),
        emblem=emblem,
        accent=design.accent,
    )


def languages_of(election: Election) -> Pair:
    """The state's language and the other one, which may be the same: then everything reads once."""
    return (election.state_language, election.badge_language)


def worded(row: Any, field: str, languages: Pair) -> Pair:
    """A translated field in both languages; the second is empty where it would repeat the first."""
    first, second = (
        getattr(row, build_localized_fieldname(field, language), "") or "" for language in languages
    )
    fallback = getattr(row, build_localized_fieldname(field, settings.LANGUAGE_CODE), "") or ""
    return (first or fallback, "" if (second or fallback) == (first or fallback) else second or fallback)


def term_in_words(accreditation: Accreditation, languages: Pair) -> Pair:
    """'from 24 November 2026 until the official results are published', in both languages."""
    ends = accreditation.valid_until or accreditation.election.results_published_on
    first, second = (
        TERMS[language]["closed" if ends else "open"].format(
            start=_day(accreditation.valid_from, language), end=_day(ends, language) if ends else ""
        )
        for language in languages
    )
    return (first, "" if first == second else second)


def _day(day: date, language: str) -> str:
    with override(language):
        return day_in_words(day)


def _organisation(accreditation: Accreditation) -> str:
    """A journalist's outlet, else who sent the person; nothing where the mission bears the same name."""
    named = accreditation.membership.outlet or accreditation.mission.organisation.name
    return "" if named == accreditation.mission.name else named


def _country(stated: Any, languages: Pair) -> str:
    first, second = worded(stated.citizenship, "name", languages)
    return f"{first} / {second}" if second else first


def _role(stated: Any, languages: Pair) -> Pair:
    words = []
    for language in languages:
        with override(language):
            words.append(str(stated.get_role_display()))
    return (words[0], "" if words[0] == words[1] else words[1])


def shown_at(badge: Badge) -> datetime:
    """The moment that a sheet of this badge bears: its signature's, so that the same badge is the same file."""
    if badge.sealed_at is None:
        raise ValueError(f"badge {badge.pk} is not sealed")
    return badge.sealed_at
