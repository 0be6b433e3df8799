"""Ed25519 over a badge and over a list (docs/badge-format.md, sections 2 and 4). Pure.

Each kind of content has words of its own before it, so that a signature over one can never pass as one over the other.
"""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

OVER_A_BADGE = b"observer badge\x00"
OVER_A_LIST = b"badge list\x00"


def signed_badge(body: bytes, private: Ed25519PrivateKey) -> bytes:
    """A body (payload.packed) with its signature behind it."""
    return body + private.sign(OVER_A_BADGE + body)


def signed_list(body: bytes, private: Ed25519PrivateKey) -> bytes:
    """A list's body (signed_list.packed) with its signature behind it."""
    return body + private.sign(OVER_A_LIST + body)


def holds(words: bytes, body: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the signature over `words` and `body` is that of the key with these 32 public bytes.

    Checked by libsodium, which takes half as long as OpenSSL: somebody waits at a door.
    """
    try:
        _read(public).verify(words + body, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _read(public: bytes) -> VerifyKey:
    """The key of these bytes; ValueError where they are not 32. An election has few."""
    return VerifyKey(public)
