"""Cases of what a scanner says of a badge, of typed codes, and of names that are cut."""

import struct
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from accreditation.credentials.payload import BadgeFacts, address_of, code_of, digits_of, packed
from tests.credentials.vector_parts import (
    GOOD,
    HOST,
    LATEST,
    MADE,
    START,
    STRANGER,
    badge,
    facts,
    minutes,
    seconds,
    serial_of,
    signed_anyhow,
)

HOUR = minutes(60)
NOW = MADE + HOUR
FORGED = ("forged", "red")
VALID = ("valid", "green")
VOID = ("void", "red")
EXPIRED = ("expired", "red")
NOT_YET = ("not_yet", "amber")
UNCONFIRMED = (None, "amber")
UNPREPARED = (None, "grey")


def case(
    title: str,
    content: bytes | str,
    says: tuple[str | None, str],
    shows: BadgeFacts | None = None,
    *,
    holds: str | None = "ordinary",
    now: datetime = NOW,
    seen: datetime | None = None,
) -> dict[str, Any]:
    """One badge and what is said of it; `shows` are the facts that a reader may show, None for none."""
    text = content if isinstance(content, str) else address_of(content, HOST)
    return {
        "kind": "badge",
        "title": title,
        "text": text,
        "list": holds,
        "now": seconds(now),
        "seen": None if seen is None else seconds(seen),
        "expect": {"verdict": says[0], "shown": says[1], "name": None} | (_told(shows) if shows else {}),
    }


def _told(one: BadgeFacts) -> dict[str, Any]:
    return {
        "name": one.name,
        "mission": one.mission,
        "code": code_of(one.serial),
        "serial": one.serial.hex(),
        "key_id": one.key_id,
        "election": one.election,
        "category": one.category,
        "valid_from": seconds(one.valid_from),
        "valid_until": seconds(one.valid_until),
        "photo": one.photo_hash.hex(),
    }


def cases() -> Iterator[dict[str, Any]]:
    yield from good()
    yield from addresses()
    yield from times()
    yield from states()
    yield from flipped()
    yield from other_keys()
    yield from odd_bodies()
    yield from odd_texts()


def good() -> Iterator[dict[str, Any]]:
    yield case("an ordinary badge", badge(), VALID, GOOD)
    for title, text, _ in NAMES:
        named = facts(name=text)
        yield case(f"a badge: {title}", badge(named), VALID, facts(name=_))
    longest = facts(mission="m" * 20, name="N" * 48, key_id=65535, election=65535, category=65535)
    yield case(
        "the longest badge, with the greatest numbers, of an election that is not on the list",
        badge(longest),
        VALID,
        longest,
    )
    shortest = facts(mission="x", name="A", category=0)
    yield case("the shortest badge", badge(shortest), VALID, shortest)
    cut = facts(mission="a-mission-with-a-very-long-code")
    yield case(
        "a mission's code of more than 20 characters",
        badge(cut),
        VALID,
        facts(mission="a-mission-with-a-ver"),
    )
    zeros = facts(serial=bytes(16), photo_hash=bytes(8))
    yield case("a serial of zeros", badge(zeros), VALID, zeros)
    retired = facts(key_id=4)
    yield case("a retired key's badge", badge(retired), VALID, retired)


def addresses() -> Iterator[dict[str, Any]]:
    digits = digits_of(badge())
    yield case("the digits alone", digits, VALID, GOOD)
    yield case(
        "digits with blanks and line breaks",
        f" {digits[:40]} {digits[40:90]}\r\n\t{digits[90:]} ",
        VALID,
        GOOD,
    )
    yield case("another host, with a port", f"https://observers.gov.example:8443/v#{digits}", VALID, GOOD)
    yield case("plain HTTP and capitals", f"HTTP://CEC.EXAMPLE/v#{digits}", VALID, GOOD)


