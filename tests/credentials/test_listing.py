"""The list for verifiers: what it says, when a new one is made, and how it is served."""

import gzip
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from accreditation.core.actors import SYSTEM
from accreditation.core.machine import perform
from accreditation.credentials import keyring
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.keyring import NoPrivateKey
from accreditation.credentials.listing import KEPT, SignedList, publish_list
from accreditation.credentials.models import Accreditation
from accreditation.credentials.payload import code_number
from accreditation.credentials.signed_list import ListContents, ListRefused, read
from accreditation.credentials.verdicts import Shown, Verdict, judge
from accreditation.workflow.states import ACCREDITATION
from tests.badges import make_badge
from tests.factories import NOW, actor, application_in, make_approver, make_election, make_mission

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(signing_keys: dict[str, Any]) -> dict[str, Any]:
    return signing_keys


def list_keys() -> dict[int, bytes]:
    """What a verifier has from /v/keys.json."""
    import base64

    told = Client().get("/v/keys.json").json()["list_keys"]
    return {int(number): base64.urlsafe_b64decode(public + "=") for number, public in told.items()}


def published(now: datetime = NOW) -> ListContents:
    """The list as a verifier has it after the tick."""
    publish_list(now)
    return read(Client().get("/v/list").content, list_keys=list_keys())


def verdict(badge: Any, contents: ListContents, now: datetime = NOW) -> Any:
    return judge(bytes(badge.signed), contents=contents, now=now).verdict


# What it says


@pytest.mark.parametrize("state", ["void", "lost", "returned", "reissued"])
def test_a_dead_badge_is_on_the_list_and_a_live_one_is_not(state: str, keys: dict[str, Any]) -> None:
    dead, alive = make_badge(state), make_badge("collected")
    contents = published()
    assert list(contents.void) == [code_number(dead.code)]
    assert verdict(dead, contents) == Verdict.VOID
    assert verdict(alive, contents) == Verdict.VALID


@pytest.mark.parametrize("move", ["suspend", "cancel"])
def test_the_end_of_an_accreditation_puts_its_badge_on_the_list(move: str, keys: dict[str, Any]) -> None:
    badge = make_badge("collected")
    assert list(published().void) == []
    perform(
        ACCREDITATION, badge.accreditation_id, move, actor=actor(make_approver()), now=NOW, reason="Test."
    )
    assert verdict(badge, published(NOW + timedelta(seconds=30))) == Verdict.VOID


def test_a_badge_past_its_latest_end_leaves_the_list(keys: dict[str, Any]) -> None:
    badge = make_badge("void")
    assert badge.latest_end is not None
    assert len(published(badge.latest_end - timedelta(seconds=1)).void) == 1
    assert len(published(badge.latest_end).void) == 0


