"""The mailbox page: everything that was sent, in the demonstration and nowhere else."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest
from django.urls import include, path

from accreditation.demo.catching import keep
from accreditation.demo.models import CaughtMail
from config import urls

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class AddressesOfADemonstration:
    urlpatterns = [path("", include("accreditation.demo.urls")), *urls.urlpatterns]


@pytest.fixture
def demonstration(settings):
    settings.DEMONSTRATION = True
    settings.ROOT_URLCONF = AddressesOfADemonstration


def caught(subject="Ваша заявка", text="Words.", html="", to=("Head.OIC@Demo.Example",)) -> CaughtMail:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return keep("accreditation@cec.example", list(to), mail.as_bytes(policy=policy.SMTP), now=NOW)


def test_a_mail_is_kept_with_its_words_in_any_script():
    mail = CaughtMail.objects.get(pk=caught(text="Решение принято.", html="<p>Решение</p>").pk)
    assert mail.subject == "Ваша заявка"
    assert mail.recipients == ["head.oic@demo.example"]
    assert mail.text.strip() == "Решение принято."
    assert mail.html.strip() == "<p>Решение</p>"


def test_a_mail_with_bytes_that_no_database_keeps_is_kept_without_them():
    kept = keep("a@cec.example", ["b@demo.example"], b"Subject: a\r\n\r\nbefore\x00after\r\n", now=NOW)
    assert kept.text.strip() == "beforeafter"


def test_the_newest_mail_stands_first(client, demonstration):
    caught(subject="the older one")
    caught(subject="the newer one")
    page = client.get("/demo/mail/").content.decode()
    assert 0 < page.index("the newer one") < page.index("the older one")


def test_mails_are_searched_by_recipient_in_any_case(client, demonstration):
    caught(subject="for the head", to=["head.oic@demo.example"])
    caught(subject="for somebody else", to=["applicant@demo.example"])
    page = client.get("/demo/mail/", {"to": "HEAD.oic"}).content.decode()
    assert "for the head" in page
    assert "for somebody else" not in page


def test_a_sign_in_code_stands_out(client, demonstration):
    mail = caught(subject="KXWM-PQRT is your code", text="Your code is:\n\nKXWM-PQRT\n\nIt works once.")
    assert mail.code == "KXWM-PQRT"
    page = client.get(f"/demo/mail/{mail.pk}/").content.decode()
    assert '<p class="number" dir="ltr">KXWM-PQRT</p>' in page


def test_a_letter_has_no_code(client, demonstration):
    mail = caught(text="Dear colleague,\n\nYour application was approved.")
    assert mail.code == ""
    assert 'class="number"' not in client.get(f"/demo/mail/{mail.pk}/").content.decode()


def test_what_a_mail_says_is_shown_as_text_and_never_as_markup(client, demonstration):
    mail = caught(subject="<b>bold</b>", text="<script>alert(1)</script>")
    page = client.get(f"/demo/mail/{mail.pk}/").content.decode()
    assert "<script>alert" not in page and "<b>bold" not in page


def test_the_html_part_is_a_page_of_its_own_that_can_do_nothing(client, demonstration):
    mail = caught(html='<p style="color: red">Words.</p><script>alert(1)</script>')
    answer = client.get(f"/demo/mail/{mail.pk}/html/")
    assert 'style="color: red"' in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def test_a_mail_without_html_has_no_such_page(client, demonstration):
    assert client.get(f"/demo/mail/{caught().pk}/html/").status_code == 404


def test_a_long_mailbox_has_pages(client, demonstration):
    CaughtMail.objects.bulk_create(
        CaughtMail(caught_at=NOW, recipients=["x@demo.example"], subject=f"mail {number:03}")
        for number in range(60)
    )
    assert "mail 059" in client.get("/demo/mail/").content.decode()
    assert "mail 000" in client.get("/demo/mail/?page=2").content.decode()


@pytest.mark.parametrize("address", ["/demo/mail/", "/demo/mail/1/", "/demo/mail/1/html/"])
def test_outside_the_demonstration_there_is_no_mailbox(client, settings, address):
    assert settings.DEMONSTRATION is False
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["", "{pk}/", "{pk}/html/"])
def test_pages_that_were_bound_by_mistake_show_nothing(client, settings, address):
    mail = caught(html="<p>secret</p>")
    settings.ROOT_URLCONF = AddressesOfADemonstration
    answer = client.get(f"/demo/mail/{address.format(pk=mail.pk)}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content
