"""After the last answer: deadlines, sending twice, requests, withdrawal, decisions, appeals."""

import gzip
import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accreditation.accounts.roles import APPROVER
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.missions.models import CannedReason, Mission
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership, Pledge, Upload
from accreditation.workflow.applicant_tasks import BY_SLUG, task_of_field
from accreditation.workflow.models import Appeal, Application
from accreditation.workflow.states import ACCREDITATION
from tests import factories
from tests.observers import applying
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    cache.clear()
    settings.PRIVATE_FILES_ROOT = tmp_path
    with time_machine.travel(applying.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mission():
    return applying.mission_without_days(applying.open_election())


@pytest.fixture
def client(mission):
    return applying.applicant()[0]


@pytest.fixture
def ready(client, mission):
    """A draft that lacks nothing."""
    applying.answer_until_the_file_opens(client, mission)
    applying.answer_the_rest(client)
    return Application.objects.get()


def text(answer) -> str:
    return answer.content.decode()


# --- the deadline ---


def test_the_last_second_of_the_printed_minute_still_counts(client, ready, at_noon):
    at_noon.move_to(applying.LAST_SECOND)
    client, _user = applying.applicant()  # the session of that day has ended
    assert "0 minutes left" in text(client.get("/en/apply/"))
    assert applying.send(client).status_code == 303
    assert Application.objects.get().state == "submitted"


def test_the_first_second_after_it_is_too_late_and_the_page_says_what_can_be_done(client, ready, at_noon):
    at_noon.move_to(applying.TOO_LATE)
    client, _user = applying.applicant()  # the session of that day has ended
    applying.send(client)
    assert Application.objects.get().state == "draft"
    page = text(client.get("/en/apply/demo/"))
    assert "Applications closed on" in page
    assert "10 December 2026, 23:59 Baku time (UTC+4)" in page
    assert "Ask your head of mission" in page
    assert client.get("/en/apply/demo/names/")["Location"] == "/en/apply/demo/"
    assert "Start or continue" not in text(Client().get("/en/apply/"))


def test_the_moment_is_read_at_the_start_of_the_request(client, ready, at_noon):
    at_noon.move_to(applying.LAST_SECOND)
    client, _user = applying.applicant()  # the session of that day has ended

    def slowly(execute, sql, *more):
        if "django_session" in sql or "workflow_application" in sql:
            at_noon.move_to(applying.TOO_LATE + timedelta(seconds=30))
        return execute(sql, *more)

    with connection.execute_wrapper(slowly):
        client.post("/en/apply/demo/check/", {"version": "1"})
    assert Application.objects.get().state == "submitted"
    assert Application.objects.get().submitted_at == applying.LAST_SECOND


def test_where_the_law_takes_late_applications_they_can_be_sent(mission, at_noon):
    late = applying.mission_without_days(
        factories.make_election(code="late", late_policy="accept", pledge_text="I will observe.")
    )
    at_noon.move_to(applying.TOO_LATE)
    client, _user = applying.applicant()
    assert client.get("/en/apply/late/names/")["Location"] == "/en/apply/late/"  # the mission comes first
    assert client.post("/en/apply/late/mission/", {"mission": late.pk}).status_code == 303
    assert client.get("/en/apply/late/names/").status_code == 200


def test_the_start_page_says_what_is_needed_until_when_and_how_long_it_takes(mission):
    page = text(Client().get("/en/apply/"))
    assert "10 December 2026, 23:59 Baku time (UTC+4)" in page
    for needed in (
        "your passport",
        "passport's page",
        "a photo of your face",
        "e-mail address",
        "15 minutes",
    ):
        assert needed in unescape(page)
    assert "Start or continue" in page


def test_before_the_opening_the_pages_say_when_it_is(client, mission, at_noon):
    at_noon.move_to(factories.NOW - timedelta(days=60))
    page = text(Client().get("/en/apply/"))
    assert "Applications open on" in page
    assert "1 October 2026, 00:00 Baku time (UTC+4)" in page
    assert "Start or continue" not in page


# --- sending twice ---


def test_sending_twice_says_plainly_that_it_has_been_sent(client, ready):
    assert applying.send(client).status_code == 303
    again = client.post("/en/apply/demo/check/", {"version": "1"}, follow=True)
    assert "it was not sent twice" in text(again)
    assert OutboxMessage.objects.filter(kind="receipt").count() == 1
    assert AuditEvent.objects.about(ready).filter(verb="submit").count() == 1


def test_going_back_after_sending_shows_that_it_has_been_sent_and_saves_nothing(client, ready):
    applying.send(client)
    page = client.get("/en/apply/demo/names/", follow=True)
    assert "has been sent already" in text(page)
    stale = client.post("/en/apply/demo/work/", {"role": "", "function": "Judge"}, follow=True)
    assert "This change was not saved" in text(stale)
    assert Membership.objects.get().function == "Lawyer"
    client.post("/en/apply/demo/photo/", {"file": applying.picture(shade=1)})
    assert Upload.objects.count() == 2


def test_an_incomplete_application_is_not_sent(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    answer = client.post("/en/apply/demo/check/", {"version": "1"}, follow=True)
    assert "It was not sent. Still missing: " in text(answer)
    assert Application.objects.get().state == "draft"


def test_a_second_application_of_one_account_is_the_same_one(client, ready, mission):
    other = applying.mission_without_days(mission.election)
    page = text(client.get(f"/en/apply/{other.link_token}/"))
    assert "You have an application at this election already" in page
    client.post(f"/en/apply/{other.link_token}/")
    applying.post(client, "mission", {"mission": other.pk})
    assert Application.objects.get().mission == mission
    assert not Beginning.objects.exists()


# --- a mission's link ---


def test_a_missions_link_joins_unconfirmed_and_says_whose_it_is(mission):
    public = text(Client().get(f"/en/apply/{mission.link_token}/"))
    assert mission.name in public
    assert "/en/sign-in/?next=/en/apply/" in public
    client, _user = applying.applicant()
    assert client.post(f"/en/apply/{mission.link_token}/")["Location"] == "/en/apply/demo/"
    assert Beginning.objects.get().mission == mission
    applying.answer_until_the_file_opens(client, mission)
    assert Membership.objects.get().sender_confirmed is False


def test_the_link_of_a_mission_that_is_not_registered_begins_nothing(mission):
    waiting = factories.make_mission(mission.election, state="invited")
    client, _user = applying.applicant()
    assert "has not registered this mission yet" in text(client.get(f"/en/apply/{waiting.link_token}/"))
    client.post(f"/en/apply/{waiting.link_token}/")
    assert not Beginning.objects.exists()


# --- a request for information ---


@pytest.fixture
def asked(client, ready):
    """The commission asks for the passport page; the stranger's knowledge of nothing else."""
    applying.send(client)
    CannedReason.objects.update_or_create(
        code="page_cut", defaults={"words": "The passport page is cut off.", "field": "passport_page"}
    )
    clerk = factories.make_clerk()
    factories.move(ready, "take", clerk)
    return factories.move(ready, "ask", clerk, reasons=["page_cut"], due_on=date(2026, 12, 1))


def test_a_request_stands_on_top_and_reopens_only_what_it_is_about(client, asked):
    page = text(client.get("/en/apply/demo/"))
    assert "The passport page is cut off." in page
    assert "1 December 2026" in page
    assert re.findall(r"/apply/demo/([a-z-]+)/\"", page).count("passport-page") >= 1
    assert "/apply/demo/names/" not in page
    refused = client.post("/en/apply/demo/names/", applying.NAMES | {"given_names": "Ali"}, follow=True)
    assert "The commission does not ask for this" in text(refused)
    assert Membership.objects.get().given_names == "Omar"


def test_an_answer_that_changes_nothing_is_told_so_before_it_is_sent(client, asked, at_noon):
    asked.information_requests.update(asked_at=applying.NOW + timedelta(minutes=1))
    at_noon.move_to(applying.NOW + timedelta(minutes=5))
    again = applying.post(client, "passport-page", {"file": applying.page_of_passport()})
    assert again.status_code == 422
    assert "This is the picture that you sent before." in text(again)
    unchanged = client.get("/en/apply/demo/check/")
    assert [row.task.slug for row in unchanged.context["unchanged"]] == ["passport-page"]
    assert "You have not changed what the commission asks for:" in text(unchanged)
    applying.post(client, "passport-page", {"file": applying.picture(1200, 900, shade=9)})
    assert client.get("/en/apply/demo/check/").context["unchanged"] == []


def test_an_answer_goes_back_to_the_clerk_and_the_clock_runs_on(client, asked, at_noon):
    due = asked.decision_due_at
    at_noon.move_to(applying.NOW + timedelta(minutes=5))
    again = applying.post(client, "passport-page", {"file": applying.picture(1200, 900, shade=9)})
    assert again["Location"] == "/en/apply/demo/"
    assert "Changed" in text(client.get("/en/apply/demo/"))
    assert "Check your answer before you send it" in text(client.get("/en/apply/demo/check/"))
    assert applying.send(client).status_code == 303
    application = Application.objects.get()
    assert (application.state, application.decision_due_at) == ("submitted", due)
    assert application.information_requests.get().answered_at is not None
    assert "You are asked" not in text(client.get("/en/apply/demo/"))


def test_an_answer_after_the_deadline_is_taken(client, asked, at_noon):
    at_noon.move_to(applying.TOO_LATE + timedelta(days=1))
    client, _user = applying.applicant()  # the session of that day has ended
    assert applying.send(client).status_code == 303
    assert Application.objects.get().state == "submitted"


def test_a_request_in_the_clerks_own_words_reopens_everything_but_the_mission(client, ready):
    applying.send(client)
    clerk = factories.make_clerk()
    factories.move(ready, "ask", clerk, **factories.REQUEST)
    page = text(client.get("/en/apply/demo/"))
    assert factories.REQUEST["text"] in page
    opened = set(re.findall(r'href="/en/apply/demo/([a-z-]+)/"', page)) & set(BY_SLUG)
    assert opened == set(BY_SLUG) - {"mission"}


@pytest.mark.parametrize(
    "field, slug",
    [
        ("photo", "photo"),
        ("passport_page", "passport-page"),
        ("document_expires", "passport"),
        ("document_expiry", "passport"),
        ("family_name", "names"),
        ("born", "birth"),
        ("arrival", "visit"),
        ("residence", "contact"),
        ("ministry_number", "work"),
        ("pledge", "pledge"),
        ("mission", None),
        ("", None),
        ("weather", None),
    ],
)
def test_a_canned_reason_names_the_part_that_it_reopens(field, slug):
    assert task_of_field(field) == slug


# --- withdrawing, deciding, appealing ---


def test_withdrawing_is_confirmed_on_a_page_of_its_own_and_one_can_apply_again(client, ready):
    applying.send(client)
    assert "Withdraw the application?" in text(client.get("/en/apply/demo/withdraw/"))
    assert Application.objects.get().state == "submitted"
    client.post("/en/apply/demo/withdraw/", {"version": "2"})
    assert Application.objects.get().state == "withdrawn"
    assert "Apply again with these answers" in text(client.get("/en/apply/demo/"))
    assert client.post("/en/apply/demo/again/").status_code == 303
    assert Application.objects.latest("pk").state == "draft"
    assert Membership.objects.count() == 1
    assert applying.send(client).status_code == 303
    assert Application.objects.latest("pk").state == "submitted"


def test_after_the_deadline_nobody_applies_again(client, ready, at_noon):
    client.post("/en/apply/demo/withdraw/", {"version": "1"})
    at_noon.move_to(applying.TOO_LATE)
    client, _user = applying.applicant()  # the session of that day has ended
    assert "Apply again" not in text(client.get("/en/apply/demo/"))
    assert client.post("/en/apply/demo/again/").status_code == 422
    assert Application.objects.count() == 1


def decided(ready, kind: str):
    clerk, approver = factories.make_clerk(), factories.make_staff(APPROVER)
    factories.move(ready, "take", clerk)
    Membership.objects.update(sender_confirmed=True)
    given = factories.GROUND if kind == "refusal" else {}
    factories.move(ready, f"recommend_{kind}", clerk, documents_checked=True, **given)
    return factories.move(ready, "refuse" if kind == "refusal" else "approve", approver, **given)


def test_an_approval_shows_its_number_term_and_rights(client, ready):
    applying.send(client)
    application = decided(ready, "approval")
    page = text(client.get("/en/apply/demo/"))
    assert application.accreditation.number_in_words in page
    assert "until the official results are published" in page
    assert "Accredited" in page
    assert "Withdraw this application" not in page


def test_a_refusal_shows_ground_law_and_appeal_and_can_be_appealed_once(client, ready, at_noon):
    applying.send(client)
    application = decided(ready, "refusal")
    page = text(client.get("/en/apply/demo/"))
    assert "The information in the application was not confirmed." in page
    assert "Election Code art. 44" in page
    assert "counted from the day on which our letter leaves" in page
    OutboxMessage.objects.filter(kind="refusal").update(state="sent", sent_at=applying.NOW)
    assert "26 November 2026, 23:59 Baku time (UTC+4)" in text(client.get("/en/apply/demo/"))
    empty = client.post("/en/apply/demo/appeal/", {"text": " "})
    assert applying.errors_on(empty) == ["Say why the decision should be changed"]
    client.post("/en/apply/demo/appeal/", {"text": "The page was whole.", "version": application.version})
    assert Appeal.objects.get().text == "The page was whole."
    assert "Your appeal has been filed" in text(client.get("/en/apply/demo/"))
    twice = client.post("/en/apply/demo/appeal/", {"text": "Again."}, follow=True)
    assert "has been filed already" in text(twice)
    assert Appeal.objects.count() == 1


def test_an_appeal_is_withdrawn_on_a_page_of_its_own_and_the_refusal_is_final(client, ready):
    applying.send(client)
    application = decided(ready, "refusal")
    client.post("/en/apply/demo/appeal/", {"text": "The page was whole.", "version": application.version})
    status = text(client.get("/en/apply/demo/"))
    assert "Withdraw the appeal" in status and "Withdraw this application" not in status
    page = text(client.get("/en/apply/demo/withdraw/"))
    assert "Withdraw the appeal?" in page
    assert "the refusal stands" in page and "a second time" in page
    assert "you can apply again" not in page
    application.refresh_from_db()
    assert application.state == "appealed"
    shown = re.findall(r'name="(version|what)" value="([^"]+)"', page)
    assert dict(shown) == {"version": str(application.version), "what": "appeal"}
    for _double_click in range(2):
        answer = client.post("/en/apply/demo/withdraw/", dict(shown), follow=True)
    application.refresh_from_db()
    assert (application.state, application.version) == ("refused", int(dict(shown)["version"]) + 1)
    assert Appeal.objects.get().outcome.kind == "upheld"
    assert OutboxMessage.objects.get(kind="appeal_outcome").facts["outcome"] == "withdrawn"
    after = text(answer)
    refusal = application.decisions.get(kind="refusal")
    assert f"No. {refusal.number}, " in after and "withdrawn by the appellant" not in after
    words = re.sub(r"</?time[^>]*>", "", after)
    assert "The appeal was withdrawn on 23 November 2026, 13:00 Baku time (UTC+4): the refusal" in words
    assert "the refusal is final" in after and "If you do not agree" not in after
    assert "/en/apply/demo/appeal/" not in after and "Withdraw the appeal" not in after
    assert client.get("/en/apply/demo/withdraw/")["Location"] == "/en/apply/demo/"
    assert client.get("/en/apply/demo/appeal/")["Location"] == "/en/apply/demo/"


def test_a_rejected_appeal_shows_its_ruling_and_offers_no_second_one(client, ready):
    applying.send(client)
    application = decided(ready, "refusal")
    client.post("/en/apply/demo/appeal/", {"text": "The page was whole.", "version": application.version})
    factories.move(application, "uphold", factories.make_approver(), **factories.RULING)
    page = text(client.get("/en/apply/demo/"))
    assert factories.RULING["ruling"] in page
    assert "The appeal was rejected: the refusal is final." in page
    assert "/en/apply/demo/appeal/" not in page


def test_a_page_that_withdraws_a_file_does_not_withdraw_its_appeal(client, ready):
    """The page was open since before the refusal; what it says is not what would be done."""
    applying.send(client)
    application = decided(ready, "refusal")
    client.post("/en/apply/demo/appeal/", {"text": "The page was whole.", "version": application.version})
    assert client.post("/en/apply/demo/withdraw/", {"version": "2"}).status_code == 409
    application.refresh_from_db()
    assert application.state == "appealed"


def test_nobody_withdraws_an_appeal_on_another_s_page(client, ready):
    applying.send(client)
    decided(ready, "refusal")
    client.post("/en/apply/demo/appeal/", {"text": "The page was whole."})
    stranger, _user = applying.applicant("other@example.org")
    stranger.post("/en/apply/demo/withdraw/", {"what": "appeal"})
    assert Application.objects.get().state == "appealed"


def test_an_appeal_after_its_last_day_is_not_offered_and_not_taken(client, ready, at_noon):
    applying.send(client)
    decided(ready, "refusal")
    OutboxMessage.objects.filter(kind="refusal").update(state="sent", sent_at=applying.NOW)
    at_noon.move_to(applying.NOW + timedelta(days=4))
    client, _user = applying.applicant()  # the session of that day has ended
    assert "/en/apply/demo/appeal/" not in text(client.get("/en/apply/demo/"))
    client.post("/en/apply/demo/appeal/", {"text": "Too late."})
    assert not Appeal.objects.exists()


def test_the_history_tells_no_internal_step_and_the_letters_are_the_own_ones(client, ready, mission):
    factories.make_head(mission, "head@mission.example")
    applying.send(client)
    decided(ready, "refusal")
    page = text(client.get("/en/apply/demo/"))
    assert "The application was sent" in page
    for inside in ("recommend", "take", "cec.example", "head@mission.example"):
        assert inside not in page.replace("help@cec.example", "")


def test_a_statement_of_another_sender_that_leads_the_file_is_not_shown(client, ready, mission):
    applying.send(client)
    other = factories.make_mission(mission.election)
    theirs = factories.make_membership(
        other, person=ready.person, residence_address="9 Secret Road", is_primary=False
    )
    Application.objects.update(membership=theirs, mission=other)
    factories.move(ready, "ask", factories.make_clerk(), **factories.REQUEST)
    page = text(client.get("/en/apply/demo/"))
    assert "9 Secret Road" not in page
    assert other.name not in page
    assert client.get("/en/apply/demo/contact/")["Location"] == "/en/apply/demo/"
    assert client.post("/en/apply/demo/contact/", applying.CONTACT)["Location"] == "/en/apply/demo/"
    theirs.refresh_from_db()
    assert theirs.residence_address == "9 Secret Road"


# --- one account, two parts ---


def test_one_account_can_be_head_of_one_mission_and_apply_with_another(mission):
    client, user = applying.applicant()
    own = factories.make_mission(mission.election)
    factories.MissionRole.objects.create(mission=own, user=user, duty="head")
    theirs = factories.make_application(factories.complete(factories.make_membership(own)))
    application = applying.sent_application(client, mission)
    assert application.applicant == user
    page = text(client.get("/en/apply/demo/"))
    assert theirs.number not in page
    assert client.get(f"/en/apply/{theirs.public_id}/").status_code == 404


# --- what pages cost ---


def test_pages_take_as_many_queries_with_many_missions_and_applications_as_with_one(client, ready, mission):
    def cost() -> list[int]:
        found = []
        for path in ("", "mission/", "names/", "photo/", "check/"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(f"/en/apply/demo/{path}")
            found.append(len(queries))
        return found

    before = cost()
    for _number in range(5):
        factories.make_application(
            factories.complete(factories.make_membership(factories.make_mission(mission.election)))
        )
    assert cost() == before
    assert max(before) <= 16, before


def test_the_first_page_is_light_with_its_styles_and_script(mission):
    page = Client().get("/en/apply/").content
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', page.decode())
    assert len(files) <= 5
    parts = [page, *(Path(finders.find(name)).read_bytes() for name in files)]
    assert sum(len(gzip.compress(part)) for part in parts) <= 60 * 1024


def test_the_front_page_says_until_when_and_leads_to_both_doors(mission):
    page = text(Client().get("/en/"))
    assert "10 December 2026, 23:59 Baku time (UTC+4)" in page
    assert "/en/apply/" in page
    assert "/en/missions/" in page
    assert Client().get("/")["Location"] == "/en/"


def test_whoever_has_signed_in_comes_to_where_the_work_is(mission):
    own = factories.make_application(
        factories.make_membership(mission=mission), applicant=factories.make_user()
    )
    people = {
        "head": factories.make_head(mission),
        "applicant": own.applicant,
        "newcomer": factories.make_user(),
    }
    led = {}
    for who, user in people.items():
        client = Client()
        sign_in(client, user)
        led[who] = client.get("/en/welcome/")["Location"]
    application = f"/en/apply/{mission.election.code}/"
    assert led == {"head": "/en/missions/", "applicant": application, "newcomer": "/en/"}
    assert Client().get("/en/welcome/")["Location"] == "/en/"


def test_the_front_page_shows_those_who_are_signed_in_their_own_door(mission):
    head = Client()
    sign_in(head, factories.make_head(mission))
    assert "Your mission" in text(head.get("/en/"))
    applicant = Client()
    own = factories.make_application(
        factories.make_membership(mission=mission), applicant=factories.make_user()
    )
    sign_in(applicant, own.applicant)
    shown = text(applicant.get("/en/"))
    assert "Your application" in shown
    assert "Sign in" not in shown
    assert f"You are signed in as {own.applicant.email}. This address speaks for no mission" in shown


def test_the_front_page_asks_nobody_to_sign_in_who_has_signed_in(mission):
    people = {
        "guest": None,
        "newcomer": factories.make_user("new@example.org"),
        "begun": Beginning.objects.create(
            user=factories.make_user(), election=mission.election, begun_at=applying.NOW
        ).user,
        "head": factories.make_head(mission),
        "staff": factories.make_clerk(),
    }
    doors = {
        "Apply": "/en/apply/", "Your application": f"/en/apply/{mission.election.code}/",
        "Sign in as head of mission": "/en/missions/", "Your mission": "/en/missions/",
        "The commission's desk": "/admin/",
    }  # fmt: skip
    shown = {}
    for who, user in people.items():
        visitor = Client() if user is None else sign_in(Client(), user)
        page = visitor.get("/en/").content.decode()
        buttons = re.findall(r'<a class="button[^"]*" href="([^"]+)">([^<]+)</a>', page)
        assert [url for url, words in buttons] == [doors[unescape(words)] for url, words in buttons], who
        shown[who] = [unescape(words) for url, words in buttons]
        assert ("This address speaks for no mission" in page) == (who in ("newcomer", "begun")), who
    assert shown == {
        "guest": ["Apply", "Sign in as head of mission"],
        "newcomer": ["Apply"],
        "begun": ["Your application"],
        "head": ["Apply", "Your mission"],
        "staff": ["Apply", "The commission's desk"],
    }


def test_without_an_election_the_public_pages_say_so():
    assert not Mission.objects.exists()
    for path in ("/en/", "/en/apply/"):
        assert "No election takes applications now." in text(Client().get(path))


# --- who was named by a mission ---


def test_the_link_in_a_letter_shows_somebody_named_by_a_mission_how_far_it_is_and_no_more(mission):
    stated = factories.make_membership(mission, email="Ada@example.org", residence_address="9 Secret Road")
    factories.Delegation.objects.update(arrives_on=date(2026, 12, 16), departs_on=date(2026, 12, 22))
    application = factories.make_application(factories.complete(stated))
    factories.move(application, "submit", factories.make_head(mission))
    named, _user = applying.applicant("ada@example.org")
    page = text(named.get(f"/en/apply/{application.public_id}/"))
    assert "With the commission" in page
    assert "26 November 2026, 23:59 Baku time (UTC+4)" in page
    for statement in ("9 Secret Road", stated.family_name, "Withdraw"):
        assert statement not in page
    other, _user = applying.applicant("other@example.org")
    assert other.get(f"/en/apply/{application.public_id}/").status_code == 404


def test_a_mission_that_takes_its_word_back_is_named_on_the_page(client, ready, mission):
    Membership.objects.update(ended_at=applying.NOW)
    assert "does not name you any more" in text(client.get("/en/apply/demo/"))


def test_a_cancelled_election_takes_no_answers(client, ready, mission):
    type(mission.election).objects.update(cancelled_at=applying.NOW)
    assert "was cancelled" in text(client.get("/en/apply/demo/"))
    assert client.get("/en/apply/demo/names/")["Location"] == "/en/apply/demo/"
    applying.send(client)
    assert Application.objects.get().state == "draft"


def test_a_check_page_that_is_older_than_the_draft_is_shown_once_more(client, ready):
    factories.move(
        ready,
        "change_category",
        factories.make_clerk(),
        category=ready.election.categories.get(code="foreign-journalist"),
    )
    applying.post(client, "work", {"outlet": "The Daily", "ministry_number": "M-17"})
    answer = client.post("/en/apply/demo/check/", {"version": "1"}, follow=True)
    assert "It has changed since you looked" in text(answer)
    assert applying.send(client).status_code == 303
    assert Application.objects.get().state == "submitted"


def test_after_a_withdrawal_the_answers_go_along_to_another_mission(client, ready, mission):
    client.post("/en/apply/demo/withdraw/", {"version": "1"})
    other = applying.mission_without_days(mission.election)
    client.post("/en/apply/demo/again/", {"other": "yes"})
    answer = applying.post(client, "mission", {"mission": other.pk})
    assert answer.status_code == 303
    renewed = Application.objects.latest("pk")
    assert (renewed.state, renewed.mission, renewed.person) == ("draft", other, ready.person)
    assert renewed.membership.residence_address == "1 Rainbow Street, Amman"
    for task, answers in (
        ("passport-page", {"file": applying.page_of_passport()}),
        ("photo", {"file": applying.picture()}),
        ("pledge", applying.PLEDGE),
    ):
        assert applying.post(client, task, answers).status_code == 303
    assert applying.send(client).status_code == 303
    assert Application.objects.latest("pk").state == "submitted"


def test_who_withdraws_and_chooses_the_same_mission_again_is_the_same_person_there(client, ready, mission):
    client.post("/en/apply/demo/withdraw/", {"version": "1"})
    client.post(f"/en/apply/{mission.link_token}/")
    assert Beginning.objects.get().mission == mission
    applying.post(client, "work", {"role": "", "function": "Judge"})
    assert Membership.objects.get().function == "Judge"
    assert Application.objects.latest("pk").state == "draft"
    assert not Beginning.objects.exists()


def test_who_goes_to_another_mission_and_back_again_goes_on_with_the_first(client, ready, mission):
    other = applying.mission_without_days(mission.election)
    for target in (other, mission):
        version = Application.objects.latest("pk").version
        client.post("/en/apply/demo/withdraw/", {"version": version})
        client.post(f"/en/apply/{target.link_token}/")
        applying.post(client, "names", applying.NAMES)
        assert Application.objects.latest("pk").mission == target
    assert applying.send(client).status_code == 303
    assert Application.objects.latest("pk").state == "submitted"
    assert Membership.objects.count() == 2


def test_a_revoked_accreditation_says_that_it_is_no_longer_in_force(client, ready):
    applying.send(client)
    accreditation = decided(ready, "approval").accreditation
    first, second = factories.make_staff(APPROVER), factories.make_staff(APPROVER)
    for name, user, given in (
        ("suspend", first, {"reason": "Accused of campaigning."}),
        ("revoke", second, {"reason": "Campaigned.", "hearing_note": "Heard on 24 November."}),
    ):
        perform(ACCREDITATION, accreditation.pk, name, actor=factories.actor(user), now=applying.NOW, **given)
    page = text(client.get("/en/apply/demo/"))
    assert "This accreditation is no longer in force: revoked." in page
    assert "Accreditation revoked" in page


def test_a_pledge_given_to_an_older_text_is_asked_again(client, ready):
    type(ready.election).objects.filter(pk=ready.election_id).update(pledge_text="I will keep quiet.")
    Pledge.objects.update(version="0")
    assert "Not yet started" in text(client.get("/en/apply/demo/"))
    applying.send(client)
    assert Application.objects.get().state == "draft"
    applying.post(client, "pledge", applying.PLEDGE)
    assert applying.send(client).status_code == 303
    assert Application.objects.get().state == "submitted"