def test_a_badge_that_was_never_signed_is_not_on_the_list(keys: dict[str, Any]) -> None:
    accreditation = application_in("approved").accreditation
    assert isinstance(accreditation, Accreditation)
    perform(ACCREDITATION, accreditation.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Test.")
    assert accreditation.badges.get().state == "void"
    assert list(published().void) == []


def test_words_are_in_every_language_that_the_commission_has_worded(keys: dict[str, Any]) -> None:
    election = make_election(
        name_en="Parliamentary election",
        name_az="Parlament seçkiləri",
        name_ru="",
        commission_en="Electoral Commission",
        commission_az="Seçki Komissiyası",
    )
    mission = make_mission(election, code="a-mission-with-a-very-long-code", name="The mission")
    from tests.factories import complete, make_membership

    badge = make_badge(membership=complete(make_membership(mission)))
    make_mission(election, code="nobody-has-a-badge-here")
    contents = published()
    listed = contents.elections[election.pk]
    assert listed.name == {"en": "Parliamentary election", "az": "Parlament seçkiləri"}
    assert (listed.commission["en"], listed.commission["az"]) == ("Electoral Commission", "Seçki Komissiyası")
    assert (listed.zone, listed.ends, listed.freshness) == ("Asia/Baku", None, timedelta(hours=12))
    assert {code: one.name for code, one in contents.missions.items()} == {
        f"{election.pk}/a-mission-with-a-ver": {"en": "The mission"}
    }
    category = contents.categories[badge.accreditation.category_id]
    assert category.name["en"] == "International observer" and category.colour == "#0b5d6b"


def test_a_commission_that_nobody_has_named_is_left_to_the_verifier_s_own_words(keys: dict[str, Any]) -> None:
    make_badge()
    (listed,) = published().elections.values()
    assert listed.commission == {}


def test_published_results_end_the_term_at_midnight_of_the_elections_zone(keys: dict[str, Any]) -> None:
    badge = make_badge("collected")
    election = badge.accreditation.election
    election.results_published_on = date(2026, 12, 24)
    election.save()
    ends = datetime.fromisoformat("2026-12-25T00:00:00+04:00")
    contents = published(ends - timedelta(minutes=1))
    assert contents.elections[election.pk].ends == ends
    assert verdict(badge, contents, ends - timedelta(seconds=1)) == Verdict.VALID
    assert verdict(badge, contents, ends) == Verdict.EXPIRED


def test_a_retired_keys_badges_hold_and_a_revoked_keys_do_not(keys: dict[str, Any]) -> None:
    """FAILURES T35."""
    badge = make_badge("collected")
    perform(SIGNING_KEY, keys["badge"].pk, "retire", actor=SYSTEM, now=NOW)
    assert verdict(badge, published()) == Verdict.VALID
    perform(SIGNING_KEY, keys["badge"].pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    assert verdict(badge, published(NOW + timedelta(seconds=30))) == Verdict.VOID


def test_a_new_key_is_on_the_list_before_it_signs(keys: dict[str, Any]) -> None:
    """FAILURES T35."""
    key = keyring.make_key("badge", actor=SYSTEM, now=NOW)
    assert key.number not in published().keys
    perform(SIGNING_KEY, key.pk, "publish", actor=SYSTEM, now=NOW)
    later = NOW + timedelta(seconds=30)
    assert key.number in published(later).keys
    assert keyring.badge_key(later)[0] == keys["badge"]


def test_a_list_is_confirmed_as_long_as_the_elections_parameter_says(keys: dict[str, Any]) -> None:
    badge = make_badge("collected")
    contents = published()
    at_last = NOW + timedelta(hours=12)
    assert judge(bytes(badge.signed), contents=contents, now=at_last).shown == Shown.GREEN
    stale = judge(bytes(badge.signed), contents=contents, now=at_last + timedelta(seconds=1))
    assert (stale.verdict, stale.shown) == (None, Shown.AMBER)


# When one is made


def test_an_unchanged_list_is_published_anew_before_it_is_an_hour_old(keys: dict[str, Any]) -> None:
    first = publish_list(NOW)
    assert first is not None
    assert publish_list(NOW + timedelta(minutes=49)) is None
    second = publish_list(NOW + timedelta(minutes=50))
    assert second is not None and second.version > first.version


def test_a_change_is_published_by_the_next_tick(keys: dict[str, Any]) -> None:
    publish_list(NOW)
    make_badge("void")
    assert publish_list(NOW + timedelta(seconds=30)) is not None


def test_old_lists_are_pruned(keys: dict[str, Any]) -> None:
    for hour in range(8):
        publish_list(NOW + timedelta(hours=hour))
    assert SignedList.objects.count() == 1 + KEPT
    assert SignedList.objects.first() == SignedList.objects.order_by("made_at").last()


def test_versions_rise_even_after_a_backup_that_had_forgotten_lists(keys: dict[str, Any]) -> None:
    last = publish_list(NOW)
    assert last is not None
    SignedList.objects.all().delete()
    restored = publish_list(NOW + timedelta(hours=1))
    assert restored is not None and restored.version > last.version


def test_without_a_key_of_lists_it_says_so(db: None, settings: Any) -> None:
    settings.SIGNING_KEYS_DIR = None
    with pytest.raises(NoPrivateKey):
        publish_list(NOW)


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_list(keys: dict[str, Any]) -> None:
    barrier, made = threading.Barrier(2), []

    def tick() -> None:
        barrier.wait()
        try:
            made.append(publish_list(NOW))
        finally:
            connection.close()
            close_old_connections()

    workers = [threading.Thread(target=tick) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert SignedList.objects.count() == 1
    assert [one is None for one in made].count(True) == 1


# How a verifier takes it: FAILURES T34


def test_a_forged_rolled_back_or_cut_list_is_refused(keys: dict[str, Any]) -> None:
    publish_list(NOW)
    old = Client().get("/v/list").content
    make_badge("void")
    held = published(NOW + timedelta(seconds=30))
    for content, reason in (
        (old, "rolled_back"),
        (old[:-1], "signature"),
        (old[:200] + b"\x00" + old[201:], "signature"),
        (b"", "malformed"),
    ):
        with pytest.raises(ListRefused) as refusal:
            read(content, list_keys=list_keys(), held_version=held.version)
        assert refusal.value.reason == reason


def test_a_revoked_list_key_is_offered_no_more(keys: dict[str, Any]) -> None:
    assert set(list_keys()) == {keys["list"].number}
    perform(SIGNING_KEY, keys["list"].pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    assert list_keys() == {}


# How it is served


def test_the_list_is_served_for_caches_and_for_any_site(keys: dict[str, Any]) -> None:
    made = publish_list(NOW)
    assert made is not None
    answer = Client().get("/v/list")
    assert answer.status_code == 200
    assert answer.content == bytes(SignedList.objects.get().content)
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["ETag"] == f'"{made.version}"'
    assert not answer.cookies
    again = Client().get("/v/list", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "public, max-age=60"
    assert Client().get("/v/list", headers={"if-none-match": '"1"'}).status_code == 200


def test_a_long_list_travels_packed_and_is_known_again(keys: dict[str, Any]) -> None:
    publish_list(NOW)
    long = bytes(1000)  # how it is served does not depend on what it says
    SignedList.objects.update(content=long)
    packing = Client(headers={"accept-encoding": "gzip"})
    answer = packing.get("/v/list")
    assert gzip.decompress(answer.content) == long
    assert packing.get("/v/list", headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_a_list_costs_two_queries_and_an_unchanged_one_costs_one(
    keys: dict[str, Any], django_assert_num_queries: Any
) -> None:
    publish_list(NOW)
    with django_assert_num_queries(2):
        etag = Client().get("/v/list")["ETag"]
    with django_assert_num_queries(1):
        Client().get("/v/list", headers={"if-none-match": etag})


def test_before_the_first_list_there_is_none_and_nothing_is_cached() -> None:
    answer = Client().get("/v/list")
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"
