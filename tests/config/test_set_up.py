"""What `make install` says when the machine is not ready. No package is fetched here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    shutil.copy(PROJECT / "bin" / "set-up", tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("")
    return tmp_path


def interpreter(folder: Path, script: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def set_up(clone: Path, python: Path | str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHON": str(python)}
    return subprocess.run(
        [clone / "bin/set-up"], env=environment, capture_output=True, text=True, check=False
    )


def test_a_python_that_is_too_old_gives_one_line(clone: Path) -> None:
    old = interpreter(clone, "exit 1")
    answer = set_up(clone, old)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"Python 3.11 or newer is needed and was not found at {old}; PYTHON=/path/to/python3 chooses one.\n"
    )
    assert not (clone / ".venv").exists()


def test_a_python_without_the_venv_module_gives_one_line_with_the_package_to_install(clone: Path) -> None:
    bare = interpreter(clone, 'case "$2" in *ensurepip*) exit 1 ;; esac')
    answer = set_up(clone, bare)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"{bare} has no venv module: install it first (on Debian and Ubuntu: apt-get install python3-venv).\n"
    )


def test_what_is_set_up_already_is_left_alone_without_a_word(clone: Path) -> None:
    first = set_up(clone, sys.executable)
    assert first.returncode == 0, first.stderr
    made = (clone / ".venv/pyvenv.cfg").stat().st_mtime_ns
    again = set_up(clone, "no-python-at-all")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (clone / ".venv/pyvenv.cfg").stat().st_mtime_ns == made


def test_a_package_whose_hash_is_wrong_stops_the_set_up(clone: Path) -> None:
    (clone / "package.py").write_text("")
    (clone / "requirements.txt").write_text(f"./package-1-py3-none-any.whl --hash=sha256:{'0' * 64}\n")
    (clone / "package-1-py3-none-any.whl").write_bytes(b"not what was locked")
    answer = set_up(clone, sys.executable)
    assert answer.returncode == 1
    assert "DO NOT MATCH THE HASHES" in (clone / ".venv/install.log").read_text()
    assert answer.stderr.endswith(
        "The packages could not be installed; all of pip's words are in .venv/install.log.\n"
    )
    assert not (clone / ".venv/requirements.installed").exists()


def test_every_package_is_locked_by_its_hash_and_no_registry_is_named() -> None:
    locked = (PROJECT / "requirements.txt").read_text()
    packages = re.findall(r"^[a-z0-9][^\n]*(?:\n {4}[^\n]*)*", locked, re.IGNORECASE | re.MULTILINE)
    assert len(packages) > 50
    assert [one for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
    assert "://" not in locked and "index-url" not in locked
