"""From a letter's frozen facts to its sheet: the words of its mail, in the looks of its election."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import override

from accreditation.core.mail import render_on_paper
from accreditation.core.moments import in_words
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.printing.faces import LetterFace


def face_of_letter(
    kind: str,
    language: str,
    facts: Sequence[dict[str, Any]],
    *,
    sent_at: datetime,
    design: BadgeDesign,
    emblem: bytes | None,
) -> LetterFace:
    """What a sheet of one or more letters' facts shows; `sent_at` as for a mail (core/mail.py)."""
    words = render_on_paper(kind, language, facts, sent_at=sent_at)
    first = facts[0]
    with override(language):
        date = in_words(sent_at, str(first.get("zone") or settings.TIME_ZONE))
    # A letter to a mission names its people in its body.
    addressed = ("mission",) if first.get("to_head") else ("name", "mission")
    return LetterFace(
        language=language,
        commission=str(first.get("commission", "")),
        recipient=tuple(str(first[name]) for name in addressed if first.get(name)),
        date=date,
        reference=str(first.get("decision_number") or first.get("number") or ""),
        subject=words.subject,
        parts=words.parts,
        foot=words.foot,
        emblem=emblem,
        accent=design.accent,
    )
