"""POST /api/v1/verify as production serves it, beside a bare Django view of the same server in the same run.

The servers are the doors of docker-compose.yml. No proxy stands before them; the scanners, a process of their own, keep
their connections and share the servers evenly, as the proxy would. They ask about badges that are really signed, spread
over all (badges_to_ask.py); no scan comes twice, and devices and addresses are as many as stations, so that nobody is
refused.

The floor is a bare view without any middleware, the least that Django can do. Beside it stands a bare view behind the
middleware that a question about a badge goes through.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from pickle import dumps
from statistics import mean, median
from typing import Any

from tests.benchmarks.askers import Question
from tests.benchmarks.badges_to_ask import Shown, badges_to_ask
from tests.benchmarks.harness import Row, scratch_database, table
from tests.benchmarks.web_server import HOST, web_servers

SIZES = (1_000, 1_000_000)
CLIENTS = (8, 32)
QUESTIONS = 12_000
DEVICES = 6_478
SECONDS = 3
ROUNDS = 9  # short ones, and many: the machine drifts within seconds
BARE, ALIKE, VERIFY = "/bare", "/bare-alike", "/api/v1/verify"
NOT_OURS = ("an unknown code", "forged", "malformed")

Met = dict[str, Any]  # what askers.ask_for answers
Round = dict[tuple[str, int], Met]  # by address and clients, one after the other


def run() -> list[Row]:
    found = {size: measure(size) for size in SIZES}
    met = {size: _together(rounds) for size, (rounds, _alone) in found.items()}
    rows = [row for size in SIZES for clients in CLIENTS for row in _rows(size, clients, met[size])]
    for clients in CLIENTS:
        before, after = (met[size][VERIFY, clients]["median"] for size in SIZES)
        of = f"verify, {clients} clients, median at {SIZES[1]:,} badges beside {SIZES[0]:,}"
        rows.append(Row(f"{of} (flat)", after, "ms", before, after / before))
    for size in SIZES:
        least, *_, most = sorted(found[size][1][kind] for kind in NOT_OURS)
        of = f"slowest beside quickest of {', '.join(NOT_OURS)}, {size:,} badges"
        rows.append(Row(f"{of} (at most 1.10)", most, "ms", least, most / least))
    return rows


def _together(rounds: list[Round]) -> Round:
    """All rounds as one: answers a second are those of the whole time, times the middle ones of the rounds'."""

    def over(place: tuple[str, int], figure: str) -> list[float]:
        return [one[place][figure] for one in rounds]

    return {
        place: {
            "a_second": mean(over(place, "a_second")),
            "median": median(over(place, "median")),
            "p99": median(over(place, "p99")),
        }
        for place in rounds[0]
    }


def _rows(size: int, clients: int, met: Round) -> list[Row]:
    asked, bare, alike = (met[address, clients] for address in (VERIFY, BARE, ALIKE))
    of = f"{clients} clients, {size:,} badges"

    def beside(words: str, what: str, unit: str, floor: Met) -> Row:
        return Row(words, asked[what], unit, floor[what], asked[what] / floor[what])

    return [
        beside(f"verify, {of}, beside a bare view (at least 0.25)", "a_second", "/s", bare),
        beside("the same, beside a bare view behind the same middleware", "a_second", "/s", alike),
        beside("the same, median", "median", "ms", bare),
        beside("the same, 99th of 100 (under 60 ms)", "p99", "ms", bare),
    ]


def measure(size: int) -> tuple[list[Round], dict[str, float]]:
    """Several rounds, and the medians of one scanner alone by kind of what is asked."""
    from django.conf import settings

    with tempfile.TemporaryDirectory() as name, scratch_database():
        folder = Path(name)
        settings.SIGNING_KEYS_DIR = str(folder / "keys")
        shown = badges_to_ask(size, HOST)
        with web_servers(folder) as ports:
            rounds = [_round(ports, shown) for _number in range(ROUNDS + 1)][1:]  # the first warms
            one_of_each = [one for one in shown if one[0] in NOT_OURS]
            return rounds, ask(ports, 1, questions(VERIFY, one_of_each))["medians"]


def _round(ports: list[int], shown: list[Shown]) -> Round:
    return {
        (address, clients): ask(ports, clients, questions(address, shown))
        for clients in CLIENTS
        for address in (BARE, VERIFY, ALIKE)
    }


def ask(ports: list[int], clients: int, what: list[Question]) -> Met:
    """What so many scanners met; raises where an answer was another than it must be."""
    where = ",".join(map(str, ports))
    command = [sys.executable, "-m", "tests.benchmarks.askers", where, str(clients), str(SECONDS)]
    done = subprocess.run(command, input=dumps(what), stdout=subprocess.PIPE, check=True)
    met: Met = json.loads(done.stdout)
    print(what[0][1].split()[1].decode(), clients, met, file=sys.stderr)
    if met["wrong"]:
        raise AssertionError(f"{met['wrong']} wrong answers")
    return met


def questions(address: str, shown: list[Shown]) -> list[Question]:
    """So many requests about badges by chance, each a new scan."""
    chosen = random.choices(shown, k=QUESTIONS)
    return [_question(address, one, number % DEVICES) for number, one in enumerate(chosen)]


def _question(address: str, shown: Shown, device: int) -> Question:
    kind, badge, verdict = shown
    about = {
        "badge": badge, "scan": str(uuid.uuid4()), "place": f"Station {device}", "at": int(time.time() * 1000),
        "offline": False, "device": f"{device:032x}",
    }  # fmt: skip
    body = json.dumps(about).encode()
    head = (
        f"POST {address} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
        f"X-Forwarded-For: 10.0.{device >> 8}.{device & 255}\r\n"
        "User-Agent: Mozilla/5.0 (Linux; Android 14)\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"Accept-Language: az\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return kind, head.encode() + body, b"bare" if address != VERIFY else f'"verdict": "{verdict}"'.encode()


if __name__ == "__main__":
    print(table(run()))
