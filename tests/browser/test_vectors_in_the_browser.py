"""The vectors of docs/badge-format.md, in the verifier's own modules as a browser runs them; then noise.

tests/credentials/test_vectors.py runs the same file in Python.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "badge-vectors.json").read_text("utf-8"))
MUTATIONS = int(os.environ.get("FUZZ_MUTATIONS", 20_000))  # a million before a release

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WITHOUT_NATIVE_ED25519 = """
const native = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, algorithm, ...rest) => (algorithm.name ?? algorithm) === "Ed25519"
    ? Promise.reject(new Error("unknown")) : native(format, key, algorithm, ...rest);
"""
IN_THE_PAGE = (Path(__file__).parent / "vectors.js").read_text("utf-8")


def asked(page: Any, task: str, count: int = 0) -> Any:
    return page.evaluate(IN_THE_PAGE, {"task": task, "vectors": VECTORS, "count": count})


@pytest.fixture(params=["WebCrypto", "noble-ed25519"])
def room(request: pytest.FixtureRequest, page: Any, live_server: Any) -> Any:
    """A page of the verifier, where its modules can be loaded; once with each way of checking a signature."""
    page.set_default_timeout(180_000)
    loaded: list[str] = []
    page.on("request", lambda sent: loaded.append(sent.url))
    if request.param == "noble-ed25519":
        page.add_init_script(WITHOUT_NATIVE_ED25519)
    page.goto(f"{live_server.url}/v")
    yield page
    assert any("noble" in url for url in loaded) == (request.param == "noble-ed25519")


def expected(kind: str, pick: Any) -> list[list[Any]]:
    return [[case["title"], pick(case)] for case in VECTORS["cases"] if case["kind"] == kind]


def test_every_badge_is_judged_as_the_format_says(room: Any) -> None:
    assert asked(room, "judge") == expected("badge", lambda case: case["expect"])


def test_every_list_is_taken_or_refused_as_the_format_says(room: Any) -> None:
    def told(case: dict[str, Any]) -> Any:
        return (
            case["reason"]
            if case["expect"] == "refused"
            else {name: case[name] for name in ("version", "made_at", "void")}
        )

    assert asked(room, "read") == expected("list", told)


def test_every_typed_code_is_read_as_the_format_says(page: Any, live_server: Any) -> None:
    page.goto(f"{live_server.url}/v")
    assert asked(page, "type") == expected("code", lambda case: case["expect"])


def test_no_mutated_badge_is_ever_green_and_none_breaks_the_reader(page: Any, live_server: Any) -> None:
    page.goto(f"{live_server.url}/v")
    found = asked(page, "fuzz", MUTATIONS)
    assert found["wrong"] == []
    assert sum(found["tones"].values()) == MUTATIONS
    assert found["tones"]["bad"] > MUTATIONS * 0.9


def test_no_mutated_list_is_taken_and_none_breaks_the_reader(page: Any, live_server: Any) -> None:
    page.goto(f"{live_server.url}/v")
    assert asked(page, "fuzzLists", 2_000) == []
