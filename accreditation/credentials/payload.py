"""What a badge's QR code carries, packed and unpacked (docs/badge-format.md, sections 1 to 3).

Pure: no database, no files, no clock. Whoever reads what a stranger holds up calls `signed_of` and `unpacked`, and
catches NotABadge; nothing else is ever raised for any input. Signatures are in signatures.py.
"""

import re
import struct
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

FORMAT = 1
SERIAL_BYTES = 16
PHOTO_BYTES = 8
SIGNATURE_BYTES = 64
MISSION_LENGTH = 20
NAME_BYTES = 48
MOST_DIGITS = 500
LONGEST_TEXT = 4096
CODE_BITS = 50
CODE_LENGTH = 10

_BEFORE_TERM = f">BH{SERIAL_BYTES}sHH"
_HEAD = struct.Struct(f"{_BEFORE_TERM}II{PHOTO_BYTES}s")
TERM_AT = (struct.calcsize(_BEFORE_TERM), struct.calcsize(f"{_BEFORE_TERM}I"))
"""Where a badge's content says from when and until when it holds: each in four bytes, seconds since 1970."""
_LONGEST_BODY = _HEAD.size + 1 + MISSION_LENGTH + 1 + NAME_BYTES
_ELLIPSIS = "…"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_BASE_32 = str.maketrans(_CROCKFORD, "0123456789abcdefghijklmnopqrstuv")
_BLANKS = dict.fromkeys(map(ord, " \t\r\n\N{NO-BREAK SPACE}"))
_ADDRESS = re.compile(r"(?:https?://[^#]+#)?([0-9]+)", re.IGNORECASE)
_MISSION = re.compile(rb"[\x21-\x7e]{1,20}")
_TYPED = str.maketrans(
    "OILoil" + "abcdefghjkmnpqrstvwxyz", "011011" + "ABCDEFGHJKMNPQRSTVWXYZ", "- \t\r\n\N{NO-BREAK SPACE}"
)


class NotABadge(ValueError):
    """These bytes, or this text, are no badge of ours, or facts cannot become one. The message says which rule."""


@dataclass(frozen=True)
class BadgeFacts:
    """What a badge says. Moments are aware and whole seconds; `valid_until` is the first moment that is too late.

    `key_id` is the number of the signing key, `election` and `category` are primary keys, `mission` is the mission's
    code, `name` the name in Latin letters. Both may be longer than a badge holds: `packed` cuts them.
    """

    key_id: int
    serial: bytes
    election: int
    category: int
    valid_from: datetime
    valid_until: datetime
    photo_hash: bytes
    mission: str
    name: str


# The body: what is signed


def packed(facts: BadgeFacts) -> bytes:
    """The badge without its signature, mission and name cut to what it holds.

    Raises NotABadge where a fact does not fit: a number beyond its bytes, a serial or photo of another length, an
    end before the start, a mission's code that is not plain ASCII, a name without a letter.
    """
    try:
        head = _HEAD.pack(
            FORMAT,
            facts.key_id,
            facts.serial,
            facts.election,
            facts.category,
            int(facts.valid_from.timestamp()),
            int(facts.valid_until.timestamp()),
            facts.photo_hash,
        )
        mission = facts.mission[:MISSION_LENGTH].encode("ascii")
        name = name_on_badge(facts.name).encode()
    except (struct.error, UnicodeError) as error:
        raise NotABadge(str(error)) from error
    if len(facts.serial) != SERIAL_BYTES or len(facts.photo_hash) != PHOTO_BYTES:
        raise NotABadge("the serial or the photo's hash has another length")
    body = head + bytes([len(mission)]) + mission + bytes([len(name)]) + name
    unpacked(body)
    return body


def unpacked(body: bytes) -> BadgeFacts:
    """The facts of a body without its signature. Each body has one meaning, each meaning one body.

    Raises NotABadge for anything that `packed` does not write.
    """
    if not _HEAD.size + 4 <= len(body) <= _LONGEST_BODY:
        raise NotABadge("no badge is this long")
    form, key_id, serial, election, category, start, end, photo = _HEAD.unpack_from(body)
    if form != FORMAT:
        raise NotABadge("another format")
    mission_bytes, rest = _counted(body[_HEAD.size :])
    name_bytes, rest = _counted(rest)
    if rest:
        raise NotABadge("something follows the name")
    if not _MISSION.fullmatch(mission_bytes):
        raise NotABadge("no mission's code")
    if end <= start:
        raise NotABadge("it ends before it starts")
    return BadgeFacts(
        key_id=key_id,
        serial=serial,
        election=election,
        category=category,
        valid_from=datetime.fromtimestamp(start, UTC),
        valid_until=datetime.fromtimestamp(end, UTC),
        photo_hash=photo,
        mission=mission_bytes.decode("ascii"),
        name=_read_name(name_bytes),
    )


