"""The embedded servers, with real processes that are really killed, each by its pid."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config import embedded

pytestmark = pytest.mark.faults

Start = Callable[..., tuple[subprocess.Popen[str], embedded.Addresses]]


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def postmaster(folder: Path) -> psutil.Process:
    cluster = (folder / "elsewhere" if (folder / "elsewhere").is_symlink() else folder) / "postgres"
    return psutil.Process(int((cluster / "postmaster.pid").read_text().split()[0]))


def refuses(addresses: embedded.Addresses) -> bool:
    try:
        psycopg.connect(addresses["database_url"], connect_timeout=3).close()
    except psycopg.OperationalError:
        return True
    return False


def test_both_servers_answer_and_a_second_process_joins_the_same_ones(folder: Path, start: Start) -> None:
    _, addresses = start()
    _, same = start()
    assert same == addresses
    with psycopg.connect(addresses["database_url"]) as connection:
        assert connection.info.server_version >= 180000
    assert redis.from_url(addresses["cache_url"]).ping()
    assert "another keeper" not in (folder / "keeper.log").read_text()


def test_the_servers_stop_when_the_last_user_was_killed_and_not_before(folder: Path, start: Start) -> None:
    first, addresses = start()
    second, _ = start()
    first.kill()
    first.wait()
    time.sleep(3)
    assert not refuses(addresses)
    server = postmaster(folder)
    second.kill()
    second.wait()
    assert until(lambda: not server.is_running() and not (folder / "addresses.json").exists())
    assert refuses(addresses)


def test_committed_rows_survive_a_killed_postmaster_and_are_soon_back(folder: Path, start: Start) -> None:
    _, addresses = start()
    with psycopg.connect(addresses["database_url"]) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    killed = postmaster(folder)
    killed.kill()
    assert until(lambda: not killed.is_running())
    assert until(lambda: not refuses(addresses))
    with psycopg.connect(addresses["database_url"]) as connection:
        assert connection.execute("SELECT count(*), sum(number) FROM kept").fetchone() == (1000, 500500)


def test_a_killed_redis_is_started_again(folder: Path, start: Start) -> None:
    _, addresses = start()
    client = redis.from_url(addresses["cache_url"])
    old = client.info("server")["process_id"]
    os.kill(old, signal.SIGKILL)

    def answers_anew() -> bool:
        try:
            return client.info("server")["process_id"] != old
        except redis.ConnectionError:
            return False

    assert until(answers_anew)


def test_a_new_user_adopts_what_a_killed_keeper_left(folder: Path, start: Start) -> None:
    first, addresses = start()
    server = postmaster(folder)
    server.parent().kill()
    _, same = start()
    assert same == addresses
    assert postmaster(folder) == server
    first.kill()
    first.wait()
    assert not refuses(addresses)


def test_letters_are_known_whatever_the_callers_locale(folder: Path, start: Start) -> None:
    _, addresses = start(LANG="fr_FR.no-such-charset", LC_ALL="C", TZ="Asia/Baku", PGPORT="1", PGHOST="x")
    with psycopg.connect(addresses["database_url"]) as connection:
        row = connection.execute("SELECT upper('ə'), lower('İĞ'), 'Ə' ILIKE 'ə'").fetchone()
        encoding = connection.execute("SHOW server_encoding").fetchone()
    assert row == ("Ə", "iğ", True)
    assert encoding == ("UTF8",)


def test_a_folder_too_deep_for_a_socket_address_works(folder: Path, start: Start) -> None:
    deep = folder / ("a" * 60) / ("ə b" * 20)
    user, addresses = start(deep)
    assert not refuses(addresses)
    assert len(os.fsencode(addresses["redis_socket"])) < 107
    user.kill()
    user.wait()
    embedded.remove(deep)
    assert not Path(addresses["redis_socket"]).parent.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers under another account")
def test_root_may_work_in_a_folder_that_no_other_account_can_enter(folder: Path, start: Start) -> None:
    folder.parent.chmod(0o700)
    user, addresses = start()
    home = (folder / "elsewhere").readlink()
    assert not refuses(addresses)
    assert folder.parent.stat().st_mode & 0o777 == 0o700, "no door was opened"
    assert postmaster(folder).uids().real != 0
    user.kill()
    user.wait()
    embedded.remove(folder)
    assert not home.exists()
    assert not folder.exists()


def test_a_file_in_the_folders_place_gives_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(embedded.EmbeddedError) as refusal:
        embedded.hold(tmp_path / "var")
    assert str(refusal.value) == f"EMBEDDED_DIR {tmp_path}/var cannot be used: File exists"


def test_a_folder_of_the_kernel_that_takes_no_files_gives_one_clear_line() -> None:
    with pytest.raises(embedded.EmbeddedError) as refusal:
        embedded.hold("/proc/embedded")
    assert str(refusal.value) == "EMBEDDED_DIR /proc/embedded cannot be used: No such file or directory"


def test_a_folder_in_use_is_not_removed(folder: Path, start: Start) -> None:
    user, addresses = start()
    with pytest.raises(embedded.EmbeddedError, match="something still uses the servers"):
        embedded.remove(folder)
    assert not refuses(addresses)
    user.kill()
    user.wait()
    embedded.remove(folder)
    assert not folder.exists()


def test_a_folder_that_is_not_ours_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(embedded.EmbeddedError, match="left alone"):
        embedded.remove(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "mine"
