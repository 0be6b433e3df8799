"""`manage.py signing_key`, and what follows when a key is revoked (FAILURES T35)."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accreditation.core.actors import SYSTEM
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.credentials import keyring
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.badges import Badge
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import SignedList, publish_list
from accreditation.credentials.reissuing import badges_of_revoked_keys, reissue_badges_of_revoked_keys
from accreditation.credentials.sealing import seal_waiting
from tests.badges import make_badge
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Any, settings: Any) -> None:
    settings.SIGNING_KEYS_DIR = str(tmp_path / "keys")


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("signing_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_keys_life_from_the_shell(folder: None) -> None:
    assert "Key 1 (badge) is made" in run("new")[0]
    assert "Key 2 (list) is made" in run("new", "--purpose", "list")[0]
    run("publish", "2", "--first-use", "now")
    said, _ = run("publish", "1")
    assert "it signs from" in said
    key = SigningKey.objects.get(number=1)
    assert key.first_use_at is not None and key.published_at is not None
    assert key.first_use_at - key.published_at == timedelta(hours=48)
    assert "1  badge  published" in run("list")[0]
    with pytest.raises(CommandError, match="Key 1 is published already; it signs from"):
        run("publish", "1")
    assert "no more" in run("retire", "1")[0]
    assert SignedList.objects.exists()
    verbs = AuditEvent.objects.about(key).values_list("verb", flat=True)
    assert list(verbs) == ["created", "publish", "retire"]


def test_the_first_use_can_be_set_by_hand_for_the_first_key_only(folder: None) -> None:
    run("new")
    run("new")
    run("publish", "1", "--first-use", "now")
    assert keyring.badge_key(timezone.now())[0].number == 1
    with pytest.raises(CommandError, match="48 hours"):
        run("publish", "2", "--first-use", "now")
    assert SigningKey.objects.get(number=2).state == "new"


def test_the_list_names_each_purpose_without_a_spare_key(folder: None) -> None:
    for purpose, number in (("badge", "1"), ("list", "2")):
        run("new", "--purpose", purpose)
        run("publish", number, "--first-use", "now")
    said, warned = run("list")
    assert "1  badge  published" in said
    assert "No spare key for badges" in warned and "No spare key for the list" in warned
    run("new")
    run("publish", "3")
    assert "spare key for badges" not in run("list")[1]
    assert "No key signs badges now" in run("revoke", "1", "--reason", "Copied.")[1]


def test_nobody_publishes_a_key_that_cannot_be_used_here(folder: None) -> None:
    run("new")
    keyring.file_of(1).unlink()
    with pytest.raises(CommandError, match="cannot be read"):
        run("publish", "1")
    assert SigningKey.objects.get().state == "new"
    assert "cannot sign here" in run("list")[0]


def test_wishes_that_make_no_sense_are_one_clear_line(folder: None) -> None:
    with pytest.raises(CommandError, match="no key 9"):
        run("publish", "9")
    run("new")
    with pytest.raises(CommandError, match="new"):
        run("retire", "1")
    with pytest.raises(CommandError, match="required"):
        run("revoke", "1")
    with pytest.raises(CommandError, match="reason"):
        run("revoke", "1", "--reason", " ")


def test_revoking_a_key_replaces_its_badges_and_tells_verifiers(signing_keys: dict[str, Any]) -> None:
    badges = {state: make_badge(state) for state in ("queued", "standby", "printed", "collected", "returned")}
    publish_list(NOW)
    said, warned = run("revoke", str(signing_keys["badge"].number), "--reason", "The folder was copied.")
    assert "4 badges were replaced" in said
    assert "No key signs badges now" in warned
    states = {name: Badge.objects.get(pk=badge.pk).state for name, badge in badges.items()}
    assert states == {
        "queued": "reissued", "standby": "reissued", "printed": "reissued", "collected": "reissued",
        "returned": "returned",
    }  # fmt: skip
    for name in ("queued", "standby", "printed", "collected"):
        another = badges[name].replaced_by
        assert (another.state, another.sealed_at) == ("queued", None)
        assert bytes(another.serial) != bytes(badges[name].serial)
    newest = SignedList.objects.first()
    assert newest is not None
    assert SignedList.objects.count() == 2
    assert AuditEvent.objects.about(signing_keys["badge"]).last().reason == "The folder was copied."  # type: ignore[union-attr]


def test_the_badges_of_other_keys_stay(signing_keys: dict[str, Any]) -> None:
    kept = make_badge("collected")
    second = keyring.make_key("badge", actor=SYSTEM, now=NOW)
    perform(SIGNING_KEY, second.pk, "publish", actor=SYSTEM, now=NOW - timedelta(hours=48))
    gone = make_badge("collected")
    assert gone.key == second
    run("revoke", str(second.number), "--reason", "Copied.")
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.state, gone.state) == ("collected", "reissued")


def test_what_a_killed_command_left_the_next_tick_goes_on_with(signing_keys: dict[str, Any]) -> None:
    for _ in range(5):
        make_badge("printed")
    perform(SIGNING_KEY, signing_keys["badge"].pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    assert reissue_badges_of_revoked_keys(NOW, at_most=2) == 2
    assert badges_of_revoked_keys().count() == 3
    assert reissue_badges_of_revoked_keys(NOW) == 3
    assert reissue_badges_of_revoked_keys(NOW) == 0
    assert Badge.objects.live().count() == 5


def test_a_badge_sealed_while_its_key_was_revoked_is_found_by_the_next_tick(
    signing_keys: dict[str, Any],
) -> None:
    badge = make_badge("queued")
    perform(SIGNING_KEY, signing_keys["badge"].pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    reissue_badges_of_revoked_keys(NOW)
    another = badge.replaced_by
    Badge.objects.filter(pk=another.pk).update(  # as a worker that had read the key just before
        key=signing_keys["badge"], signed=badge.signed, picture=badge.picture, latest_end=badge.latest_end,
        sealed_at=NOW,
    )  # fmt: skip
    assert reissue_badges_of_revoked_keys(NOW) == 1


def test_revoking_twice_goes_on_where_the_first_was_interrupted(signing_keys: dict[str, Any]) -> None:
    make_badge("printed")
    number = str(signing_keys["badge"].number)
    perform(SIGNING_KEY, signing_keys["badge"].pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    said, _ = run("revoke", number, "--reason", "Copied.")
    assert "was revoked before" in said and "1 badges were replaced" in said


def test_the_replaced_badges_are_sealed_with_the_next_key(signing_keys: dict[str, Any]) -> None:
    badge = make_badge("printed")
    second = keyring.make_key("badge", actor=SYSTEM, now=NOW)
    perform(SIGNING_KEY, second.pk, "publish", actor=SYSTEM, now=NOW)
    run("revoke", str(signing_keys["badge"].number), "--reason", "Copied.")
    assert seal_waiting(now=NOW + timedelta(hours=48)) == 1
    assert badge.replaced_by.key == second
