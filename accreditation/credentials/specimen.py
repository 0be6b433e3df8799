"""Papers of nobody, marked as specimens, in the looks of an election: what the commission sees as it sets them."""

import io
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils.translation import override
from PIL import Image, ImageDraw

from accreditation.core.moments import day_in_words
from accreditation.credentials.certificate import face_in_design
from accreditation.credentials.design import BadgeDesign, emblem_of
from accreditation.credentials.facing import languages_of, worded
from accreditation.credentials.lettering import face_of_letter
from accreditation.credentials.printing.faces import BadgeFace, CertificateFace, LetterFace
from accreditation.credentials.printing.typesetting import (
    Sheet,
    badges_sheet,
    certificate_sheet,
    letter_sheet,
)

MARK = "SPECIMEN"
KINDS = ("badge", "certificate", "letter")


def specimen_sheet(design: BadgeDesign, kind: str, *, now: datetime) -> Sheet:
    """The sheet of one of KINDS, to be looked at on a screen. Raises MissingGlyphs."""
    if kind == "certificate":
        return certificate_sheet(certificate_of(design, now), at=now)
    if kind == "letter":
        return letter_sheet(refusal_of(design, now), at=now)
    return badges_sheet([specimen_of(design)], at=now)


def specimen_of(design: BadgeDesign) -> BadgeFace:
    """The face of a badge in this design, saved or not. Its QR code leads to the verifier and proves nothing."""
    election = design.election
    languages = languages_of(election)
    category = election.categories.order_by("pk").first()
    last = day_in_words(election.day + timedelta(days=election.badge_latest_end_days))
    return BadgeFace(
        languages=languages,
        commission=worded(election, "commission", languages),
        election=worded(election, "name", languages),
        category=worded(category, "name", languages) if category else (MARK, ""),
        colour=category.colour if category else design.accent,
        family=MARK,
        given="Anna Maria",
        original="Անի Գրիգորյան" if design.shows_original_name else "",
        citizenship="ARM",
        number=MARK,
        code=MARK,
        validity=(f"{MARK} – {last}", ""),
        photo=_portrait(),
        address=f"{settings.SITE_URL}/v#{MARK}",
        mission=f"{MARK} Mission" if design.shows_mission else "",
        organisation="International Observation Society" if design.shows_organisation else "",
        country="Armenia" if design.shows_country else "",
        role=("Observer", "") if design.shows_role else ("", ""),
        passport_number="XX 0000000" if election.badge_shows_document_number else "",
        note=next(filter(None, worded(design, "note", languages)), ""),
        emblem=emblem_of(design),
        accent=design.accent,
    )


def certificate_of(design: BadgeDesign, now: datetime) -> CertificateFace:
    return face_in_design(
        design,
        kind="observers",
        mission=f"{MARK} Mission",
        organisation="International Observation Society",
        code=MARK.lower(),
        registered_at=now,
        issued_at=now,
        accredited="118" if design.shows_accredited else "",
    )


def refusal_of(design: BadgeDesign, now: datetime) -> LetterFace:
    """A refusal in the badge's second language, which most of those concerned read: it has all that letters have."""
    election, language = design.election, design.election.badge_language
    with override(language):
        ground = election.refusal_grounds.first()
        facts = {
            "election": election.name,
            "commission": election.commission,
            "zone": election.time_zone,
            "name": f"{MARK} Anna Maria",
            "mission": f"{MARK} Mission",
            "number": MARK,
            "decision_number": MARK,
            "decided_at": now.isoformat(),
            "legal_basis": election.decision_article,
            "grounds": [{"words": ground.words, "article": ground.article}] if ground else [],
            "appeal_body": election.appeal_body,
            "appeal_days": election.appeal_days,
            "appeal_article": election.appeal_article,
            "link": f"{settings.SITE_URL}/{language}/apply/{MARK}/",
        }
    return face_of_letter("refusal", language, [facts], sent_at=now, design=design, emblem=emblem_of(design))


@cache
def _portrait() -> bytes:
    """A grey outline of nobody."""
    picture = Image.new("RGB", (354, 472), "#dfe3e6")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((107, 90, 247, 260), fill="#8a949b")
    pen.ellipse((37, 285, 317, 660), fill="#8a949b")
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()
