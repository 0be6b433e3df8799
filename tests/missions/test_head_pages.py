"""The pages of a head of mission, as a head uses them: naming, completing, sending, asking, taking back."""

import base64
import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.observers.models import ListImport, Membership, Pledge
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.states import ACCREDITATION
from tests import factories as make
from tests.missions.heads import STATEMENT, headed
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time", "files_of_the_test")]


@pytest.fixture
def at_the_time():
    """All pages read the clock of the factories: 23 November 2026, before every deadline."""
    import time_machine

    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def files_of_the_test(settings, tmp_path):
    settings.PRIVATE_FILES_ROOT = tmp_path


@pytest.fixture
def house():
    make.make_country("GEO")
    return headed()


def picture(width=360, height=480, name="face.jpg"):
    content = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def test_every_page_of_a_mission_opens(house):
    person = house.person().public_id
    for name in ("roster", "mission", "add", "send", "pledge", "archive", "arrivals", "lists"):
        assert house.get(name).status_code == 200, name
    for name in ("person", "edit", "end"):
        assert house.get(name, public_id=person).status_code == 200, name
    assert house.get("move", public_id=person, name="withdraw").status_code == 200
    assert house.get("upload", public_id=person, kind="photo").status_code == 200
    assert house.get("stay", pk=house.mission.delegations.get().pk).status_code == 200


# --- my missions ---


def test_a_head_of_one_mission_goes_straight_to_its_roster(house):
    answer = house.client.get("/en/missions/")
    assert answer.status_code == 302
    assert answer["Location"] == house.url()


def test_a_head_of_two_missions_chooses(house):
    other = make.make_mission(house.mission.election, name="Second mission")
    other.roles.create(user=house.head)
    page = house.client.get("/en/missions/").content.decode()
    assert house.mission.name in page and "Second mission" in page


def test_an_account_without_a_mission_is_told_what_to_do():
    from django.test import Client

    from tests.signing_in import sign_in

    page = sign_in(Client(), make.make_user()).get("/en/missions/").content.decode()
    assert "speaks for no mission" in page


# --- naming ---


