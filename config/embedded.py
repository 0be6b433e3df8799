"""PostgreSQL and Redis from wheels, for the demonstration, development and tests.

A process that needs them calls hold(folder). It then holds a shared lock on `folder/users`, which the
kernel takes back however the process ends. One keeper per folder, a process of its own (keeper.py),
starts both servers, starts again what dies, and stops them when it can lock `users` for itself alone.
"""

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple, TypedDict

import psycopg

PATIENCE = 60  # seconds for a start, recovery after a crash included
KEEPER = Path(__file__).with_name("keeper.py")


class Addresses(TypedDict):
    """Where the servers of a folder answer."""

    database_url: str
    redis_socket: str
    cache_url: str
    broker_url: str


class Hold(NamedTuple):
    users: TextIOWrapper  # open, and so locked, as long as this process lives
    keeper: subprocess.Popen[bytes] | None  # where this process started it
    addresses: Addresses


class EmbeddedError(RuntimeError):
    """The servers cannot be had; the text says why."""


_holds: dict[Path, Hold] = {}


def hold(folder: Path | str) -> Addresses:
    """Make sure that both servers run, keep them for the life of this process; their addresses.

    Raises EmbeddedError where the folder cannot be used or the servers do not start.
    """
    folder = Path(folder).resolve()
    if folder not in _holds:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            gate, users = (folder / "gate").open("a"), (folder / "users").open("a")
        except OSError as error:
            raise EmbeddedError(f"EMBEDDED_DIR {folder} cannot be used: {error.strerror}") from error
        with gate:
            fcntl.flock(gate, fcntl.LOCK_EX)  # one at a time may start them
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping them
            try:
                _holds[folder] = Hold(users, *_await_servers(folder))
            except BaseException:
                users.close()
                raise
    return _holds[folder].addresses


def remove(folder: Path | str) -> None:
    """Delete a folder with all that its servers kept, wherever it lies.

    Raises EmbeddedError while somebody uses the servers.
    """
    folder = Path(folder).resolve()
    if not folder.exists():
        return
    if not (folder / "users").exists():
        raise EmbeddedError(f"EMBEDDED_DIR {folder} was not made for the embedded servers: it is left alone")
    try:
        gate, keeper = (folder / "gate").open("a"), (folder / "keeper").open("a")
    except OSError as error:
        raise EmbeddedError(f"EMBEDDED_DIR {folder} cannot be removed: {error.strerror}") from error
    with gate, keeper:
        fcntl.flock(gate, fcntl.LOCK_EX)  # nobody starts them meanwhile
        if not _becomes_free(keeper) or not _is_free(folder / "users"):
            raise EmbeddedError(f"something still uses the servers in {folder}: stop it first")
        command: list[str | Path] = [sys.executable, "-I", KEEPER, "remove", folder]
        removal = subprocess.run(command, capture_output=True, text=True, check=False)
        if removal.returncode:
            raise EmbeddedError(f"EMBEDDED_DIR {folder} cannot be removed: {removal.stderr.strip()}")


def _becomes_free(keeper: TextIOWrapper, *, within: float = 6) -> bool:
    """Servers without a user stop after a moment, and their keeper with them; then the lock is ours."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            fcntl.flock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return True
    return False


def _await_servers(folder: Path) -> tuple[subprocess.Popen[bytes] | None, Addresses]:
    end = time.monotonic() + PATIENCE
    keeper: subprocess.Popen[bytes] | None = None
    while time.monotonic() < end:
        if keeper is None:
            # never asked again once ours was started: the question would take the lock from it
            keeper = _start_keeper(folder) if _is_free(folder / "keeper") else None
        elif keeper.poll() is not None:
            break
        addresses = _published(folder)
        if addresses and _answer(addresses):
            return keeper, addresses
        time.sleep(0.02)
    log = folder / "keeper.log"
    raise EmbeddedError(f"the embedded servers did not start, {log} ends:\n{_tail(log)}")


def _is_free(path: Path) -> bool:
    with open(path, "a") as probe:
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _start_keeper(folder: Path) -> subprocess.Popen[bytes]:
    """By path and isolated (-I): it imports nothing of ours, and no variable of the caller steers it."""
    with open(folder / "keeper.log", "a") as log:  # "a": an orphan of a killed keeper may still write to it
        return subprocess.Popen(
            [sys.executable, "-I", KEEPER, "keep", folder],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,  # a pipe of the caller's would never be closed
            stderr=log,
            start_new_session=True,
        )


def _published(folder: Path) -> Addresses | None:
    try:
        addresses: Addresses = json.loads((folder / "addresses.json").read_text())
    except FileNotFoundError:
        return None
    return addresses


def _answer(addresses: Addresses) -> bool:
    try:
        psycopg.connect(addresses["database_url"], connect_timeout=3).close()
        with socket.socket(socket.AF_UNIX) as redis:
            redis.settimeout(3)
            redis.connect(addresses["redis_socket"])
            redis.sendall(b"PING\r\n")
            return redis.recv(16).startswith(b"+PONG")
    except (psycopg.OperationalError, OSError):
        return False


def _tail(log: Path) -> str:
    if not log.exists():
        return "(nothing)"
    with open(log, "rb") as lines:
        lines.seek(max(0, os.fstat(lines.fileno()).st_size - 2000))
        return lines.read().decode(errors="replace")
