"""Real workers in processes of their own, on the test's database, ended by their own pid."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from config.keeper import _redis_binary

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "command": [sys.executable, "manage.py", "deliver_letters", "--watch"],
    "celery": [
        *(sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-l", "WARNING"),
        *("--without-gossip", "--without-mingle"),
    ],
}


def database_url() -> str:
    """The test's own database, as another process reaches it."""
    given = connection.settings_dict
    host = quote(str(given["HOST"]), safe="")
    password = f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else ""
    return f"postgresql://{given['USER']}{password}@{host}:{given['PORT'] or 5432}/{given['NAME']}"


class Worker:
    """One deliverer with its children, a process group of its own. PostgreSQL knows it by `name`."""

    started = 0

    def __init__(self, kind: str, *, mail_port: int, broker: str, log: Path) -> None:
        Worker.started += 1
        self.name = f"worker-{Worker.started}"
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": broker,
            "MAIL_PORT": str(mail_port),
            "PGAPPNAME": self.name,
        }
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                COMMANDS[kind],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class PrivateRedis:
    """A Redis for one test, in one folder; stopped, started again and silenced by its pid."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "redis.sock"
        self.broker = f"redis+socket://{quote(str(self.socket))}?virtual_host=0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            _redis_binary(),
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--save",
            "",
            "--dir",
            self.folder,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 10
        while not self.socket.exists():
            assert time.monotonic() < end, "Redis does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)

    def silence(self) -> None:
        """It accepts connections and never answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def private_redis(folder: Path) -> Iterator[PrivateRedis]:
    redis = PrivateRedis(folder)
    redis.start()
    try:
        yield redis
    finally:
        redis.stop()
