"""POST /api/v1/verify: what it answers, what it writes down, and that no body breaks it."""

import hashlib
import json
from typing import Any

import pytest
from django.test import Client

from accreditation.credentials.payload import address_of, parts_of, unpacked
from accreditation.credentials.scans import BadgeScan
from tests.badges import make_badge
from tests.factories import make_clerk
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def ask(address: str, body: dict[str, Any]) -> Any:
    return Client().post(address, json.dumps(body), content_type="application/json")


def text_of(badge: Any) -> str:
    return address_of(bytes(badge.signed), "https://observers.example")


def test_a_valid_badge_is_named_and_its_scan_counted_once_however_often_it_is_sent(
    signing_keys: dict[str, Any],
) -> None:
    body = {"badge": text_of(make_badge("collected")), "scan": "one", "device": "d", "place": "Station  14"}

    answers = [ask("/api/v1/verify", body).json() for _ in range(2)]

    assert [answer["verdict"] for answer in answers] == ["valid", "valid"]
    assert list(BadgeScan.objects.values_list("place", "verdict")) == [("Station 14", "valid")]


def test_staff_who_have_signed_in_by_half_check_badges_like_everybody(
    signing_keys: dict[str, Any], settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    text = text_of(make_badge("collected"))
    staff = sign_in(Client(), make_clerk(), "password")
    told = staff.post("/api/v1/verify", {"badge": text}, content_type="application/json")
    assert (told.status_code, told.json()["verdict"], told.cookies) == (200, "valid", {})
    assert (
        staff.post("/api/v1/verify/photo", {"badge": text}, content_type="application/json").status_code
        == 200
    )
    kept_back = staff.post(
        "/api/v1/verify/scans", {"scans": [{"badge": text}]}, content_type="application/json"
    )
    assert kept_back.json() == {"received": 1, "new": 1}


def test_two_devices_with_one_badge_learn_of_each_other(signing_keys: dict[str, Any]) -> None:
    text = text_of(make_badge("collected"))
    ask("/api/v1/verify", {"badge": text, "device": "a", "place": "1"})

    second = ask("/api/v1/verify", {"badge": text, "device": "b", "place": "2"}).json()

    assert [one["place"] for one in second["elsewhere"]] == ["1"]


def test_the_photo_is_given_for_a_signature_and_for_no_code(signing_keys: dict[str, Any]) -> None:
    badge = make_badge("collected")

    jpeg = ask("/api/v1/verify/photo", {"badge": text_of(badge)})
    signed = unpacked(parts_of(bytes(badge.signed))[0]).photo_hash

    assert hashlib.sha256(jpeg.content).digest()[:8] == signed
    assert ask("/api/v1/verify/photo", {"badge": badge.code}).status_code == 404


@pytest.mark.parametrize("badge", ["1" * 300, "ZZZZZ-ZZZZZ", "nothing", "\0", "\ud800x", "9" * 5000])
def test_what_is_unknown_and_what_is_malformed_read_the_same(
    badge: str, signing_keys: dict[str, Any]
) -> None:
    answer = ask("/api/v1/verify", {"badge": badge, "place": "\0\ud800", "device": "\ud800", "at": 1e300})

    told = answer.json() if answer.status_code == 200 else {"verdict": "400", "name": None}
    assert (told["verdict"], told["name"]) in {("forged", None), ("400", None)}


def test_a_device_that_asks_too_often_is_asked_to_wait(signing_keys: dict[str, Any]) -> None:
    codes = [ask("/api/v1/verify", {"badge": "nothing", "device": "d"}).status_code for _ in range(61)]

    assert (set(codes[:60]), codes[60]) == ({200}, 429)