def test_a_person_named_by_hand_is_a_draft_on_the_roster(house):
    answer = house.post("add", STATEMENT)
    membership = Membership.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == house.url("person", public_id=membership.public_id)
    assert membership.full_name == "SMIRNOV Onufriy"
    assert membership.document.number == "C0 123456"
    assert Application.objects.get().state == "draft"
    assert "C0 123456" not in house.get("person", public_id=membership.public_id).content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(house):
    said = STATEMENT | {"born_year": "2031", "citizenship": "", "family_name": "Sm1rnov"}
    answer = house.post("add", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_born_0"' in page and "Born in the future" in page
    assert 'href="#id_citizenship"' in page
    assert 'href="#id_family_name"' in page
    assert 'value="Onufriy"' in page and 'value="C0 123456"' in page
    assert not Membership.objects.exists()


def test_nobody_is_named_twice_by_one_mission(house):
    house.post("add", STATEMENT)
    answer = house.post("add", STATEMENT)
    assert answer.status_code == 422
    assert "stands on your roster already" in answer.content.decode()
    assert Membership.objects.count() == 1


def test_a_mission_that_is_not_registered_names_nobody():
    make.make_country("GEO")
    house = headed(make.make_mission(state="invited"))
    answer = house.post("add", STATEMENT)
    assert answer.status_code == 422
    assert "once it is registered" in answer.content.decode()
    assert house.post("apply").status_code == 303
    house.mission.refresh_from_db()
    assert house.mission.state == "applied"


# --- changing ---


def test_a_draft_is_changed_at_once_and_a_blank_empties_its_field(house):
    house.post("add", STATEMENT)
    membership = Membership.objects.get()
    said = STATEMENT | {"document_number": "", "given_names": "Onuphrius", "email": ""}
    house.post("edit", said, public_id=membership.public_id)
    membership.refresh_from_db()
    assert (membership.given_names, membership.email) == ("Onuphrius", "")
    assert membership.document.number == "C0 123456"


def test_a_change_of_a_file_under_way_is_a_wish_and_says_so(house):
    membership = house.person("submitted", family_name="Smirnov", given_names="Ada")
    page = house.get("edit", public_id=membership.public_id).content.decode()
    assert "a change is a wish" in page
    said = STATEMENT | {"document_number": ""}
    answer = house.client.post(house.url("edit", public_id=membership.public_id), said, follow=True)
    assert "Sent to the commission as a wish" in answer.content.decode()
    assert "looks at a change that you asked for" in answer.content.decode()
    assert "given_names" in Amendment.objects.get().fields
    membership.refresh_from_db()
    assert membership.given_names == "Ada"


# --- pictures ---


def test_photo_and_passport_page_are_sent_one_by_one(house):
    membership = house.person(complete=False)
    url = house.url("upload", public_id=membership.public_id, kind="photo")
    assert house.client.post(url, {"picture": picture()}).status_code == 303
    assert membership.uploads.get().kind == "photo"
    shown = house.get("picture", public_id=membership.public_id, kind="photo")
    assert shown.status_code == 200 and shown["Content-Type"] == "image/jpeg"
    assert AuditEvent.objects.filter(verb="picture_seen", actor=house.head).count() == 1


def test_a_picture_that_is_none_says_why(house):
    membership = house.person(complete=False)
    url = house.url("upload", public_id=membership.public_id, kind="photo")
    answer = house.client.post(url, {"picture": SimpleUploadedFile("x.jpg", b"GIF89a....")})
    assert answer.status_code == 422
    assert "GIF" in answer.content.decode()
    assert house.client.post(url, {}).status_code == 422


def test_no_picture_is_changed_under_the_eyes_of_a_clerk(house):
    membership = house.person("under_review")
    before = set(membership.uploads.values_list("pk", flat=True))
    url = house.url("upload", public_id=membership.public_id, kind="photo")
    assert house.client.post(url, {"picture": picture()}).status_code == 422
    assert set(membership.uploads.values_list("pk", flat=True)) == before


def test_a_zip_of_pictures_is_answered_picture_by_picture(house):
    membership = house.person(complete=False, family_name="Karimova", given_names="Nilufar")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("KARIMOVA Nilufar photo.jpg", picture().read())
        archive.writestr("nobody knows.jpg", picture().read())
    answer = house.post("archive", {"archive": SimpleUploadedFile("p.zip", content.getvalue())})
    assert (answer.status_code, answer["Location"]) == (303, house.url("archive") + "?report=yes")
    assert membership.uploads.get().kind == "photo"
    report = house.get("archive", "?report=yes").context["report"]
    assert [(one.name, one.person) for one in report.taken] == [
        ("KARIMOVA Nilufar photo.jpg", membership.public_id)
    ]
    assert [(one.name, one.reasons) for one in report.not_taken] == [
        ("nobody knows.jpg", ["No person of the mission bears this name or passport number."])
    ]
    page = house.get("archive", "?report=yes").content.decode()  # as after a look at the person, and Back
    assert page.index("nobody knows.jpg") < page.index("KARIMOVA Nilufar photo.jpg")


def test_a_report_of_pictures_is_its_sender_s_alone_and_lies_nowhere_in_the_clear(house):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("C7654321 photo.jpg", picture().read())
    house.post("archive", {"archive": SimpleUploadedFile("p.zip", content.getvalue())})
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM django_cache WHERE cache_key LIKE %s", ["%archive-report%"])
        (kept,) = cursor.fetchone()
    assert b"C7654321" not in base64.b64decode(kept)
    colleague = sign_in(Client(), make.make_head(house.mission))
    shown = colleague.get(house.url("archive") + "?report=yes")
    assert "report" not in shown.context and "C7654321" not in shown.content.decode()


# --- pledge and sending ---


def test_the_pledge_is_declared_for_people_named_one_by_one(house):
    first, second = house.person(complete=False), house.person(complete=False)
    refused = house.post("pledge", {"person": [first.public_id]})
    assert refused.status_code == 422 and not Pledge.objects.exists()
    house.post("pledge", {"person": [first.public_id], "understood": "yes"})
    assert Pledge.objects.get().membership == first
    house.post("declare", public_id=second.public_id)
    assert Pledge.objects.count() == 2


def test_all_complete_drafts_are_sent_and_the_others_stay(house):
    complete, incomplete = house.person(), house.person(complete=False)
    page = house.get("send").content.decode()
    assert "Send 1 complete draft?" in page and "1 draft stays" in page
    answer = house.post("send")
    assert complete.full_name in answer.content.decode()
    assert complete.applications.get().state == "submitted"
    assert incomplete.applications.get().state == "draft"
    assert "0 applications are sent" in house.post("send").content.decode()


def test_one_is_sent_from_the_own_page_and_a_second_click_does_no_harm(house):
    membership = house.person()
    said = {"version": "1"}
    for _click in range(2):
        answer = house.post("move", said, public_id=membership.public_id, name="submit")
        assert answer.status_code == 303
    assert membership.applications.get().version == 2


def test_an_incomplete_draft_says_what_is_missing_and_is_not_sent(house):
    membership = house.person(complete=False)
    page = house.get("person", public_id=membership.public_id).content.decode()
    assert "the photo" in page and "the pledge" in page and "Send to the commission" not in page
    answer = house.post("move", {"version": "1"}, public_id=membership.public_id, name="submit")
    assert answer.status_code == 422
    assert "Still missing" in answer.content.decode()


def test_an_old_page_is_told_that_somebody_was_faster(house):
    membership = house.person("submitted")
    answer = house.post("move", {"version": "1"}, public_id=membership.public_id, name="answer")
    assert answer.status_code == 409
    assert "Somebody was faster" in answer.content.decode()


def test_a_request_is_shown_and_answered(house):
    membership = house.person("information_requested")
    page = house.get("person", public_id=membership.public_id).content.decode()
    assert "The passport page is cut off." in page and "by 1 December 2026" in page
    house.post("move", {"version": "4"}, public_id=membership.public_id, name="answer")
    assert membership.applications.get().state == "submitted"


# --- taking back ---


def test_withdrawing_is_confirmed_on_a_page_of_its_own(house):
    membership = house.person("submitted")
    where = {"public_id": membership.public_id, "name": "withdraw"}
    page = house.get("move", **where).content.decode()
    assert "Withdraw the application of" in page
    assert membership.applications.get().state == "submitted"
    house.post("move", {"version": "2", "reason": "ill"}, **where)
    assert membership.applications.get().state == "withdrawn"
    house.post("again", public_id=membership.public_id)
    assert sorted(membership.applications.values_list("state", flat=True)) == ["draft", "withdrawn"]


def test_a_file_that_gave_way_to_another_s_appeal_is_opened_again_once_that_has_ended(house):
    refused = make.application_in("refused", applicant=make.make_user())
    mission = make.make_mission(refused.election)
    theirs = headed(mission)
    own = make.make_membership(mission, refused.person)
    make.make_application(make.complete(own))
    make.move(refused, "appeal", refused.applicant)
    shown = theirs.get("person", public_id=own.public_id).content.decode()
    assert "Appeal with the commission" in shown and "Open another application" not in shown
    theirs.post("again", public_id=own.public_id)
    assert not Application.objects.filter(mission=mission, state="draft").exists()
    make.move(refused, "withdraw_appeal", refused.applicant)
    assert "Open another application" in theirs.get("person", public_id=own.public_id).content.decode()
    theirs.post("again", public_id=own.public_id)
    assert Application.objects.filter(mission=mission).latest("pk").state == "draft"


def test_a_person_taken_off_the_roster_keeps_the_application(house):
    membership = house.person("submitted")
    house.post("end", {"reason": "not ours"}, public_id=membership.public_id)
    membership.refresh_from_db()
    assert membership.ended_at is not None
    assert membership.applications.get().state == "submitted"
    assert house.client.get(house.url()).context["rows"] == []


def test_somebody_comes_in_the_place_of_an_accredited_person_who_does_not(house):
    membership = house.person("approved")
    public_id = membership.public_id
    assert house.get("replace", public_id=public_id).status_code == 422
    house.post("not_coming", {"reason": "ill"}, public_id=public_id)
    assert Accreditation.objects.get().state == "relinquished"
    assert house.post("replace", STATEMENT, public_id=public_id).status_code == 303
    newcomer = Application.objects.get(state="draft")
    assert newcomer.replaces == Accreditation.objects.get()
    assert house.post("replace", STATEMENT, public_id=public_id).status_code == 422


def test_why_an_accreditation_is_suspended_stands_on_top_and_of_an_ended_one_no_change_is_offered(house):
    membership = house.person("approved")
    edit = house.url("edit", public_id=membership.public_id)
    approver, pk = make.actor(make.make_approver()), Accreditation.objects.get().pk
    make.perform(ACCREDITATION, pk, "suspend", actor=approver, now=make.NOW, reason="Campaigned <i>.")
    page = house.get("person", public_id=membership.public_id).content.decode()
    assert "The commission's reason</h2><p><bdi>Campaigned &lt;i&gt;.</bdi>" in page
    assert edit in page
    other = house.person("approved").public_id
    house.post("not_coming", {"reason": "ill"}, public_id=other)
    page = house.get("person", public_id=other).content.decode()
    assert house.url("edit", public_id=other) not in page
    assert "The commission's reason" not in page


def test_who_joined_by_link_waits_for_the_head(house):
    membership = house.person(sender_confirmed=False)
    assert membership.full_name in house.get("mission").content.decode()
    answer = house.post("confirm", public_id=membership.public_id)
    assert answer["Location"] == house.url("person", public_id=membership.public_id)  # where it was said
    membership.refresh_from_db()
    assert membership.sender_confirmed


def test_arrivals_are_told_and_taken_back(house):
    membership = house.person("approved")
    house.post("arrivals", {"person": [membership.public_id], "arrived": "yes"})
    membership.refresh_from_db()
    assert membership.arrived_at == make.NOW
    house.post("arrivals", {"person": [membership.public_id], "arrived": "no"})
    membership.refresh_from_db()
    assert membership.arrived_at is None
    verbs = AuditEvent.objects.about(membership).values_list("verb", flat=True)
    assert list(verbs) == ["arrived", "arrival_taken_back"]


def test_a_delegation_says_its_stay_once_for_all(house):
    delegation = house.mission.delegations.get()
    said = {"arrives_on_day": "15", "arrives_on_month": "12", "arrives_on_year": "2026", "arrives_at": "1430"}
    wrong = said | {"departs_on_day": "1", "departs_on_month": "12", "departs_on_year": "2026"}
    assert house.post("stay", wrong, pk=delegation.pk).status_code == 422
    assert house.post("stay", said, pk=delegation.pk).status_code == 303
    delegation.refresh_from_db()
    assert (delegation.arrives_on.isoformat(), f"{delegation.arrives_at:%H:%M}") == ("2026-12-15", "14:30")
    assert AuditEvent.objects.about(delegation).get().verb == "stay_changed"


# --- letters and history ---


def test_the_head_reads_what_was_written_to_the_person(house):
    membership = house.person("refused")
    page = house.get("person", public_id=membership.public_id)
    assert "Why it was refused" in page.content.decode()
    letter = OutboxMessage.objects.about(membership.applications.get()).get(kind="refusal")
    assert f"/letters/{letter.pk}/" in page.content.decode()
    words = house.get("letter", public_id=membership.public_id, pk=letter.pk).content.decode()
    assert membership.full_name in words
    assert [str(one.words) for one in page.context["history"]] == [
        "Refused",
        "Sent to the commission",
        "Application opened",
    ]


# --- lists ---


def a_list(*rows, name="list.csv"):
    header = "Family name;Given names;Date of birth;Citizenship;Passport number;Passport valid until"
    return SimpleUploadedFile(name, "\n".join([header, *rows]).encode())


GOOD = "Smirnov;Onufriy;27.03.1980;GEO;C0123456;01.05.2031"
BAD = "Petrova;Anna;31.02.1980;GEO;C0123457;01.05.2031"


def send_list(house, *rows, **more):
    answer = house.post("lists", {"file": a_list(*rows, **more)})
    assert answer.status_code == 303, answer.content.decode()
    return ListImport.objects.get()


def test_a_list_is_shown_before_anything_is_taken_in(house):
    job = send_list(house, GOOD, BAD)
    page = house.get("list", public_id=job.public_id).content.decode()
    assert not Membership.objects.exists()
    assert "Take in the 1 good row" in page and "PETROVA Anna" in page
    house.post("take_in", {"good_rows": "yes"}, public_id=job.public_id)
    assert Membership.objects.get().full_name == "SMIRNOV Onufriy"
    done = house.get("list", public_id=job.public_id).content.decode()
    assert "The list is taken in" in done
    file = house.get("refused_rows", public_id=job.public_id)
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(file))).active.values)
    assert rows[1][0] == "Petrova" and "date of birth" in rows[1][-1]


