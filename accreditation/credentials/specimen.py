"""A badge of nobody, marked as a specimen, in the looks of an election: what the commission sees as it sets them."""

import io
from datetime import timedelta
from functools import cache

from django.conf import settings
from PIL import Image, ImageDraw

from accreditation.core import storage
from accreditation.core.encryption import DecryptionError
from accreditation.core.moments import day_in_words
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.facing import languages_of, worded
from accreditation.credentials.printing.faces import BadgeFace

MARK = "SPECIMEN"


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
        emblem=_emblem(design),
        accent=design.accent,
    )


def _emblem(design: BadgeDesign) -> bytes | None:
    try:
        return storage.read(design.emblem) if design.emblem else None
    except (FileNotFoundError, DecryptionError):
        return None


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
