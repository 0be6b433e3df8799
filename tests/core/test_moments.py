from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils.translation import override

from accreditation.core.moments import day_in_words, in_words, span_in_words, stamped, time_left

CLOSES = datetime(2026, 12, 10, 19, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Baku", "10 December 2026, 23:59 Baku time (UTC+4)"),
        ("Pacific/Kiritimati", "11 December 2026, 09:59 Kiritimati time (UTC+14)"),
        ("Pacific/Pago_Pago", "10 December 2026, 08:59 Pago Pago time (UTC-11)"),
        ("Asia/Kathmandu", "11 December 2026, 01:44 Kathmandu time (UTC+5:45)"),
        ("UTC", "10 December 2026, 19:59 (UTC)"),
    ],
)
def test_a_moment_is_told_by_the_clocks_of_its_zone(zone, words):
    with override("en"):
        assert in_words(CLOSES, zone) == words


def test_the_offset_is_that_of_the_day_not_of_today():
    with override("en"):
        assert (
            in_words(datetime(2026, 7, 1, tzinfo=UTC), "Europe/Paris")
            == "1 July 2026, 02:00 Paris time (UTC+2)"
        )
        assert (
            in_words(datetime(2026, 1, 1, tzinfo=UTC), "Europe/Paris")
            == "1 January 2026, 01:00 Paris time (UTC+1)"
        )
        assert in_words(datetime(2015, 7, 1, tzinfo=UTC), "Asia/Baku").endswith("(UTC+5)")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        in_words(datetime(2026, 12, 10), "Asia/Baku")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "2 November 2026"),
        ("az", "2 noyabr 2026"),
        ("fr", "2 novembre 2026"),
        ("ru", "2 ноября 2026 г."),
        ("ar", "2 نوفمبر 2026"),
    ],
)
def test_a_day_comes_first_with_the_month_by_name_in_every_language(language, words):
    with override(language):
        assert day_in_words(date(2026, 11, 2)) == words


def test_french_counts_the_first_of_a_month_as_first():
    with override("fr"):
        assert [day_in_words(date(2026, 11, day)) for day in (1, 11)] == [
            "1er novembre 2026",
            "11 novembre 2026",
        ]


@pytest.mark.parametrize(
    ("language", "city"), [("az", "Bakı"), ("fr", "Bakou"), ("ru", "Баку"), ("ar", "باكو")]
)
def test_the_city_of_the_zone_is_named_in_the_language_of_the_page(language, city):
    with override(language):
        assert city in in_words(CLOSES, "Asia/Baku")


def test_the_offset_keeps_its_order_in_a_right_to_left_line():
    with override("ar"):
        assert "\u2066UTC+4\u2069" in in_words(CLOSES, "Asia/Baku")
        assert "باكو، \u2066UTC+4\u2069)" in stamped(CLOSES, "Asia/Baku")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "10 December 2026, 23:59 (Baku, UTC+4)"),
        ("az", "10 dekabr 2026, 23:59 (Bakı, UTC+4)"),
        ("ru", "10 декабря 2026 г., 23:59 (Баку, UTC+4)"),
    ],
)
def test_on_papers_in_two_languages_a_moment_has_no_word_but_names(language: str, words: str) -> None:
    with override(language):
        assert stamped(CLOSES, "Asia/Baku") == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=17, hours=5), "17 days"),
        (timedelta(days=2, hours=3, minutes=59), "2 days 3 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=1, minutes=30), "1 day"),
        (timedelta(hours=1, minutes=1), "1 hour 1 minute"),
        (timedelta(minutes=45, seconds=59), "45 minutes"),
        (timedelta(seconds=30), "0 minutes"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(span, words):
    with override("en"):
        assert span_in_words(span) == words


def test_what_is_due_is_left_and_what_was_due_is_late_from_the_very_moment():
    with override("en"):
        assert time_left(CLOSES, CLOSES - timedelta(days=2, hours=3)) == "2 days 3 hours left"
        assert time_left(CLOSES, CLOSES) == "0 minutes late"
        assert time_left(CLOSES, CLOSES + timedelta(hours=5)) == "5 hours late"


def test_the_filter_takes_an_election_or_a_zone_and_gives_the_machine_the_moment():
    class Somewhere:
        time_zone = "Asia/Baku"

    template = Template("{% load look %}{{ moment|in_zone:place }}")
    with override("en"):
        for place in (Somewhere(), "Asia/Baku"):
            assert template.render(Context({"moment": CLOSES, "place": place})) == (
                '<time datetime="2026-12-10T19:59:00+00:00">10 December 2026, 23:59 Baku time (UTC+4)</time>'
            )


def test_a_moment_cannot_be_printed_as_a_day_without_its_zone():
    with pytest.raises(TypeError):
        Template("{% load look %}{{ moment|in_words }}").render(Context({"moment": CLOSES}))
