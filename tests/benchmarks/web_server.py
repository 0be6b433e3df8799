"""The doors as production starts them: the Dockerfile's command, what compose adds, the caller's database.

What differs: each listens on a port of this machine, its log goes to a file, and it serves `beside_bare`.
"""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import yaml

PROJECT = Path(__file__).resolve().parents[2]
HOST = "observers.cec.example"
PATIENCE = 60  # seconds for the start


def command_of_production() -> list[str]:
    """The words behind CMD in the Dockerfile's image of the application."""
    text = (PROJECT / "Dockerfile").read_text().replace("\\\n", "")
    return next(
        json.loads(found) for found in re.findall(r"^CMD (\[.*\])$", text, re.M) if "gunicorn" in found
    )


def doors() -> dict[str, str]:
    """The services of docker-compose.yml that questions about badges are sent to, and what each tells gunicorn."""
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    return {
        name: told["environment"]["GUNICORN_CMD_ARGS"]
        for name, told in services.items()
        if name.startswith("door-")
    }


@contextmanager
def web_servers(folder: Path) -> Iterator[list[int]]:
    """The ports on which the doors answer until the block is left."""
    with ExitStack() as running:
        yield [running.enter_context(_web_server(name, told, folder)) for name, told in doors().items()]


@contextmanager
def _web_server(name: str, told: str, folder: Path) -> Iterator[int]:
    port, log = _free_port(), folder / f"{name}.log"
    command = [sys.executable, "-m", *command_of_production()]
    command[command.index("config.wsgi")] = "tests.benchmarks.beside_bare"
    command.append(f"--bind=127.0.0.1:{port}")
    environment = _environment(folder) | {"GUNICORN_CMD_ARGS": told}
    with log.open("w") as written:
        web = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=written, stderr=written)
        try:
            _await(port, web, log)
            yield port
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Production's, with the keys and the database of this process."""
    from django.conf import settings

    def base64_of(key: bytes) -> str:
        return base64.b64encode(key).decode()

    return {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "production",
        "SECRET_KEY": settings.SECRET_KEY,
        "ENCRYPTION_KEYS": ",".join(
            f"{name}:{base64_of(key)}" for name, key in settings.ENCRYPTION_KEYS.items()
        ),
        "INDEX_KEY": base64_of(settings.INDEX_KEY),
        "DATABASE_URL": _database_url(),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "STATIC_ROOT": str(folder / "static"),
        "PRIVATE_FILES_ROOT": str(folder / "private"),
    }


def _database_url() -> str:
    from django.db import connection

    given = connection.settings_dict
    signs = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
    if given["HOST"].startswith("/"):
        return f"postgresql://{signs}@{quote(given['HOST'], safe='')}/{given['NAME']}"
    return f"postgresql://{signs}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _await(port: int, web: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while web.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as one:
                one.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
                if b"200 OK" in one.recv(4096):
                    return
        except OSError:  # it does not listen yet
            time.sleep(0.2)
    raise RuntimeError(f"the web server did not start; its log ends:\n{log.read_text()[-2000:]}")
