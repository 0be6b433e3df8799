"""T31 to T36 of FAILURES.md on a phone: forged, cloned, revoked meanwhile, false lists, keys and clocks, storage gone.

The same rules in Python: test_vectors.py, test_verifying.py, test_listing.py, test_alarms.py.
"""

import hmac
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from accreditation.core.actors import SYSTEM
from accreditation.credentials import keyring
from accreditation.credentials.alarms import ScanAlarm, raise_alarms
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.badges import Badge
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import publish_list
from accreditation.credentials.payload import digits_of
from accreditation.credentials.reissuing import reissue_badges_of_revoked_keys
from accreditation.credentials.scans import BadgeScan
from accreditation.credentials.sealing import seal_waiting
from accreditation.credentials.signatures import OVER_A_BADGE, OVER_A_LIST, signed_badge
from tests.badges import make_badge
from tests.browser.commission import HOUR, VOID_SERIAL, Commission, address_on, make_void
from tests.browser.phones import Phone
from tests.factories import NOW, perform

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WITHOUT_STORAGE = (
    "Object.defineProperty(window, 'indexedDB', {value: {open() { throw new Error('private'); }}})"
)


# T31: forged


def forgeries(commission: Commission) -> dict[str, str]:
    good = commission.badge()
    flipped = bytearray(good)
    flipped[45] ^= 1
    not_utf8 = bytearray(good)
    not_utf8[-70] = 0xFF
    foreign = commission.badge()[:-64] + commission.badge(serial=bytes(16))[-64:]
    body, private = good[:-64], keyring.private_key(commission.keys["badge"])
    public = bytes(commission.keys["badge"].public)
    return {
        "a flipped bit": digits_of(bytes(flipped)),
        "another's key under our number": digits_of(signed_badge(body, Ed25519PrivateKey.generate())),
        "the key of our lists": digits_of(signed_badge(body, keyring.private_key(commission.keys["list"]))),
        "our key, over words for a list": digits_of(body + private.sign(OVER_A_LIST + body)),
        "our key, over no words": digits_of(body + private.sign(body)),
        "a keyed hash under our public key": digits_of(
            body + hmac.digest(public, OVER_A_BADGE + body, "sha512")
        ),
        "the list in place of a badge": digits_of(commission.list_of()),
        "the signature of another badge": digits_of(foreign),
        "no signature": digits_of(good[:-64] + bytes(64)),
        "a name that is no UTF-8": digits_of(bytes(not_utf8)),
        "cut": digits_of(good[:-9]),
        "longer": digits_of(good + b"x"),
        "4 KB": "1" * 4096,
        "4 KB of noise": "%F0%9F%98%80x" * 400,
        "a token with alg none": "eyJhbGciOiJub25lIn0.eyJuYW1lIjoiQSJ9.",
        "a health certificate": "HC1:6BFOXN%25TSMAHN-H5O8X2AP-R7*2H",
        "markup": "%3Cimg%20src=x%20onerror=alert(1)%3E",
        "an odd percent sign": "%E0%A4%A",
        "digits of something else": "4007630000116",
    }


def test_t31_nothing_forged_is_anything_but_not_valid(phone: Phone, commission: Commission) -> None:
    commission.publish()
    for what, fragment in forgeries(commission).items():
        assert phone.scan(f"#{fragment}") == "bad forged", what
        assert phone.text(".verdict h2").startswith("Not valid"), what
        assert "VASILEVA" not in phone.text(), what


def test_t31_a_code_that_leads_to_another_site_is_judged_by_its_signature_and_the_page_warns_of_such(
    phone: Phone, commission: Commission
) -> None:
    """The phone's own camera would open the forger's page; scanned from ours, its code is what it is."""
    commission.publish()
    phone.open()
    assert f"look at the address first: it must be {phone.site.partition('//')[2]}." in phone.text()
    forged = signed_badge(commission.badge()[:-64], Ed25519PrivateKey.generate())
    phone.page.click("#type")
    phone.page.fill("#code", f"https://forger.example/v#{digits_of(forged)}")
    phone.page.press("#code", "Enter")
    phone.wait_for("forged")
    assert phone.page.url == f"{phone.site}/v"


def test_t31_a_badge_of_an_unknown_key_is_red_by_a_fresh_list_and_amber_by_an_old_one(
    phone: Phone, commission: Commission
) -> None:
    badge = commission.address("x")
    commission.publish(keys={})
    assert phone.scan(badge) == "bad unknown_key"
    phone.keep_offline()
    phone.turn_clock(NOW + 13 * HOUR)
    assert phone.scan(badge) == "wait unknown_key"


# T32: one badge at two stations