def times() -> Iterator[dict[str, Any]]:
    second = minutes(1 / 60)
    fresh = {"holds": "fresh at the start"}
    yield case("a second before its start", badge(), NOT_YET, GOOD, now=START - second, **fresh)
    yield case("at its start", badge(), VALID, GOOD, now=START, **fresh)
    yield case(
        "the last second of the latest end",
        badge(),
        VALID,
        GOOD,
        now=LATEST - second,
        holds="fresh at the end",
    )
    yield case("at the latest end", badge(), EXPIRED, GOOD, now=LATEST, holds="fresh at the end")
    yield case("results published: the last second", badge(), VALID, GOOD, holds="results", now=NOW - second)
    yield case("results published: the term has ended", badge(), EXPIRED, GOOD, holds="results", now=NOW)
    early = facts(valid_until=NOW - HOUR)
    yield case(
        "its own end is before the election's",
        badge(early),
        EXPIRED,
        early,
        holds="results",
        now=NOW - second,
    )
    yield case("the list is exactly as old as it may be", badge(), VALID, GOOD, now=MADE + 12 * HOUR)
    yield case("the list is a second too old", badge(), UNCONFIRMED, GOOD, now=MADE + 12 * HOUR + second)
    yield case("the shortest freshness holds for an unknown election", badge(facts(election=99)), UNCONFIRMED,
               facts(election=99), holds="two elections", now=MADE + 3 * HOUR)  # fmt: skip
    yield case(
        "each election has its own freshness",
        badge(),
        VALID,
        GOOD,
        holds="two elections",
        now=MADE + 3 * HOUR,
    )
    yield case("the device's clock is a day behind", badge(), EXPIRED, GOOD, now=LATEST - 24 * HOUR, seen=LATEST,
               holds="fresh at the end")  # fmt: skip
    yield case(
        "the clock is years behind: the list's moment counts", badge(), VALID, GOOD, now=START - 20000 * HOUR
    )
    yield case("the clock is a day ahead: not confirmed", badge(), UNCONFIRMED, GOOD, now=NOW + 24 * HOUR)
    yield case("no list is held", badge(), UNPREPARED, None, holds=None)
    yield case("expired comes before the list's age", badge(), EXPIRED, GOOD, now=LATEST)


def states() -> Iterator[dict[str, Any]]:
    for name in ("the first void badge", "a void badge in the middle", "the last void badge"):
        void = facts(serial=serial_of(name))
        yield case(name, badge(void), VOID, void, holds="many void")
    for serial in (bytes(16), b"\xff" * 16):
        void = facts(serial=serial)
        yield case(f"void with the code {code_of(serial)}", badge(void), VOID, void, holds="many void")
    near = facts(serial=(int.from_bytes(serial_of("the first void badge")) ^ 1 << 78).to_bytes(16))
    yield case(
        "its code differs from a void one's in the last bit", badge(near), VALID, near, holds="many void"
    )
    yield case("void comes before not yet and expired", badge(facts(serial=bytes(16))), VOID, facts(serial=bytes(16)),
               holds="many void", now=LATEST + HOUR)  # fmt: skip
    revoked = facts(key_id=5)
    yield case("its key is revoked", badge(revoked), VOID, revoked)
    yield case("its key is revoked, and the list is old", badge(revoked), VOID, revoked, now=MADE + 40 * HOUR)


def flipped() -> Iterator[dict[str, Any]]:
    signed = badge()
    for place, what in (
        (3, "the serial"), (20, "the election"), (22, "the category"), (26, "the start"), (30, "the end"),
        (34, "the photo"), (41, "the mission"), (46, "the name"), (-64, "the signature's first half"),
        (-30, "the signature's second half"), (-1, "the signature's last byte"),
    ):  # fmt: skip
        broken = bytearray(signed)
        broken[place] ^= 1
        yield case(f"a flipped bit in {what}", bytes(broken), FORGED)
    for place, what in ((0, "the format"), (39, "the length of the mission"), (43, "the length of the name")):
        broken = bytearray(signed)
        broken[place] ^= 1
        yield case(f"a flipped bit in {what}", bytes(broken), FORGED)
    broken = bytearray(signed)
    broken[2] ^= 8
    yield case("a flipped bit in the key id: unknown key", bytes(broken), ("unknown_key", "red"))
    broken[2] = 4
    yield case("the key id of another known key", bytes(broken), FORGED)
    order = 2**252 + 27742317777372353535851937790883648493
    above = int.from_bytes(signed[-32:], "little") + order
    yield case("a signature whose second half is too great (RFC 8032, 5.1.7)",
               signed[:-32] + above.to_bytes(32, "little"), FORGED)  # fmt: skip
    yield case("a signature of zeros", signed[:-64] + bytes(64), FORGED)


def other_keys() -> Iterator[dict[str, Any]]:
    yield case("signed by a stranger under our key id", badge(key=STRANGER), FORGED)
    yield case("signed by the list's key", badge(key="lists"), FORGED)
    unknown = badge(facts(key_id=9))
    yield case("a key that the list does not hold", unknown, ("unknown_key", "red"))
    yield case("an unknown key under an old list", unknown, ("unknown_key", "amber"), now=MADE + 13 * HOUR)
    yield case("a forged badge under an old list", badge(key=STRANGER), FORGED, now=MADE + 13 * HOUR)
    yield case("a list without any badge key", badge(), ("unknown_key", "red"), holds="empty")
    plain = packed(GOOD)
    yield case("no signature at all", plain, FORGED)
    yield case("signed without the words before it", plain + _bare_signature(plain), FORGED)


def _bare_signature(body: bytes) -> bytes:
    from tests.credentials.vector_parts import private_of

    return private_of("badges").sign(body)


