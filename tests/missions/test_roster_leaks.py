"""Nobody but those who speak for a mission today finds any of its pages, by any road.

Every address of missions.urls is walked; one that is not in the table below fails, so that a new page must be
thought of here.
"""

import pytest
from django.test import Client
from django.utils import timezone

from accreditation.missions import urls
from accreditation.missions.models import MissionRole
from accreditation.observers.models import ListImport
from tests import factories as make
from tests.missions.heads import Headed, headed
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

PLAIN = (
    "roster", "mission", "add", "send", "pledge", "archive", "arrivals", "lists", "empty_list", "apply", "certificate",
)  # fmt: skip
OF_A_PERSON = ("person", "edit", "declare", "confirm", "end", "again", "replace", "not_coming", "badge_lost")
OF_A_LIST = ("list", "take_in", "refused_rows")
OTHERS = {
    "download", "stay", "move", "letter", "letter_file", "upload", "picture", "mine", "badge_standby", "badge_file",
}  # fmt: skip
STRANGERS = ("stranger", "other head", "applicant", "former head", "clerk", "administrator", "guest")


def addresses(house: Headed, person: str, job: str, letter: int, delegation: int):
    yield from ((name, {}) for name in PLAIN)
    yield from ((name, {"public_id": person}) for name in OF_A_PERSON)
    yield from ((name, {"public_id": job}) for name in OF_A_LIST)
    yield from (("download", {"form": form}) for form in ("csv", "xlsx"))
    yield from (("move", {"public_id": person, "name": name}) for name in ("submit", "withdraw", "answer"))
    yield from (("upload", {"public_id": person, "kind": kind}) for kind in ("photo", "passport_page"))
    yield from (("picture", {"public_id": person, "kind": kind}) for kind in ("photo", "passport_page"))
    yield from (("badge_standby", {"public_id": person, "name": name}) for name in ("hold", "release"))
    yield "badge_file", {"public_id": person}
    yield from ((name, {"public_id": person, "pk": letter}) for name in ("letter", "letter_file"))
    yield "stay", {"pk": delegation}


@pytest.fixture
def house():
    house = headed()
    house.person("submitted", family_name="Secret")
    job = ListImport.objects.create(
        mission=house.mission, delegation=house.mission.delegations.get(), file_name="secret.csv",
        stored_name="x", sent_at=make.NOW, state=ListImport.State.READ,
    )  # fmt: skip
    house.job = job
    return house


def everything(house: Headed):
    from accreditation.core.outbox import OutboxMessage

    membership = house.mission.memberships.get()
    letter = OutboxMessage.objects.about(membership.applications.get()).first()
    delegation = house.mission.delegations.get()
    return addresses(house, membership.public_id, house.job.public_id, letter.pk, delegation.pk)


def visitor(house: Headed, who: str) -> Client:
    if who == "guest":
        return Client()
    if who == "other head":
        return headed(make.make_mission(house.mission.election)).client
    if who == "applicant":
        user = make.make_user()
        house.mission.memberships.get().applications.update(applicant=user)
        return sign_in(Client(), user)
    if who == "former head":
        user = make.make_head(house.mission)
        MissionRole.objects.filter(user=user).update(ended_at=timezone.now())
        return sign_in(Client(), user)
    if who == "clerk":
        return sign_in(Client(), make.make_clerk())
    if who == "administrator":
        return sign_in(Client(), make.make_user(is_staff=True, is_superuser=True))
    return sign_in(Client(), make.make_user())


def state_of(house: Headed):
    membership = house.mission.memberships.get()
    house.job.refresh_from_db()
    house.mission.refresh_from_db()
    return (
        membership.applications.get().state, membership.ended_at, membership.arrived_at, house.job.state,
        house.mission.state, membership.uploads.count(), house.mission.list_imports.count(),
    )  # fmt: skip


def test_every_address_of_these_pages_stands_in_the_table():
    known = {*PLAIN, *OF_A_PERSON, *OF_A_LIST, *OTHERS}
    assert {pattern.name for pattern in urls.urlpatterns} == known


@pytest.mark.parametrize("method", ["get", "post", "head", "put", "delete"])
@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_find_nothing_and_change_nothing(house, who, method):
    client, before = visitor(house, who), state_of(house)
    for name, place in everything(house):
        answer = getattr(client, method)(house.url(name, **place))
        if who == "guest" and answer.status_code == 302:
            assert "/sign-in/" in answer["Location"], (name, answer["Location"])
        else:
            assert answer.status_code in (404, 405), (name, answer.status_code)
        assert b"Secret" not in answer.content and b"SECRET" not in answer.content
    assert state_of(house) == before


def test_the_list_of_missions_names_the_own_ones_only(house):
    for who in STRANGERS:
        answer = visitor(house, who).get("/en/missions/", follow=True)
        assert house.mission.name not in answer.content.decode(), who


def test_a_head_reaches_no_person_list_or_delegation_of_another_mission_by_the_own_address(house):
    other = headed(make.make_mission(house.mission.election))
    for name, place in everything(house):
        if not place or name == "download":
            continue
        for method in (other.client.get, other.client.post):
            answer = method(other.url(name, **place))
            assert answer.status_code in (404, 405), (name, answer.status_code)


def test_a_head_of_an_inactive_account_is_out(house):
    house.head.is_active = False
    house.head.save()
    assert house.get().status_code == 302


def test_nothing_is_done_by_following_a_link(house):
    before = state_of(house)
    for name, place in everything(house):
        house.client.get(house.url(name, **place))
    assert state_of(house) == before


def test_no_page_is_kept_by_a_browser_or_a_proxy(house):
    for name in ("roster", "mission", "lists"):
        assert "no-store" in house.get(name)["Cache-Control"]
