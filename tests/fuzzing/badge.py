"""Mutated badges and lists, as many as one likes: none is ever valid, none ever breaks the reader.

Each round takes something good, does one to three things to it that damage or malice would do, and asks the reader.
The chance is seeded, so that a failure can be repeated; its number stands in the message.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import replace

from accreditation.credentials import rice
from accreditation.credentials.payload import (
    NotABadge,
    name_on_badge,
    packed,
    parts_of,
    signed_of,
    typed_code,
    unpacked,
)
from accreditation.credentials.signed_list import ListRefused, read
from accreditation.credentials.signed_list import packed as packed_list
from accreditation.credentials.signed_list import unpacked as unpacked_list
from accreditation.credentials.verdicts import Shown, Verdict, judge, judge_text
from tests.credentials.vector_parts import GOOD, HOST, MADE, badge, facts, minutes, public_bytes_of
from tests.credentials.vectors_of_badges import address_of
from tests.credentials.vectors_of_lists import contents, many_void, signed

NOW = MADE + minutes(60)
INTERESTING = (
    b"\x00",
    b"\x01",
    b"\x14",
    b"\x30",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff\xff\xff\xff",
    bytes(4),
    bytes(64),
)
ODD_CHARACTERS = "0123456789#:/ \n\t-+.eE_٣３\u200b\x00héps"


class Broken(AssertionError):
    """The reader did what it must never do."""


class Fuzzing:
    """One run: the good things, the chance, and one method a kind of question."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.badges = [
            badge(one)
            for one in (
                GOOD,
                facts(mission="m" * 20, name="N" * 48),
                facts(mission="x", name="A"),
                facts(key_id=4),
            )
        ]
        self.known = set(self.badges)
        few = many_void()[::40]
        self.list_keys = {2: public_bytes_of("lists")}
        self.contents = contents(void=few)
        self.list_body = packed_list(self.contents)
        self.list = signed(self.list_body)
        self.few = few
        self.asked: list[Callable[[], None]] = [
            *[self.a_badge] * 4, *[self.a_text] * 2, self.a_body, self.a_list, self.a_lists_body, self.codes,
        ]  # fmt: skip

    def run(self, count: int) -> int:
        """Ask `count` questions; how many mutated badges were so well-formed that only the signature gave them away."""
        reached = 0
        for number in range(count):
            try:
                reached += bool(self.chance.choice(self.asked)())  # type: ignore[func-returns-value]
            except Broken as error:
                raise Broken(f"{error} (seed {self.seed}, round {number})") from error
            except Exception as error:
                raise Broken(f"{type(error).__name__}: {error} (seed {self.seed}, round {number})") from error
        return reached

    # What is asked

    def a_badge(self) -> bool:
        """Bytes of a badge, changed: never valid, unless nothing was changed after all."""
        signed_bytes = self.mutated(self.chance.choice(self.badges))
        found = judge(signed_bytes, contents=self.contents, now=NOW)
        if signed_bytes not in self.known and (found.verdict is Verdict.VALID or found.shown is Shown.GREEN):
            raise Broken(f"valid: {signed_bytes.hex()}")
        if found.facts is not None and signed_bytes not in self.known:
            raise Broken(f"shown although the signature cannot hold: {signed_bytes.hex()}")
        return signed_bytes not in self.known and _is_well_formed(signed_bytes)

    def a_text(self) -> None:
        """The characters of an address, changed: the same, and a typed code never breaks either."""
        text = self.mutated_text(address_of(self.chance.choice(self.badges), HOST))
        found = judge_text(text, contents=self.contents, now=NOW)
        typed_code(text)
        if found.verdict is Verdict.VALID and signed_of(text) not in self.known:
            raise Broken(f"valid: {text!r}")

    def a_body(self) -> None:
        """What is read from a body is written as the same body: no two bodies mean one thing."""
        body = self.mutated(self.chance.choice(self.badges)[:-64])
        try:
            told = unpacked(body)
        except NotABadge:
            return
        if name_on_badge(told.name) == told.name and packed(told) != body:
            raise Broken(f"two bodies for one meaning: {body.hex()}")

    def a_list(self) -> None:
        changed = self.mutated(self.list)
        try:
            read(changed, list_keys=self.list_keys)
        except ListRefused:
            return
        if changed != self.list:
            raise Broken("a changed list was accepted")

    def a_lists_body(self) -> None:
        """As if signed by us: read as a list or refused, and what is read can be written again."""
        try:
            told = unpacked_list(self.mutated(self.list_body))
        except ListRefused:
            return
        again = unpacked_list(packed_list(told))
        if again != replace(told, void=again.void) or again.void != told.void:
            raise Broken("a list does not survive being written again")

    def codes(self) -> None:
        """The coded numbers alone: decoded to rising numbers of 50 bits, or refused."""
        k = rice.best_k(self.few)
        content = self.mutated(rice.coded(self.few, k))
        k = self.chance.choice((k, self.chance.randrange(64)))
        count = self.chance.choice((len(self.few), self.chance.randrange(2**32), self.chance.randrange(64)))
        try:
            numbers = rice.decoded(content, k, count)
        except ValueError:
            return
        if len(numbers) != count or rice.coded(numbers, k) != content:
            raise Broken(f"codes are not canonical: k={k} {content.hex()}")

    # What is done to it

    def mutated(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(self.chance.randrange(1, 4)):
            self._damage(changed)
        return bytes(changed)

    def _damage(self, changed: bytearray) -> None:
        chance = self.chance
        place = chance.randrange(len(changed) + 1)
        kind = chance.randrange(8)
        if kind <= 2 and place < len(changed):
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 3 and place < len(changed):
            changed[place] = chance.randrange(256)
        elif kind == 4:
            changed[place:place] = chance.choice(INTERESTING)
        elif kind == 5:
            del changed[place : place + chance.choice((1, 1, 2, 8, 64))]
        elif kind == 6:
            changed[place : place + 4] = struct.pack(">I", chance.choice((0, 1, 2**31, 2**32 - 1)))
        else:
            other = chance.choice(self.badges)
            start = chance.randrange(len(other))
            changed[place : place + 8] = other[start : start + 8]

    def mutated_text(self, text: str) -> str:
        chance, characters = self.chance, list(text)
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(characters) + 1)
            kind = chance.randrange(4)
            if kind == 0 and place < len(characters):
                characters[place] = chance.choice(ODD_CHARACTERS)
            elif kind == 1:
                characters[place:place] = chance.choice(ODD_CHARACTERS) * chance.choice((1, 1, 1, 600))
            elif kind == 2:
                del characters[place : place + chance.choice((1, 2, 40))]
            else:
                characters[place:place] = characters[: chance.randrange(len(characters) + 1)]
        return "".join(characters)


def _is_well_formed(signed_bytes: bytes) -> bool:
    try:
        unpacked(parts_of(signed_bytes)[0])
    except NotABadge:
        return False
    return True


def run(count: int, seed: int = 0) -> int:
    """Ask `count` questions under one seed; raises Broken at the first that was answered wrongly."""
    return Fuzzing(seed).run(count)
