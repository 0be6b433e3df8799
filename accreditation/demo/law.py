"""The demonstration election: its day and rules, its categories, grounds and canned reasons, its texts."""

from datetime import date, datetime, timedelta
from typing import Any

from modeltranslation.utils import build_localized_fieldname

from accreditation.core.actors import SYSTEM
from accreditation.demo import texts
from accreditation.missions.models import CannedReason, Category, DocumentKind, Election, RefusalGround
from accreditation.missions.publishing import publish
from accreditation.reports.models import PastElection

CODE = "demo"
CALLED_DAYS_BEFORE = 80
DEFAULT_DAYS_AHEAD = 27

CATEGORIES: dict[str, dict[str, Any]] = {
    "international-observer": {"colour": "#0b5d6b"},
    "foreign-journalist": {
        "colour": "#7a4b00",
        "counts_as_observer": False,
        "required_documents": [DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE, DocumentKind.MINISTRY_NUMBER],
    },
    "interpreter": {"colour": "#4b3f8f", "counts_as_observer": False, "host_citizens_allowed": True},
    "support-staff": {"colour": "#4a5560", "counts_as_observer": False, "host_citizens_allowed": True},
    "guest": {"colour": "#8a2f4f", "counts_as_observer": False},
}

CANNED_REASONS = {
    "passport_page_cut_off": "passport_page",
    "passport_page_unreadable": "passport_page",
    "photo_not_usable": "photo",
    "name_differs_from_passport": "names",
    "document_expiry_missing": "document_expiry",
    "visit_days_missing": "arrival",
    "ministry_number_missing": "ministry_number",
}
"""What clerks ask for, and the part of the application that it reopens (workflow.applicant_tasks.task_of_field)."""

PAST: tuple[tuple[date, str, int | None, int | None, int | None, int | None, str], ...] = (
    (date(2005, 11, 6), "Parliamentary election 2005", 1291, None, None, None, "roiip.ru/articles/1605.htm"),
    (date(2013, 10, 9), "Presidential election 2013", 1300, 50, None, 51989,
     "iacis.ru, 8 Oct 2013 (nearly 1,300); esiweb.org 'Disgraced' (2013)"),
    (date(2015, 11, 1), "Parliamentary election 2015", 503, 40, None, 66000,
     "en.trend.az/azerbaijan/election2015/2451672.html (domestic: more than 66,000)"),
    (date(2018, 4, 11), "Presidential election 2018", 894, 61, 59, 58175, "azernews.az/nation/130244.html"),
    (date(2020, 2, 9), "Parliamentary election 2020", 883, 59, 58, 77790,
     "en.trend.az/azerbaijan/politics/3189491.html"),
    (date(2024, 2, 7), "Presidential election 2024", 790, 72, 89, 85700,
     "menafn.com/1107816551; turanews.kz (domestic: about 85,700)"),
    (date(2024, 9, 1), "Parliamentary election 2024", 598, 51, 69, 112749,
     "menafn.com/1108624433; cis.minsk.by/news/28140"),
)  # fmt: skip
"""Day, name, international observers, organisations, countries, domestic observers, source."""


def worded(field: str, words: dict[str, str]) -> dict[str, str]:
    """The columns of a translated field, from its words by language."""
    return {build_localized_fieldname(field, language): text for language, text in words.items()}


def called_on(day: date, today: date) -> date:
    """The call of an election: some weeks before its day, and never in the future."""
    return min(day - timedelta(days=CALLED_DAYS_BEFORE), today - timedelta(days=40))


def make_election(day: date, *, now: datetime, guests_until: int | None) -> Election:
    """The published election. `guests_until`: the own deadline of guests, in days before the election."""
    election = Election(
        code=CODE,
        day=day,
        called_on=called_on(day, now.date()),
        **worded("name", texts.ELECTION),
        **worded("commission", texts.COMMISSION),
        **worded("appeal_body", texts.APPEAL_BODY),
        **worded("pledge_text", texts.PLEDGE),
        **worded("privacy_notice", texts.PRIVACY),
    )
    election.full_clean()
    election.save()
    for position, (code, rules) in enumerate(CATEGORIES.items()):
        Category.objects.create(
            election=election,
            code=code,
            position=position,
            deadline_days=guests_until if code == "guest" else None,
            **rules,
            **worded("name", texts.CATEGORIES[code]),
            **worded("rights", texts.RIGHTS[code]),
        )
    RefusalGround.objects.create(
        election=election,
        code="information_not_confirmed",
        article="Election Code art. 44",
        **worded("words", texts.NOT_CONFIRMED),
    )
    published = election.calendar.start_of(election.called_on + timedelta(days=3)) + timedelta(hours=9)
    return publish(election, actor=SYSTEM, now=published)


def make_canned_reasons() -> None:
    """What clerks often ask for; rows that the commission has reworded since stay as they are."""
    for position, (code, field) in enumerate(CANNED_REASONS.items()):
        CannedReason.objects.get_or_create(
            code=code,
            defaults={"field": field, "position": position, **worded("words", texts.CANNED[code])},
        )


def make_past_elections() -> None:
    """Totals of past elections as published, with where they were read."""
    for day, name, observers, organisations, countries, domestic, source in PAST:
        PastElection.objects.get_or_create(
            day=day,
            defaults={
                "name": name,
                "international_observers": observers,
                "organisations": organisations,
                "countries": countries,
                "domestic_observers": domestic,
                "source": source,
            },
        )