def test_t32_a_copied_badge_shows_its_photo_at_both_stations_and_alarms_the_commission(
    phones: Callable[..., Phone],
) -> None:
    """The copy is as real as the badge: people tell them apart. One station has a network, the other has none."""
    badge = make_badge("collected")
    name = badge.accreditation.membership.family_name.upper()
    publish_list(NOW)
    first, second = (phones(asks=True) for _ in range(2))
    for phone, place in ((first, "Station 14"), (second, "Station 15")):
        phone.open()
        phone.stand_at(place)
    second.keep_offline()
    for phone in (first, second):
        assert phone.scan(address_on(badge)) == "good valid"
        phone.told()
        assert name in phone.text().upper()
        assert "Compare the face and the name with the identity document" in phone.text()
    first.page.wait_for_selector(".person img")
    assert "elsewhere" not in first.text()
    assert raise_alarms(timezone.now()) == 0

    second.context.set_offline(False)
    second.wait_for_text("to be sent", there=False)
    assert sorted(BadgeScan.objects.values_list("place", "shown")) == [
        ("Station 14", ""),
        ("Station 15", "valid"),
    ]
    raise_alarms(timezone.now())
    alarm = ScanAlarm.objects.get(badge=badge)
    assert {alarm.place, alarm.other_place} == {"Station 14", "Station 15"}
    assert second.scan(address_on(badge)) == "good valid"
    second.page.wait_for_selector(".person img")
    second.wait_for_text("Seen elsewhere 1 time in the last hours")


# T33: revoked while the verifier is offline


def test_t33_a_badge_revoked_meanwhile_is_green_with_the_list_s_time_then_amber_then_red(
    asking_phone: Phone,
) -> None:
    """From the first list to the first sync after the revocation."""
    phone = asking_phone
    badge = make_badge("collected")
    publish_list(NOW)
    phone.open()
    phone.keep_offline()
    make_void(badge)
    publish_list(NOW + HOUR)

    phone.turn_clock(NOW + 2 * HOUR)
    assert phone.scan(address_on(badge)) == "good valid"
    phone.told()
    assert (
        "Checked without a network. List of void badges from 23 November 2026, 13:00 Baku time"
        in phone.text()
    )
    assert "2 hours old" in phone.text()

    phone.turn_clock(NOW + 13 * HOUR)
    assert phone.scan(address_on(badge)) == "wait unconfirmed"
    assert "13 hours old. Connect once, then scan again." in phone.text()
    assert BadgeScan.objects.count() == 0

    # As each hour: the list of an hour past NOW would turn old in the very second of the connection.
    publish_list(NOW + 13 * HOUR)
    with time_machine.travel(NOW + 13 * HOUR + timedelta(seconds=30), tick=True):
        phone.context.set_offline(False)  # the badge on the screen turns red by itself
        phone.wait_for("void")
        phone.wait_for_text("to be sent", there=False)
        phone.open()  # nothing is told twice
        phone.wait_for_text("Ready, also without a network")
    kept_back = BadgeScan.objects.order_by("scanned_at")
    assert [(scan.shown, scan.verdict) for scan in kept_back] == [("valid", "void"), ("unconfirmed", "void")]


# T34: false lists


def false_lists(commission: Commission) -> dict[str, bytes]:
    good = commission.list_of()
    commission.version -= 10
    rolled_back = commission.list_of()
    commission.version += 20
    return {
        "its signature is false": good[:-1] + bytes([good[-1] ^ 1]),
        "it is cut or damaged": good[:40],
        "its signature is unknown": commission.list_of(key_id=999),
        "it is older than the one held": rolled_back,
    }


@pytest.mark.parametrize(
    "reason",
    [
        "its signature is false",
        "it is cut or damaged",
        "its signature is unknown",
        "it is older than the one held",
    ],
)
def test_t34_a_false_list_is_refused_with_a_warning_and_the_old_one_kept(
    phone: Phone, commission: Commission, reason: str
) -> None:
    commission.version = 50
    commission.publish(VOID_SERIAL)
    void = commission.address("x", serial=VOID_SERIAL)
    assert phone.scan(void) == "bad void"
    commission.serve(false_lists(commission)[reason])
    assert phone.scan(void) == "bad void"
    phone.wait_for_text(f"A list was refused: {reason}")
    assert phone.scan(commission.address("x")) == "good valid"
    commission.version = 90
    commission.publish()
    phone.open()
    phone.wait_for_text("refused", there=False)


def test_t34_an_unsigned_list_prepares_no_phone(phone: Phone, commission: Commission) -> None:
    commission.serve(commission.list_of()[:-64] + bytes(64))
    assert phone.scan(commission.address("x")) == "calm unprepared"


# T35: keys and clocks


def new_key(first_use: timedelta) -> SigningKey:
    """A key of badges that verifiers have known for 48 hours when it signs first, so long after NOW."""
    published = NOW + first_use - 48 * HOUR
    key = keyring.make_key("badge", actor=SYSTEM, now=published)
    published_key: SigningKey = perform(SIGNING_KEY, key.pk, "publish", actor=SYSTEM, now=published)
    return published_key


