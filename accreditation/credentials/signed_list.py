"""The list that verifiers hold: keys, elections, words, and the void badges (docs/badge-format.md, section 4). Pure.

`packed` and `unpacked` speak of the body without its signature; `read` takes the whole file as a verifier does.
"""

import base64
import binascii
import json
import struct
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from accreditation.credentials import rice, signatures
from accreditation.credentials.payload import SIGNATURE_BYTES

MAGIC = b"OBL1"
FRESHNESS = timedelta(hours=12)  # where the list names no election at all

_HEAD = struct.Struct(">4sHIII")
_VOID_HEAD = struct.Struct(">IBI")
Words = Mapping[str, str]


class ListRefused(ValueError):
    """A list that is not taken. `reason`: 'unknown_key', 'signature', 'malformed' (cut, longer, odd), 'rolled_back'."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(words or reason)
        self.reason = reason


@dataclass(frozen=True)
class ListedKey:
    public: bytes
    revoked: datetime | None = None


@dataclass(frozen=True)
class ListedElection:
    """`ends` is the first moment after the term, once it is known; `freshness` how old a list may be.

    `commission`: who accredits, in its own words; empty where the list does not say.
    """

    name: Words
    zone: str
    ends: datetime | None = None
    freshness: timedelta = FRESHNESS
    commission: Words = field(default_factory=dict)


@dataclass(frozen=True)
class ListedCategory:
    name: Words
    colour: str


@dataclass(frozen=True)
class ListedMission:
    name: Words


@dataclass(frozen=True)
class ListContents:
    """All that a list says. `void` holds the codes' numbers, rising; missions are keyed 'election/code'."""

    key_id: int
    version: int
    made_at: datetime
    keys: Mapping[int, ListedKey] = field(default_factory=dict)
    elections: Mapping[int, ListedElection] = field(default_factory=dict)
    categories: Mapping[int, ListedCategory] = field(default_factory=dict)
    missions: Mapping[str, ListedMission] = field(default_factory=dict)
    void: "array[int]" = field(default_factory=lambda: array("Q"))

    def is_void(self, number: int) -> bool:
        place = bisect_left(self.void, number)
        return place < len(self.void) and self.void[place] == number

    def freshness_for(self, election: int) -> timedelta:
        """How old this list may be for a badge of the election; the shortest of all where it is not on the list."""
        if election in self.elections:
            return self.elections[election].freshness
        return min((one.freshness for one in self.elections.values()), default=FRESHNESS)


def packed(contents: ListContents) -> bytes:
    """The list's body, without its signature."""
    words = words_of(contents)
    k = rice.best_k(contents.void)
    coded = rice.coded(contents.void, k)
    made_at = int(contents.made_at.timestamp())
    return b"".join(
        (
            _HEAD.pack(MAGIC, contents.key_id, contents.version, made_at, len(words)),
            words,
            _VOID_HEAD.pack(len(contents.void), k, len(coded)),
            coded,
        )
    )


def words_of(contents: ListContents) -> bytes:
    """The JSON of a list: keys, elections, categories, missions. Equal contents give equal bytes."""
    told = {
        "keys": {
            str(number): {"public": base64url(key.public), "revoked": _seconds(key.revoked)}
            for number, key in contents.keys.items()
        },
        "elections": {
            str(number): {
                "name": dict(one.name),
                "zone": one.zone,
                "ends": _seconds(one.ends),
                "freshness": int(one.freshness.total_seconds()),
                **({"commission": dict(one.commission)} if one.commission else {}),
            }
            for number, one in contents.elections.items()
        },
        "categories": {
            str(number): {"name": dict(one.name), "colour": one.colour}
            for number, one in contents.categories.items()
        },
        "missions": {code: {"name": dict(one.name)} for code, one in contents.missions.items()},
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(content: bytes, *, list_keys: Mapping[int, bytes], held_version: int | None = None) -> ListContents:
    """A whole list as a verifier takes it: known key, signature, form, version. Raises ListRefused, nothing else."""
    body, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    if len(body) < _HEAD.size or body[: len(MAGIC)] != MAGIC:
        raise ListRefused("malformed", "this is no list")
    _, key_id, version, _, _ = _HEAD.unpack_from(body)
    if key_id not in list_keys:
        raise ListRefused("unknown_key")
    if not signatures.holds(signatures.OVER_A_LIST, body, signature, list_keys[key_id]):
        raise ListRefused("signature")
    if held_version is not None and version < held_version:
        raise ListRefused("rolled_back", f"version {version} is older than {held_version}")
    return unpacked(body)


def unpacked(body: bytes) -> ListContents:
    """What a list's body says. Raises ListRefused('malformed'); needs no more memory than its length justifies."""
    try:
        magic, key_id, version, made_at, length = _HEAD.unpack_from(body)
        words = body[_HEAD.size : _HEAD.size + length]
        count, k, coded_length = _VOID_HEAD.unpack_from(body, _HEAD.size + length)
        coded = body[_HEAD.size + length + _VOID_HEAD.size :]
        if magic != MAGIC or len(coded) != coded_length:
            raise ListRefused("malformed", "cut, or longer than it says")
        return ListContents(
            key_id=key_id,
            version=version,
            made_at=_moment(made_at),
            void=rice.decoded(coded, k, count),
            **_read_words(words),
        )
    except ListRefused:
        raise
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ListRefused("malformed", str(error)) from error


def _read_words(content: bytes) -> dict[str, Any]:
    told = json.loads(content.decode(), parse_constant=_no_number)
    return {
        "keys": {
            _number(number): ListedKey(_public(key["public"]), _moment_or_none(key["revoked"]))
            for number, key in told["keys"].items()
        },
        "elections": {
            _number(number): ListedElection(
                _names(one["name"]),
                _text(one["zone"]),
                _moment_or_none(one["ends"]),
                timedelta(seconds=_integer(one["freshness"])),
                _names(one["commission"]) if "commission" in one else {},
            )
            for number, one in told["elections"].items()
        },
        "categories": {
            _number(number): ListedCategory(_names(one["name"]), _text(one["colour"]))
            for number, one in told["categories"].items()
        },
        "missions": {code: ListedMission(_names(one["name"])) for code, one in told["missions"].items()},
    }


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _public(text: Any) -> bytes:
    try:
        public = base64.urlsafe_b64decode(_text(text) + "=")
    except binascii.Error as error:
        raise ValueError("a key is no base64url") from error
    if len(public) != 32 or base64url(public) != text:
        raise ValueError("a key is 32 bytes in base64url")
    return public


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and str(int(text[:6])) == text and int(text) < 1 << 16):
        raise ValueError("an id is a number of two bytes")
    return int(text)


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _integer(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 32:
        raise ValueError("not a number of seconds")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _names(value: Any) -> dict[str, str]:
    if "en" not in value:
        raise ValueError("English is always there")
    return {_text(language): _text(words) for language, words in value.items()}


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(_integer(seconds), UTC)


def _moment_or_none(seconds: Any) -> datetime | None:
    return None if seconds is None else _moment(seconds)
