import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accreditation.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def ask(client: Client, email: str, **headers):
    return client.post("/en/sign-in/", {"email": email}, **headers)


def code_in_last_letter() -> str:
    found = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def enter(client: Client, code: str):
    return client.post("/en/sign-in/code/", {"code": code, "action": "verify"})


def signed_in_as(client: Client) -> str | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).email if pk else None


def test_a_new_address_gets_an_account_with_its_first_right_code_and_not_before(client):
    answer = ask(client, "New.Observer@Example.org")
    assert (answer.status_code, answer["Location"]) == (302, "/en/sign-in/code/")
    assert not User.objects.exists()
    assert enter(client, code_in_last_letter()).status_code == 302
    user = User.objects.get()
    assert (user.email, user.is_staff, user.has_usable_password()) == (
        "new.observer@example.org",
        False,
        False,
    )
    assert signed_in_as(client) == "new.observer@example.org"


def test_a_known_and_an_unknown_address_get_the_same_answer_the_same_page_and_the_same_letter(client):
    User.objects.create_user("known@example.org")
    other = Client()
    known, unknown = ask(client, "known@example.org"), ask(other, "nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    pages = [
        re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        for answer in (client.get("/en/sign-in/code/"), other.get("/en/sign-in/code/"))
    ]
    assert pages[0].replace("known@example.org", "x") == pages[1].replace("nobody@example.org", "x")
    letters = [
        re.sub(r"[A-Z0-9]{3,}-?[A-Z0-9]{3,}", "CODE", letter.subject + letter.body) for letter in mail.outbox
    ]
    assert len(letters) == 2
    assert letters[0] == letters[1]


def test_the_code_may_be_pasted_in_small_letters_with_spaces(client):
    ask(client, "a@example.org")
    enter(client, f"  {code_in_last_letter().lower().replace('-', ' ')} ")
    assert signed_in_as(client) == "a@example.org"


def test_a_code_works_once(client):
    ask(client, "a@example.org")
    code = code_in_last_letter()
    enter(client, code)
    client.post("/en/sign-out/")
    assert signed_in_as(client) is None
    enter(client, code)
    assert signed_in_as(client) is None


def test_a_code_works_only_in_the_browser_that_asked_for_it(client):
    ask(client, "a@example.org")
    stranger = Client()
    ask(stranger, "b@example.org")
    code_of_a = re.search(r"[A-Z0-9]{3,}-?[A-Z0-9]{3,}", mail.outbox[0].subject)
    enter(stranger, code_of_a[0])
    assert signed_in_as(stranger) is None


def test_a_code_ends_after_ten_minutes(client):
    with time_machine.travel(timezone.now() - timedelta(minutes=11), tick=False):
        ask(client, "a@example.org")
    assert enter(client, code_in_last_letter())["Location"] == "/en/sign-in/"
    assert signed_in_as(client) is None


def test_after_five_wrong_codes_even_the_right_one_is_refused(client):
    ask(client, "a@example.org")
    right = code_in_last_letter()
    for _attempt in range(5):
        enter(client, "WRONG-CODE")
    enter(client, right)
    assert signed_in_as(client) is None


def test_a_wrong_code_is_said_in_the_summary_and_at_the_field(client):
    ask(client, "a@example.org")
    page = enter(client, "WRONG-CODE").content.decode()
    assert "<title>Error: " in page
    assert 'href="#id_code"' in page
    assert 'aria-describedby="id_code_error"' in page
    assert "Look at the newest e-mail, or ask for a new code below" in page


def test_a_new_code_makes_the_former_one_worthless(client):
    ask(client, "a@example.org")
    former = code_in_last_letter()
    client.post("/en/sign-in/code/", {"action": "resend"})
    assert len(mail.outbox) == 2
    enter(client, former)
    assert signed_in_as(client) is None
    enter(client, code_in_last_letter())
    assert signed_in_as(client) == "a@example.org"


def test_the_address_can_be_changed_on_the_code_page(client):
    ask(client, "wrnog@example.org")
    assert client.post("/en/sign-in/code/", {"action": "change"})["Location"] == "/en/sign-in/"
    assert client.get("/en/sign-in/").status_code == 200


def test_one_address_gets_five_codes_in_ten_minutes_while_another_from_the_same_network_still_gets_one(
    client,
):
    answers = [ask(Client(), "a@example.org").status_code for _attempt in range(6)]
    assert answers == [302] * 5 + [200]
    assert len(mail.outbox) == 5
    assert ask(Client(), "b@example.org").status_code == 302


def test_sending_a_new_code_counts_against_the_same_limit(client):
    for _attempt in range(5):
        ask(Client(), "a@example.org")
    other = Client()
    ask(other, "b@example.org")
    session_of_a = Client()
    cache.clear()
    ask(session_of_a, "a@example.org")
    for _attempt in range(4):
        ask(Client(), "a@example.org")
    sent = len(mail.outbox)
    session_of_a.post("/en/sign-in/code/", {"action": "resend"})
    assert len(mail.outbox) == sent


def test_a_closed_account_is_told_so_only_after_the_right_code(client):
    User.objects.create_user("closed@example.org", is_active=False)
    assert ask(client, "closed@example.org")["Location"] == "/en/sign-in/code/"
    assert enter(client, code_in_last_letter())["Location"] == "/en/sign-in/inactive/"
    assert signed_in_as(client) is None
    assert User.objects.count() == 1


def test_the_letter_speaks_the_language_of_the_page_and_a_new_account_keeps_it(client):
    client.post("/fr/sign-in/", {"email": "a@example.org"})
    client.post("/fr/sign-in/code/", {"code": code_in_last_letter(), "action": "verify"})
    assert User.objects.get().language == "fr"


def test_a_link_to_another_site_is_not_followed_after_signing_in(client):
    client.post("/en/sign-in/", {"email": "a@example.org", "next": "https://evil.example/"})
    answer = client.post(
        "/en/sign-in/code/",
        {"code": code_in_last_letter(), "action": "verify", "next": "https://evil.example/"},
    )
    assert answer["Location"] == "/en/welcome/"


def test_signing_out_ends_the_session(client):
    ask(client, "a@example.org")
    enter(client, code_in_last_letter())
    cookie = client.cookies["sessionid"].value
    client.post("/en/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert signed_in_as(thief) is None


def test_there_is_no_other_way_to_an_account(client):
    for path in ("signup", "password/reset", "email", "password/set"):
        assert client.get(f"/en/sign-in/{path}/").status_code == 404
