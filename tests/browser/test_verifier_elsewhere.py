"""The verifier as `publish_verifier` writes it, from servers that know nothing of it: any CDN, any folder of files."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accreditation.credentials.listing import publish_list
from tests.badges import make_badge
from tests.browser.commission import HOUR, Commission, address_on, make_void
from tests.browser.phones import Phone
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class FolderOfFiles(SimpleHTTPRequestHandler):
    """What any web server does with a folder: /v leads to /v/, which is index.html."""

    def log_message(self, *words: Any) -> None:
        pass


class WithItsHeaders(FolderOfFiles):
    """A CDN that reads _headers, as many do: every file with the headers that stand there, and /v without a slash."""

    def do_GET(self) -> None:
        if self.path == "/v":
            self.path = "/v/index.html"
        super().do_GET()

    def end_headers(self) -> None:
        written = Path(self.directory, "_headers").read_text().split("/v/*\n")[1]
        for line in filter(str.strip, written.splitlines()):
            name, words = line.strip().split(": ", 1)
            self.send_header(name, words)
        super().end_headers()


@pytest.fixture(params=[FolderOfFiles, WithItsHeaders], ids=["plain", "with headers"])
def elsewhere(request: pytest.FixtureRequest, commission: Commission, tmp_path: Path) -> Iterator[Any]:
    """(address, folder) of a server of files, which has no other part of the product."""
    folder = tmp_path / "published"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(request.param, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()


def test_files_alone_judge_badges_by_the_list_with_a_network_and_without(
    elsewhere: Any, phones: Callable[..., Phone]
) -> None:
    site, folder = elsewhere
    badge = make_badge("collected")
    publish_list(NOW)
    call_command("publish_verifier", out=folder)
    phone = phones(asks=True)
    phone.site = site
    assert phone.scan(address_on(badge)) == "good valid"
    phone.told()
    assert "Checked without a network. List of void badges from 23 November 2026" in phone.text()
    phone.page.goto(f"{site}/v/")  # where a plain server keeps it: its worker may keep no other address
    phone.page.wait_for_selector("#state p")
    phone.keep_offline()
    phone.page.goto(f"{site}/v/#{address_on(badge).partition('#')[2]}")
    phone.wait_for("valid")

    make_void(badge)
    publish_list(NOW + HOUR)
    call_command("publish_verifier", out=folder)
    phone.context.set_offline(False)
    phone.wait_for("void")
    # A plain server allows the worker less: the page asks for all of /v first, and takes what it gets.
    phone.wrong = [
        words
        for words in phone.wrong
        if not words.startswith(("The path of the provided scope", "An unknown"))
    ]


INSTALLED = """navigator.serviceWorker.register('/v/sw.js').then((registration) => new Promise((done) => {
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const look = () => ['redundant', 'activated'].includes(worker.state) && done(worker.state);
    worker.addEventListener('statechange', look);
    look();
}))"""
KEPT = "async () => Boolean(await caches.match('/v/judge.js'))"


def test_a_file_of_another_release_is_not_kept_for_times_without_a_network(
    elsewhere: Any, phones: Callable[..., Phone]
) -> None:
    """While servers or caches change over, the worker and a file may be of two releases: kept once, it would stay."""
    site, folder = elsewhere
    badge = make_badge("collected")
    publish_list(NOW)
    call_command("publish_verifier", out=folder)
    judge = folder / "v" / "judge.js"
    ours = judge.read_bytes()
    judge.write_bytes(ours.replace(b'answer("void"', b'answer("valid"'))
    phone = phones()
    phone.page.goto(f"{site}/v/")
    phone.page.wait_for_selector("#state p")
    assert phone.page.evaluate(INSTALLED) == "redundant"
    assert not phone.page.evaluate(KEPT)

    judge.write_bytes(ours)
    phone.leave()
    phone.page.goto(f"{site}/v/")
    assert phone.page.evaluate(INSTALLED) == "activated"
    phone.keep_offline()
    assert phone.page.evaluate(KEPT)
    phone.leave()
    phone.page.goto(f"{site}/v/#{address_on(badge).partition('#')[2]}")
    phone.wait_for("valid")
    phone.leave()
    phone.wrong = []  # what was refused is told to the console
