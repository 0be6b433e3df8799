"""Pictures of an archive meet their people by number or name."""

import io

import pytest
from PIL import Image

from accreditation.core import storage
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.uploads import UploadRefused
from accreditation.observers.models import Upload
from accreditation.observers.portraits import PeopleOfMission
from accreditation.workflow.pictures import add_picture, match_archive
from tests.factories import (
    NOW,
    actor,
    application_in,
    head_of,
    make_document,
    make_head,
    make_membership,
    make_mission,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.PRIVATE_FILES_ROOT = tmp_path


def picture(width=450, height=600, colour="grey") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return file.getvalue()


def person(mission, family, given, number, **names):
    one = make_person(family_name=family, given_names=given, **names)
    return make_membership(mission, one, document=make_document(one, number))


@pytest.fixture
def mission():
    return make_mission()


@pytest.fixture
def people(mission):
    return {
        "vasileva": person(mission, "Vasileva", "Emiliya", "P1234567", original_name="Василева Емилия"),
        "petrov": person(mission, "Petrov", "Pyotr Ivanovich", "71 2345678"),
        "ivanov a": person(mission, "Ivanov", "Aleksandr", "A0000001"),
        "ivanov b": person(mission, "Ivanov", "Boris", "A0000002"),
        "one name": person(mission, "Sukarno", "", "S0000001"),
        "arabic": person(mission, "Al-Hashimi", "Omar", "H0000001", original_name="عمر الهاشمي"),
    }


@pytest.mark.parametrize(
    ("path", "who", "kind"),
    [
        ("photo_P1234567.jpg", "vasileva", "photo"),
        ("P 1234567 passport.png", "vasileva", "passport_page"),
        ("VASILEVA_Emiliya passport.png", "vasileva", "passport_page"),
        ("photo/emiliya-vasileva.JPG", "vasileva", "photo"),
        ("паспорт/Василева Емилия.jpg", "vasileva", "passport_page"),
        ("Emiliya Vasileva/фото.jpg", "vasileva", "photo"),
        ("VasilevaEmiliya.jpg", "vasileva", ""),
        ("VASILEVA.jpg", "vasileva", ""),
        ("Vasilyeva Emilia (BGR) new.jpeg", "vasileva", ""),
        ("71-2345678.png", "petrov", ""),
        ("712345678_scan.png", "petrov", ""),
        ("Petrov Ivanovich.jpg", "petrov", ""),
        ("Ivanov Boris foto.jpg", "ivanov b", "photo"),
        ("Sukarno pass.jpg", "one name", "passport_page"),
        ("صورة/عمر الهاشمي.jpg", "arabic", "photo"),
        ("جواز سفر H0000001.jpg", "arabic", "passport_page"),
    ],
)
def test_a_file_name_says_whose_and_what(mission, people, path, who, kind):
    whose = PeopleOfMission.of(mission).whose(path)
    assert whose.people == {people[who].pk}
    assert whose.kind == kind


@pytest.mark.parametrize(
    "path", ["IMG_2041.jpg", "Haddad Omar.jpg", "photo.jpg", "1.png", "Boris Emiliya.jpg"]
)
def test_a_name_of_nobody_meets_nobody(mission, people, path):
    assert PeopleOfMission.of(mission).whose(path).people == frozenset()


def test_a_name_of_two_is_nobodys(mission, people):
    known = PeopleOfMission.of(mission)
    assert known.whose("Ivanov.jpg").people == {people["ivanov a"].pk, people["ivanov b"].pk}
    assert len(known.whose("P1234567 Petrov Ivanovich.jpg").people) == 2


def test_people_of_another_mission_are_never_met(people):
    assert PeopleOfMission.of(make_mission()).whose("photo_P1234567.jpg").people == frozenset()


def test_an_archive_gives_each_picture_to_its_person_and_reports_every_file(mission, people):
    head = make_head(mission)
    files = [
        ("photo/P1234567.jpg", picture()),
        ("passport/P1234567.jpg", picture(900, 600)),
        ("petrov pyotr ivanovich.jpg", picture(900, 600, "blue")),
        ("Ivanov.jpg", picture()),
        ("IMG_1.jpg", picture()),
        ("Sukarno.jpg", b"%PDF-1.4"),
        ("photo/A0000001.jpg", picture(100, 130)),
        ("photo/vasileva.jpg", picture(colour="red")),
    ]
    report = match_archive(mission, files, actor=actor(head), now=NOW)
    assert [(one.name, one.outcome, one.kind) for one in report.pictures] == [
        ("photo/P1234567.jpg", "met", "photo"),
        ("passport/P1234567.jpg", "met", "passport_page"),
        ("petrov pyotr ivanovich.jpg", "met", "passport_page"),
        ("Ivanov.jpg", "ambiguous", ""),
        ("IMG_1.jpg", "unmatched", ""),
        ("Sukarno.jpg", "refused", ""),
        ("photo/A0000001.jpg", "refused", "photo"),
        ("photo/vasileva.jpg", "ambiguous", "photo"),
    ]
    assert [reason.code for one in report.of("refused") for reason in one.reasons] == [
        "wrong_type",
        "too_small",
    ]
    assert set(Upload.objects.values_list("membership", "kind")) == {
        (people["vasileva"].pk, "photo"),
        (people["vasileva"].pk, "passport_page"),
        (people["petrov"].pk, "passport_page"),
    }
    upload = Upload.objects.first()
    assert storage.read(upload.name).startswith(b"\xff\xd8")
    assert (upload.uploaded_by, upload.uploaded_at) == (head, NOW)


def test_the_same_archive_again_changes_nothing(mission, people):
    files = [("photo_P1234567.jpg", picture())]
    for outcome in ("met", "unchanged"):
        report = match_archive(mission, files, actor=actor(make_head(mission)), now=NOW)
        assert [one.outcome for one in report.pictures] == [outcome]
    assert Upload.objects.count() == 1


def test_a_newer_picture_holds_and_the_older_stays_on_record(mission, people):
    head = actor(make_head(mission))
    first = add_picture(people["vasileva"], "photo", picture(), actor=head, now=NOW)
    second = add_picture(people["vasileva"], "photo", picture(colour="red"), actor=head, now=NOW)
    first.refresh_from_db()
    assert (first.replaced_at, second.replaced_at) == (NOW, None)


def test_a_damaged_archive_keeps_what_was_given_before(mission, people):
    def files():
        yield "photo_P1234567.jpg", picture()
        raise UploadRefused(Reason("archive_damaged", "The archive is damaged."))

    report = match_archive(mission, files(), actor=actor(make_head(mission)), now=NOW)
    assert (len(report.of("met")), report.stopped.code) == (1, "archive_damaged")
    assert Upload.objects.count() == 1


def test_a_picture_of_a_file_under_way_is_not_changed():
    application = application_in("under_review")
    with pytest.raises(Refused) as refused:
        add_picture(application.membership, "photo", picture(), actor=actor(head_of(application)), now=NOW)
    assert [reason.code for reason in refused.value.reasons] == ["under_way"]
    assert "under review" not in str(refused.value)  # how far the commission is stays inside


def test_a_picture_is_taken_while_information_is_requested():
    application = application_in("information_requested")
    add_picture(application.membership, "photo", picture(), actor=actor(head_of(application)), now=NOW)
    assert (
        Upload.objects.filter(membership=application.membership, kind="photo", replaced_at=None).count() == 1
    )


def test_nobody_else_adds_pictures(mission, people):
    with pytest.raises(NotAllowed):
        add_picture(people["vasileva"], "photo", picture(), actor=actor(make_user()), now=NOW)
    with pytest.raises(NotAllowed):
        match_archive(mission, [], actor=actor(make_head(make_mission())), now=NOW)
