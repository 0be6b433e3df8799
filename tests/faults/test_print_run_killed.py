"""A worker killed hard in the middle of a print run: the next goes on, and every badge is printed once. And races."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.db import connections
from django.utils import timezone

from accreditation.accounts.roles import PRINT_DESK
from accreditation.core import storage
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import MoveError
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_orders import start
from accreditation.credentials.print_runs import PrintRun, PrintRunBadge
from accreditation.workflow.states import ACCREDITATION
from tests.badges import make_badge, make_keys
from tests.factories import (
    actor,
    complete,
    make_approver,
    make_head,
    make_membership,
    make_mission,
    make_staff,
)
from tests.faults.workers import ROOT, database_url

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

BADGES, CHUNK, KILLS = 30, 3, 6
WORKER = f"""
import django; django.setup()
from django.utils import timezone
from accreditation.credentials import printing_work
printing_work.CHUNK = {CHUNK}
printing_work.work_on_waiting(now=timezone.now())
"""


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.SIGNING_KEYS_DIR, settings.PRIVATE_FILES_ROOT = str(tmp_path / "keys"), str(tmp_path / "files")


def badges_of_one_mission(count: int, state: str = "queued") -> list[Badge]:
    now = timezone.now()
    make_keys(now)
    mission = make_mission()
    make_head(mission)
    return [make_badge(state, now=now, membership=complete(make_membership(mission))) for _ in range(count)]


def asked(badges: list[Badge], user: Any) -> PrintRun:
    return start(
        [badge.pk for badge in badges],
        election=badges[0].accreditation.election,
        layout="a6",
        actor=actor(user),
        now=timezone.now(),
    )


def worker(folder: Path) -> subprocess.Popen[bytes]:
    """A process of its own that works on the runs that wait, and ends."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "PRIVATE_FILES_ROOT": str(folder / "files"),
    }
    with (folder / "workers.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def await_work(run: PrintRun, process: subprocess.Popen[bytes]) -> None:
    """Until the run is under way, so that a kill meets a worker at work."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        run.refresh_from_db()
        if run.state != PrintRun.State.WAITING:
            return
        time.sleep(0.005)


def test_every_badge_is_printed_once_however_often_the_worker_is_killed(tmp_path: Path) -> None:
    badges, chance = badges_of_one_mission(BADGES), random.Random()
    run = asked(badges, make_staff(PRINT_DESK))
    met_at_work = 0
    for _ in range(KILLS):
        process = worker(tmp_path)
        await_work(run, process)
        before = PrintRun.objects.get(pk=run.pk).done
        moved = chance.randrange(CHUNK + 1)  # none: while its first sheets are set
        end = time.monotonic() + 20
        while time.monotonic() < end and PrintRun.objects.get(pk=run.pk).done < before + moved:
            time.sleep(0.001)
        time.sleep(chance.random() * (0.03 if moved else 0.3))
        run.refresh_from_db()
        met_at_work += run.is_open and process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert met_at_work >= KILLS / 2, "the kills came too late to prove anything"

    last = worker(tmp_path)
    assert last.wait(timeout=120) == 0, (tmp_path / "workers.log").read_text()

    run.refresh_from_db()
    assert (run.state, run.done, run.total, run.error) == ("done", BADGES, BADGES, "")
    sheets = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(storage.read(run.pdf))]
    rows = run.rows.select_related("badge")
    for page, row in zip(sheets, rows, strict=True):
        assert row.badge.code_in_words in page
        assert (row.badge.state, row.outcome) == ("printed", "printed")
        assert AuditEvent.objects.about(row.badge).filter(verb="print").count() == 1
    assert [row.badge_id for row in rows] == [badge.pk for badge in badges]


def at_once(*wishes: Callable[[], Any]) -> list[str]:
    """What came of wishes that start at the same moment: the kind of what they gave, or of the refusal."""
    barrier = threading.Barrier(len(wishes))
    answers = [""] * len(wishes)

    def wish(index: int) -> None:
        try:
            barrier.wait()
            answers[index] = type(wishes[index]()).__name__
        except MoveError as error:
            answers[index] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=wish, args=[index]) for index in range(len(wishes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_clerks_who_print_the_same_badges_at_once_get_each_badge_once() -> None:
    badges = badges_of_one_mission(12)
    first, second = make_staff(PRINT_DESK), make_staff(PRINT_DESK)
    for _ in range(20):
        one, other = badges[:9], list(reversed(badges[3:]))

        at_once(lambda: asked(one, first), lambda: asked(other, second))

        in_runs = Counter(PrintRunBadge.objects.values_list("badge", flat=True))
        assert in_runs == Counter({badge.pk: 1 for badge in badges})
        assert sum(PrintRun.objects.values_list("total", flat=True)) == 12
        PrintRun.objects.all().delete()


@pytest.mark.parametrize("name", ["hand_over", "reissue", "report_lost"])
def test_a_badge_that_is_moved_while_its_accreditation_is_suspended_holds_no_longer(name: str) -> None:
    desk, approver = make_staff(PRINT_DESK), make_approver()
    seen: Counter[tuple[str, ...]] = Counter()
    for badge in badges_of_one_mission(40, "ready"):
        accreditation = badge.accreditation
        answers = at_once(
            lambda pk=badge.pk: perform(  # type: ignore[misc]
                BADGE, pk, name, actor=actor(desk), reason="Test.", receiver="A synthetic head"
            ),
            lambda pk=accreditation.pk: perform(  # type: ignore[misc]
                ACCREDITATION, pk, "suspend", actor=actor(approver), reason="Test."
            ),
        )
        seen[tuple(answers)] += 1
        accreditation.refresh_from_db()
        live = Badge.objects.live().filter(accreditation=accreditation)
        assert accreditation.state == "suspended", answers
        assert not live.exists(), answers
    assert sum(seen.values()) == 40
