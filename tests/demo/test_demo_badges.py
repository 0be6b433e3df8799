"""The demonstration's badges: signed with keys of its own, printed, worn, lost, void, and on the list."""

from datetime import UTC, datetime

import pytest

from accreditation.credentials.alarms import ScanAlarm
from accreditation.credentials.badges import Badge
from accreditation.credentials.keyring import badge_key, list_key
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import SignedList
from accreditation.credentials.payload import code_number
from accreditation.credentials.print_runs import PrintRun
from accreditation.credentials.scans import BadgeScan
from accreditation.credentials.spare_keys import lacking
from accreditation.credentials.verdicts import Verdict
from accreditation.credentials.verifying import verify_by_record
from accreditation.demo.badges import addresses_to_try, make_signing_keys
from accreditation.workflow.invariants import findings
from tests.demo.loaded import loaded

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.django_db]
SITE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def election(django_db_setup, django_db_blocker, tmp_path_factory):
    with loaded(django_db_blocker, tmp_path_factory.mktemp("files")) as election:
        yield election


def test_badges_stand_in_the_states_that_a_print_desk_meets(election):
    states = set(Badge.objects.filter(accreditation__election=election).values_list("state", flat=True))
    assert {"queued", "printed", "ready", "collected", "reissued", "void"} <= states


def test_every_badge_of_the_accredited_is_signed(election):
    assert Badge.objects.count() >= election.accreditations.count() > 30
    assert not Badge.objects.filter(sealed_at=None).exists()


def test_the_lost_badge_was_replaced_by_one_with_another_serial(election):
    lost = Badge.objects.get(state=Badge.State.REISSUED)
    assert lost.replaced_by.state == Badge.State.QUEUED
    assert bytes(lost.replaced_by.serial) != bytes(lost.serial)


def test_the_print_run_left_a_file_and_nobody_out(election):
    run = PrintRun.objects.get()
    assert (run.state, run.error) == (PrintRun.State.DONE, "")
    assert run.pdf and run.done == run.total == run.rows.filter(outcome="printed").count()


def test_the_signed_list_names_every_badge_that_holds_no_more(election):
    dead = Badge.objects.filter(state__in=Badge.DEAD)
    assert SignedList.objects.get().void_badges == len({code_number(badge.code) for badge in dead}) >= 4


def test_one_valid_and_one_void_badge_are_named_to_try(election):
    now = datetime.now(UTC)
    tried = addresses_to_try(election, now, SITE)
    assert {words: verify_by_record(address, now=now).verdict for words, address in tried.items()} == {
        "valid": Verdict.VALID,
        "void": Verdict.VOID,
    }
    assert all(address.startswith(f"{SITE}/v#") for address in tried.values())


def test_one_alarm_of_each_kind_waits_and_one_was_looked_into(election):
    waiting = ScanAlarm.objects.open()
    assert [alarm.badge is None for alarm in waiting.order_by("badge")] == [False, True]
    answered = ScanAlarm.objects.get(is_open=False)
    assert answered.note and answered.looked_into_by is not None
    assert set(BadgeScan.objects.values_list("verdict", flat=True)) == {"valid", "forged", "void"}


def test_it_signs_badges_and_lists_with_different_keys_has_a_spare_for_each_and_makes_no_more(election):
    now = datetime.now(UTC)
    assert badge_key(now)[0] != list_key(now)[0]
    make_signing_keys(now)
    assert SigningKey.objects.count() == 4
    assert lacking(now) == []


def test_nothing_that_must_always_hold_is_broken_by_badges(election):
    assert list(findings()) == []