def odd_bodies() -> Iterator[dict[str, Any]]:
    """Bodies that nobody should have signed: the signature is good, the form is not."""
    head, good_body = packed(GOOD)[:39], packed(GOOD)
    ends = b"\x03cis"

    def body(mission: bytes, name: bytes, front: bytes = head) -> bytes:
        return signed_anyhow(front + bytes([len(mission)]) + mission + bytes([len(name)]) + name)

    yield case("a byte after the signature", badge() + b"\x00", FORGED)
    yield case("a byte between name and signature", signed_anyhow(good_body + b"\x00"), FORGED)
    yield case("a byte before it", b"\x00" + badge(), FORGED)
    yield case("its last byte is missing", badge()[:-1], FORGED)
    yield case("only a head", signed_anyhow(head), FORGED)
    yield case("a mission that reaches past the end", signed_anyhow(head + b"\x14cis"), FORGED)
    yield case("a name that reaches past the end", signed_anyhow(head + ends + b"\x30Ada"), FORGED)
    yield case("another format", signed_anyhow(b"\x02" + good_body[1:]), FORGED)
    yield case("no mission", body(b"", b"LOVELACE Ada"), FORGED)
    yield case("a mission of 21 characters", body(b"m" * 21, b"A"), FORGED)
    yield case("a mission with a blank", body(b"c s", b"LOVELACE Ada"), FORGED)
    yield case("a mission beyond ASCII", body("ся".encode(), b"LOVELACE Ada"), FORGED)
    yield case("a line break in the mission", body(b"c\ns", b"LOVELACE Ada"), FORGED)
    yield case("no name", body(b"cis", b""), FORGED)
    yield case("a name of 49 bytes", body(b"cis", b"N" * 49), FORGED)
    yield case("a name of blanks", body(b"cis", b"  "), FORGED)
    yield case("a name of no-break blanks", body(b"cis", "\u00a0\u2003".encode()), FORGED)
    yield case("a name that is no UTF-8", body(b"cis", b"L\xffVELACE"), FORGED)
    yield case("a name in Latin-1", body(b"cis", "MÜLLER".encode("latin-1")), FORGED)
    yield case("an overlong form of UTF-8", body(b"cis", b"A\xc0\xaf"), FORGED)
    yield case("half of a surrogate pair", body(b"cis", b"A\xed\xa0\x80"), FORGED)
    yield case("a name cut inside a character", body(b"cis", "Ada Ə".encode()[:-1]), FORGED)
    yield case("a byte order mark before the name", body(b"cis", b"\xef\xbb\xbfAda"), FORGED)
    yield case("a line break in the name", body(b"cis", b"LOVELACE\nAda"), FORGED)
    yield case("a zero byte in the name", body(b"cis", b"LOVELACE\x00Ada"), FORGED)
    yield case("a delete character in the name", body(b"cis", b"LOVELACE\x7fAda"), FORGED)
    yield case("a C1 control character in the name", body(b"cis", "A\u0085".encode()), FORGED)
    yield case("a mark that turns the direction", body(b"cis", "Ada \u202egpj".encode()), FORGED)
    yield case("a private use character", body(b"cis", "Ada \ue000".encode()), FORGED)
    yield case("a character that does not exist", body(b"cis", "Ada \uffff".encode()), FORGED)
    same = head[:27] + head[23:27] + head[31:]
    yield case("it ends when it starts", body(b"cis", b"Ada", same), FORGED)
    swapped = head[:23] + head[27:31] + head[23:27] + head[31:]
    yield case("it ends before it starts", body(b"cis", b"Ada", swapped), FORGED)
    far = head[:27] + struct.pack(">I", 2**32 - 1) + head[31:]
    yield case("it ends with the last moment of 32 bits", body(b"cis", b"Ada", far), VALID,
               facts(name="Ada", valid_until=datetime.fromtimestamp(2**32 - 1, tz=START.tzinfo)))  # fmt: skip


