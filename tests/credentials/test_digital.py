"""The digital badge: on the pages of those whom it concerns, and by a link that expires."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accreditation.core.audit import AuditEvent
from accreditation.credentials import digital
from accreditation.credentials.badges import Badge
from accreditation.credentials.design import BadgeDesign
from tests.badges import make_badge
from tests.factories import NOW, complete, make_head, make_membership, make_mission, make_user
from tests.missions.heads import Headed, headed
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys", "told_at_once")]

LIVE = ["queued", "printed", "ready", "collected"]
DEAD = ["standby", "returned", "lost", "void", "reissued"]


@pytest.fixture
def house() -> Headed:
    return headed()


def of(house: Headed, state: str = "queued", **fields: Any) -> Badge:
    return make_badge(state, membership=complete(make_membership(house.mission, **fields)))


def looks(badge: Badge) -> list[AuditEvent]:
    return list(AuditEvent.objects.about(badge).filter(verb="digital_badge_given_out"))


def link(badge: Badge, name: str = "badge-link") -> str:
    return reverse(name, args=[digital.token_of(badge)])


def bearer_of(badge: Badge) -> Any:
    application = badge.accreditation.application
    application.applicant = badge.accreditation.membership.stated_by
    application.save(update_fields=["applicant"])
    return application.applicant


def test_the_head_opens_the_badge_of_a_person_and_it_is_recorded(house: Headed) -> None:
    badge = of(house)
    person = badge.accreditation.membership.public_id
    assert house.url("badge_file", public_id=person) in house.get("person", public_id=person).content.decode()

    answer = house.get("badge_file", public_id=person)

    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF") and b"/StructTreeRoot" in answer.content
    assert "no-store" in answer["Cache-Control"]
    assert [look.actor_id for look in looks(badge)] == [house.head.pk]


@pytest.mark.parametrize("state", DEAD)
def test_a_badge_that_does_not_hold_or_is_on_standby_is_no_file(house: Headed, state: str) -> None:
    badge = of(house, state)
    person = badge.accreditation.membership.public_id
    page = house.get("person", public_id=person).content.decode()
    assert "Badge" in page and house.url("badge_file", public_id=person) not in page
    assert house.get("badge_file", public_id=person).status_code == 404
    assert looks(badge) == []


def test_a_badge_without_a_signature_is_no_file(house: Headed) -> None:
    person = house.person("approved").public_id
    assert (
        house.url("badge_file", public_id=person)
        not in house.get("person", public_id=person).content.decode()
    )
    assert house.get("badge_file", public_id=person).status_code == 404


def test_another_mission_s_head_finds_no_file(house: Headed) -> None:
    badge = of(house)
    stranger = sign_in(Client(), make_head(make_mission(house.mission.election)))
    address = house.url("badge_file", public_id=badge.accreditation.membership.public_id)
    assert stranger.get(address).status_code == 404


def test_the_bearer_opens_the_own_badge_and_nobody_else_s(house: Headed) -> None:
    badge = of(house, "ready", stated_by=make_user())
    client = sign_in(Client(), bearer_of(badge))
    code = house.mission.election.code
    address = reverse("apply-badge", args=[code])
    assert address in client.get(reverse("apply", args=[code])).content.decode()

    assert client.get(address).content.startswith(b"%PDF")

    assert len(looks(badge)) == 1
    assert sign_in(Client(), make_user()).get(address).status_code == 404


def test_the_page_of_a_link_shows_initials_only_and_is_kept_by_nobody(house: Headed) -> None:
    badge = of(house, family_name="Zqvictim", given_names="Ada Bea")
    answer = Client().get(link(badge))
    page = answer.content.decode()
    assert "A. B. Z." in page and link(badge, "badge-link-file") in page
    assert "zqvictim" not in page.lower() and "Bea" not in page and badge.code_in_words not in page
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    assert looks(badge) == [], "only the badge itself is recorded"


def test_by_a_link_the_badge_comes_without_signing_in_and_is_recorded(house: Headed) -> None:
    badge = of(house)
    answer = Client().get(link(badge, "badge-link-file"))
    assert answer.content.startswith(b"%PDF") and "noindex" in answer["X-Robots-Tag"]
    assert [look.actor for look in looks(badge)] == [None]


def test_a_link_without_a_language_is_led_to_one(house: Headed) -> None:
    badge = of(house)
    answer = Client().get(f"/badge/{digital.token_of(badge)}", follow=True)
    assert answer.status_code == 200 and b"Your badge" in answer.content


def test_a_link_holds_for_fourteen_days_and_then_says_how_to_get_another(house: Headed) -> None:
    badge = of(house)
    page, file = link(badge), link(badge, "badge-link-file")
    with time_machine.travel(NOW + timedelta(days=13, hours=23)):
        assert Client().get(page).status_code == 200
    with time_machine.travel(NOW + timedelta(days=14, hours=1)):
        for address in (page, file):
            answer = Client().get(address)
            assert answer.status_code == 410
            assert b"This link has expired" in answer.content and b"sign in" in answer.content
    assert looks(badge) == []


@pytest.mark.parametrize("state", DEAD)
def test_the_link_of_a_badge_that_does_not_hold_says_so(house: Headed, state: str) -> None:
    badge = of(house, state)
    for name in ("badge-link", "badge-link-file"):
        answer = Client().get(link(badge, name))
        assert answer.status_code == 410 and b"This badge no longer holds" in answer.content
    assert looks(badge) == []


def test_an_altered_link_or_one_for_another_purpose_is_none(house: Headed) -> None:
    token = digital.token_of(of(house))
    other = "A" if token[0] != "A" else "B"
    for wrong in (other + token[1:], token[:-2], token.split(".")[0], "x"):
        assert Client().get(reverse("badge-link", args=[wrong])).status_code == 404


def test_a_sheet_that_cannot_be_set_is_a_sentence_and_no_record(house: Headed) -> None:
    badge = of(house)
    BadgeDesign.objects.create(election=house.mission.election, note="No font draws \U0001f984")
    assert Client().get(link(badge, "badge-link-file")).status_code == 503
    assert looks(badge) == []


@pytest.mark.parametrize("state", LIVE)
def test_every_live_badge_has_a_link_that_works(house: Headed, state: str) -> None:
    assert Client().get(link(of(house, state))).status_code == 200
