"""Rising numbers below 2^50 as Rice-coded gaps (docs/badge-format.md, section 4). Pure.

Random codes have gaps that are distributed geometrically, for which no code of whole bits is shorter than Rice's with
the right k.
"""

from array import array
from collections.abc import Iterator, Sequence

MOST = 1_000_000
LARGEST_K = 50
BOUND = 1 << 50


def best_k(numbers: Sequence[int]) -> int:
    """The k that codes these rising numbers in the fewest bits; the smallest one of several, 0 for none.

    The length is convex in k, so the first k after which it does not fall is the best.
    """
    gaps = array("Q", _gaps(numbers))
    if not gaps:
        return 0
    mean = (numbers[-1] + 1) // len(gaps)
    k = max(0, min(LARGEST_K, mean.bit_length() - 2))
    length = _bits(gaps, k)
    while k > 0 and (shorter := _bits(gaps, k - 1)) <= length:
        k, length = k - 1, shorter
    while k < LARGEST_K and (shorter := _bits(gaps, k + 1)) < length:
        k, length = k + 1, shorter
    return k


def coded(numbers: Sequence[int], k: int) -> bytes:
    """Rising, distinct numbers as bits. Raises ValueError where they are not, or are too many."""
    if len(numbers) > MOST or not 0 <= k <= LARGEST_K:
        raise ValueError("more void badges than a list holds")
    mask = (1 << k) - 1
    low = f"0{k}b"
    bits = "".join("1" * (gap >> k) + "0" + (format(gap & mask, low) if k else "") for gap in _gaps(numbers))
    padding = -len(bits) % 8
    return int("0" + bits + "0" * padding, 2).to_bytes((len(bits) + padding) // 8)


def decoded(content: bytes, k: int, count: int) -> "array[int]":
    """The numbers again, exactly as `coded` writes them with this k; anything else raises ValueError.

    A number takes at least k + 1 bits: a count that the content cannot hold is refused before memory is taken.
    """
    size = 8 * len(content)
    if count > MOST or k > LARGEST_K or count * (k + 1) > size:
        raise ValueError("more void badges than the list has bytes for")
    bits = f"{int.from_bytes(content):0{size}b}" if content else ""
    numbers = array("Q")
    place, last = 0, -1
    for _ in range(count):
        zero = bits.find("0", place)
        end = zero + 1 + k
        if zero < 0 or end > size:
            raise ValueError("the void badges are cut")
        last += ((zero - place) << k) + (int(bits[zero + 1 : end], 2) if k else 0) + 1
        if last >= BOUND:
            raise ValueError("a void badge's code has more than 50 bits")
        numbers.append(last)
        place = end
    if size - place >= 8 or "1" in bits[place:]:
        raise ValueError("something follows the void badges")
    return numbers


def _gaps(numbers: Sequence[int]) -> Iterator[int]:
    before = -1
    for number in numbers:
        if not before < number < BOUND:
            raise ValueError("codes rise, each once, and have 50 bits")
        yield number - before - 1
        before = number


def _bits(gaps: "array[int]", k: int) -> int:
    return len(gaps) * (k + 1) + sum(gap >> k for gap in gaps)
