"""A badge on the pages of those outside: what the head and the bearer see, report as lost, and put on standby."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accreditation.credentials.badges import Badge
from tests.badges import make_badge
from tests.factories import complete, make_head, make_membership, make_mission, make_user
from tests.missions.heads import Headed, headed
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys", "told_at_once")]


@pytest.fixture
def house() -> Headed:
    return headed()


def of(house: Headed, state: str, **fields: Any) -> Badge:
    return make_badge(state, membership=complete(make_membership(house.mission, **fields)))


def now(badge: Badge) -> str:
    badge.refresh_from_db()
    return badge.state


@pytest.mark.parametrize("state", ["printed", "ready", "collected"])
def test_the_head_reports_a_badge_as_lost_on_a_page_of_its_own(house: Headed, state: str) -> None:
    badge = of(house, state)
    person = badge.accreditation.membership.public_id
    assert house.url("badge_lost", public_id=person) in house.get("person", public_id=person).content.decode()
    assert b"void at once" in house.get("badge_lost", public_id=person).content
    assert now(badge) == state

    done = house.client.post(
        house.url("badge_lost", public_id=person), {"version": badge.version}, follow=True
    )

    assert now(badge) == "lost"
    assert "reported as lost and is void" in done.content.decode()


def test_a_badge_that_is_not_made_is_not_lost(house: Headed) -> None:
    badge = of(house, "queued")
    assert house.get("badge_lost", public_id=badge.accreditation.membership.public_id).status_code in (
        409,
        422,
    )
    assert now(badge) == "queued"


def test_the_head_puts_somebody_on_standby_and_takes_it_back(house: Headed) -> None:
    badge = of(house, "queued")
    person = badge.accreditation.membership.public_id
    assert "Standby" in house.get("person", public_id=person).content.decode()
    house.post("badge_standby", {"version": badge.version}, public_id=person, name="hold")
    assert now(badge) == "standby"
    house.post("badge_standby", {"version": badge.version}, public_id=person, name="release")
    assert now(badge) == "queued"
    assert house.post("badge_standby", public_id=person, name="void").status_code == 404
    assert house.get("badge_standby", public_id=person, name="hold").status_code == 405


def test_another_mission_s_head_touches_no_badge(house: Headed) -> None:
    badge = of(house, "ready")
    person = badge.accreditation.membership.public_id
    stranger = sign_in(Client(), make_head(make_mission(house.mission.election)))
    assert stranger.post(house.url("badge_lost", public_id=person)).status_code == 404
    assert stranger.post(house.url("badge_standby", public_id=person, name="hold")).status_code == 404
    assert now(badge) == "ready"


def test_the_bearer_reports_the_own_badge_as_lost_and_nobody_else_s(house: Headed) -> None:
    bearer, other = make_user(), make_user()
    mine = of(house, "collected", stated_by=bearer)
    application = mine.accreditation.application
    application.applicant = bearer
    application.save(update_fields=["applicant"])
    client = sign_in(Client(), bearer)
    code = house.mission.election.code
    lost, status = reverse("apply-badge-lost", args=[code]), reverse("apply", args=[code])
    page = client.get(status).content.decode()
    assert lost in page and "Badge is collected" in page and mine.code_in_words in page
    assert b"Is your badge lost?" in client.get(lost).content

    assert sign_in(Client(), other).post(lost).headers["Location"] == status
    assert now(mine) == "collected"

    client.post(lost, {"version": mine.version})

    assert now(mine) == "lost"
    assert client.get(lost).headers["Location"] == status