def test_t35_a_key_is_known_before_it_signs_and_its_revocation_turns_its_badges_red_and_others_not(
    phone: Phone, commission: Commission
) -> None:
    old = make_badge("collected")
    second, _third = new_key(first_use=HOUR), new_key(first_use=2 * HOUR)
    publish_list(NOW)
    phone.open()
    phone.keep_offline()
    phone.turn_clock(NOW + 2 * HOUR)
    new = make_badge("collected", now=NOW + HOUR)
    assert new.key == second
    perform(SIGNING_KEY, commission.keys["badge"].pk, "retire", actor=SYSTEM, now=NOW + HOUR)
    assert phone.scan(address_on(new)) == "good valid"  # signed after the phone was last online
    assert phone.scan(address_on(old)) == "good valid"

    perform(SIGNING_KEY, second.pk, "revoke", actor=SYSTEM, now=NOW + HOUR, reason="Copied.")
    assert reissue_badges_of_revoked_keys(NOW + HOUR) == 1
    assert seal_waiting(now=NOW + 2 * HOUR) == 1
    publish_list(NOW + 2 * HOUR)
    assert phone.scan(address_on(new)) == "good valid"  # not known here yet: the list's time says so
    phone.context.set_offline(False)
    phone.wait_for("void")
    assert "The commission has revoked the signature of this badge." in phone.text()
    assert phone.scan(address_on(old)) == "good valid"
    assert phone.scan(address_on(Badge.objects.get(replaces=new))) == "good valid"


def test_t35_a_clock_turned_back_makes_no_expired_badge_valid(phone: Phone, commission: Commission) -> None:
    commission.publish()
    ended = commission.address("x", valid_until=NOW - HOUR)
    phone.turn_clock(NOW - timedelta(days=1))
    assert phone.scan(ended) == "bad expired"
    phone.wait_for_text("This phone’s clock is wrong")
    phone.keep_offline()
    assert phone.scan(ended) == "bad expired"
    assert "This phone’s clock is wrong" in phone.text()


def test_t35_a_clock_turned_back_without_a_network_makes_no_old_list_fresh(
    phone: Phone, commission: Commission
) -> None:
    """As when the battery was empty: the list may be hours old, or days."""
    commission.publish(VOID_SERIAL)
    phone.open()
    phone.keep_offline()
    phone.turn_clock(NOW - timedelta(days=300))
    assert phone.scan(commission.address("x", serial=VOID_SERIAL)) == "bad void"
    assert phone.scan(commission.address("x")) == "wait unconfirmed"
    assert "This phone’s clock was turned back, so the age of its list is not known." in phone.text()
    phone.wait_for_text("The list is too old: connect once")
    phone.context.set_offline(False)
    phone.wait_for("valid")  # the server has told the time


def test_t35_a_clock_that_is_behind_counts_the_list_s_age_by_the_server_s(
    phone: Phone, commission: Commission
) -> None:
    commission.publish()
    behind = NOW - timedelta(days=2)
    phone.turn_clock(behind)
    phone.open()
    phone.keep_offline()
    phone.turn_clock(behind + 11 * HOUR)
    assert phone.scan(commission.address("x")) == "good valid"
    phone.turn_clock(behind + 13 * HOUR)
    assert phone.scan(commission.address("x")) == "wait unconfirmed"
    assert "13 hours old" in phone.text()


def test_a_right_clock_gets_no_warning(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.turn_clock(NOW + timedelta(minutes=9))
    phone.open()
    phone.page.wait_for_selector(".ready.good")
    assert "clock" not in phone.text("#state")


def test_t35_a_clock_a_day_ahead_is_amber_not_green(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.turn_clock(NOW + timedelta(days=1))
    assert phone.scan(commission.address("x")) == "wait unconfirmed"
    phone.wait_for_text("This phone’s clock is wrong")


# T36: storage gone


def test_t36_a_phone_whose_storage_is_gone_is_grey_and_never_green(
    phone: Phone, commission: Commission
) -> None:
    commission.publish()
    phone.open()
    phone.keep_offline()
    assert phone.scan(commission.address("x")) == "good valid"
    phone.page.evaluate(
        "new Promise((done) => { const gone = indexedDB.deleteDatabase('verifier');"
        " gone.onsuccess = gone.onblocked = done; })"
    )
    assert phone.scan(commission.address("x")) == "calm unprepared"
    assert "Not prepared: connect once" in phone.text()
    assert "VASILEVA" not in phone.text()  # what nobody has checked is not shown


def test_t36_a_kept_list_that_was_cut_is_grey(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.open()
    phone.keep_offline()
    phone.page.evaluate("""new Promise((done) => {
        indexedDB.open('verifier').onsuccess = ({ target: { result } }) => {
            const kept = result.transaction('kept', 'readwrite').objectStore('kept');
            kept.get('list').onsuccess = (got) => {
                kept.put(got.target.result.slice(0, 200), 'list').onsuccess = () => { result.close(); done(); };
            };
        };
    })""")
    assert phone.scan(commission.address("x")) == "calm unprepared"


def test_t36_a_browser_that_keeps_nothing_works_with_a_network_and_says_so(
    phone: Phone, commission: Commission
) -> None:
    commission.publish()
    phone.page.add_init_script(WITHOUT_STORAGE)
    assert phone.scan(commission.address("x")) == "good valid"
    phone.wait_for_text("This browser keeps nothing")


def test_t36_a_phone_that_never_had_a_network_is_grey(phone: Phone, commission: Commission) -> None:
    phone.page.route("**/v/list", lambda route: route.abort())
    assert phone.scan(commission.address("x")) == "calm unprepared"
