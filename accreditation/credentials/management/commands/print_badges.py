"""Print a mission's badges from the shell: sign what waits, print what is queued, write one PDF."""

import os
import secrets
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accreditation.core import storage
from accreditation.core.actors import SYSTEM
from accreditation.core.errors import Refused
from accreditation.credentials.badges import Badge
from accreditation.credentials.keyring import NoPrivateKey
from accreditation.credentials.print_desk import in_order, why_not, with_arrivals
from accreditation.credentials.print_orders import MOST_AT_ONCE, printable_badges, start
from accreditation.credentials.print_runs import PrintRun, PrintRunBadge
from accreditation.credentials.printing_work import work_on
from accreditation.credentials.sealing import SIGNED_WITH, seal
from accreditation.missions.models import Mission

SOMEBODY_ELSE = 0.2  # seconds between looks at a run that a worker has taken


class Command(BaseCommand):
    help = "Signs and prints the badges of a mission that wait, and writes them as one PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mission", required=True, metavar="CODE")
        parser.add_argument("--election", metavar="CODE", help="where several elections have such a mission")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")
        parser.add_argument("--layout", choices=PrintRun.Layout.values, default=PrintRun.Layout.A6.value)

    def handle(self, *args: Any, **options: Any) -> None:
        mission = _mission(options["mission"], options["election"])
        out: Path = options["out"]
        with _beside(out) as unfinished:  # a path that takes no file fails before a badge is moved
            note = _seal(mission)
            run = _run(mission, options["layout"], note)
            unfinished.write(storage.read(run.pdf))
        self._say(mission, run, out, note)
        if run.error:
            raise CommandError(f"{mission.code}: only a part was printed. {run.error}")

    def _say(self, mission: Mission, run: PrintRun, out: Path, note: str) -> None:
        rows = run.rows.select_related("badge__accreditation__membership")
        left_out = list(rows.filter(outcome=PrintRunBadge.Outcome.SKIPPED))
        printed = run.total - len(left_out)
        self.stdout.write(
            f"{mission.code}: {printed} badges printed, {len(left_out)} left out; "
            f"{out} ({run.layout.upper()}, run {run.pk})"
        )
        for row in left_out:
            self.stdout.write(f"left out: {row.badge.accreditation.membership.full_name}: {row.reason}")
        for line in _not_printable(mission):
            self.stdout.write(line)
        if note:
            self.stderr.write(note)


def _mission(code: str, election: str | None) -> Mission:
    """The mission of that code: of the election named, else of the only one, else of the latest published one."""
    found = Mission.objects.filter(code=code).select_related("election").order_by("-election__day", "-pk")
    if election:
        found = found.filter(election__code=election)
    missions = list(found)
    if not missions:
        at = f" at the election {election}" if election else ""
        raise CommandError(f"There is no mission with the code {code}{at}.")
    published = [mission for mission in missions if mission.election.published_at]
    if len(missions) > 1 and not published:
        raise CommandError(f"Several elections have a mission {code}: name one with --election.")
    return missions[0] if len(missions) == 1 else published[0]


@contextmanager
def _beside(out: Path) -> Iterator[BinaryIO]:
    """A new file in the folder of `out`, which takes its name once it is whole on the disk."""
    if out.is_dir():
        raise CommandError(f"{out} is a folder: name a file.")
    unfinished = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        file = unfinished.open("xb")
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.") from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _seal(mission: Mission) -> str:
    """Sign what waits; why nothing could be signed, or nothing."""
    waiting = Badge.objects.to_be_sealed().filter(accreditation__mission=mission).select_related(*SIGNED_WITH)
    badges = list(waiting.order_by("pk"))
    try:
        if badges:
            seal(badges, now=timezone.now())
    except NoPrivateKey as error:
        return f"{len(badges)} badges wait for their signature: {error}"
    return ""


def _run(mission: Mission, layout: str, note: str) -> PrintRun:
    """Print what is queued; a worker that took the run first is waited for."""
    printable = printable_badges(mission.election).filter(accreditation__mission=mission)
    rows = in_order(with_arrivals(printable))
    try:
        run = start(
            list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE]),
            election=mission.election,
            layout=layout,
            actor=SYSTEM,
            now=timezone.now(),
            asked_for={"mission": mission.pk, "shell": True},
        )
    except Refused:
        against = "\n".join(filter(None, [note, *_not_printable(mission)]))
        raise CommandError(
            f"{mission.code}: no badge is waiting to be printed.{chr(10) if against else ''}{against}"
        ) from None
    while run.is_open:
        if not work_on(run.pk, now=timezone.now()):
            time.sleep(SOMEBODY_ELSE)
        run.refresh_from_db()
    if not run.pdf:
        left_out = run.rows.exclude(reason="").select_related("badge__accreditation__membership")
        why = [
            run.error,
            *(f"{row.badge.accreditation.membership.full_name}: {row.reason}" for row in left_out),
        ]
        raise CommandError(f"{mission.code}: nothing was written.\n" + "\n".join(filter(None, why)))
    return run


def _not_printable(mission: Mission) -> list[str]:
    """What is queued and cannot be printed, each with its reason."""
    rows = Badge.objects.filter(accreditation__mission=mission, state=Badge.State.QUEUED).select_related(
        "accreditation__membership"
    )
    named = [(badge.accreditation.membership.full_name, why_not(badge)) for badge in rows.order_by("pk")]
    return [f"not printed: {name}: {why}" for name, why in named if why]
