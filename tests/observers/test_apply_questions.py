"""Question pages: what is refused and how, what stays typed, what one address may see."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accreditation.missions.models import Category, Delegation, Mission
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership, Person, PossibleDuplicate, Upload
from accreditation.workflow.models import Application
from tests import factories
from tests.observers import applying

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    cache.clear()
    settings.PRIVATE_FILES_ROOT = tmp_path
    with time_machine.travel(applying.NOW, tick=False):
        yield


@pytest.fixture
def mission():
    return applying.mission_without_days(applying.open_election())


@pytest.fixture
def client(mission):
    client, _user = applying.applicant()
    applying.post(client, "mission", {"mission": mission.pk})
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_a_person_with_one_name_says_so_and_keeps_the_name_in_the_own_script(client, mission):
    one = {"given_names": "", "family_name": "Suhartini", "original_name": "سوهارتيني", "patronymic": ""}
    refused = applying.post(client, "names", one)
    assert refused.status_code == 422
    assert applying.errors_on(refused) == ["Enter your given names, or tick “I have only one name”"]
    assert 'value="Suhartini"' in text(refused)
    assert applying.post(client, "names", one | {"only_one_name": "on"}).status_code == 303
    assert "checked" in text(client.get("/en/apply/demo/names/"))
    applying.post(client, "birth", applying.BIRTH)
    applying.post(client, "passport", applying.PASSPORT)
    membership = Membership.objects.get()
    assert (membership.family_name, membership.given_names) == ("Suhartini", "")
    assert membership.original_name == "سوهارتيني"


@pytest.mark.parametrize(
    "answers, words",
    [
        ({"given_names": "", "family_name": ""}, "Enter your names as in your passport"),
        (
            {"given_names": "Омар"},
            "Use Latin letters, as in the two lines at the bottom of the passport's page",
        ),
        ({"family_name": "R2D2"}, "A name has letters, spaces, hyphens, full stops and apostrophes only"),
        ({"family_name": "Al\u202eRashid"}, "This name holds a sign that cannot be seen: type it anew"),
        ({"family_name": "A" * 129}, "This must be at most 128 characters; it has 129"),
        ({"only_one_name": "on"}, "You gave two names: take the tick away, or leave one empty"),
    ],
)
def test_a_name_that_no_passport_has_is_refused_in_a_sentence(client, answers, words):
    answer = applying.post(client, "names", applying.NAMES | answers)
    assert (answer.status_code, applying.errors_on(answer)) == (422, [words])
    assert re.search(r"<title>\s*Error: Your names", text(answer))


def test_a_name_of_128_characters_and_stray_spaces_are_taken(client):
    answer = applying.post(client, "names", applying.NAMES | {"family_name": f"  {'A' * 128} "})
    assert answer.status_code == 303
    assert Beginning.objects.get().answered["family_name"] == "A" * 128


def test_errors_keep_what_was_typed_and_link_to_their_fields(client):
    wrong = applying.BIRTH | {"born_day": "31", "born_month": "2", "citizenship": ""}
    answer = applying.post(client, "birth", wrong)
    assert applying.errors_on(answer) == ["There is no such day in the calendar", "Choose your citizenship"]
    page = text(answer)
    assert 'href="#id_born_0"' in page
    assert 'href="#id_citizenship"' in page
    assert 'value="31"' in page
    assert 'value="Amman"' in page


def test_a_birth_in_the_future_is_refused(client):
    answer = applying.post(client, "birth", applying.BIRTH | {"born_year": "2027"})
    assert applying.errors_on(answer) == ["Your date of birth must be in the past"]


def test_a_citizen_of_the_host_country_is_told_what_can_be_done_and_nothing_is_saved(client):
    answer = applying.post(client, "birth", applying.BIRTH | {"citizenship": "AZE"})
    assert answer.status_code == 422
    assert "You cannot apply in this category" in text(answer)
    assert "citizenship" not in Beginning.objects.get().answered


def test_the_citizenship_given_first_keeps_somebody_out_of_a_mission_chosen_later(client, mission):
    Beginning.objects.all().delete()
    other = factories.make_mission(
        mission.election, default_category=Category.objects.get(code="foreign-journalist")
    )
    applying.post(client, "mission", {"mission": other.pk})
    assert applying.post(client, "birth", applying.BIRTH | {"citizenship": "AZE"}).status_code == 303
    answer = applying.post(client, "mission", {"mission": mission.pk})
    assert answer.status_code == 422
    assert Beginning.objects.get().mission == other


def test_a_passport_must_be_valid_on_election_day_and_until_the_departure(client, mission):
    short = applying.PASSPORT | {"document_expires_month": "12", "document_expires_year": "2026"}
    answer = applying.post(client, "passport", short | {"document_expires_day": "19"})
    assert applying.errors_on(answer) == ["Passport must be valid on 20 December 2026, election day"]
    applying.post(client, "visit", applying.VISIT)
    answer = applying.post(client, "passport", short | {"document_expires_day": "21"})
    assert applying.errors_on(answer) == ["Passport must be valid on 22 December 2026, when you leave"]
    assert applying.post(client, "passport", short | {"document_expires_day": "22"}).status_code == 303


def test_a_passport_that_a_later_visit_outlasts_is_a_problem_on_the_list_and_keeps_it_from_being_sent(client):
    short = {"document_expires_day": "21", "document_expires_month": "12", "document_expires_year": "2026"}
    applying.post(client, "names", applying.NAMES)
    applying.post(client, "birth", applying.BIRTH)
    applying.post(client, "passport", applying.PASSPORT | short)
    applying.answer_the_rest(client)
    assert "Expires before the visit ends" in text(client.get("/en/apply/demo/"))
    assert applying.send(client)["Location"] == "/en/apply/demo/"
    assert Application.objects.get().state == "draft"
    said = text(client.get("/en/apply/demo/"))
    assert "It was not sent. Still missing: Your passport." in said


def test_who_checks_before_everything_is_answered_is_told_what_is_missing(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    assert client.get("/en/apply/demo/check/")["Location"] == "/en/apply/demo/"
    said = text(client.get("/en/apply/demo/"))
    assert (
        "It cannot be sent yet. Still missing: " in said
        and "Your photo" in said
        and "It was not sent" not in said
    )


def test_arriving_after_election_day_and_leaving_before_arriving_are_refused(client):
    late = applying.VISIT | {"arrives_on_day": "21"}
    assert applying.errors_on(applying.post(client, "visit", late)) == [
        "You must arrive by election day to observe it"
    ]
    back = applying.VISIT | {"departs_on_day": "15"}
    assert applying.errors_on(applying.post(client, "visit", back)) == [
        "The day of departure cannot be before the day of arrival"
    ]


def test_a_phone_is_kept_in_its_international_form_and_may_be_left_out(client):
    wrong = applying.post(client, "contact", applying.CONTACT | {"phone": "12"})
    assert applying.errors_on(wrong) == [
        "Enter a phone number with its country code, for example +994 12 493 60 08"
    ]
    applying.post(client, "contact", applying.CONTACT | {"phone": "(06) 464-2830"})
    assert Beginning.objects.get().answered["phone"] == "+962 6 464 2830"
    assert applying.post(client, "contact", applying.CONTACT | {"phone": ""}).status_code == 303


def test_a_journalist_is_asked_for_outlet_and_ministry_number(mission):
    journalists = factories.make_mission(
        mission.election, kind="media", default_category=Category.objects.get(code="foreign-journalist")
    )
    client, _user = applying.applicant()
    applying.answer_until_the_file_opens(client, journalists)
    assert Membership.objects.get().category.code == "foreign-journalist"
    answer = applying.post(client, "work", {"function": "Editor"})
    assert applying.errors_on(answer) == [
        "Enter the media outlet for which you work",
        "Enter the number that the ministry gave you",
    ]
    applying.post(client, "work", {"outlet": "The Daily", "ministry_number": "M-17"})
    membership = Membership.objects.get()
    assert (membership.outlet, membership.ministry_number) == ("The Daily", "M-17")


def test_only_registered_missions_of_this_election_are_offered(client, mission):
    factories.make_mission(mission.election, state="invited", name="Not registered")
    factories.make_mission(factories.make_election(), name="Another election")
    page = text(client.get("/en/apply/demo/mission/"))
    assert mission.name in page
    assert "Not registered" not in page
    assert "Another election" not in page
    hidden = Mission.objects.get(name="Not registered")
    assert applying.errors_on(applying.post(client, "mission", {"mission": hidden.pk})) == [
        "Choose a mission from the list"
    ]


@pytest.fixture
def joint(mission):
    """A mission with three delegations."""
    joint = applying.mission_without_days(mission.election, name="Joint mission")
    for name in ("Delegation of Georgia", "Delegation of Jordan"):
        Delegation.objects.create(mission=joint, name=name)
    return joint


def test_a_mission_with_several_delegations_is_chosen_with_one_of_them(client, mission, joint):
    georgia, jordan = Delegation.objects.filter(mission=joint).order_by("pk")[1:]
    other = factories.make_mission(mission.election).delegations.get()
    page = text(client.get("/en/apply/demo/mission/"))
    offered = re.findall(r'<option value="(\d[\d-]*)"', page)
    own = [f"{joint.pk}-{pk}" for pk in joint.delegations.values_list("pk", flat=True)]
    assert sorted(offered) == sorted([*own, str(mission.pk), str(other.mission_id)])
    assert f'<optgroup label="{joint.name}">' in page
    for wrong in (joint.pk, f"{joint.pk}-{other.pk}", f"{mission.pk}-{georgia.pk}"):
        answer = applying.post(client, "mission", {"mission": wrong})
        assert applying.errors_on(answer) == ["Choose a mission from the list"], wrong
    assert applying.post(client, "mission", {"mission": f"{joint.pk}-{jordan.pk}"}).status_code == 303
    page = text(client.get("/en/apply/demo/mission/"))
    assert re.findall(r'value="([^"]+)" selected', page) == [f"{joint.pk}-{jordan.pk}"]
    for task, answers in (
        ("names", applying.NAMES),
        ("birth", applying.BIRTH),
        ("passport", applying.PASSPORT),
    ):
        applying.post(client, task, answers)
    assert Membership.objects.get().delegation == jordan
    applying.answer_the_rest(client)
    assert "Delegation of Jordan" in text(client.get("/en/apply/demo/check/"))


def test_who_comes_with_the_link_of_such_a_mission_is_asked_for_the_delegation_and_no_file_is_opened_before(
    mission, joint
):
    visitor, _user = applying.applicant("link@example.org")
    assert visitor.post(f"/en/apply/{joint.link_token}/")["Location"] == "/en/apply/demo/"
    assert "Choose your delegation" in text(visitor.get("/en/apply/demo/"))
    for task, answers in (
        ("names", applying.NAMES),
        ("birth", applying.BIRTH),
        ("passport", applying.PASSPORT),
    ):
        assert applying.post(visitor, task, answers).status_code == 303
    assert not Membership.objects.exists()
    page = text(visitor.get("/en/apply/demo/mission/"))
    assert "Joint mission has several delegations: choose yours" in page
    last = joint.delegations.last()
    assert applying.post(visitor, "mission", {"mission": f"{joint.pk}-{last.pk}"}).status_code == 303
    assert Membership.objects.get().delegation == last
    assert "Choose your delegation" not in text(visitor.get("/en/apply/demo/"))


def test_a_delegation_that_is_taken_away_before_the_file_opens_is_asked_for_again(client, joint):
    gone = joint.delegations.last()
    applying.post(client, "mission", {"mission": f"{joint.pk}-{gone.pk}"})
    gone.delete()
    assert "Choose your delegation" in text(client.get("/en/apply/demo/"))


def test_pictures_and_pledge_wait_for_names_birth_and_passport(client, mission):
    assert text(client.get("/en/apply/demo/")).count("Cannot start yet") == 3
    assert client.get("/en/apply/demo/photo/")["Location"] == "/en/apply/demo/"
    assert applying.post(client, "photo", {"file": applying.picture()})["Location"] == "/en/apply/demo/"
    applying.answer_until_the_file_opens(client, mission)
    assert "Cannot start yet" not in text(client.get("/en/apply/demo/"))


@pytest.mark.parametrize(
    "file, words",
    [
        (None, "Choose your photo"),
        (SimpleUploadedFile("a.jpg", b""), "The file is empty."),
        (SimpleUploadedFile("a.jpg", b"%PDF-1.7 and more"), "This is a file of the type PDF."),
        (SimpleUploadedFile("a.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 40), "This is a photo in HEIC format"),
        (SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"x" * 3_000_000), "The file is larger than 2 MB."),
        (SimpleUploadedFile("a.jpg", b"\xff\xd8\xff broken"), "The picture could not be read."),
    ],
    ids=["nothing", "empty", "pdf", "heic", "too big", "broken"],
)
def test_a_file_that_is_no_photo_is_refused_with_its_own_words(client, mission, file, words):
    applying.answer_until_the_file_opens(client, mission)
    if file is not None:
        file.seek(0)
    answer = applying.post(client, "photo", {"file": file} if file else {})
    assert answer.status_code == 422
    assert applying.errors_on(answer)[0].startswith(words)
    assert not Upload.objects.exists()


def test_a_small_or_a_wide_photo_is_refused_with_its_size(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    small = applying.post(client, "photo", {"file": applying.picture(120, 160)})
    assert applying.errors_on(small) == ["The picture is 120 x 160 pixels; at least 360 x 480 are needed."]
    wide = applying.post(client, "photo", {"file": applying.picture(900, 700)})
    assert applying.errors_on(wide) == [
        "The picture is 900 x 700 pixels; its width must be 75% of its height. Cut it to that shape."
    ]


def test_a_picture_is_shown_replaced_and_the_same_one_kept_once(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    for _attempt in range(2):  # a retry over a bad network
        assert applying.post(client, "photo", {"file": applying.picture()}).status_code == 303
    first = Upload.objects.get()
    shown = client.get(f"/en/apply/demo/pictures/{first.public_id}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in shown["Cache-Control"]
    assert first.public_id in text(client.get("/en/apply/demo/photo/"))
    applying.post(client, "photo", {"file": applying.picture(shade=20)})
    assert list(Upload.objects.order_by("pk").values_list("replaced_at", flat=True)) == [applying.NOW, None]
    assert applying.post(client, "photo", {"keep": "yes"}).status_code == 303
    assert Upload.objects.filter(replaced_at=None).count() == 1


def test_the_pledge_needs_both_ticks(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    answer = applying.post(client, "pledge", {"pledge": "on"})
    assert applying.errors_on(answer) == ["Tick that you have read how your data are used"]
    applying.post(client, "pledge", applying.PLEDGE)
    pledge = Membership.objects.get().pledge
    assert (pledge.declared_by_head, pledge.given_at) == (False, applying.NOW)


def test_answers_are_found_again_on_another_device(client, mission):
    applying.post(client, "names", applying.NAMES)
    other, _user = applying.applicant()
    assert 'value="Omar"' in text(other.get("/en/apply/demo/names/"))
    assert not any("Omar" in str(value) for value in client.session.items())


def test_a_change_from_the_check_page_leads_back_to_it(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    applying.answer_the_rest(client)
    assert "/en/apply/demo/work/?from=check" in text(client.get("/en/apply/demo/check/"))
    answer = applying.post(client, "work", {"role": "", "function": "Judge", "from": "check"})
    assert answer["Location"] == "/en/apply/demo/check/"
    assert "Judge" in text(client.get("/en/apply/demo/check/"))


def test_what_is_begun_can_be_thrown_away(client):
    applying.post(client, "names", applying.NAMES)
    assert "Delete your answers?" in text(client.get("/en/apply/demo/withdraw/"))
    assert client.post("/en/apply/demo/withdraw/").status_code == 303
    assert not Beginning.objects.exists()


# --- strangers ---


def test_a_stranger_finds_nothing_of_anybody_on_any_address(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    applying.answer_the_rest(client)
    application, upload = Application.objects.get(), Upload.objects.first()
    stranger, user = applying.applicant("stranger@example.org")
    for path in ("photo", "passport-page", "pledge", "check"):
        assert stranger.get(f"/en/apply/demo/{path}/")["Location"] == "/en/apply/demo/"
    for path in ("", "mission/", "withdraw/", "appeal/"):
        page = text(stranger.get(f"/en/apply/demo/{path}", follow=True))
        for secret in ("Rashid", "0T47", application.number, "Rainbow", upload.public_id):
            assert secret not in page
    assert stranger.get(f"/en/apply/demo/pictures/{upload.public_id}/").status_code == 404
    assert stranger.get(f"/en/apply/{application.public_id}/").status_code == 404
    for task in ("names", "passport", "photo", "pledge", "check", "withdraw", "again", "appeal"):
        stranger.post(f"/en/apply/demo/{task}/", applying.NAMES | applying.PASSPORT | {"version": "1"})
    again = Application.objects.get()
    assert (again.state, again.version, again.membership.family_name) == ("draft", 1, "Al Rashid")
    assert not Membership.objects.filter(stated_by=user).exists()


def test_nobody_who_is_not_signed_in_gets_further_than_the_public_pages(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    applying.post(client, "photo", {"file": applying.picture()})
    public, application = Client(), Application.objects.get()
    upload = Upload.objects.get()
    for path in ("", "names/", "photo/", "check/", "withdraw/", "appeal/", f"pictures/{upload.public_id}/"):
        assert public.get(f"/en/apply/demo/{path}")["Location"].startswith(
            "/en/sign-in/?next=/en/apply/demo/"
        )
    known, unknown = public.get(f"/en/apply/{application.public_id}/"), public.get(f"/en/apply/{'x' * 22}/")
    assert (known.status_code, unknown.status_code) == (302, 302)


def test_a_stranger_who_types_somebodys_passport_learns_nothing_and_changes_nothing(client, mission):
    applying.answer_until_the_file_opens(client, mission)
    applying.answer_the_rest(client)
    applying.send(client)
    before = Person.objects.values().get()
    stranger, user = applying.applicant("stranger@example.org")
    other = applying.mission_without_days(mission.election)
    for chosen in (mission, other):
        applying.post(stranger, "mission", {"mission": chosen.pk})
    applying.post(stranger, "names", applying.NAMES)
    applying.post(stranger, "birth", applying.BIRTH)
    answer = applying.post(stranger, "passport", applying.PASSPORT)
    assert (answer.status_code, answer["Location"]) == (303, "/en/apply/demo/passport-page/")
    page = text(stranger.get("/en/apply/demo/"))
    assert "Rainbow" not in page
    assert Person.objects.values().get(pk=before["id"]) == before
    assert Membership.objects.get(stated_by=user).person_id != before["id"]
    assert PossibleDuplicate.objects.get().verdict == "open"


def test_words_that_are_no_task_no_election_and_no_link_are_not_found(client):
    for path in (
        "apply/demo/nonsense/",
        "apply/nonsense/",
        "apply/nonsense/names/",
        "apply/demo/pictures/x/",
    ):
        assert client.get(f"/en/{path}").status_code == 404, path


def test_an_election_that_is_not_published_is_not_found(client):
    factories.make_election(published_at=None)
    hidden = factories.Election.objects.filter(published_at=None).get()
    assert client.get(f"/en/apply/{hidden.code}/").status_code == 404
