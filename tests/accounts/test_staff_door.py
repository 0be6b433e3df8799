import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf.urls.i18n import i18n_patterns
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from accreditation.accounts.models import User
from accreditation.core.site import site
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

PASSWORD = "a long password of nobody 7"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def clerk():
    return User.objects.create_user("clerk@example.org", PASSWORD, is_staff=True)


@pytest.fixture(params=[False, True], ids=["one factor", "two factors"])
def second_factor(request, settings) -> bool:
    settings.STAFF_SECOND_FACTOR = request.param
    return request.param


def by_password(client: Client, email: str, password: str = PASSWORD):
    return client.post("/en/sign-in/staff/", {"login": email, "password": password})


def totp_code(secret: str, *, later: int = 0) -> str:
    counter = list(yield_hotp_counters_from_time())[len(list(yield_hotp_counters_from_time())) // 2]
    return format_hotp_value(hotp_value(secret, counter + later))


def test_staff_with_a_mailed_code_alone_are_sent_to_the_password_page(client, clerk, second_factor):
    client.post("/en/sign-in/", {"email": clerk.email})
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", mail.outbox[-1].body, re.MULTILINE)[0]
    answer = client.post("/en/sign-in/code/", {"code": code, "action": "verify"})
    assert answer["Location"] == "/en/sign-in/staff/"
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("proved", [("code",), ("mfa",), ("code", "mfa")])
def test_a_staff_session_without_a_password_opens_no_page(client, clerk, second_factor, proved):
    sign_in(client, clerk, *proved)
    assert client.get("/admin/")["Location"].startswith("/en/sign-in/password/")
    assert client.get("/admin/accounts/user/").status_code == 302


def test_a_session_without_records_has_proved_nothing(client, clerk, second_factor):
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 302


def test_a_password_suffices_where_no_second_factor_is_asked(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = False
    assert by_password(client, clerk.email)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_with_the_factor_on_staff_enrol_first_and_then_prove_it_once_more(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    by_password(client, clerk.email)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/en/sign-in/second-factor/"
    enrol = "/en/sign-in/second-factor/totp/activate/"
    assert "ask for a second factor" in client.get("/en/sign-in/second-factor/").content.decode()
    client.post("/en/sign-in/password/", {"password": PASSWORD})
    page = client.get(enrol)
    assert page.status_code == 200
    assert "data:" not in page.content.decode()
    picture = client.get("/en/sign-in/second-factor/totp/picture.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    secret = page.context["form"].secret
    wrong = client.post(enrol, {"code": "000000"})
    assert "Enter the one that the app shows now" in wrong.content.decode()
    done = client.post(enrol, {"code": totp_code(secret)}, follow=True)
    assert "Keep these codes where you find them without your phone." in done.content.decode()
    assert '<a href="/admin/">Go on to where your work begins</a>' in done.content.decode()
    door = client.get("/admin/", follow=True)
    assert door.redirect_chain[-1][0].startswith("/en/sign-in/second-factor/reauthenticate/")
    cache.clear()  # the code just used would be refused; the next period's is accepted within the tolerance
    client.post(door.redirect_chain[-1][0], {"code": totp_code(secret)})
    assert client.get("/admin/").status_code == 200


def test_enrolled_staff_give_password_and_factor_at_every_sign_in(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(clerk, secret)
    assert by_password(client, clerk.email)["Location"].startswith("/en/sign-in/second-factor/authenticate/")
    assert client.get("/admin/").status_code == 302
    asked = client.get("/en/sign-in/second-factor/authenticate/").content.decode()
    assert "One of your recovery codes works here, once." in asked
    client.post("/en/sign-in/second-factor/authenticate/", {"code": totp_code(secret)})
    assert client.get("/admin/").status_code == 200


def test_the_same_code_of_the_app_is_refused_a_second_time(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(clerk, secret)
    code = totp_code(secret)
    by_password(client, clerk.email)
    client.post("/en/sign-in/second-factor/authenticate/", {"code": code})
    thief = Client()
    by_password(thief, clerk.email)
    thief.post("/en/sign-in/second-factor/authenticate/", {"code": code})
    assert "_auth_user_id" not in thief.session


urlpatterns = [
    path("admin/", site.urls),
    *i18n_patterns(
        path("", include("accreditation.accounts.urls")),
        path("a-page/", lambda request: HttpResponse("page"), name="a_page"),
    ),
    path("api/v1/things/", lambda request: HttpResponse("things"), name="things"),
]


@pytest.mark.urls(__name__)
def test_staff_with_too_little_proof_are_kept_out_of_all_other_pages_and_the_api_too(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    sign_in(client, clerk, "password")
    assert client.get("/en/a-page/")["Location"] == "/en/sign-in/second-factor/"
    assert client.get("/api/v1/things/").status_code == 403
    sign_in(client, clerk, "password", "mfa")
    assert client.get("/en/a-page/").content == b"page"
    assert client.get("/api/v1/things/").content == b"things"


@pytest.mark.urls(__name__)
def test_guests_and_applicants_need_no_proof_of_staff(client):
    assert client.get("/en/a-page/").content == b"page"
    sign_in(client, User.objects.create_user("applicant@example.org"))
    assert client.get("/en/a-page/").content == b"page"


def test_a_signed_in_applicant_gets_no_admin_page(client, second_factor):
    sign_in(client, User.objects.create_user("applicant@example.org"), "code", "password", "mfa")
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/accounts/user/", follow=True).status_code == 403


def test_an_applicant_cannot_enrol_a_second_factor(client):
    sign_in(client, User.objects.create_user("applicant@example.org"))
    assert client.get("/en/sign-in/second-factor/").status_code == 404
    assert client.get("/en/sign-in/second-factor/totp/activate/").status_code == 404


def test_a_guest_at_the_admin_is_sent_to_the_password_page_and_comes_back(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = False
    door = client.get("/admin/accounts/user/", follow=True).redirect_chain[-1][0]
    assert door.startswith("/en/sign-in/staff/?next=")
    clerk.is_superuser = True
    clerk.save()
    answer = client.post(door, {"login": clerk.email, "password": PASSWORD, "next": "/admin/accounts/user/"})
    assert answer["Location"] == "/admin/accounts/user/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, clerk):
    pages = [
        by_password(client, email, "wrong password of nobody").content.decode()
        for email in (clerk.email, "nobody@example.org")
    ]
    stripped = [
        re.sub(r'value="[\w@.]+"', "", re.sub(r"csrfmiddlewaretoken.*?>", "", page)) for page in pages
    ]
    assert stripped[0] == stripped[1]


def test_the_sixth_attempt_within_five_minutes_is_refused_even_with_the_right_password(client, clerk):
    for _attempt in range(5):
        by_password(client, clerk.email, "wrong password of nobody")
    by_password(client, clerk.email)
    assert "_auth_user_id" not in client.session
