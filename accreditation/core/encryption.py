"""Personal values at rest: an encrypted text field, sealed bytes, and a keyed hash to find them by.

An envelope is `version (1 byte) | length of key id (1) | key id | nonce (12) | ciphertext and tag`
(AES-256-GCM). The associated data names the place, `<table>.<column>.<row key>`: an envelope that is moved
to another row or another column does not open. Renaming such a table or column means sealing its rows anew.

Keys come from settings, never from the database: `ENCRYPTION_KEYS` maps key id to 32 bytes, the first writes,
all read; `INDEX_KEY` is another 32 bytes, for the blind index alone.
"""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django import forms
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.query_utils import DeferredAttribute

VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32


class DecryptionError(Exception):
    """The stored value does not open: altered, moved, cut short, or sealed with a key that is not here."""


# --- keys and envelopes ---


@dataclass(frozen=True)
class _Keyring:
    """The ciphers of one `ENCRYPTION_KEYS`, made once; the first key writes."""

    source: Mapping[str, bytes]
    current: bytes = field(init=False)
    ciphers: dict[bytes, AESGCM] = field(init=False)

    def __post_init__(self) -> None:
        ciphers: dict[bytes, AESGCM] = {}
        for key_id, key in self.source.items():
            name = str(key_id).encode("ascii")
            if not 1 <= len(name) <= 255 or len(key) != KEY_BYTES:
                raise ImproperlyConfigured("ENCRYPTION_KEYS: a short ASCII key id and 32 bytes for each key.")
            ciphers[name] = AESGCM(bytes(key))
        if not ciphers:
            raise ImproperlyConfigured("ENCRYPTION_KEYS is empty.")
        object.__setattr__(self, "ciphers", ciphers)
        object.__setattr__(self, "current", next(iter(ciphers)))


_keyring_in_use: _Keyring | None = None


def _keyring() -> _Keyring:
    """The keyring of the settings of this moment. Read and replaced whole, so threads need no lock."""
    global _keyring_in_use
    ring = _keyring_in_use
    if ring is None or ring.source is not settings.ENCRYPTION_KEYS:
        ring = _keyring_in_use = _Keyring(settings.ENCRYPTION_KEYS)
    return ring


def _seal(associated: bytes, plain: bytes) -> bytes:
    ring = _keyring()
    nonce = os.urandom(NONCE_BYTES)
    head = bytes((VERSION, len(ring.current)))
    return head + ring.current + nonce + ring.ciphers[ring.current].encrypt(nonce, plain, associated)


def _split(envelope: bytes) -> tuple[bytes, bytes, bytes]:
    """Key id, nonce, ciphertext; DecryptionError where the bytes cannot be an envelope."""
    if len(envelope) < 2 or envelope[0] != VERSION:
        raise DecryptionError("not an envelope of a known version")
    start = 2 + envelope[1]
    if len(envelope) < start + NONCE_BYTES + TAG_BYTES:
        raise DecryptionError("the envelope is cut short")
    return envelope[2:start], envelope[start : start + NONCE_BYTES], envelope[start + NONCE_BYTES :]


def _open(associated: bytes, envelope: bytes) -> bytes:
    envelope = bytes(envelope)
    key_id, nonce, sealed = _split(envelope)
    cipher = _keyring().ciphers.get(key_id)
    if cipher is None:
        raise DecryptionError(f"no key with the id {key_id!r}")
    try:
        return cipher.decrypt(nonce, sealed, associated)
    except InvalidTag:
        raise DecryptionError("the envelope was altered, or belongs to another place") from None


def _place(table: str, column: str, row_key: object) -> bytes:
    if row_key is None or row_key == "":
        raise ValueError(f"{table}.{column} is encrypted for its row: set the row key before it is written.")
    return f"{table}.{column}.{row_key}".encode()


def encrypt(table: str, column: str, row_key: object, text: str) -> bytes:
    """The envelope of `text` for one column of one row, as the field itself would write it (for COPY)."""
    return _seal(_place(table, column, row_key), text.encode())


def decrypt(table: str, column: str, row_key: object, envelope: bytes) -> str:
    """The text in an envelope of that column and row. Raises DecryptionError, never answers ciphertext."""
    return _open(_place(table, column, row_key), envelope).decode()


def encrypt_bytes(context: str, plain: bytes) -> bytes:
    """The envelope of a file; `context` is what it is bound to, such as its name in storage."""
    return _seal(b"bytes|" + context.encode(), plain)


def decrypt_bytes(context: str, envelope: bytes) -> bytes:
    """The bytes in an envelope made for the same context. Raises DecryptionError."""
    return _open(b"bytes|" + context.encode(), envelope)


def needs_rotation(envelope: bytes) -> bool:
    """Whether an envelope was written with a key that is no longer the current one."""
    return _split(bytes(envelope))[0] != _keyring().current


# --- finding without opening ---


def blind_index(purpose: str, *parts: str) -> bytes:
    """32 bytes that are equal when all parts are equal, and say nothing without INDEX_KEY.

    Each part is preceded by its length, so that ("ab", "c") and ("a", "bc") differ. What counts as equal
    is for the caller to settle first (`normalise_document_number`).
    """
    key = settings.INDEX_KEY
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured("INDEX_KEY must be 32 bytes.")
    framed = bytearray()
    for part in (purpose, *parts):
        encoded = part.encode()
        framed += len(encoded).to_bytes(4, "big") + encoded
    return hmac.digest(key, bytes(framed), "sha256")


