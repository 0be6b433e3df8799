"""The processes of the demonstration: started together, watched, and stopped together.

Each is the leader of a session of its own, so that Ctrl-C reaches the supervisor only and it sends each one
SIGTERM; and each is told by the kernel to end when the supervisor has died, however it died (Linux).
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
ENDING = 12.0  # seconds for an orderly end (a job under way is finished first), before the rest is killed


class Stopped(Exception):
    """Somebody asked the supervisor to end: SIGINT, SIGTERM, or a terminal that was closed."""


class ChildEnded(Exception):
    """A process of the demonstration ended by itself."""

    def __init__(self, child: "Child") -> None:
        super().__init__(
            f"The {child.name} has ended by itself (code {child.process.returncode}); its log is {child.log}"
        )


class Child:
    """One process, whose words go to a file."""

    def __init__(
        self, name: str, command: list[str], *, environment: dict[str, str], log: Path, keep: int = -1
    ) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        supervisor = os.getpid()

        def die_with_the_supervisor() -> None:
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != supervisor:  # it died before the kernel was told
                os._exit(1)

        with open(log, "ab") as words:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env=environment,
                start_new_session=True,
                preexec_fn=die_with_the_supervisor,
                pass_fds=[keep] if keep >= 0 else [],
            )


def taken_port(port: int) -> socket.socket | None:
    """Take a port of this machine for as long as the socket lives; None where somebody else has it."""
    listening = socket.socket(socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except (OSError, OverflowError):
        listening.close()
        return None
    return listening


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def stop_on_signals() -> None:
    """From now on the signals that end a program raise Stopped, once; more of them change nothing."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for name in names:
            signal.signal(name, signal.SIG_IGN)
        raise Stopped

    for name in names:
        signal.signal(name, stop)


def check_alive(children: Iterable[Child]) -> None:
    """Raises ChildEnded for the first that is no more."""
    for child in children:
        if child.process.poll() is not None:
            raise ChildEnded(child)


def await_answer(ready: Callable[[], bool], children: list[Child], *, seconds: float = 60) -> bool:
    """Ask until the answer is yes; False when it never is. Raises ChildEnded."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check_alive(children)
        if ready():
            return True
        time.sleep(0.1)
    return False


def answers(url: str) -> bool:
    """Whether the address answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def watch(children: list[Child]) -> None:
    """Look on until a child ends (ChildEnded) or a signal raises Stopped."""
    while True:
        check_alive(children)
        time.sleep(0.3)


def stop(children: list[Child]) -> dict[str, int]:
    """End all, in order within some seconds, else by force; the codes with which they ended.

    Who was asked to end before it had learned to do so in order had begun nothing: that is in order, too.
    """
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    end = time.monotonic() + ENDING
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.05, end - time.monotonic()))
    for child in children:
        with suppress(ProcessLookupError):  # its session: what it has left behind as well
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
    in_order = (0, -signal.SIGTERM)
    codes = {child.name: child.process.returncode for child in children}
    return {name: 0 if code in in_order else code for name, code in codes.items()}
