"""`make demo` for real: its printed words work, and however it ends nothing is left behind."""

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.faults.demonstration import ROOT, Demonstration, Visitor, remove, started, wait_for
from tests.mail_server import free_port

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the demonstration of these tests keeps its data: short, and open to the servers' account."""
    root = Path(tempfile.mkdtemp(prefix="demonstration-"))
    root.chmod(0o755)
    yield root / "var"
    remove(root / "var")


@pytest.fixture(scope="module")
def running(folder) -> Iterator[Demonstration]:
    with started(folder, free_port()) as demonstration:
        yield demonstration


def code_for(address: str, running: Demonstration) -> str:
    """The sign-in code in the newest mail to an address, read in the mailbox."""
    mailbox = Visitor(running.address)
    pattern = r"<strong>([A-Z0-9-]+) is your code</strong>"
    wait_for(lambda: re.search(pattern, mailbox.go(f"/demo/mail/?to={address}")), 30)
    found = re.search(pattern, mailbox.page)
    assert found
    return found[1]


def sign_in_by_code(role: str, running: Demonstration) -> Visitor:
    address, where = running.typed_as(role)
    assert where == f"code: {running.address}/demo/mail/"
    visitor = Visitor(running.address)
    visitor.go("/en/sign-in/")
    visitor.send(email=address)
    visitor.send(code=code_for(address, running), action="verify")
    assert "/sign-in/" not in visitor.path, visitor.page
    return visitor


@pytest.mark.parametrize(
    "role", ["clerk", "approver", "supervisor", "print desk", "auditor", "administrator"]
)
def test_staff_sign_in_by_what_was_printed(running, role):
    address, password = running.typed_as(role)
    visitor = Visitor(running.address)
    visitor.go("/admin/")
    visitor.send(login=address, password=password)
    assert visitor.path.startswith("/admin/")
    assert "Sign out" in visitor.page


def test_the_clerk_sees_files_that_wait(running):
    address, password = running.typed_as("clerk")
    visitor = Visitor(running.address)
    visitor.go("/admin/workflow/application/")
    visitor.send(login=address, password=password)
    assert visitor.path == "/admin/workflow/application/"
    assert len(set(re.findall(r"/admin/workflow/application/\d+/", visitor.page))) >= 5


def test_the_head_signs_in_by_a_code_from_the_mailbox_and_finds_the_roster(running):
    visitor = sign_in_by_code("head of mission", running)
    page = visitor.go("/en/missions/")
    assert "ODIHR election observation mission" in page


def test_the_applicant_signs_in_by_a_code_and_finds_what_is_asked(running):
    visitor = sign_in_by_code("applicant", running)
    assert "passport page" in visitor.go("/en/apply/demo/")


def test_letters_of_the_story_arrive_in_the_mailbox(running):
    mailbox = Visitor(running.address)
    letter = r'<a href="(/demo/mail/\d+/)" dir="auto">[^<]*needs something from you</a>'
    wait_for(lambda: re.search(letter, mailbox.go("/demo/mail/?to=applicant")), 60)
    found = re.search(letter, mailbox.page)
    assert found
    assert "The picture of the passport page is cut off" in mailbox.go(found[1])
    assert f"{running.address}/en/apply/" in mailbox.page  # its links lead to this very demonstration


def test_a_taken_port_is_one_clear_line_and_nothing_starts(running, folder):
    before = {one.pid for one in running.own_children()}
    command = [sys.executable, "manage.py", "run_demo", "--port", str(running.port)]
    environment = {"EMBEDDED_DIR": str(folder), "PATH": "/usr/bin:/bin"}
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stdout == ""
    (line,) = answer.stderr.strip().splitlines()
    assert f"Port {running.port} is taken" in line
    assert {one.pid for one in running.own_children()} == before


def test_ctrl_c_ends_every_process_in_order(running, folder):
    with started(folder, free_port()) as second:  # beside the first, on the same data
        wait_for(lambda: len(second.children()) == 7)  # mail, web and its one, worker and its two, beat
        children = second.children()
        asked = time.monotonic()
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(30) == 0, second.said
        took = time.monotonic() - asked
        assert [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
        assert second.said.rstrip().endswith("Stopped. 'make demo' goes on with the same data.")
        assert took < 10


def test_a_supervisor_that_is_killed_hard_leaves_nothing_behind(running, folder):
    with started(folder, free_port()) as second:
        children = second.children()
        second.process.kill()
        second.process.wait()
        __, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []


def test_a_part_that_dies_is_named_with_its_log_and_all_ends(running, folder):
    with started(folder, free_port()) as second:
        children = second.children()
        second.child("beat").kill()
        assert second.process.wait(30) == 1
        last = second.said.strip().splitlines()[-1]
        assert "The beat has ended by itself" in last
        assert str(folder / "log" / "beat.log") in last
        __, alive = psutil.wait_procs(children, timeout=5)
        assert alive == []


def test_a_second_start_goes_on_with_the_same_data_and_the_same_passwords(running, folder):
    with started(folder, free_port()) as second:
        assert "Synthetic people" not in second.said
        assert second.typed_as("clerk") == running.typed_as("clerk")
        first_mails, second_mails = Visitor(running.address), Visitor(second.address)
        assert "applicant@demo.example" in first_mails.go("/demo/mail/?to=applicant")
        assert "applicant@demo.example" in second_mails.go("/demo/mail/?to=applicant")
