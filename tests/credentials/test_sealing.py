"""A queued badge is sealed: its facts, its picture, its signature; and what keeps a badge from being sealed."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.core import storage
from accreditation.core.actors import SYSTEM
from accreditation.core.machine import perform
from accreditation.credentials import keyring
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.facing import faces_of
from accreditation.credentials.payload import PHOTO_BYTES, parts_of, unpacked
from accreditation.credentials.sealing import seal_waiting
from accreditation.credentials.signatures import OVER_A_BADGE, holds
from tests.badges import give_photo, make_badge
from tests.factories import NOW, application_in, complete, make_election, make_membership, make_mission

pytestmark = pytest.mark.django_db


def test_a_sealed_badge_says_who_where_and_until_when_and_its_key_signs_for_it(
    signing_keys: dict[str, Any],
) -> None:
    badge = make_badge()

    body, signature = parts_of(bytes(badge.signed))
    facts = unpacked(body)
    accreditation = badge.accreditation
    stated = accreditation.membership
    assert holds(OVER_A_BADGE, body, signature, bytes(signing_keys["badge"].public))
    assert facts.serial == bytes(badge.serial)
    assert facts.name == f"{stated.family_name} {stated.given_names}"
    assert facts.mission == accreditation.mission.code
    assert (facts.election, facts.category) == (accreditation.election_id, accreditation.category_id)
    # 23 November in Baku begins at 20:00 UTC of the 22nd; 60 days after 20 December is 18 February, included.
    assert facts.valid_from == datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert facts.valid_until == datetime(2027, 2, 18, 20, tzinfo=UTC) == badge.latest_end


def test_the_signed_hash_is_of_the_picture_that_is_printed(signing_keys: dict[str, Any]) -> None:
    badge = make_badge()

    printed = faces_of([badge])[0].photo
    facts = unpacked(parts_of(bytes(badge.signed))[0])
    assert badge.picture is not None
    assert printed == storage.read(badge.picture.name)
    assert facts.photo_hash == hashlib.sha256(printed).digest()[:PHOTO_BYTES]


def test_a_badge_without_a_photo_says_so_and_is_sealed_once_there_is_one(
    signing_keys: dict[str, Any],
) -> None:
    accreditation = application_in("approved").accreditation
    assert accreditation is not None
    accreditation.membership.uploads.filter(kind="photo").update(replaced_at=NOW)

    assert seal_waiting(now=NOW) == 0
    assert accreditation.badges.get().unsealable == "no_photo"

    accreditation.membership.uploads.filter(kind="photo").update(replaced_at=None)
    give_photo(accreditation.membership)
    assert seal_waiting(now=NOW) == 1
    assert (accreditation.badges.get().unsealable, accreditation.badges.get().state) == ("", "queued")


def test_a_photo_that_is_gone_from_the_storage_stops_its_own_badge_only(signing_keys: dict[str, Any]) -> None:
    lost = application_in("approved").accreditation
    good = application_in("approved").accreditation
    assert lost is not None and good is not None
    give_photo(good.membership)

    assert seal_waiting(now=NOW) == 1

    assert lost.badges.get().unsealable == "unreadable_photo"
    assert good.badges.get().sealed_at == NOW


def test_sealing_twice_changes_nothing(signing_keys: dict[str, Any]) -> None:
    badge = make_badge()

    assert seal_waiting(now=NOW + timedelta(minutes=1)) == 0

    again = Badge.objects.get(pk=badge.pk)
    assert (bytes(again.signed), again.version) == (bytes(badge.signed), badge.version)  # type: ignore[arg-type]


def test_badges_on_standby_and_void_ones_are_not_sealed(signing_keys: dict[str, Any]) -> None:
    held, void = application_in("approved").accreditation, application_in("approved").accreditation
    assert held is not None and void is not None
    perform(BADGE, void.badges.get().pk, "void", actor=SYSTEM, now=NOW, reason="Test.")
    Badge.objects.get(accreditation=held)
    give_photo(void.membership)

    assert seal_waiting(now=NOW) == 0
    assert void.badges.get().sealed_at is None


def test_without_a_key_in_use_badges_wait_and_the_desk_is_told_what_to_do(
    settings: Any, tmp_path: Any
) -> None:
    settings.SIGNING_KEYS_DIR = str(tmp_path / "none")
    application_in("approved")

    with pytest.raises(keyring.NoPrivateKey, match="signing_key new"):
        seal_waiting(now=NOW)


def test_faces_of_thirty_badges_take_as_many_queries_as_one(signing_keys: dict[str, Any]) -> None:
    badges = [make_badge()]
    with CaptureQueriesContext(
        connection,
    ) as one:
        faces_of(badges)
    for _ in range(3):
        badges.append(make_badge())
    with CaptureQueriesContext(connection) as many:
        faces_of(badges)

    assert len(many) == len(one)


def test_the_passport_number_is_on_the_badge_only_where_the_law_asks(signing_keys: dict[str, Any]) -> None:
    badge = make_badge()
    mission = make_mission(make_election(badge_shows_document_number=False))
    without = make_badge(membership=complete(make_membership(mission=mission)))

    shown = [face.passport_number for face in faces_of([badge, without])]

    assert shown == [badge.accreditation.membership.document.number, ""]


def test_the_words_of_a_badge_are_in_the_language_of_the_state_and_one_other(
    signing_keys: dict[str, Any],
) -> None:
    badge = make_badge()

    face = faces_of([badge])[0]

    assert face.languages == ("az", "en")
    assert face.validity == (
        "23 noyabr 2026 tarixindən rəsmi nəticələr dərc olunanadək",
        "from 23 November 2026 until the official results are published",
    )
