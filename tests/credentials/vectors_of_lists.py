"""Lists, good and otherwise, and what a reader makes of each."""

import base64
import hashlib
import json
import struct
from array import array
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from accreditation.credentials import rice
from accreditation.credentials.payload import code_number, code_of
from accreditation.credentials.signatures import signed_badge, signed_list
from accreditation.credentials.signed_list import (
    ListContents,
    ListedCategory,
    ListedElection,
    ListedKey,
    ListedMission,
    packed,
    words_of,
)
from tests.credentials.vector_parts import (
    BADGE_KEYS,
    LATEST,
    LIST_KEYS,
    MADE,
    START,
    STRANGER,
    minutes,
    private_of,
    public_bytes_of,
    public_of,
    seconds,
    serial_of,
)

KEYS = {
    number: ListedKey(public_bytes_of(name), MADE if number == 5 else None)
    for number, name in BADGE_KEYS.items()
}
ELECTION = ListedElection({"en": "Parliamentary election", "az": "Parlament seçkiləri"}, "Asia/Baku")
CATEGORIES = {12: ListedCategory({"en": "International observer"}, "#0b5d6b")}
MISSIONS = {"7/cis": ListedMission({"en": "CIS mission"})}


def contents(**changes: Any) -> ListContents:
    told: dict[str, Any] = {
        "key_id": 2, "version": 40, "made_at": MADE, "keys": KEYS, "elections": {7: ELECTION},
        "categories": CATEGORIES, "missions": MISSIONS, "void": array("Q"),
    }  # fmt: skip
    return ListContents(**told | changes)


def signed(one: ListContents | bytes, key: str = "lists") -> bytes:
    return signed_list(one if isinstance(one, bytes) else packed(one), private_of(key))


def numbers_of(serials: list[bytes]) -> "array[int]":
    return array("Q", sorted({code_number(code_of(serial)) for serial in serials}))


def many_void() -> "array[int]":
    """1,000 made-up codes, with the smallest and the greatest that there are."""
    named = [
        serial_of(f"{word} void badge") for word in ("the first", "the last")
    ] + [serial_of("a void badge in the middle"), bytes(16), b"\xff" * 16]  # fmt: skip
    return numbers_of(named + [hashlib.sha256(struct.pack(">I", n)).digest() for n in range(995)])


def good_lists() -> dict[str, bytes]:
    """The lists that cases of badges hold."""
    ends = MADE + minutes(60)
    two = {
        7: ELECTION,
        8: ListedElection({"en": "Local election"}, "Europe/Chisinau", None, timedelta(hours=2)),
    }
    return {
        "ordinary": signed(contents()),
        "many void": signed(contents(version=41, void=many_void())),
        "results": signed(
            contents(version=42, elections={7: ListedElection(ELECTION.name, ELECTION.zone, ends)})
        ),
        "two elections": signed(contents(version=43, elections=two)),
        "empty": signed(contents(version=44, keys={}, elections={}, categories={}, missions={})),
        "fresh at the start": signed(contents(version=1, made_at=START - minutes(30))),
        "fresh at the end": signed(contents(version=99, made_at=LATEST - minutes(30))),
    }


def case(
    title: str,
    content: bytes,
    reason: str | None = None,
    *,
    held: int | None = None,
    version: int = 40,
    void: "array[int] | None" = None,
    list_keys: dict[int, str] = LIST_KEYS,
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": "list",
        "title": title,
        "bytes": base64.b64encode(content).decode(),
        "list_keys": {str(number): public_of(name) for number, name in list_keys.items()},
        "held_version": held,
        "expect": "refused" if reason else "accepted",
    }
    if reason:
        return told | {"reason": reason}
    return told | {
        "version": version, "made_at": seconds(MADE), "void": [str(number) for number in void or ()],
    }  # fmt: skip


def cases() -> Iterator[dict[str, Any]]:
    yield from accepted()
    yield from refused_as_a_whole()
    yield from refused_parts()
    yield from odd_codes()


