"""Scanners that ask over connections which they keep: each asks again as soon as it is answered.

A process of its own, one thread, cheap: it shares two cores with what it measures. Reads a pickled list of questions
from standard input; `python -m tests.benchmarks.askers PORT,PORT CLIENTS SECONDS` asks them in turn and prints as JSON
what it met. Questions are plain tuples (`Question`), so that nothing of ours is loaded here.
"""

import gzip
import json
import pickle
import selectors
import socket
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median
from typing import Any

HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"Content-Length: "
LAST = b"Connection: close"
PACKED = b"Content-Encoding: gzip"
BETWEEN_TWO = 0.03  # seconds after which the next scanner comes
READ_ONE_IN = 20
"""Each answer must be a 200; of so many one is read as well, since unpacking them all would cost what is measured."""

Question = tuple[str, bytes, bytes]
"""Of which kind it is, the request as it goes over the wire, and words that its answer must hold."""


@dataclass
class Asker:
    """One connection, and the question that is under way on it."""

    port: int
    selector: selectors.BaseSelector
    question: Question = ("", b"", b"")
    asked_at: float = 0.0
    heard: bytes = b""
    line: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        self.line = socket.create_connection(("127.0.0.1", self.port))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.line, selectors.EVENT_READ, self)

    def connect_anew(self) -> None:
        self.selector.unregister(self.line)
        self.line.close()
        self.connect()

    def ask(self, question: Question) -> None:
        self.question, self.heard = question, b""
        self.asked_at = time.perf_counter()
        self.line.sendall(question[1])

    def hears_all(self) -> bool | None:
        """Whether the answer is whole; None where the server closed the line instead of answering."""
        try:
            part = self.line.recv(65536)
        except ConnectionResetError:
            part = b""
        if not part:
            return None
        self.heard += part
        head = self.heard.find(HEAD_ENDS)
        if head < 0:
            return False
        at = self.heard.find(LENGTH) + len(LENGTH)
        return len(self.heard) >= head + len(HEAD_ENDS) + int(self.heard[at : self.heard.find(b"\r", at)])

    def is_right(self, read: bool) -> bool:
        if not self.heard.startswith(b"HTTP/1.1 200 "):
            return False
        if not read:
            return True
        head, _, body = self.heard.partition(HEAD_ENDS)
        return self.question[2] in (gzip.decompress(body) if PACKED in head else body)


def ask_for(seconds: float, ports: list[int], clients: int, questions: list[Question]) -> dict[str, Any]:
    """Answers a second; median, 99th of a hundred and median by kind in milliseconds; how many answers were wrong.

    Scanners come one after the other, as in life, each to the next of the servers; what is answered before the last has
    come does not count.
    """
    turn = cycle(questions)
    took: dict[str, list[float]] = defaultdict(list)
    answers = wrong = here = 0
    selector = selectors.EpollSelector()
    began = time.perf_counter()
    counts_from = began + clients * BETWEEN_TWO
    while (now := time.perf_counter()) < counts_from + seconds:
        if here < clients and now >= began + here * BETWEEN_TWO:
            Asker(ports[here % len(ports)], selector).ask(next(turn))
            here += 1
        for key, _ in selector.select(BETWEEN_TWO):
            asker: Asker = key.data
            whole = asker.hears_all()
            if whole and asker.asked_at >= counts_from:
                took[asker.question[0]].append(time.perf_counter() - asker.asked_at)
                answers += 1
            if whole:
                wrong += not asker.is_right(read=answers % READ_ONE_IN == 0)
            lost = whole is None
            if lost or (
                whole and LAST in asker.heard
            ):  # a worker that has served its share lets its lines go
                asker.connect_anew()
            if lost:
                asker.ask(asker.question)
            elif whole:
                asker.ask(next(turn))
    every = sorted(one for times in took.values() for one in times)
    return {
        "a_second": answers / (now - counts_from),
        "median": median(every) * 1000,
        "p99": every[int(len(every) * 0.99)] * 1000,
        "medians": {kind: median(times) * 1000 for kind, times in took.items()},
        "wrong": wrong,
    }


if __name__ == "__main__":
    ports, clients, seconds = sys.argv[1:4]
    to_ask: list[Question] = pickle.load(sys.stdin.buffer)
    print(json.dumps(ask_for(float(seconds), [int(one) for one in ports.split(",")], int(clients), to_ask)))
