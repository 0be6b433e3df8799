"""Pages as gunicorn serves them: asked of config.wsgi by somebody who is signed in, and timed on the server's side."""

import gzip
import statistics
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.harness import Row

ROUNDS = 200
WARM = 8  # from its sixth time on a statement is prepared


@dataclass(frozen=True)
class Figures:
    """What one page costs: milliseconds, queries, KB as sent."""

    p99: float
    median: float
    queries: int
    kilobytes: float


class Visitor:
    """Asks for pages with the cookies of a signed-in test client."""

    def __init__(self, client: Any) -> None:
        self.cookies = client.cookies.output(header="", sep=";").strip()
        self.headers = {
            "HTTP_COOKIE": self.cookies,
            "HTTP_ACCEPT_ENCODING": "gzip",
            "SERVER_NAME": "127.0.0.1",
        }

    def get(self, address: str) -> bytes:
        """The page as it would be sent."""
        from django.test import RequestFactory

        from config.wsgi import application

        said: list[str] = []
        request = RequestFactory(**self.headers).get(address)
        answer = application(request.environ, lambda status, headers: said.append(status))
        try:
            content = b"".join(answer)
        finally:
            answer.close()
        assert said == ["200 OK"], (address, said)
        return content


def times_in_turn(visitor: Visitor, addresses: Iterable[str]) -> dict[str, list[float]]:
    """Sorted milliseconds of each page. In turn, so that what else the machine does meets all of them alike."""
    found: dict[str, list[float]] = {address: [] for address in addresses}
    for address in found:
        for _round in range(WARM):
            visitor.get(address)
    for _round in range(ROUNDS):
        for address, times in found.items():
            start = time.perf_counter()
            visitor.get(address)
            times.append((time.perf_counter() - start) * 1000)
    return {address: sorted(times) for address, times in found.items()}


def p99(times: list[float]) -> float:
    """Of sorted times: no more than one in a hundred took longer."""
    return times[max(int(len(times) * 0.99) - 1, 0)]


def measure(visitor: Visitor, pages: Mapping[str, str]) -> dict[str, Figures]:
    """The figures of each page, by the words for it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times, found = times_in_turn(visitor, pages.values()), {}
    for words, address in pages.items():
        with CaptureQueriesContext(connection) as queries:
            content = visitor.get(address)
        packed = content if content[:2] == b"\x1f\x8b" else gzip.compress(content)
        found[words] = Figures(
            p99(times[address]), statistics.median(times[address]), len(queries), len(packed) / 1024
        )
    return found


def rows(
    name: str, small: Mapping[str, Figures], large: Mapping[str, Figures], sizes: tuple[int, int]
) -> list[Row]:
    """The table of one benchmark; 'floor' is the plainest page of the same visitor."""
    found = []
    pages = [words for words in large if words != "floor"]
    for words in pages:
        for size, figures in zip(sizes, (small, large), strict=True):
            found.append(
                Row(f"{name}, {words}, {size:,}: p99", figures[words].p99, "ms", figures["floor"].p99)
            )
        grown = large[words].median / small[words].median
        found.append(
            Row(
                f"{name}, {words}: median at the larger size",
                large[words].median,
                "ms",
                small[words].median,
                grown,
            )
        )
    found.append(Row(f"{name}: most queries of a page", max(large[words].queries for words in pages), ""))
    found.append(Row(f"{name}: largest page", max(large[words].kilobytes for words in pages), "KB"))
    return found