def accepted() -> Iterator[dict[str, Any]]:
    ordinary = signed(contents())
    yield case("a first list", ordinary)
    yield case("the same version again", ordinary, held=40)
    yield case("a newer one", ordinary, held=39)
    yield case("by the second key", signed(contents(key_id=6), "lists, second"))
    yield case("a thousand void badges", signed(contents(void=many_void())), void=many_void())
    yield case(
        "one void badge, the smallest code", signed(contents(void=array("Q", [0]))), void=array("Q", [0])
    )
    last = array("Q", [2**50 - 1])
    yield case("one void badge, the greatest code", signed(contents(void=last)), void=last)
    beside = array("Q", range(100, 140))
    yield case("codes side by side: gaps of nothing", signed(contents(void=beside)), void=beside)
    near = array("Q", [3, 4, 9, 11, 20, 33, 34, 70])
    for k in (0, 1, 2, 3, 7, 8, 13, 31, 32, 33, 50):
        yield case(f"k = {k}", signed(body_with(coded_with(near, k), k, len(near))), void=near)
    named = ListedElection(
        ELECTION.name, ELECTION.zone, commission={"en": "High Election Commission", "ar": "اللجنة"}
    )
    yield case("who accredits, in its own words", signed(contents(elections={7: named})))
    yield case("words and members that this reader does not know", signed(body_of_words(
        {**json.loads(words_of(contents())), "later": {"a": [1, None, "ə"]}})))  # fmt: skip


