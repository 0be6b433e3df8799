"""POST /api/v1/verify: what it answers, what it writes down, and that no body breaks it."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from accreditation.accounts.roles import PRINT_DESK
from accreditation.core.machine import perform
from accreditation.credentials import photo_limits, scans, taking
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.listing import publish_list
from accreditation.credentials.payload import (
    address_of,
    code_in_print,
    code_of,
    digits_of,
    packed,
    parts_of,
    unpacked,
)
from accreditation.credentials.photo_limits import PhotoLimits
from accreditation.credentials.scans import BadgeScan
from accreditation.credentials.signatures import signed_badge
from accreditation.credentials.views import checking
from tests.badges import make_badge
from tests.credentials.vector_parts import facts, private_of
from tests.factories import NOW, actor, make_clerk, make_staff
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


def test_nothing_about_a_person_or_a_badge_goes_into_the_log(
    signing_keys: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    badge = make_badge("collected")
    body = {"badge": text_of(badge), "device": "device-of-somebody", "place": "Station 14"}
    with caplog.at_level("DEBUG"):
        for address in ("/api/v1/verify", "/api/v1/verify/photo"):
            assert ask(address, body).status_code == 200
        assert (
            ask("/api/v1/verify/scans", {"device": "device-of-somebody", "scans": [body]}).status_code == 200
        )
        assert ask("/api/v1/verify", {"badge": None, "place": "Station 14"}).status_code == 400
    stated = badge.accreditation.membership
    said = [record.getMessage().lower() for record in caplog.records if record.name != "django.db.backends"]
    for secret in (
        stated.family_name,
        badge.code,
        bytes(badge.serial).hex(),
        body["badge"],
        "station",
        "somebody",
    ):
        assert not any(secret.lower() in line for line in said), secret


def test_two_devices_with_one_badge_learn_of_each_other(signing_keys: dict[str, Any]) -> None:
    text = text_of(make_badge("collected"))
    ask("/api/v1/verify", {"badge": text, "device": "a", "place": "1"})

    second = ask("/api/v1/verify", {"badge": text, "device": "b", "place": "2"}).json()

    assert [one["place"] for one in second["elsewhere"]] == ["1"]


def test_a_badge_that_somebody_wrote_into_the_record_is_told_and_written_down_as_forged(
    signing_keys: dict[str, Any],
) -> None:
    """The record alone would call it valid; its signature does not hold."""
    badge = make_badge("collected")
    earlier = ask(
        "/api/v1/verify", {"badge": text_of(badge), "scan": "1", "device": "a", "place": "1"}
    ).json()
    changed = bytes(badge.signed)[:-1] + bytes([badge.signed[-1] ^ 1])
    Badge.objects.filter(pk=badge.pk).update(signed=changed)

    for number, text in enumerate((digits_of(changed), badge.code, text_of(badge), digits_of(changed))):
        about = {"badge": text, "scan": f"s{number % 3}", "device": "d", "place": "2"}
        answer = ask("/api/v1/verify", about).json()
        assert (answer["verdict"], answer["name"], answer["elsewhere"]) == ("forged", None, [])

    written = BadgeScan.objects.order_by("pk").values_list("verdict", "badge")
    assert earlier["verdict"] == "valid"
    assert list(written) == [("valid", badge.pk), *[("forged", None)] * 3]


def test_the_photo_is_given_for_a_signature_and_for_no_code(signing_keys: dict[str, Any]) -> None:
    badge = make_badge("collected")

    jpeg = ask("/api/v1/verify/photo", {"badge": text_of(badge)})
    signed = unpacked(parts_of(bytes(badge.signed))[0]).photo_hash

    assert hashlib.sha256(jpeg.content).digest()[:8] == signed
    assert ask("/api/v1/verify/photo", {"badge": badge.code}).status_code == 404


ODD = {"place": "\0\ud800", "device": "\ud800", "at": 1e300, "scan": "\0"}


def test_what_is_unknown_malformed_or_forged_has_one_answer_byte_by_byte_and_costs_the_same(
    signing_keys: dict[str, Any], django_assert_num_queries: Any
) -> None:
    """FAILURES T28: nobody learns from an answer, nor from its cost, how near a guess came."""
    badge = make_badge("collected")
    signed = bytes(badge.signed)
    forged = digits_of(signed[:-1] + bytes([signed[-1] ^ 1]))
    another = digits_of(signed_badge(packed(facts(key_id=badge.key.number)), private_of("a stranger")))
    malformed = [
        "1" * 300,
        "nothing",
        "\0",
        "\ud800x",
        "9" * 5000,
        text_of(badge)[:-40],
        "https://cec.example/v#",
    ]

    answers = {}
    for text in ["ZZZZZ-ZZZZZ", "00000-00000", forged, another, *malformed]:
        with django_assert_num_queries(1):
            answer = ask("/api/v1/verify", {"badge": text, **ODD})
        headers = tuple((name, value) for name, value in answer.items() if name != "X-Request-ID")
        answers[text] = (answer.status_code, headers, answer.content)

    assert len(set(answers.values())) == 1
    assert json.loads(answers[forged][2])["verdict"] == "forged"
    assert not BadgeScan.objects.exclude(badge=None).exists()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (" ", "application/json", 400),
        ("nothing", "application/json", 400),
        ("[]", "application/json", 400),
        ("{}", "application/json", 400),
        ('{"badge": 7}', "application/json", 400),
        ('{"badge": " "}', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ('{"badge": "' + "1" * 300_000 + '"}', "application/json", 413),
        ('{"badge": "nothing"}', "text/plain", 415),
        ("badge=nothing", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_question_is_refused_in_words_and_counts_as_no_scan(
    body: str, kind: str, status: int, db: None
) -> None:
    for address in ("/api/v1/verify", "/api/v1/verify/photo", "/api/v1/verify/scans"):
        answer = Client().post(address, body, content_type=kind)
        assert (answer.status_code, list(answer.json())) == (status, ["detail"])
    assert not BadgeScan.objects.exists()


def test_no_page_of_others_reads_an_answer_or_asks_in_its_visitors_name(signing_keys: dict[str, Any]) -> None:
    """CORS: a browser lets such a page send JSON only once a preflight has allowed it, and none does."""
    origin = {"Origin": "https://elsewhere.example"}
    wished = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = Client().options("/api/v1/verify", headers=origin | wished)
    answer = Client().post(
        "/api/v1/verify", {"badge": "nothing"}, content_type="application/json", headers=origin
    )
    assert (preflight.status_code, answer.status_code) == (405, 200)
    for told in (preflight, answer):
        assert [name for name in told.headers if name.startswith("Access-Control")] == []


def test_a_badge_that_is_voided_is_void_for_whoever_asks_next(signing_keys: dict[str, Any]) -> None:
    badge = make_badge("collected")
    first = ask("/api/v1/verify", {"badge": text_of(badge)}).json()
    perform(BADGE, badge.pk, "report_lost", actor=actor(make_staff(PRINT_DESK)), now=NOW)
    second = ask("/api/v1/verify", {"badge": text_of(badge)}).json()
    assert (first["verdict"], second["verdict"]) == ("valid", "void")


def test_a_device_that_asks_too_often_is_asked_to_wait(signing_keys: dict[str, Any]) -> None:
    codes = [ask("/api/v1/verify", {"badge": "nothing", "device": "d"}).status_code for _ in range(61)]

    assert (set(codes[:60]), codes[60]) == ({200}, 429)


def photos(times: int, **environment: str) -> list[int]:
    body = {"badge": "nothing"} | ({"device": environment.pop("device")} if "device" in environment else {})
    return [
        Client()
        .post("/api/v1/verify/photo", body, content_type="application/json", **environment)  # type: ignore[arg-type]
        .status_code
        for _ in range(times)
    ]


@pytest.fixture
def at_one_moment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(checking, "photo_limits", PhotoLimits())  # nobody has asked this process yet
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_a_device_that_wants_too_many_photos_is_asked_to_wait_a_minute(at_one_moment: Any) -> None:
    assert photos(61, device="d") == [404] * 60 + [429]
    assert photos(1, device="another") == photos(1) == [404]
    refused = ask("/api/v1/verify/photo", {"badge": "nothing", "device": "d"})
    assert (refused.headers["Retry-After"], list(refused.json())) == ("60", ["detail"])
    at_one_moment.shift(timedelta(seconds=60))
    assert photos(1, device="d") == [404]


def test_a_device_with_many_names_wants_no_more_photos_than_its_address_may(
    at_one_moment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_limits, "MOST_OF_AN_ADDRESS", 3)
    assert [photos(1, device=str(number))[0] for number in range(4)] == [404, 404, 404, 429]
    assert photos(1, REMOTE_ADDR="192.0.2.8") == [404]


def test_too_many_photos_cost_the_database_nothing(
    at_one_moment: Any, django_assert_num_queries: Any
) -> None:
    photos(60, device="d")
    with django_assert_num_queries(0):
        assert photos(1, device="d") == [429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:DB8:1:2::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("192.0.2.7", "192.0.2.8", False),
        ("no:sense", "no:other", False),
    ],
)
def test_an_asker_is_an_address_and_of_ipv6_its_whole_network(one: str, other: str, same: bool) -> None:
    for address in (one, other):
        Client().post("/api/v1/verify", {"badge": "x"}, content_type="application/json", REMOTE_ADDR=address)
    assert BadgeScan.objects.values("source").distinct().count() == (1 if same else 2)


# docs/badge-format.md, section 6

PAGE = Path(__file__).parents[2] / "docs" / "badge-format.md"


def test_the_page_for_other_scanners_shows_and_explains_every_field_of_an_answer(
    signing_keys: dict[str, Any],
) -> None:
    page = PAGE.read_text().split("## 6. ")[1]
    example = json.loads(page.split("```json")[1].split("```")[0])
    explained = re.findall(r"^\| `(\w+)` \|", page.split("| Field |")[1].split("\n\n")[0], re.MULTILINE)
    text = text_of(make_badge("collected"))
    publish_list(NOW)
    ask("/api/v1/verify", {"badge": text, "device": "a", "place": "Station 9"})

    told = ask("/api/v1/verify", {"badge": text, "device": "b", "place": "Station 14"}).json()

    assert list(example) == list(told) == explained
    assert [type(value) for value in example.values()] == [type(value) for value in told.values()]
    assert list(example["elsewhere"][0]) == list(told["elsewhere"][0])
    assert example["code"] == code_in_print(code_of(bytes.fromhex(example["serial"])))


def test_the_page_for_other_scanners_names_the_limits_that_hold() -> None:
    page = PAGE.read_text().split("## 6. ")[1]
    for words in (
        f"{checking.TEXT_LENGTH:,} characters are read",
        f"{checking.LONGEST_BODY // 1024} KiB",
        f"at most {checking.MOST_AT_ONCE} at\nonce",
        f"{taking.MOST_OF_A_DEVICE} questions a minute for a device, {taking.MOST_OF_AN_ADDRESS:,} for an address",
        f"photos again: {taking.MOST_OF_A_DEVICE} for a device, {taking.MOST_OF_AN_ADDRESS:,} for an address",
        f"{scans.PLACE_LENGTH} characters are kept",
        f"more than {scans.KEPT_BACK_AT_MOST.days} days ago",
        f"last {['', 'one', 'two', 'three', 'four', 'five', 'six'][taking.ELSEWHERE_WITHIN.seconds // 3600]} hours",
    ):
        assert words in page
