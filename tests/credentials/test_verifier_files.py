"""The verifier as files: what /v serves, its own policy, its size, its words, and the folder for any other server."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accreditation.credentials import verifier_files as files
from accreditation.credentials.listing import publish_list
from accreditation.credentials.verifier_files import FOLDER, SCANNER, address_of, verifier_files
from tests.badges import make_keys
from tests.factories import NOW, make_clerk
from tests.signing_in import sign_in

WORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in (FOLDER / "words").glob("*.json")}
FORMS = {
    "en": {"one", "other"},
    "az": {"other"},
    "fr": {"one", "other"},
    "ru": {"one", "few", "many", "other"},
    "ar": {"zero", "one", "two", "few", "many", "other"},
}
MODULES = sorted(FOLDER.glob("*.js"))


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Encoding": "gzip, br"})


def test_every_file_of_the_folder_is_served_with_its_type_and_the_policy(client: Client) -> None:
    for name, file in verifier_files().items():
        answer = client.get(address_of(name))
        assert answer.status_code == 200, name
        content = answer.content
        if answer.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        assert content == file.content, name
        assert answer.headers["Content-Type"] == file.content_type
        assert answer.headers["Service-Worker-Allowed"] == "/v"
        assert "camera=(self)" in answer.headers["Permissions-Policy"]
        policy = answer.headers["Content-Security-Policy"]
        assert {part.strip() for part in policy.split(";")} == set(files.policy_in_words().split("; "))
        assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy


def test_the_page_asks_no_database_whatever_cookies_come(client: Client) -> None:
    client.cookies["sessionid"] = "of somebody, once"
    assert client.get("/v").status_code == 200  # this test has no database: a query would raise


@pytest.mark.django_db
def test_a_cache_may_keep_every_file_since_it_is_the_same_for_everybody(
    settings: Any, tmp_path: Path
) -> None:
    """Staff half signed in, an ended session, another language: the same bytes, and headers that name none of it."""
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    settings.STAFF_SECOND_FACTOR = True
    make_keys()
    publish_list(NOW)
    ended = Client(headers={"Accept-Language": "az"})
    ended.cookies["sessionid"] = "ended"
    ended.cookies["django_language"] = "fr"
    askers = {
        "a guest": Client(),
        "staff who still owe the second factor": sign_in(Client(), make_clerk(), "password"),
        "staff with an e-mailed code": sign_in(
            Client(headers={"Accept-Language": "ar"}), make_clerk(), "code"
        ),
        "an ended session": ended,
    }
    for address in [*map(address_of, verifier_files()), "/v/", "/v/list", "/v/keys.json", "/v/nothing.js"]:
        first = askers["a guest"].get(address)
        for who, asker in askers.items():
            answer = asker.get(address)
            assert (answer.status_code, answer.content) == (first.status_code, first.content), (who, address)
            assert not answer.cookies, (who, address)
            assert answer.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding", (who, address)
            assert "Content-Language" not in answer.headers, (who, address)
            assert answer.headers["Content-Length"] == str(len(answer.content)), (who, address)


@pytest.mark.parametrize(
    "name", ["nothing.js", "../urls.py", "words/", "vendor/zxing-wasm-3.1.4/LICENSE", "index.html.gz"]
)
def test_nothing_but_the_folder_s_files_is_served(client: Client, name: str) -> None:
    assert client.get(f"/v/{name}").status_code in (404, 400)


def test_an_unchanged_file_is_not_sent_again(client: Client) -> None:
    etag = client.get("/v/page.js").headers["ETag"]
    again = client.get("/v/page.js", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_worker_s_version_changes_with_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def version() -> str:
        verifier_files.cache_clear()
        found = re.match(rb'const VERSION = "(\w{16})"', verifier_files()["sw.js"].content)
        assert found
        return found[1].decode()

    before = version()
    for path in FOLDER.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(FOLDER)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    assert version() == before
    (tmp_path / "words" / "az.json").write_bytes(b'{"title": "Another"}')
    assert version() != before
    verifier_files.cache_clear()


def test_the_worker_keeps_every_file_but_itself_by_its_hash() -> None:
    found = re.search(rb"const FILES = (\{.*?\});", verifier_files()["sw.js"].content)
    assert found
    hashes = {
        address_of(name): "sha256-" + base64.b64encode(hashlib.sha256(file.content).digest()).decode()
        for name, file in verifier_files().items()
        if name != "sw.js"
    }
    assert json.loads(found[1]) == hashes


# Size


def test_the_page_is_at_most_60_kb_before_the_scanner_and_600_kb_with_all() -> None:
    """Before the scanner is all else, even what few phones ask for, in the language whose words are longest."""
    size = {name: min(len(file.compressed), len(file.content)) for name, file in verifier_files().items()}
    assert sum(size.values()) <= 600_000
    of_a_language = [name for name in size if re.search(r"\b(az|fr|ru|ar|en)\.\w+$", name)]
    longest = max(size[name] for name in of_a_language)
    before_the_scanner = {name for name in size if not name.startswith(SCANNER)} - set(of_a_language)
    assert (
        sum(size[name] for name in before_the_scanner) + 2 * longest <= 60_000
    )  # its words and its manifest


def test_a_manifest_in_each_language_names_one_and_the_same_app(client: Client) -> None:
    for language in ("az", "fr", "ru", "ar"):
        told = json.loads(gzip.decompress(client.get(f"/v/manifest-{language}.webmanifest").content))
        usual = json.loads(verifier_files()["manifest.webmanifest"].content)
        assert told == usual | {
            "name": WORDS[language]["title"], "short_name": WORDS[language]["title"], "lang": language,
            "dir": "rtl" if language == "ar" else "ltr",
        }  # fmt: skip


# Words


def test_every_language_has_all_words_and_their_places() -> None:
    assert set(WORDS) == {"en", "az", "fr", "ru", "ar"}
    english = WORDS["en"]
    for language, words in WORDS.items():
        assert list(words) == list(english), language
        for name, said in words.items():
            assert isinstance(said, dict) == isinstance(english[name], dict), (language, name)
            if isinstance(said, dict):
                assert set(said) == FORMS[language], (language, name)
                assert places(said["other"]) == places(english[name]["other"]), (language, name)
            else:
                assert said.strip(), (language, name)
                assert places(said) == places(english[name]), (language, name)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_no_word_is_left_over_and_none_is_missing() -> None:
    code = "\n".join(path.read_text("utf-8") for path in [*MODULES, FOLDER / "index.html"])
    quoted = set(re.findall(r"""["'`]([a-z][a-z0-9_]*)["'`]""", code))
    built = (
        "verdict_",
        "reason_",
        "month_",
        "zone_",
        "refused_",
    )  # names put together from a verdict, a reason ...
    unused = [name for name in WORDS["en"] if name not in quoted and not name.startswith(built)]
    assert unused == []
    asked = set(re.findall(r"""say\("([a-z_]+)"|data-word="([a-z_]+)\"""", code))
    assert {first or second for first, second in asked} - set(WORDS["en"]) == set()
    reasons = set(re.findall(r"""answer\("\w+", "(\w+)\"""", code)) | {
        f"server_{told}" for told in ("forged", "void", "expired", "unknown_key", "not_yet", "unconfirmed")
    }
    assert {f"reason_{reason}" for reason in reasons} - set(WORDS["en"]) == set()
    assert {f"refused_{r}" for r in ("signature", "unknown_key", "malformed", "rolled_back")} <= set(
        WORDS["en"]
    )


def test_nothing_is_fetched_from_elsewhere() -> None:
    """The vendored reader names a public server for its .wasm: decoder.js must tell it another place."""
    for name, file in verifier_files().items():
        if name.endswith((".js", ".html", ".css", ".webmanifest")) and not name.startswith("vendor/"):
            outside = set(re.findall(rb"https?://[\w.]+", file.content)) - {b"http://www.w3.org"}
            assert outside == set(), name
    assert b"locateFile" in verifier_files()["decoder.js"].content


# Any other server


@pytest.mark.django_db
def test_the_folder_for_other_servers_needs_a_list() -> None:
    with pytest.raises(CommandError, match="no signed list"):
        call_command("publish_verifier", out=Path("/nonexistent"))


@pytest.mark.django_db
def test_the_folder_for_other_servers_holds_files_list_and_keys(
    tmp_path: Path, client: Client, settings: Any
) -> None:
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    make_keys()
    publish_list(NOW)
    out = tmp_path / "out"
    call_command("publish_verifier", out=out)
    for name, file in verifier_files().items():
        assert (out / "v" / name).read_bytes() == file.content
        assert gzip.decompress((out / "v" / f"{name}.gz").read_bytes()) == file.content
    listed = client.get("/v/list", headers={"Accept-Encoding": "identity"})
    assert (out / "v" / "list").read_bytes() == listed.content
    assert json.loads((out / "v" / "keys.json").read_bytes()) == client.get("/v/keys.json").json()
    headers = (out / "_headers").read_text()
    assert files.policy_in_words() in headers and "Service-Worker-Allowed: /v" in headers
    assert not list(out.rglob("*.new"))
