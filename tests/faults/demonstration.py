"""A demonstration of its own for a test: started as `make demo` starts it, and a visitor who types what it prints."""

import http.cookiejar
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
CHOSEN_ELSEWHERE = {
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "MAIL_PORT",
    "SITE_URL",
    "EMAIL_URL",
    "SECRET_KEY",
}
PATIENCE = 120


class Demonstration:
    """One `manage.py run_demo`, its words so far, and its processes."""

    def __init__(self, folder: Path, port: int, words: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in CHOSEN_ELSEWHERE}
        self.port, self.words = port, words
        with words.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run_demo", "--port", str(port)],
                cwd=ROOT,
                env=environment | {"EMBEDDED_DIR": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.words.read_text()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def await_greeting(self) -> None:
        wait_for(lambda: "Ctrl-C stops everything" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said

    def own_children(self) -> list[psutil.Process]:
        """What it started itself, but for the keeper of the servers, which belongs to all users of the folder."""
        direct = psutil.Process(self.process.pid).children()
        return [child for child in direct if not any("keeper.py" in part for part in child.cmdline())]

    def children(self) -> list[psutil.Process]:
        """Those and theirs: a worker makes its own processes some time after it has started."""
        own = self.own_children()
        return own + [grandchild for child in own for grandchild in child.children(recursive=True)]

    def child(self, word: str) -> psutil.Process:
        """The child whose command holds the word."""
        return next(one for one in self.children() if word in one.cmdline())

    def typed_as(self, role: str) -> tuple[str, str]:
        """Address and password (or where the code arrives) of the printed line of a role."""
        found = re.search(rf"^  {role} {{2,}}(\S+) +(\S.*)$", self.said, re.MULTILINE)
        assert found, self.said
        return found[1], found[2]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        for one in self.children() if self.process.poll() is None else []:
            one.kill()
        self.process.kill()
        self.process.wait()


@contextmanager
def started(folder: Path, port: int) -> Iterator[Demonstration]:
    words = folder.parent / f"said-{port}"
    demonstration = Demonstration(folder, port, words)
    try:
        demonstration.await_greeting()
        yield demonstration
    finally:
        demonstration.end()


def remove(folder: Path) -> None:
    """The folder with its data, once its servers have stopped."""
    from config import embedded

    if folder.exists():
        embedded.remove(folder)
    shutil.rmtree(folder.parent)


def wait_for(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


class Visitor:
    """A browser without scripts: follows redirects, keeps cookies, fills the one form of a page."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )
        self.at, self.page = "", ""

    def go(self, path: str, **typed: str) -> str:
        """The page at a path or address; what is `typed` is posted."""
        content = urllib.parse.urlencode(typed).encode() if typed else None
        where = urllib.parse.urljoin(self.at or self.address, path)
        request = urllib.request.Request(where, content, headers={"Referer": self.at or self.address})
        with self._opener.open(request, timeout=30) as answer:
            self.at, self.page = answer.url, answer.read().decode()
        return self.page

    def send(self, **typed: str) -> str:
        """Post the page's form to itself."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        assert token, self.page
        return self.go(self.at, csrfmiddlewaretoken=token[1], **typed)

    @property
    def path(self) -> str:
        return urllib.parse.urlsplit(self.at).path