def odd_texts() -> Iterator[dict[str, Any]]:
    digits = digits_of(badge())
    yield case("a leading zero", f"{HOST}/v#0{digits}", FORGED)
    yield case("a sign before the digits", f"{HOST}/v#+{digits}", FORGED)
    yield case("underscores between digits", f"{digits[:9]}_{digits[9:]}", FORGED)
    yield case("Arabic digits", "".join(chr(0x660 + int(digit)) for digit in digits), FORGED)
    yield case("full-width digits", "".join(chr(0xFF10 + int(digit)) for digit in digits), FORGED)
    yield case("the first byte is not 01", str(int.from_bytes(b"\x02" + badge())), FORGED)
    yield case("a number that begins with 01 but has nothing else", "1", FORGED)
    yield case("zero", "0", FORGED)
    yield case("nothing", "", FORGED)
    yield case("only blanks", "   ", FORGED)
    yield case("an address without a badge", f"{HOST}/v#", FORGED)
    yield case("an address without '#'", f"{HOST}/v", FORGED)
    yield case("no scheme", f"cec.example/v#{digits}", FORGED)
    yield case("another scheme", f"javascript:alert(1)#{digits}", FORGED)
    yield case("two badges in one text", f"{HOST}/v#{digits}#{digits}", FORGED)
    yield case("500 digits", "1" * 500, FORGED)
    yield case("501 digits", "1" * 501, FORGED)
    yield case("4 KB of digits", "7" * 4096, FORGED)
    yield case("64 KB of digits", "9" * 65536, FORGED)
    yield case("a JSON web token with 'alg' none", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", FORGED)
    yield case("text that is no badge", "WIFI:S:lobby;T:WPA;P:observer;;", FORGED)
    yield case("a typed code is no badge", "7K2QF-9MX0A", FORGED)


# fmt: off
NAMES = [
    ("Azerbaijani letters", "ƏLİYEVA Gülşən Çingiz qızı", "ƏLİYEVA Gülşən Çingiz qızı"),
    ("Polish and French", "ŻÓŁĆ-D'ŒUVRE François", "ŻÓŁĆ-D'ŒUVRE François"),
    ("Vietnamese, composed", "NGUYE\u0302\u0303N Thi\u0323 A\u0301nh", "NGUYỄN Thị Ánh"),
    ("Cyrillic", "ШЕВЧЕНКО Олександра", "ШЕВЧЕНКО Олександра"),
    ("Greek", "ΠΑΠΑΔΟΠΟΎΛΟΥ Ελένη", "ΠΑΠΑΔΟΠΟΎΛΟΥ Ελένη"),
    ("Armenian", "ՍԱՐԳՍՅԱՆ Անի", "ՍԱՐԳՍՅԱՆ Անի"),
    ("Georgian, 3 bytes a letter", "ბერიძე ნინო", "ბერიძე ნინო"),
    ("Arabic", "الحسيني ليلى", "الحسيني ليلى"),
    ("Hebrew", "כהן שרה", "כהן שרה"),
    ("Devanagari, cut before a letter with its sign", "शर्मा प्रियंका देवी", "शर्मा प्रियंका…"),
    ("Thai", "สมชาย ใจดี", "สมชาย ใจดี"),
    ("Chinese", "歐陽 明慧", "歐陽 明慧"),
    ("Japanese", "山田 花子", "山田 花子"),
    ("Korean", "김 민서", "김 민서"),
    ("four bytes a character", "𠮷" * 12, "𠮷" * 12),
    ("four bytes a character, one too many", "𠮷" * 13, "𠮷" * 11 + "…"),
    ("exactly 48 bytes", "A" * 48, "A" * 48),
    ("49 bytes", "A" * 49, "A" * 45 + "…"),
    ("cut inside a letter of two bytes", "A" * 44 + "ƏƏƏ", "A" * 44 + "…"),
    ("a letter keeps its accent or goes with it", "A" * 42 + "x\u0332\u0332 BBBBBB", "A" * 42 + "…"),
    ("no blank before the cut", "A" * 44 + " BBBBBB", "A" * 44 + "…"),
    ("blanks and line breaks become one blank", "  LOVELACE \n\t Ada\u00a0King ", "LOVELACE Ada King"),
    ("control characters go", "LOVE\u200bLACE\u202e Ada\x00", "LOVELACE Ada"),
]
# fmt: on


def names() -> Iterator[dict[str, Any]]:
    for title, text, expect in NAMES:
        yield {"kind": "name", "title": title, "text": text, "expect": expect}


def codes() -> Iterator[dict[str, Any]]:
    code = code_of(GOOD.serial)
    for title, text, expect in (
        ("as printed", f"{code[:5]}-{code[5:]}", code),
        ("small letters and blanks", f" {code[:2]} {code[2:6]} {code[6:]} ".lower(), code),
        ("O, I and L", "oO0iI-1lL10", "0001111110"),
        ("zeros", "00000-00000", "0000000000"),
        ("too short", "12345-6789", None),
        ("too long", "12345-678901", None),
        ("a letter that the base does not have", "U2345-67890", None),
        ("a sharp s, which has no single capital", "1234\u00df-67890", None),
        ("a dotless i", "1234\u0131-67890", None),
        ("Arabic digits", "\u0661\u0662\u0663\u0664\u0665\u0661\u0662\u0663\u0664\u0665", None),
        ("nothing", "", None),
        ("4 KB", "1" * 4096, None),
    ):  # fmt: skip
        yield {"kind": "code", "title": title, "text": text, "expect": expect}