def test_refused_rows_are_not_passed_over_without_the_heads_word(house):
    job = send_list(house, GOOD, BAD)
    assert house.post("take_in", public_id=job.public_id).status_code == 422
    assert not Membership.objects.exists()


def test_an_ambiguous_date_is_asked_with_both_readings(house):
    row = "Smirnov;Onufriy;03/04/1980;GEO;C0123456;01.05.2031"
    job = send_list(house, row)
    page = house.get("list", public_id=job.public_id).content.decode()
    assert "3 April 1980" in page and "4 March 1980" in page
    assert house.post("list", {}, public_id=job.public_id).status_code == 422
    house.post("list", {"dates": "mdy"}, public_id=job.public_id)
    house.post("take_in", public_id=job.public_id)
    assert Membership.objects.get().born.isoformat() == "1980-03-04"


def test_a_corrected_list_shows_what_would_change_first(house):
    job = send_list(house, GOOD)
    house.post("take_in", public_id=job.public_id)
    job.delete()
    job = send_list(house, GOOD.replace("Onufriy", "Onuphrius"))
    page = house.get("list", public_id=job.public_id).content.decode()
    assert "What would change" in page and "Given names" in page
    assert Membership.objects.get().given_names == "Onufriy"


def test_a_file_that_is_no_list_gets_one_clear_error(house):
    answer = house.post("lists", {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 nothing")})
    assert answer.status_code == 422
    assert "This is not a list" in answer.content.decode()


def test_a_long_list_is_taken_in_by_the_worker_and_the_page_shows_its_progress(house, monkeypatch):
    monkeypatch.setattr("accreditation.missions.views.lists.AT_ONCE", 0)
    job = send_list(house, GOOD)
    house.post("take_in", public_id=job.public_id)
    page = house.get("list", public_id=job.public_id).content.decode()
    assert "0 of 1 rows" in page and "http-equiv" in page
    assert not Membership.objects.exists()


def test_the_empty_list_is_recognised_column_by_column_once_it_is_filled_in(house):
    from datetime import date

    from accreditation.core.places import CountryNames
    from accreditation.observers.lists import read_list
    from accreditation.observers.stating import rules_for

    book = openpyxl.load_workbook(io.BytesIO(b"".join(house.get("empty_list"))))
    header = [cell.value for cell in book.active[1]]
    assert len(header) == len(set(header))
    said = {"Family name": "Smirnov", "Date of birth (YYYY-MM-DD)": "1980-04-03", "Citizenship": "GEO",
            "Passport number": "C0123456"}  # fmt: skip
    book.active.append([said.get(title, "") for title in header])
    content = io.BytesIO()
    book.save(content)
    read = read_list(content.getvalue(), "list.xlsx", countries=CountryNames.load(),
                     rules=rules_for(house.mission), today=date(2026, 11, 23))  # fmt: skip
    assert read.refused == [] and read.mapping.unmapped == [] and not read.questions
    assert [column.field for column in read.mapping.columns if column.field == "ignored"] == []


def test_the_way_back_from_a_confirmation_is_called_back(house):
    membership = house.person()
    page = house.get("end", public_id=membership.public_id).content.decode()
    assert page.count("The application itself is not withdrawn") == 1