def _counted(rest: bytes) -> tuple[bytes, bytes]:
    """Bytes with their length before them, and what follows."""
    length = rest[0] if rest else 0
    if not 0 < length < len(rest):
        raise NotABadge("it is cut")
    return rest[1 : length + 1], rest[length + 1 :]


def _read_name(content: bytes) -> str:
    if len(content) > NAME_BYTES:
        raise NotABadge("the name is too long")
    try:
        name = content.decode()
    except UnicodeDecodeError as error:
        raise NotABadge("the name is no UTF-8") from error
    # What is printable has none; only of the rest is every character looked up, which takes far longer.
    if not name.strip() or (not name.isprintable() and any(_is_control(one) for one in name)):
        raise NotABadge("the name is blank or has control characters")
    return name


def name_on_badge(name: str) -> str:
    """The name as a badge carries it: composed, one blank between words, no control characters, at most 48 bytes.

    A longer one is cut between characters, so that no letter loses its accent, and ends in '…'.
    """
    shown = "".join(character for character in name if character.isspace() or not _is_control(character))
    shown = " ".join(unicodedata.normalize("NFC", shown).split())
    if len(shown.encode()) <= NAME_BYTES:
        return shown
    while len(shown.encode()) > NAME_BYTES - len(_ELLIPSIS.encode()):
        cut = len(shown) - 1
        while cut and unicodedata.category(shown[cut]).startswith("M"):
            cut -= 1
        shown = shown[:cut]
    return shown.rstrip() + _ELLIPSIS


def _is_control(character: str) -> bool:
    return unicodedata.category(character).startswith("C")


# Around it: digits and addresses


def digits_of(signed: bytes) -> str:
    """A signed badge as the decimal number of its QR code."""
    return str(int.from_bytes(b"\x01" + signed))


def address_of(signed: bytes, site: str) -> str:
    """What the QR code says: `site` is 'https://host', without a slash at its end."""
    return f"{site}/v#{digits_of(signed)}"


def signed_of(text: str) -> bytes:
    """The signed badge (body and signature) behind an address of any host, or behind the digits alone.

    Raises NotABadge; converts no more than 500 digits. Says nothing about the signature.
    """
    if len(text) > LONGEST_TEXT:
        raise NotABadge("no address is this long")
    found = _ADDRESS.fullmatch(text.translate(_BLANKS))
    if found is None:
        raise NotABadge("no address of a badge")
    digits = found[1]
    if len(digits) > MOST_DIGITS or digits.startswith("0"):
        raise NotABadge("too many digits, or a zero before them")
    number = int(digits)
    content = number.to_bytes((number.bit_length() + 7) // 8)
    if content[0] != 1:
        raise NotABadge("the number does not begin with 01")
    return content[1:]


def parts_of(signed: bytes) -> tuple[bytes, bytes]:
    """Body and signature of a signed badge. Raises NotABadge where it is too short to have both."""
    if len(signed) <= SIGNATURE_BYTES:
        raise NotABadge("it is cut")
    return signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]


# The code that people type


def code_number(code: str) -> int:
    """The 50-bit number that stands on the list of void badges, of a code as `code_of` gives it."""
    return int(code.translate(_TO_BASE_32), 32)


def code_of(serial: bytes) -> str:
    """The ten characters that name a badge with this serial; `code_in_print` puts the hyphen in."""
    number = int.from_bytes(serial) >> 8 * len(serial) - CODE_BITS
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(CODE_BITS - 5, -1, -5))


def code_in_print(code: str) -> str:
    """'XXXXX-XXXXX'."""
    return f"{code[:5]}-{code[5:]}"


def typed_code(text: str) -> str | None:
    """The code behind what somebody typed, or None: small letters, blanks, hyphens, O for 0, I and L for 1."""
    if len(text) > LONGEST_TEXT:
        return None
    code = text.translate(_TYPED)
    return code if len(code) == CODE_LENGTH and set(code) <= set(_CROCKFORD) else None