def refused_as_a_whole() -> Iterator[dict[str, Any]]:
    ordinary = signed(contents())
    yield case("unsigned", packed(contents()), "signature")
    yield case("a signature of zeros", packed(contents()) + bytes(64), "signature")
    yield case("signed by a stranger", signed(contents(), STRANGER), "signature")
    yield case("signed by a badge's key", signed(contents(), "badges"), "signature")
    yield case("signed as a badge", signed_badge(packed(contents()), private_of("lists")), "signature")
    yield case("the key id of the other key", signed(contents(key_id=6)), "signature")
    yield case("an unknown key", signed(contents(key_id=9), STRANGER), "unknown_key")
    yield case("no key is known", ordinary, "unknown_key", list_keys={})
    yield case("rolled back by one", ordinary, "rolled_back", held=41)
    yield case("rolled back from the greatest version", ordinary, "rolled_back", held=2**32 - 1)
    yield case("nothing", b"", "malformed")
    yield case(
        "an HTML page",
        b"<!doctype html><title>Sign in to the hotel's network</title>" + bytes(80),
        "malformed",
    )
    yield case("another magic", signed(b"OBL2" + packed(contents())[4:]), "malformed")
    for place, what in (
        (5, "the key id"),
        (9, "the version"),
        (13, "the moment"),
        (40, "the words"),
        (-70, "the codes"),
    ):
        broken = bytearray(signed(contents(void=many_void()[::25])))
        broken[place] ^= 1
        yield case(f"a flipped bit in {what}", bytes(broken), "unknown_key" if place == 5 else "signature")
    yield case("cut by a byte", ordinary[:-1], "signature")
    yield case("cut in the middle", ordinary[: len(ordinary) // 2], "signature")
    yield case("only the head", ordinary[:18], "malformed")
    yield case("something follows", ordinary + b"\x00", "signature")


def refused_parts() -> Iterator[dict[str, Any]]:
    """Signed by us, and wrong all the same."""
    body = packed(contents())
    yield case("signed, with a byte after the codes", signed(body + b"\x00"), "malformed")
    yield case(
        "signed, the words say that they are longer", signed(body[:14] + b"\xff" * 4 + body[18:]), "malformed"
    )
    yield case("words that are no JSON", signed(body_with(b"", 0, 0, b"{")), "malformed")
    yield case("words that are no UTF-8", signed(body_with(b"", 0, 0, b'{"\xff": 1}')), "malformed")
    yield case("words that are a list", signed(body_with(b"", 0, 0, b"[]")), "malformed")
    yield case("brackets without end", signed(body_with(b"", 0, 0, b"[" * 20_000)), "malformed")
    told = json.loads(words_of(contents()))
    for title, changes in (
        ("a key of 31 bytes", {"keys": {"3": {"public": told["keys"]["3"]["public"][:-2], "revoked": None}}}),
        (
            "a key with padding",
            {"keys": {"3": {"public": told["keys"]["3"]["public"] + "=", "revoked": None}}},
        ),
        ("a key's id that is no number", {"keys": {"x": told["keys"]["3"]}}),
        ("a key's id with a zero before it", {"keys": {"03": told["keys"]["3"]}}),
        ("a key's id of three bytes", {"keys": {"65536": told["keys"]["3"]}}),
        ("a key without 'revoked'", {"keys": {"3": {"public": told["keys"]["3"]["public"]}}}),
        ("an end that is a text", {"elections": {"7": {**told["elections"]["7"], "ends": "soon"}}}),
        (
            "a freshness that is no whole number",
            {"elections": {"7": {**told["elections"]["7"], "freshness": 1.5}}},
        ),
        ("a freshness below nothing", {"elections": {"7": {**told["elections"]["7"], "freshness": -1}}}),
        ("a freshness of 'true'", {"elections": {"7": {**told["elections"]["7"], "freshness": True}}}),
        (
            "a commission without English",
            {"elections": {"7": {**told["elections"]["7"], "commission": {"az": "Komissiya"}}}},
        ),
        ("a commission of nobody", {"elections": {"7": {**told["elections"]["7"], "commission": None}}}),
        (
            "an election without English",
            {"elections": {"7": {**told["elections"]["7"], "name": {"az": "Seçki"}}}},
        ),
    ):
        yield case(title, signed(body_of_words({**told, **changes})), "malformed")
    del told["keys"]
    yield case("no keys", signed(body_of_words(told)), "malformed")


def odd_codes() -> Iterator[dict[str, Any]]:
    near = array("Q", [3, 4, 9, 11, 20, 33, 34, 70])
    good = coded_with(near, 3)
    for title, coded, k, count in (
        ("more codes than are there", good, 3, len(near) + 1),
        ("fewer codes than are there", good, 3, len(near) - 3),
        ("a million codes in five bytes", good, 3, 1_000_000),
        ("four thousand million codes", good, 3, 2**32 - 1),
        ("k = 51", good, 51, 1),
        ("k = 255", good, 255, 1),
        ("a byte of zeros after the codes", good + b"\x00", 3, len(near)),
        ("a bit after the codes", good[:-1] + bytes([good[-1] | 1]), 3, len(near)),
        ("bytes without codes", b"\x00", 0, 0),
        ("a quotient without end", b"\xff" * 4096, 0, 1),
        ("a code of more than 50 bits", b"\x80" + bytes(7), 50, 1),
        ("codes that together pass 50 bits", coded_gaps([2**50 - 1, 0], 50), 50, 2),
        ("one million and one codes, each a bit", b"\x00" * 125_001, 0, 1_000_001),
    ):
        yield case(title, signed(body_with(coded, k, count)), "malformed")


# Bodies that `packed` would not write


def body_of_words(told: dict[str, Any]) -> bytes:
    return body_with(b"", 0, 0, json.dumps(told, ensure_ascii=False).encode())


def body_with(coded: bytes, k: int, count: int, words: bytes | None = None) -> bytes:
    words = words_of(contents()) if words is None else words
    head = struct.pack(">4sHIII", b"OBL1", 2, 40, seconds(MADE), len(words))
    return head + words + struct.pack(">IBI", count, k, len(coded)) + coded


def coded_with(numbers: "array[int]", k: int) -> bytes:
    return rice.coded(numbers, k)


def coded_gaps(gaps: list[int], k: int) -> bytes:
    """Gaps as bits, whatever they add up to: the format's sentence, written once more."""
    bits = "".join("1" * (gap >> k) + "0" + f"{gap:050b}"[50 - k :] for gap in gaps)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits), 8))