# Capital letters of Cyrillic and Greek that look like a Latin one: lists typed on another keyboard mix them.
_LOOK_ALIKES = str.maketrans("АВЕЅІЈКМНОРСТУХҮԚԜҺΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXYQWHABEZHIKMNOPTYX")


_NOT_COMPARED = re.compile("[^A-Z0-9]+")


@lru_cache(maxsize=4096)
def normalise_document_number(text: str) -> str:
    """A document number as it is compared: two spellings of one number give the same, two numbers never do.

    1. NFKD, so that full-width and ligature forms become plain, accents are dropped; capitals.
    2. Cyrillic and Greek capitals that look like a Latin letter become that letter ('АВ 12' in Cyrillic).
    3. Digits of any script become 0-9.
    4. Letters and digits stay, all else goes (spaces, dashes, the number sign, the '<' of an MRZ). Letters
       of other scripts without a look-alike stay too: without them 'ЖЯ 123456' and 'ЛЮ 123456' would be one.
    Letter O and digit 0 remain two: a key that joins them would join two people.
    """
    if text.isascii():  # nearly all of them: the four steps leave capitals and digits
        return _NOT_COMPARED.sub("", text.upper())
    spelt = "".join(
        c for c in text if unicodedata.category(c) != "So"
    )  # NFKD would make 'No' of the number sign
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", spelt).upper()).translate(
        _LOOK_ALIKES
    )
    kept = []
    for character in plain:
        if character.isascii():
            if character.isalnum():
                kept.append(character)
        elif (digit := unicodedata.digit(character, None)) is not None:
            kept.append(str(digit))
        elif character.isalpha():
            kept.append(character)
    return "".join(kept)


# --- the model field ---


@dataclass(frozen=True, repr=False)
class Sealed:
    """An envelope as it came from the database, opened only on request (`values()` gives it too)."""

    table: str
    column: str
    envelope: bytes

    def open(self, row_key: object) -> str:
        return decrypt(self.table, self.column, row_key, self.envelope)

    def __repr__(self) -> str:
        return f"<sealed {self.table}.{self.column}>"


class _BoundText(str):
    """Plain text that knows its place, so that `bulk_update`, which hands over bare values, can seal it."""

    place: bytes

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str.__str__(self),)


class _Envelope(bytes):
    """Bytes that were sealed here: any others are not let into the column."""


class _EncryptedAttribute(DeferredAttribute):
    """Opens on reading. The instance holds a Sealed (from the database) or plain text (set in Python)."""

    field: EncryptedTextField

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            # Both at once: opening needs the row key as well.
            instance.refresh_from_db(fields=[name, self.field.row_key])
        value = instance.__dict__[name]
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, Sealed):
            return self._bound(instance, value.open(self.field.row_key_of(instance)))
        return self._bound(instance, value)

    def __set__(self, instance: models.Model, value: Any) -> None:
        # Text read from another row comes as plain text; it is bound to this row when it is read or saved.
        instance.__dict__[self.field.attname] = str.__str__(value) if isinstance(value, str) else value

    def _bound(self, instance: models.Model, text: str) -> str:
        key = self.field.row_key_of(instance)
        if not key:
            return text
        bound = _BoundText(text)
        bound.place = _place(self.field.table, self.field.stored_in, key)
        return bound


class EncryptedTextField(models.Field):
    """Text that is stored as an envelope bound to its row and column, and opened on attribute access.

    `row_key` names a field of the same row that is set in Python before the row is inserted and never changes
    (a public id or uuid). `save`, `bulk_create` and `bulk_update` seal it; `QuerySet.update` is refused.
    No lookups but `isnull`: keep a `blind_index` beside it. NULL and '' stay what they are.
    """

    description = "Encrypted text"
    descriptor_class = _EncryptedAttribute
    empty_strings_allowed = True

    def __init__(self, *args: Any, row_key: str = "public_id", **kwargs: Any) -> None:
        self.row_key = row_key
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.row_key != "public_id":
            kwargs["row_key"] = self.row_key
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = list(super().check(**kwargs))
        if self.unique or self.db_index or self.primary_key:  # type: ignore[attr-defined]
            found.append(
                checks.Error("An encrypted field cannot be unique or indexed.", obj=self, id="core.E001")
            )
        if self.row_key not in {other.attname for other in self.model._meta.concrete_fields}:
            found.append(checks.Error(f"There is no row key {self.row_key!r}.", obj=self, id="core.E002"))
        return found

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def stored_in(self) -> str:
        assert self.column is not None
        return self.column

    def get_internal_type(self) -> str:
        return "BinaryField"

    def row_key_of(self, instance: models.Model) -> Any:
        """The row key in its one Python form, whatever form it was set in."""
        row_key = cast("models.Field[Any, Any]", self.model._meta.get_field(self.row_key))
        return row_key.to_python(getattr(instance, self.row_key))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(self.table, self.stored_in, bytes(value))

    def to_python(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else str(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        # Read by the attribute: a stored envelope is opened and sealed anew, so that one that does not belong
        # to this row (its key was changed, a copied instance) is noticed now and not when somebody needs it.
        value = getattr(model_instance, self.attname)
        if isinstance(value, str):
            return _Envelope(encrypt(self.table, self.stored_in, self.row_key_of(model_instance), value))
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, _BoundText):
            value = _Envelope(_seal(value.place, value.encode()))
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if not isinstance(value, _Envelope):
            raise FieldError(
                f"{self.name} is encrypted for its row and can only be written by saving the object."
            )
        return connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched; search its blind index.")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted and cannot be searched; search its blind index.")

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError(f"{self.name} is encrypted and is not exported; back up the database and its keys.")

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **kwargs})
