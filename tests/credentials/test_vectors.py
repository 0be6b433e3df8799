"""The vectors of docs/badge-format.md, in Python. tests/browser runs the same file in a browser."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from accreditation.credentials.payload import code_of, name_on_badge, typed_code
from accreditation.credentials.signed_list import ListRefused, read
from accreditation.credentials.verdicts import judge_text
from tests.credentials.make_vectors import FILE, text

VECTORS = json.loads(FILE.read_text())
LIST_KEYS = {int(number): key["public"] for number, key in VECTORS["list_keys"].items()}


def of_kind(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in VECTORS["cases"] if case["kind"] == kind]


def anchors(keys: dict[Any, str]) -> dict[int, bytes]:
    return {int(number): base64.urlsafe_b64decode(public + "=") for number, public in keys.items()}


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("case", of_kind("badge"))
def test_a_badge_is_judged_as_the_format_says(case: dict[str, Any]) -> None:
    contents = None
    if case["list"] is not None:
        contents = read(base64.b64decode(VECTORS["lists"][case["list"]]), list_keys=anchors(LIST_KEYS))
    now = moment(max(case["now"], case["seen"] or 0))
    found = judge_text(case["text"], contents=contents, now=now)
    said: dict[str, Any] = {"verdict": found.verdict, "shown": found.shown, "name": None}
    if found.facts is not None:
        said |= {
            "name": found.facts.name,
            "mission": found.facts.mission,
            "code": code_of(found.facts.serial),
            "serial": found.facts.serial.hex(),
            "key_id": found.facts.key_id,
            "election": found.facts.election,
            "category": found.facts.category,
            "valid_from": int(found.facts.valid_from.timestamp()),
            "valid_until": int(found.facts.valid_until.timestamp()),
            "photo": found.facts.photo_hash.hex(),
        }
    assert said == case["expect"]


@pytest.mark.parametrize("case", of_kind("list"))
def test_a_list_is_taken_or_refused_as_the_format_says(case: dict[str, Any]) -> None:
    content, list_keys = base64.b64decode(case["bytes"]), anchors(case["list_keys"])
    if case["expect"] == "refused":
        with pytest.raises(ListRefused) as refusal:
            read(content, list_keys=list_keys, held_version=case["held_version"])
        assert refusal.value.reason == case["reason"]
        return
    contents = read(content, list_keys=list_keys, held_version=case["held_version"])
    assert contents.version == case["version"]
    assert int(contents.made_at.timestamp()) == case["made_at"]
    assert [str(number) for number in contents.void] == case["void"]


@pytest.mark.parametrize("case", of_kind("code"))
def test_a_typed_code_is_read_leniently(case: dict[str, Any]) -> None:
    assert typed_code(case["text"]) == case["expect"]


@pytest.mark.parametrize("case", of_kind("name"))
def test_a_name_is_cut_to_what_a_badge_holds(case: dict[str, Any]) -> None:
    assert name_on_badge(case["text"]) == case["expect"]


def test_the_file_is_what_its_generator_writes() -> None:
    assert FILE.read_text() == text()
