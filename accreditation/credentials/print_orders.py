"""Asking for a print run, and wishing that it stops. The rows wait for a worker (printing_work.py)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accreditation.accounts.parties import print_desk, system
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_runs import PrintRun, PrintRunBadge
from accreditation.missions.models import Election

MOST_AT_ONCE = 5000
Outcome = PrintRunBadge.Outcome
prints = print_desk | system


@all_or_nothing
def start(
    badges: Sequence[int],
    *,
    election: Election,
    layout: str,
    actor: Actor,
    now: datetime,
    asked_for: dict[str, object] | None = None,
) -> PrintRun:
    """Write down a run over these badges (primary keys, in the order of the sheets); a worker does it within seconds.

    Badges that another run has already are left to it. NotAllowed for who does not print; Refused where none is left.
    """
    if not prints(actor, None):
        raise NotAllowed()
    run = PrintRun.objects.create(
        election=election, layout=layout, asked_by=actor.user, asked_at=now, asked_for=asked_for or {}
    )
    wanted = list(dict.fromkeys(badges))[:MOST_AT_ONCE]
    printable = set(printable_badges(election).filter(pk__in=wanted).values_list("pk", flat=True))
    # In the order of keys, so that two clerks who start at once never wait for each other in a circle.
    rows = [
        PrintRunBadge(run=run, badge_id=pk, position=position)
        for position, pk in enumerate(wanted, 1)
        if pk in printable
    ]
    PrintRunBadge.objects.bulk_create(sorted(rows, key=lambda row: row.badge_id), ignore_conflicts=True)
    run.total = run.rows.count()
    if not run.total:
        words = _("No badge of these is left to print: another run has them, or they are not ready for it.")
        raise Refused([Reason("nothing_to_print", words)])
    run.save(update_fields=["total"])
    record(run, "print_run_asked", actor=actor, now=now, badges=run.total, layout=layout)
    return run


def printable_badges(election: Election) -> QuerySet[Badge]:
    """The badges of an election that could be printed now and that no run has."""
    return Badge.objects.filter(
        accreditation__election=election,
        accreditation__state="active",
        state=Badge.State.QUEUED,
        sealed_at__isnull=False,
    ).exclude(print_rows__outcome__in=[Outcome.WAITING, Outcome.PRINTED])


@all_or_nothing
def stop(run: PrintRun, *, actor: Actor, now: datetime) -> None:
    """Wish that a run ends after the part that is being made. What is printed stays printed. NotAllowed, Refused."""
    if not prints(actor, None):
        raise NotAllowed()
    locked = PrintRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if not locked.is_open:
        words = _("This run is “%(state)s” already.") % {"state": locked.get_state_display()}
        raise Refused([Reason("run_is_over", words)])
    if not locked.stop_wished:
        PrintRun.objects.filter(pk=run.pk).update(stop_wished=True)
        record(run, "print_run_stopped", actor=actor, now=now)
