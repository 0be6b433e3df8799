"""Servers of a test's own, beside those that the tests share."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import embedded

PROJECT = Path(__file__).resolve().parents[2]
HOLD = "import json, sys, time; from config import embedded; a = embedded.hold(sys.argv[1])"
HOLD += "; print(json.dumps(a), flush=True); time.sleep(600)"

User = subprocess.Popen[str]
Start = Callable[..., tuple[User, embedded.Addresses]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path that any account may enter; gone with its servers after the test."""
    root = Path(tempfile.mkdtemp(prefix="servers-"))
    root.chmod(0o755)
    yield root / "var"
    if (root / "var" / "users").exists():
        embedded.remove(root / "var")
    shutil.rmtree(root)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts a process that holds the servers of a folder, and ends what the test left of them."""
    started: list[User] = []

    def start_user(where: Path = folder, **environment: str) -> tuple[User, embedded.Addresses]:
        user = subprocess.Popen(
            [sys.executable, "-c", HOLD, where],
            cwd=PROJECT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(user)
        assert user.stdout is not None
        return user, json.loads(user.stdout.readline())

    yield start_user
    for user in started:
        user.kill()
        user.communicate()
