"""What the commission's own record says of a badge, and the command that asks it (FAILURES T31, T35)."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from accreditation.core.actors import SYSTEM
from accreditation.core.machine import perform
from accreditation.credentials import keyring, signatures, verifying
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.badges import Badge
from accreditation.credentials.listing import publish_list
from accreditation.credentials.payload import address_of, code_in_print, digits_of, packed
from accreditation.credentials.signatures import signed_badge
from accreditation.credentials.verdicts import Verdict
from accreditation.credentials.verifying import verify_by_record
from accreditation.missions.calendar import Calendar
from accreditation.missions.models import Election
from accreditation.workflow.states import ACCREDITATION
from tests.badges import make_badge
from tests.credentials.vector_parts import facts, private_of
from tests.factories import NOW, actor, application_in, make_approver

pytestmark = pytest.mark.django_db


@pytest.fixture
def badge(signing_keys: dict[str, Any]) -> Badge:
    return make_badge("collected")


def shown(badge: Badge) -> str:
    assert badge.signed is not None
    return address_of(bytes(badge.signed), "https://cec.example")


def test_a_good_badge_is_valid_and_says_whose_it_is(badge: Badge) -> None:
    found = verify_by_record(shown(badge), now=NOW)
    assert found.verdict == Verdict.VALID and found.proved
    stated = badge.accreditation.membership
    assert found.name == f"{stated.family_name} {stated.given_names}"
    assert found.serial == bytes(badge.serial).hex()
    assert found.code == code_in_print(badge.code)
    assert found.category == "International observer"
    assert found.mission == badge.accreditation.mission.name
    assert found.number == badge.accreditation.number_in_words
    assert found.valid_from is not None and found.valid_from == found.since
    assert found.valid_until == badge.latest_end
    assert found.badge_pk == badge.pk


def test_a_typed_code_finds_the_badge_and_proves_nothing(badge: Badge) -> None:
    found = verify_by_record(f" {code_in_print(badge.code).lower()} ", now=NOW)
    assert (found.verdict, found.proved, found.name is not None) == (Verdict.VALID, False, True)


@pytest.mark.parametrize(
    "text", ["00000-00000", "", "7K2QF-9MX0", "https://cec.example/v#12", "9" * 4096, "\x00", "é"]
)
def test_what_the_commission_never_issued_is_forged_and_says_nothing(text: str, badge: Badge) -> None:
    found = verify_by_record(text, now=NOW)
    assert found.verdict == Verdict.FORGED
    told = found.as_json()
    assert [name for name, value in told.items() if value and name != "verdict"] == []


def test_a_queued_badge_that_is_not_signed_is_not_out_there(db: None) -> None:
    accreditation = application_in("approved").accreditation
    assert accreditation is not None
    assert verify_by_record(accreditation.badges.get().code, now=NOW).verdict == Verdict.FORGED


def test_a_flipped_bit_is_forged(badge: Badge) -> None:
    assert badge.signed is not None
    for place in (0, 5, 20, 30, 45, -40, -1):
        changed = bytearray(badge.signed)
        changed[place] ^= 4
        found = verify_by_record(digits_of(bytes(changed)), now=NOW)
        assert (found.verdict, found.name) == (Verdict.FORGED, None)


def test_a_strangers_signature_is_forged_and_an_unknown_key_is_named(badge: Badge) -> None:
    assert badge.key is not None
    under_ours = facts(key_id=badge.key.number, serial=bytes(badge.serial))
    assert (
        verify_by_record(digits_of(signed_badge(packed(under_ours), private_of("x"))), now=NOW).verdict
        == "forged"
    )
    unknown = facts(key_id=60000)
    assert (
        verify_by_record(digits_of(signed_badge(packed(unknown), private_of("x"))), now=NOW).verdict
        == "unknown_key"
    )


def test_the_lists_key_signs_no_badge(badge: Badge, signing_keys: dict[str, Any]) -> None:
    private = keyring.private_key(signing_keys["list"])
    text = digits_of(signed_badge(packed(facts(key_id=signing_keys["list"].number)), private))
    assert verify_by_record(text, now=NOW).verdict == Verdict.UNKNOWN_KEY


def test_a_key_that_was_never_published_is_unknown(badge: Badge) -> None:
    key = keyring.make_key("badge", actor=SYSTEM, now=NOW)
    text = digits_of(signed_badge(packed(facts(key_id=key.number)), keyring.private_key(key)))
    assert verify_by_record(text, now=NOW).verdict == Verdict.UNKNOWN_KEY


def test_a_good_signature_over_what_was_never_issued_is_forged(
    badge: Badge, signing_keys: dict[str, Any]
) -> None:
    """Whoever has stolen the private key makes badges that only the record can tell."""
    private = keyring.private_key(signing_keys["badge"])
    number = signing_keys["badge"].number
    new = digits_of(signed_badge(packed(facts(key_id=number)), private))
    assert verify_by_record(new, now=NOW).verdict == Verdict.FORGED
    another_name = facts(key_id=number, serial=bytes(badge.serial))
    assert (
        verify_by_record(digits_of(signed_badge(packed(another_name), private)), now=NOW).verdict
        == Verdict.FORGED
    )


@pytest.mark.parametrize("state", ["void", "lost", "returned", "reissued"])
def test_a_dead_badge_is_void_since_it_died(state: str, signing_keys: dict[str, Any]) -> None:
    dead = make_badge(state)
    found = verify_by_record(shown(dead), now=NOW + timedelta(hours=1))
    assert (found.verdict, found.since) == (Verdict.VOID, NOW)


def test_a_suspended_accreditation_makes_its_badge_void(badge: Badge) -> None:
    at = NOW + timedelta(hours=2)
    perform(
        ACCREDITATION, badge.accreditation_id, "suspend", actor=actor(make_approver()), now=at, reason="Test."
    )
    found = verify_by_record(shown(badge), now=at)
    assert (found.verdict, found.since) == (Verdict.VOID, at)


def test_a_badge_that_outlived_its_accreditation_is_void_all_the_same(badge: Badge) -> None:
    """No move leaves one alive; whoever wrote into the tables by hand could."""
    at = NOW + timedelta(hours=2)
    perform(
        ACCREDITATION, badge.accreditation_id, "suspend", actor=actor(make_approver()), now=at, reason="Test."
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger asks for the move's event
        cursor.execute("UPDATE credentials_badge SET state = 'collected', moved_at = %s", [NOW])
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = verify_by_record(shown(badge), now=at)
    assert (found.verdict, found.since) == (Verdict.VOID, at)


def test_a_badge_holds_from_the_start_of_its_term_to_its_latest_end(badge: Badge) -> None:
    first = verify_by_record(shown(badge), now=NOW).valid_from
    latest = badge.latest_end
    assert first is not None and latest is not None
    second = timedelta(seconds=1)
    moments = {first - second: "not_yet", first: "valid", latest - second: "valid", latest: "expired"}
    assert {moment: verify_by_record(shown(badge), now=moment).verdict for moment in moments} == moments


def test_published_results_end_the_term(badge: Badge) -> None:
    election = badge.accreditation.election
    election.results_published_on = date(2026, 12, 24)
    election.save()
    ends = datetime.fromisoformat("2026-12-25T00:00:00+04:00")
    assert verify_by_record(shown(badge), now=ends - timedelta(seconds=1)).verdict == Verdict.VALID
    found = verify_by_record(shown(badge), now=ends)
    assert (found.verdict, found.since, found.valid_until) == (Verdict.EXPIRED, ends, ends)


@pytest.mark.parametrize(
    ("zone", "last_day"),
    [
        ("Asia/Baku", date(2026, 12, 24)),
        ("Pacific/Kiritimati", date(2026, 12, 31)),  # the first to reach a day
        ("Pacific/Pago_Pago", date(2026, 12, 31)),  # and the last
        ("America/Havana", date(2027, 11, 6)),  # the next day's first hour comes twice
        ("Africa/Cairo", date(2027, 4, 29)),  # the next day begins at one o'clock
        ("Asia/Beirut", date(2027, 3, 27)),  # as here
    ],
)
def test_a_term_ends_with_its_last_day_on_the_elections_clocks(
    zone: str, last_day: date, badge: Badge, signing_keys: dict[str, Any]
) -> None:
    """What is judged (by the day that the clocks show) and what is told (the moment) are one and the same."""
    long = facts(
        key_id=signing_keys["badge"].number, serial=bytes(badge.serial),
        valid_from=datetime(2020, 1, 1, tzinfo=UTC), valid_until=datetime(2100, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    content = signed_badge(packed(long), keyring.private_key(signing_keys["badge"]))
    election = badge.accreditation.election
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # a published election's zone is frozen
        Badge.objects.filter(pk=badge.pk).update(signed=content)
        Election.objects.filter(pk=election.pk).update(time_zone=zone, results_published_on=last_day)
        cursor.execute("SET LOCAL session_replication_role = origin")
    ends = Calendar(election.day, election.called_on, zone).end_of(last_day)

    for text in (digits_of(content), badge.code):
        last = verify_by_record(text, now=ends - timedelta(microseconds=1))
        over = verify_by_record(text, now=ends)
        assert (last.verdict, over.verdict, over.since) == (Verdict.VALID, Verdict.EXPIRED, ends)
        assert last.valid_until == over.valid_until == ends


def test_a_revoked_keys_badges_are_void_since_its_revocation(badge: Badge) -> None:
    assert badge.key is not None
    perform(SIGNING_KEY, badge.key.pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    found = verify_by_record(shown(badge), now=NOW + timedelta(days=1))
    assert (found.verdict, found.since) == (Verdict.VOID, NOW)


def test_a_retired_keys_badges_hold(badge: Badge) -> None:
    assert badge.key is not None
    perform(SIGNING_KEY, badge.key.pk, "retire", actor=SYSTEM, now=NOW)
    assert verify_by_record(shown(badge), now=NOW).verdict == Verdict.VALID


def signatures_checked(work: Callable[[], Any]) -> int:
    """How many signatures libsodium is asked to check meanwhile."""
    checked = []
    sys.setprofile(
        lambda _frame, event, called: (
            checked.append(called) if event == "c_call" and called.__name__ == "crypto_sign_open" else None
        )
    )
    try:
        work()
    finally:
        sys.setprofile(None)
    return len(checked)


def test_every_answer_costs_one_query_and_one_signature_to_check(
    badge: Badge, django_assert_num_queries: Any
) -> None:
    assert badge.signed is not None
    changed = bytes(badge.signed)[:-1] + bytes([badge.signed[-1] ^ 1])
    texts = [
        shown(badge), badge.code, digits_of(changed), "00000-00000", "nonsense", "9" * 4096,
        digits_of(b"\x01" + bytes(120)), digits_of(signed_badge(packed(facts(key_id=60000)), private_of("x"))),
    ]  # fmt: skip
    for text in texts:
        with django_assert_num_queries(1):
            assert signatures_checked(partial(verify_by_record, text, now=NOW)) == 1


def test_what_is_checked_where_there_is_no_signature_is_one_so_that_it_takes_as_long() -> None:
    """libsodium throws what can be no signature out at once."""
    assert signatures.holds(b"", b"", verifying._NO_SIGNATURE, verifying._NOBODYS_KEY)


def test_the_answer_names_the_list_that_stands(badge: Badge) -> None:
    assert verify_by_record(shown(badge), now=NOW).list_version is None
    made = publish_list(NOW)
    assert made is not None
    for text in (shown(badge), badge.code, "nonsense"):
        assert verify_by_record(text, now=NOW).list_version == made.version


def test_a_row_that_somebody_put_into_the_database_is_no_badge_for_want_of_a_signature(badge: Badge) -> None:
    assert badge.signed is not None
    changed = bytes(badge.signed)[:-1] + bytes([badge.signed[-1] ^ 1])
    Badge.objects.filter(pk=badge.pk).update(signed=changed)
    for text in (digits_of(changed), badge.code, shown(badge)):
        found = verify_by_record(text, now=NOW)
        assert (found.verdict, found.name) == (Verdict.FORGED, None)


def test_a_category_is_named_in_the_language_that_is_asked_for(badge: Badge) -> None:
    category = badge.accreditation.category
    category.name_az = "Beynəlxalq müşahidəçi"
    category.save()
    named = {}
    for language in ("az", "fr"):
        with translation.override(language):
            named[language] = verify_by_record(shown(badge), now=NOW).category
    assert named == {"az": "Beynəlxalq müşahidəçi", "fr": "International observer"}


# The command


def asked(*arguments: str) -> Any:
    out = StringIO()
    call_command("verify_badge", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_answers_in_words_and_as_json(badge: Badge) -> None:
    told = json.loads(asked(shown(badge), "--json"))
    assert told["verdict"] == "valid" and told["proved"] is True
    assert told["serial"] == bytes(badge.serial).hex() and told["code"] == code_in_print(badge.code)
    assert set(told) == {
        "verdict", "proved", "serial", "code", "name", "category", "mission", "number", "valid_from", "valid_until",
        "since", "list_version", "at",
    }  # fmt: skip
    words = asked(badge.code)
    assert words.startswith("VALID") and "proves nothing" in words
    assert asked("nonsense").startswith("FORGED")


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("2026-11-22T19:59:59Z", "not_yet"),
        ("2026-11-22", "not_yet"),
        ("2026-11-23T00:00:00+04:00", "valid"),
        ("2026-12-20 08:00", "valid"),
        ("2027-02-19", "expired"),
    ],
)
def test_the_command_answers_for_another_moment(at: str, verdict: str, badge: Badge) -> None:
    assert json.loads(asked(shown(badge), "--at", at, "--json"))["verdict"] == verdict


def test_an_odd_moment_is_a_usage_error(badge: Badge) -> None:
    for odd in ("tomorrow", "2026-13-01", "2026-11-23T25:00:00Z"):
        with pytest.raises(CommandError, match="is no moment"):
            asked(shown(badge), "--at", odd)
