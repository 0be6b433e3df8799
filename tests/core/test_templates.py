import gzip
import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import override

from accreditation.core.errors import Reason, Refused, WrongState
from accreditation.core.languages import direction_of
from accreditation.core.refusals import move_refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.specimen")]

HOUSE = Path(__file__).resolve().parents[2] / "accreditation"
# Letters are no pages: mail programs know no sheets, and no policy is sent with them.
TEMPLATES = sorted(path for path in HOUSE.rglob("templates/**/*.html") if "letters" not in path.parts)
SHEETS = sorted(path for path in HOUSE.rglob("static/**/*.css"))


def page(client: Client, path: str, **fields: str) -> str:
    answer: HttpResponse = client.post(path, fields) if fields else client.get(path)
    return answer.content.decode()


def test_no_template_holds_a_script_a_style_or_a_handler_of_its_own():
    assert len(TEMPLATES) > 30
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", re.IGNORECASE
    )
    assert [str(path) for path in TEMPLATES if inline.search(path.read_text())] == []


def test_our_sheets_know_start_and_end_but_neither_left_nor_right():
    physical = re.compile(
        r"(?<![\w-])(left|right|(margin|padding|border)-(left|right|top|bottom)|width|height)\s*:"
    )
    sideways = re.compile(r":\s*(left|right)\s*[;}]")
    media = re.compile(r"@media[^{]*")
    found = [
        (path.name, match[0])
        for path in SHEETS
        for pattern in (physical, sideways)
        for match in pattern.finditer(media.sub("", path.read_text()))
    ]
    assert len(SHEETS) >= 3
    assert found == []


def test_the_sheets_of_a_public_page_weigh_no_more_than_15_kilobytes():
    sheets = (HOUSE / "static/accreditation" / name for name in ("tokens.css", "site.css"))
    assert len(gzip.compress(b"".join(path.read_bytes() for path in sheets))) <= 15 * 1024


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("az", "ltr"), ("fr", "ltr"), ("ru", "ltr"), ("ar", "rtl")]
)
def test_a_page_says_its_language_and_direction(client, language, direction):
    assert direction_of(language) == direction
    assert f'<html lang="{language}" dir="{direction}">' in page(client, f"/{language}/roster/")


def test_the_languages_stand_by_native_name_and_lead_to_the_same_page(client):
    html = page(client, "/en/roster/?state=draft")
    menu = html[html.index('<details class="languages">') : html.index("</details>")]
    assert re.findall(r'href="([^"]+)"', menu) == [
        f"/{code}/roster/?state=draft" for code in ("az", "fr", "ru", "ar")
    ]
    assert re.findall(r'<(?:a|b)[^>]*dir="(\w+)">([^<]+)', menu) == [
        ("ltr", "Azərbaycanca"),
        ("ltr", "English"),
        ("ltr", "Français"),
        ("ltr", "Русский"),
        ("rtl", "العربية"),
    ]


def test_a_refused_form_says_so_in_title_summary_and_field_and_keeps_what_was_typed(client):
    html = page(
        client, "/en/question/", number="C01X00T47", expiry_day="31", expiry_month="2", expiry_year="2031"
    )
    assert "<title>Error: Your passport" in html
    summary = html[html.index('class="summary"') : html.index("<h1>")]
    assert re.findall(r'href="#([^"]+)"', summary) == ["id_expiry_0", "id_stay_0", "id_photo", "id_pledge"]
    for target in ("id_expiry_0", "id_stay_0", "id_photo", "id_pledge"):
        assert f'id="{target}"' in html
    assert html.count("There is no such day in the calendar") == 2
    assert 'value="C01X00T47"' in html


def test_every_error_and_hint_is_linked_to_its_field(client):
    html = page(client, "/en/question/", expiry_day="31")
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        for name in described.split():
            assert html.count(f'id="{name}"') == 1, name
    assert 'aria-describedby="id_number_helptext id_number_error"' in html
    assert re.search(r'<fieldset[^>]*aria-describedby="id_expiry_helptext id_expiry_error"', html)


def test_a_clean_form_has_no_required_attribute_and_marks_what_may_stay_empty(client):
    html = page(client, "/en/question/")
    assert "<title>Your passport" in html
    assert not re.search(r"\srequired[\s>=]", html)
    assert html.count("(optional)") == 2
    assert "*</label>" not in html


def test_a_link_keeps_the_filters_and_changes_the_page(client):
    html = page(client, "/en/roster/?state=draft&before=A")
    assert 'rel="next" href="?state=draft&amp;after=SUHARTINI"' in html


def test_errors_in_the_same_words_name_their_fields_in_the_summary(client):
    html = page(client, "/en/question/", number="C01X00T47")
    summary = html[html.index('class="summary"') : html.index("<h1>")]
    assert "Photo – This field is required." in summary
    assert "Enter the date" in summary
    assert "Valid until – Enter the date" not in summary


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/en/forbidden/", 403, "This is the roster of another mission."),
        ("/en/nowhere/", 404, "There is no such page"),
    ],
)
def test_an_error_page_wears_the_look_and_says_what_to_do(client, path, status, words):
    answer = client.get(path)
    html = answer.content.decode()
    assert answer.status_code == status
    assert words in html
    assert 'class="mast"' in html
    assert "mailto:" in html


def test_a_broken_page_is_told_without_asking_the_database_anything(client, django_assert_num_queries):
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        answer = client.get("/en/broken/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_a_form_without_our_token_is_explained():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/en/question/", {"number": "1"})
    assert answer.status_code == 403
    assert "The form was open for too long" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (
            WrongState("Approved by Leyla at 14:20.", state="approved", version=3),
            409,
            "Approved by Leyla at 14:20.",
        ),
        (
            Refused([Reason("late", "Applications closed."), Reason("photo", "The photo is missing.")]),
            422,
            "<li>The photo is missing.</li>",
        ),
    ],
)
def test_a_move_that_was_not_made_says_every_reason(error, status, words):
    request = RequestFactory().get("/en/roster/")
    request.resolver_match = None
    with override("en"):
        answer = move_refused(request, error, url="/en/roster/")
    html = answer.content.decode()
    assert answer.status_code == status
    assert words in html
    assert 'href="/en/roster/"' in html
