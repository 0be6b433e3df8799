"""Whatever somebody holds up, the reader answers with its own error or with a verdict, and never with 'valid'."""

import tracemalloc
from array import array
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accreditation.credentials import rice
from accreditation.credentials.payload import (
    BadgeFacts,
    NotABadge,
    address_of,
    code_number,
    code_of,
    digits_of,
    name_on_badge,
    packed,
    signed_of,
    typed_code,
    unpacked,
)
from accreditation.credentials.signed_list import ListRefused, read
from accreditation.credentials.verdicts import Shown, Verdict, judge, judge_text
from tests.credentials.vector_parts import GOOD, MADE, badge, facts, public_bytes_of
from tests.credentials.vectors_of_lists import contents
from tests.fuzzing import badge as fuzzing

LIST_KEYS = {2: public_bytes_of("lists")}
HELD = contents()
moments = st.integers(0, 2**32 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
names = st.text(min_size=1, max_size=80).filter(lambda name: name_on_badge(name) != "")
slugs = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-_", min_size=1, max_size=40)


@st.composite
def any_facts(draw: st.DrawFn) -> BadgeFacts:
    start, end = sorted(draw(st.tuples(moments, moments).filter(lambda pair: pair[0] != pair[1])))
    two_bytes = st.integers(0, 65535)
    return BadgeFacts(
        key_id=draw(two_bytes),
        serial=draw(st.binary(min_size=16, max_size=16)),
        election=draw(two_bytes),
        category=draw(two_bytes),
        valid_from=start,
        valid_until=end,
        photo_hash=draw(st.binary(min_size=8, max_size=8)),
        mission=draw(slugs),
        name=draw(names),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(any_facts())
def test_what_is_packed_is_read_again(one: BadgeFacts) -> None:
    found = unpacked(packed(one))
    assert (found.mission, found.name) == (one.mission[:20], name_on_badge(one.name))
    assert packed(found) == packed(one)
    assert found.serial == one.serial and found.valid_until == one.valid_until


@given(st.binary(min_size=1, max_size=180))
def test_digits_and_bytes_are_the_same(content: bytes) -> None:
    assert signed_of(digits_of(content)) == content
    assert signed_of(address_of(content, "https://cec.example")) == content


@given(st.text(max_size=600))
def test_any_text_is_forged_and_breaks_nothing(text: str) -> None:
    assert judge_text(text, contents=HELD, now=MADE).verdict is Verdict.FORGED
    typed_code(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_forged_and_break_nothing(content: bytes) -> None:
    found = judge(content, contents=HELD, now=MADE)
    assert found.verdict in (Verdict.FORGED, Verdict.UNKNOWN_KEY) and found.shown is Shown.RED
    with pytest.raises(ListRefused):
        read(content, list_keys=LIST_KEYS)


@given(st.integers(0, len(badge()) * 8 - 1))
def test_no_bit_of_a_badge_can_be_flipped(bit: int) -> None:
    changed = bytearray(badge())
    changed[bit // 8] ^= 1 << bit % 8
    found = judge(bytes(changed), contents=HELD, now=MADE)
    assert found.verdict in (Verdict.FORGED, Verdict.UNKNOWN_KEY)
    assert found.shown is Shown.RED and found.facts is None


@pytest.mark.parametrize("seed", range(4))
def test_mutations_are_never_valid_and_never_crash(seed: int) -> None:
    """`python -m tests.fuzzing badge --count 1000000` does the same a million times."""
    fuzzing.run(3000, seed)


def test_the_fuzzing_notices_a_reader_that_forgets_the_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accreditation.credentials.signatures.holds", lambda *told: True)
    with pytest.raises(fuzzing.Broken):
        fuzzing.run(3000)


@pytest.mark.parametrize(
    "odd",
    [
        {"key_id": 65536}, {"key_id": -1}, {"election": 65536}, {"category": 65536}, {"serial": bytes(15)},
        {"serial": bytes(17)}, {"photo_hash": bytes(32)}, {"mission": ""}, {"mission": "миссия"}, {"name": ""},
        {"name": " \u200b"}, {"valid_until": GOOD.valid_from}, {"valid_from": datetime(1969, 1, 1, tzinfo=UTC)},
        {"valid_until": datetime(2107, 1, 1, tzinfo=UTC)},
    ],
    ids=str,
)  # fmt: skip
def test_facts_that_do_not_fit_are_refused_and_never_cut_silently(odd: dict[str, object]) -> None:
    with pytest.raises(NotABadge):
        packed(facts(**odd))


# Codes and the list of them


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_the_first_50_bits(serial: bytes) -> None:
    assert code_number(code_of(serial)) == int.from_bytes(serial) >> 78
    assert typed_code(code_of(serial).lower()) == code_of(serial)


numbers = st.sets(st.integers(0, 2**50 - 1) | st.integers(0, 300), max_size=60).map(
    lambda s: array("Q", sorted(s))
)


@given(numbers, st.integers(0, 50))
@settings(deadline=None)
def test_codes_survive_every_k(void: "array[int]", k: int) -> None:
    if len(void) and void[-1] >> k > 100_000:
        k = 40
    assert rice.decoded(rice.coded(void, k), k, len(void)) == void


@given(numbers)
@settings(deadline=None)
def test_no_k_is_shorter_than_the_best(void: "array[int]") -> None:
    gaps = [b - a - 1 for a, b in zip([-1, *void], void, strict=False)]
    lengths = {k: sum((gap >> k) + 1 + k for gap in gaps) for k in range(51)}
    assert rice.best_k(void) == min(lengths, key=lambda k: (lengths[k], k))


@pytest.mark.parametrize("void", [[5, 5], [5, 4], [2**50], [-1]])
def test_codes_that_do_not_rise_are_not_written(void: list[int]) -> None:
    with pytest.raises((ValueError, OverflowError)):
        rice.coded(void, 3)


def test_a_short_list_that_promises_a_million_codes_costs_no_memory() -> None:
    tracemalloc.start()
    try:
        for count in (1_000_000, 2**32 - 1):
            with pytest.raises(ValueError):
                rice.decoded(bytes(1000), 0, count)
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()
