"""What a worker does with print runs: chunk by chunk, and on after a crash from where the last one ended.

A chunk is set and kept first, then its badges are moved, each in its own transaction together with its row. A worker
that is killed leaves a part whose badges are moved in half: the next one moves the rest. A badge that may not be
printed any more when its turn comes is named on its row, and its part is set again without it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accreditation.core import storage
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.encryption import DecryptionError
from accreditation.core.errors import MoveError, Reason
from accreditation.core.machine import perform
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.facing import faces_of
from accreditation.credentials.print_runs import PrintRun, PrintRunBadge, PrintRunPart
from accreditation.credentials.printing.apart import Press
from accreditation.credentials.printing.binding import bound
from accreditation.credentials.printing.faces import BadgeFace
from accreditation.credentials.printing.glyphs import missing_in
from accreditation.credentials.printing.typesetting import CannotPrint, Layout, badges_sheet

log = logging.getLogger(__name__)

CHUNK = 60
"""Badges a part; a multiple of four, so that no sheet of A4 is left half empty in the middle of a run."""

SECONDS_A_PART = 180.0
RUNS = 0x0B5E_0003  # advisory locks of running jobs: (this, run)

Outcome = PrintRunBadge.Outcome
State = PrintRun.State


def work_on_waiting(*, now: datetime) -> int:
    """Work on every open run that nobody works on; how many. Safe to run twice, at once, and after a crash."""
    waiting = PrintRun.objects.filter(state__in=PrintRun.OPEN).order_by("pk").values_list("pk", flat=True)
    return sum(1 for pk in list(waiting) if work_on(pk, now=now))


def work_on(pk: int, *, now: datetime) -> bool:
    """Bring one run to its end; False when somebody else is at it, or it is over."""
    with _alone(pk) as alone:
        if not alone:
            return False
        run = PrintRun.objects.select_related("election", "asked_by").get(pk=pk)
        if not run.is_open:
            return False
        _work(run, now)
        return True


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Hold the run's session lock: the proof that somebody who lives is at it. PostgreSQL lets go of a dead one's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUNS, pk])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUNS, pk])


def _work(run: PrintRun, now: datetime) -> None:
    PrintRun.objects.filter(pk=run.pk, state=State.WAITING).update(state=State.WORKING, started_at=now)
    actor = Actor(user=run.asked_by)
    try:
        with Press(seconds=SECONDS_A_PART) as press:  # one child for the run: it reads its fonts once
            for part in run.parts.filter(settled=False):  # what somebody who died had begun
                _settle(run, part, press, actor, now)
            while (made := _next_part(run, press, actor, now)) is not None:
                _settle(run, made, press, actor, now)
        _bind(run, now)
    except DatabaseError:
        raise  # whoever comes next goes on from what is committed
    except Exception as error:
        log.exception("print run %s", run.pk)
        _fail(run, now, _in_words(error))


def _fail(run: PrintRun, now: datetime, why: str) -> None:
    """End a run that cannot go on. The badges that were moved keep their sheets, the others stay in the queue."""
    _leave_out_the_rest(run, _("the run failed"))
    with suppress(Exception):
        run.pdf = _bound(run)
    _end(run, State.FAILED, now, error=why)


def _in_words(error: Exception) -> str:
    known = isinstance(error, (MoveError, CannotPrint))
    return (
        str(error)[:300]
        if known
        else _("The sheets could not be made (%(kind)s).") % {"kind": type(error).__name__}
    )


def _next_part(run: PrintRun, press: Press, actor: Actor, now: datetime) -> PrintRunPart | None:
    """Set and keep the next chunk; None when nothing is left or the run is to be stopped."""
    while True:
        run.refresh_from_db(fields=["stop_wished"])
        if run.stop_wished:
            return None
        rows = list(_waiting(run).select_related("badge")[:CHUNK])
        if not rows:
            return None
        faces = _printable_faces(run, rows, actor, now)
        if faces:
            break
    name = storage.store(_set(run, list(faces.values()), press, now))
    with transaction.atomic():
        part = PrintRunPart.objects.create(run=run, number=run.parts.count() + 1, name=name)
        run.rows.filter(pk__in=list(faces)).update(part=part)
    return part


def _waiting(run: PrintRun) -> QuerySet[PrintRunBadge]:
    return run.rows.filter(outcome=Outcome.WAITING, part=None).order_by("position")


def _printable_faces(
    run: PrintRun, rows: Sequence[PrintRunBadge], actor: Actor, now: datetime
) -> dict[int, BadgeFace]:
    """The faces of what can be printed, by row; the others are named and left out."""
    good = []
    badges = BADGE.visible(actor).select_related("picture").in_bulk([row.badge_id for row in rows])
    for row in rows:
        badge = badges.get(row.badge_id)
        against = (
            [Reason("not_found", _("It is not there any more."))]
            if badge is None
            else BADGE.reasons_against(badge, "print", actor=actor, now=now)
        )
        if against:
            _leave_out(run, row, " ".join(str(reason) for reason in against))
        else:
            good.append(row)
    found: dict[int, BadgeFace] = {}
    for row, face in _faces(run, good):
        missing = missing_in(face.texts())
        if missing:
            letters = ", ".join(f"{letter} ({code} {name})" for letter, code, name in missing)
            _leave_out(run, row, _("No font has these letters: %(letters)s.") % {"letters": letters})
        else:
            found[row.pk] = face
    return found


def _faces(run: PrintRun, rows: Sequence[PrintRunBadge]) -> list[tuple[PrintRunBadge, BadgeFace]]:
    """All faces at once; where a picture is lost or altered, one by one, so that its badge is named."""
    if not rows:
        return []
    try:
        return list(zip(rows, faces_of([row.badge for row in rows]), strict=True))
    except (OSError, DecryptionError, ValueError):
        found = []
    for row in rows:
        try:
            found.append((row, faces_of([row.badge])[0]))
        except (OSError, DecryptionError, ValueError):
            log.exception("badge %s", row.badge_id)
            _leave_out(run, row, _("Its photo or another part of it is not on file any more; reissue it."))
    return found


def _set(run: PrintRun, faces: Sequence[BadgeFace], press: Press, now: datetime) -> bytes:
    if any(face.passport_number for face in faces):
        record(run, "passport_numbers_printed", actor=Actor(user=run.asked_by), now=now, badges=len(faces))
    layout: Layout = "a4" if run.layout == PrintRun.Layout.A4 else "a6"
    return press.typeset(badges_sheet(faces, at=now, layout=layout))


def _settle(run: PrintRun, part: PrintRunPart, press: Press, actor: Actor, now: datetime) -> None:
    """Move the badges of a part. Those that may not be printed any more are taken off its sheets."""
    for row in part.rows.filter(outcome=Outcome.WAITING).order_by("position"):
        _print(run, row, actor, now)
    printed = list(part.rows.filter(outcome=Outcome.PRINTED).order_by("position").select_related("badge"))
    old = part.name
    if part.rows.filter(outcome=Outcome.SKIPPED).exists():
        faces = faces_of([row.badge for row in printed])
        part.name = storage.store(_set(run, faces, press, now)) if faces else ""
    part.settled = True
    part.save(update_fields=["name", "settled"])
    if old != part.name:
        storage.delete(old)


def _print(run: PrintRun, row: PrintRunBadge, actor: Actor, now: datetime) -> None:
    """Move one badge and note it, both or neither."""
    try:
        _print_and_note(run, row, actor, now)
    except ObjectDoesNotExist:
        _leave_out(run, row, _("It is not there any more."))
    except MoveError as error:
        _leave_out(run, row, str(error))


@all_or_nothing
def _print_and_note(run: PrintRun, row: PrintRunBadge, actor: Actor, now: datetime) -> None:
    perform(BADGE, row.badge_id, "print", actor=actor, now=now)
    run.rows.filter(pk=row.pk).update(outcome=Outcome.PRINTED)
    PrintRun.objects.filter(pk=run.pk).update(done=F("done") + 1)


def _leave_out(run: PrintRun, row: PrintRunBadge, why: str) -> None:
    with transaction.atomic():
        run.rows.filter(pk=row.pk).update(outcome=Outcome.SKIPPED, reason=why[:300] or "–")
        PrintRun.objects.filter(pk=run.pk).update(done=F("done") + 1)


def _leave_out_the_rest(run: PrintRun, why: str) -> int:
    with transaction.atomic():
        rest = run.rows.filter(outcome=Outcome.WAITING).update(outcome=Outcome.SKIPPED, reason=why)
        PrintRun.objects.filter(pk=run.pk).update(done=F("done") + rest)
    return rest


def _bind(run: PrintRun, now: datetime) -> None:
    """Make one file of the parts, and end the run."""
    run.refresh_from_db(fields=["stop_wished"])
    stopped = bool(run.stop_wished and _leave_out_the_rest(run, _("the run was stopped")))
    run.pdf = _bound(run)
    _end(run, State.CANCELLED if stopped else State.DONE, now)
    for name in _names_of_parts(run):
        storage.delete(name)
    run.parts.update(name="")


def _bound(run: PrintRun) -> str:
    """The name of the one file; empty where nothing was printed."""
    names = _names_of_parts(run)
    title = _("Badges, run %(run)d") % {"run": run.pk}
    return storage.store(bound([storage.read(name) for name in names], title=title)) if names else ""


def _names_of_parts(run: PrintRun) -> list[str]:
    """The files of the parts that hold a printed badge, in order."""
    parts = run.parts.exclude(name="").filter(rows__outcome=Outcome.PRINTED).distinct().order_by("number")
    return list(parts.values_list("name", flat=True))


def _end(run: PrintRun, state: str, now: datetime, *, error: str = "") -> None:
    run.state, run.error, run.finished_at = state, error, now
    run.save(update_fields=["state", "error", "finished_at", "pdf"])
