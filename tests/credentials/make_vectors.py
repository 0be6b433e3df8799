"""Writes tests/data/badge-vectors.json: `python -m tests.credentials.make_vectors`.

Everything in it is computed from fixed seeds, so that a second run gives the same bytes. Expectations are written
here by hand, case by case; none is what the code under test happened to answer.
"""

import base64
import json
from pathlib import Path
from typing import Any

from tests.credentials import vectors_of_badges, vectors_of_lists
from tests.credentials.vector_parts import BADGE_KEYS, LIST_KEYS, public_of, seed_of

FILE = Path(__file__).parent.parent / "data" / "badge-vectors.json"
ABOUT = {
    "what": "Test vectors for docs/badge-format.md. All keys are made for tests, people are made up.",
    "keys": "badge_keys and list_keys: id -> Ed25519 seed (hex) and public key (base64url), for tests only.",
    "lists": "name -> a whole signed list, base64. Every one in here is good under list_keys.",
    "cases": {
        "badge": (
            "What a scanner says of `text` (an address or digits). `list`: name of the list it holds, or null for none."
            " `now`: the device's clock, seconds since 1970. `seen`: the latest moment it has seen from a server, or"
            " null. expect.verdict: valid, void, expired, not_yet, forged, unknown_key or null (nothing can be said);"
            " expect.shown: green, amber, red, grey. expect.name, mission, code, key_id, election, category,"
            " valid_from, valid_until, photo (hex), serial (hex) are there where the signature holds, else"
            " expect.name is null: nothing of an unproved badge is shown."
        ),
        "list": (
            "`bytes` (base64) comes from the server; the reader trusts `list_keys` (id -> base64url) and holds a list"
            " of version `held_version`, or none (null). expect: accepted or refused. Refused: `reason` is unknown_key,"
            " signature, malformed or rolled_back, and the old list is kept. Accepted: `version`, `made_at`, `void`"
            " (the codes' numbers, as decimal strings, rising)."
        ),
        "code": "`text` is typed; expect is the code of ten characters, or null where it is none.",
        "name": "`text` is a person's name; expect is the name as the badge carries it.",
    },
}


def vectors() -> dict[str, Any]:
    """The whole file."""
    return {
        "about": ABOUT,
        "badge_keys": {str(number): _key(name) for number, name in BADGE_KEYS.items()},
        "list_keys": {str(number): _key(name) for number, name in LIST_KEYS.items()},
        "lists": {
            name: base64.b64encode(content).decode()
            for name, content in vectors_of_lists.good_lists().items()
        },
        "cases": [
            *vectors_of_badges.cases(),
            *vectors_of_lists.cases(),
            *vectors_of_badges.codes(),
            *vectors_of_badges.names(),
        ],
    }


def _key(name: str) -> dict[str, str]:
    return {"seed": seed_of(name).hex(), "public": public_of(name)}


def text() -> str:
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
    print(f"{len(vectors()['cases'])} cases")
