"""What clerks type into the one search box: a name in any script, a file's or badge's number, a passport."""

import re
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accreditation.credentials.models import Accreditation
from accreditation.observers.search import looks_like_a_document, memberships_named, people_with_document
from accreditation.workflow.desk import Found
from accreditation.workflow.models import Application

NUMBER = re.compile(r"(?P<year>\d{4})\s*[-–/]\s*(?P<number>\d{4,12})\Z")
MOST_PEOPLE = 500

Kept = dict[str, Any]
"""A search as a session keeps it: names as typed, and of a passport only the people whom it led to."""


def application_numbered(text: str) -> int | None:
    """The file of exactly this number, '2026-004711', of any election."""
    match = NUMBER.match(text.strip())
    if match is None:
        return None
    application = (
        Application.objects.filter(pk=int(match["number"]), election__year_in_numbers=int(match["year"]))
        .select_related("election")
        .first()
    )
    return application.pk if application and application.number.endswith(f"-{match['number']}") else None


def accredited_under(text: str) -> int | None:
    """The file on which the accreditation of exactly this number, '2026-0412', was granted."""
    match = NUMBER.match(text.strip())
    if match is None or len(match["number"]) > 9:
        return None
    candidates = Accreditation.objects.filter(
        number=int(match["number"]), election__year_in_numbers=int(match["year"])
    ).select_related("election")
    wanted = f"{match['year']}-{match['number']}"
    held = [one.pk for one in candidates if one.number_in_words == wanted]
    return Application.objects.filter(accreditation__in=held).values_list("pk", flat=True).first()


def keep(text: str) -> Kept:
    """What to remember of a search until its page is shown: never the number of a passport."""
    if looks_like_a_document(text):
        people = sorted(people_with_document(text))[:MOST_PEOPLE]
        ending = "".join(filter(str.isalnum, text))[-4:]
        return {"people": people, "words": _("passport •••••%(ending)s") % {"ending": ending}}
    return {"name": text}


def found(kept: Kept) -> Found:
    """The condition on applications that a kept search stands for."""
    if "people" in kept:
        return Found(Q(person__in=kept["people"]), str(kept["words"]))
    name = str(kept["name"])
    return Found(Q(person__in=memberships_named(name).values("person")), name)
