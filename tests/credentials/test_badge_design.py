"""The looks of badges, certificates and letters: set by supervisors, seen on specimens before they are saved."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accreditation.accounts.roles import CLERK, SUPERVISOR
from accreditation.core import storage
from accreditation.core.audit import AuditEvent
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.specimen import KINDS, MARK, refusal_of, specimen_of
from tests.factories import NOW, make_election, make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

TYPED = {"accent": "#7a1f3d", "note_en": "Found? Call 1234", "shows_mission": "on"}


@pytest.fixture
def election() -> Any:
    return make_election()


def url(name: str, election: Any) -> str:
    return reverse(f"admin:credentials_badgedesign_{name}", args=[election.code])


@pytest.fixture
def client() -> Client:
    return sign_in(Client(), make_staff(SUPERVISOR))


def test_a_supervisor_sets_the_looks_and_it_is_recorded(election: Any, client: Client) -> None:
    assert url("picture", election) in client.get(url("change", election)).content.decode()
    assert client.post(url("change", election), TYPED).status_code == 302
    design = BadgeDesign.objects.get(election=election)
    assert (design.accent, design.note_en, design.shows_mission, design.shows_country) == (
        "#7a1f3d", "Found? Call 1234", True, False,
    )  # fmt: skip
    assert AuditEvent.objects.about(design).filter(verb="design_changed").exists()


def test_who_signs_certificates_is_set_here_and_anything_no_font_draws_is_refused(
    election: Any, client: Client
) -> None:
    typed = TYPED | {"signatory": "Aygün Nümunəvi", "position_az": "Komissiyanın sədri"}
    assert client.post(url("change", election), typed).status_code == 302
    design = BadgeDesign.objects.get(election=election)
    assert (design.signatory, design.position_az, design.shows_accredited) == (
        "Aygün Nümunəvi", "Komissiyanın sədri", False,
    )  # fmt: skip
    for name in ("signatory", "position_ar"):
        assert client.post(url("change", election), typed | {name: "ক"}).status_code == 422


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_has_a_specimen_that_follows_the_colour_and_the_emblem(
    election: Any, client: Client, kind: str, settings: Any, tmp_path: Any
) -> None:
    settings.PRIVATE_FILES_ROOT = str(tmp_path)
    page = client.get(url("change", election), {"sheet": kind}).content.decode()
    assert f"specimen.png?sheet={kind}" in page and page.count("aria-current") >= 1
    part = client.post(url("preview", election), TYPED | {"sheet": kind}).content.decode()
    assert f"sheet={kind}&amp;tried=1&amp;accent=%237a1f3d" in part

    def seen(**asked: str) -> bytes:
        answer = client.get(url("picture", election), {"sheet": kind, **asked})
        assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
        return answer.content

    plain, typed = seen(), seen(**TYPED, tried="1")
    saved = client.post(url("change", election), TYPED | {"picture": picture_of(300), "sheet": kind})
    assert saved["Location"].endswith(f"?sheet={kind}")
    assert len({plain, typed, seen()}) == 3


def test_the_three_specimens_differ_and_an_unknown_one_is_the_badge(election: Any, client: Client) -> None:
    pictures = [client.get(url("picture", election), {"sheet": kind}).content for kind in (*KINDS, "x")]
    assert len(set(pictures[:3])) == 3
    badge, certificate, letter, unknown = (Image.open(io.BytesIO(one)).size for one in pictures)
    assert badge == unknown != certificate == letter


def test_the_specimen_of_a_letter_has_the_words_of_a_refusal_of_this_election(election: Any) -> None:
    face = refusal_of(BadgeDesign(election=election), NOW)
    said = " ".join(text for part in face.parts for text in part[1:])
    assert MARK in face.subject and "was not confirmed" in said and "Court of Appeal" in said


@pytest.mark.parametrize(
    "wrong", [{"accent": "red"}, {"note_en": "\U0001f984 typed"}, {"note_fr": "x" * 161}]
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
    election: Any, client: Client, wrong: dict[str, str]
) -> None:
    answer = client.post(url("change", election), TYPED | {"note_ru": "kept as typed"} | wrong)
    assert answer.status_code == 422 and b"kept as typed" in answer.content
    assert not BadgeDesign.objects.exists()


def test_the_specimen_follows_what_is_typed_and_saves_nothing(election: Any, client: Client) -> None:
    part = client.post(url("preview", election), TYPED).content.decode()
    assert "accent=%237a1f3d" in part and "<html" not in part
    plain = client.get(url("picture", election))
    typed = client.get(url("picture", election), TYPED | {"tried": "1"})
    assert plain.content.startswith(b"\x89PNG") and typed.content.startswith(b"\x89PNG")
    assert plain.content != typed.content and not BadgeDesign.objects.exists()


def test_a_wrong_colour_in_the_address_shows_the_saved_one(election: Any, client: Client) -> None:
    assert client.get(url("picture", election), {"tried": "1", "accent": "red"}).status_code == 200


def test_the_specimen_is_marked_as_one(election: Any) -> None:
    face = specimen_of(BadgeDesign(election=election))
    assert MARK in face.name and face.number == face.code == MARK


def test_a_clerk_sets_no_looks(election: Any) -> None:
    clerk = sign_in(Client(), make_staff(CLERK))
    assert clerk.get(url("change", election)).status_code == 403
    assert clerk.post(url("change", election), TYPED).status_code == 403
    assert clerk.get(url("picture", election)).status_code == 403


def test_an_emblem_is_kept_in_the_private_storage_replaced_and_taken_off(
    election: Any, client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.PRIVATE_FILES_ROOT = str(tmp_path)

    def emblem() -> str:
        return BadgeDesign.objects.get(election=election).emblem

    client.post(url("change", election), TYPED | {"picture": picture_of(300)})
    first = emblem()
    assert storage.read(first).startswith(b"\xff\xd8")
    client.post(url("change", election), TYPED | {"picture": picture_of(301)})
    assert emblem() != first
    with pytest.raises(FileNotFoundError):
        storage.read(first)

    small = client.post(url("change", election), TYPED | {"picture": picture_of(20)})
    assert small.status_code == 422 and b"at least" in small.content and emblem()

    client.post(url("change", election), TYPED | {"no_emblem": "on"})
    assert emblem() == ""


def picture_of(side: int) -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (side, side), "#224466").save(written, "PNG")
    return SimpleUploadedFile("emblem.png", written.getvalue(), "image/png")
