"""What must always be true of the database (FAILURES section 3), each as a named predicate.

A predicate yields a sentence for every row that breaks it. Constraints and triggers should make all of them
impossible; this looks all the same, after every fault test and every night.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q

from accreditation.core.audit import AuditEvent
from accreditation.core.encryption import DecryptionError
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation, Badge, SigningKey
from accreditation.credentials.scans import BadgeScan
from accreditation.missions.models import Mission
from accreditation.observers.models import IdentityDocument, Membership
from accreditation.workflow.models import Application, Decision
from accreditation.workflow.tally_sql import MISCOUNTED

Predicate = Callable[[], Iterator[str]]
MACHINES: tuple[type[Any], ...] = (Application, Accreditation, Mission, Badge, SigningKey)


def every_approved_application_was_granted_exactly_once() -> Iterator[str]:
    for pk in Application.objects.filter(state="approved", accreditation=None).values_list("pk", flat=True):
        yield f"application {pk} is approved without an accreditation"
    taken_back = AuditEvent.objects.filter(
        subject_type=Accreditation._meta.label_lower, subject_id=OuterRef("pk"), verb="take_back_grant"
    )
    lost = Accreditation.objects.filter(application=None).exclude(Exists(taken_back), state="cancelled")
    for pk in lost.values_list("pk", flat=True):
        yield f"accreditation {pk} belongs to no application"


def every_decision_is_on_record() -> Iterator[str]:
    """One decision for each approval and refusal that the audit shows, one mark for each that was taken back."""
    verbs = {
        "approve": Q(kind=Decision.Kind.APPROVAL),
        "refuse": Q(kind=Decision.Kind.REFUSAL),
        "take_back_decision": Q(taken_back_at__isnull=False),
    }
    for verb, of_the_verb in verbs.items():
        moves = dict(
            AuditEvent.objects.filter(subject_type="workflow.application", verb=verb)
            .values_list("subject_id")
            .annotate(n=Count("pk"))
        )
        decisions = dict(
            Decision.objects.filter(of_the_verb).values_list("application").annotate(n=Count("pk"))
        )
        for pk in sorted(moves.keys() | decisions.keys()):
            if moves.get(pk, 0) != decisions.get(pk, 0):
                yield f"application {pk}: {moves.get(pk, 0)} moves '{verb}', {decisions.get(pk, 0)} decisions"


def every_version_has_exactly_one_event() -> Iterator[str]:
    for model in MACHINES:
        label, table = model._meta.label_lower, model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT s.id, s.version, count(e.id) FROM {table} s LEFT JOIN core_auditevent e"  # noqa: S608
                " ON e.subject_type = %s AND e.subject_id = s.id AND e.version IS NOT NULL"
                " GROUP BY s.id, s.version HAVING count(e.id) <> s.version OR max(e.version) <> s.version",
                [label],
            )
            for pk, version, events in cursor.fetchall():
                yield f"{label} {pk} is at version {version} with {events} events"


def every_state_is_what_its_last_event_says() -> Iterator[str]:
    for model in MACHINES:
        said = AuditEvent.objects.filter(
            subject_type=model._meta.label_lower, subject_id=OuterRef("pk"), version=OuterRef("version")
        )
        wrong = model.objects.exclude(Exists(said.filter(to_state=OuterRef("state"))))
        for pk, state in wrong.values_list("pk", "state"):
            yield f"{model._meta.label_lower} {pk} is '{state}', which its last event does not say"


def events_follow_each_other() -> Iterator[str]:
    """Each move starts where the one before it ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_type, subject_id, version FROM (SELECT *, lag(to_state) OVER"
            " (PARTITION BY subject_type, subject_id ORDER BY version) AS before FROM core_auditevent"
            " WHERE version IS NOT NULL) e WHERE version > 1 AND from_state IS DISTINCT FROM before"
        )
        for subject, pk, version in cursor.fetchall():
            yield f"{subject} {pk}: the move to version {version} starts where no move ended"


def every_decision_has_its_letter() -> Iterator[str]:
    """A decision and its letter commit together: none is without at least one letter of its own moment."""
    kinds = {"approval": "approval", "refusal": "refusal"}
    for kind, letter in kinds.items():
        letters = OutboxMessage.objects.filter(
            kind=letter,
            about_type="workflow.application",
            about_id=OuterRef("application"),
            created_at=OuterRef("decided_at"),
        )
        for pk in Decision.objects.filter(kind=kind).exclude(Exists(letters)).values_list("pk", flat=True):
            yield f"decision {pk} ({kind}) has no letter"


def no_letter_tells_of_a_decision_taken_back() -> Iterator[str]:
    """What was taken back has never left the house."""
    left = OutboxMessage.objects.exclude(state="cancelled").filter(
        kind=OuterRef("kind"), about_type="workflow.application", about_id=OuterRef("application"),
        created_at=OuterRef("decided_at"),
    )  # fmt: skip
    told = Decision.objects.filter(Exists(left), taken_back_at__isnull=False)
    for pk in told.values_list("pk", flat=True):
        yield f"decision {pk} was taken back, and its letter was not stopped"


def no_badge_outlives_its_accreditation() -> Iterator[str]:
    """Suspended, revoked, relinquished, cancelled: no badge that has left the house holds any longer."""
    ended = Badge.objects.filter(state__in=["printed", "ready", "collected"]).exclude(
        accreditation__state__in=["active", "expired"]
    )
    for pk, state in ended.values_list("pk", "accreditation__state"):
        yield f"badge {pk} holds, but its accreditation is {state}"


def every_accreditation_in_force_has_had_a_badge() -> Iterator[str]:
    for pk in Accreditation.objects.filter(state="active", badges=None).values_list("pk", flat=True):
        yield f"accreditation {pk} is in force and never had a badge"


def no_letter_is_left_leaving() -> Iterator[str]:
    """A letter whose deliverer is gone is settled by the next one; here nobody delivers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM core_outboxmessage WHERE state = 'sending' AND NOT EXISTS (SELECT FROM pg_locks"
            " WHERE locktype = 'advisory' AND ((classid::bigint << 32) | objid::bigint) = claimed_by)"
        )
        for (pk,) in cursor.fetchall():
            yield f"letter {pk} is leaving, but its deliverer is gone"


def the_clock_is_the_law_s() -> Iterator[str]:
    """A decision is due at the end of the last local day that the election's parameter gives."""
    waiting = Application.objects.waiting().select_related("election").filter(clock_paused_at=None)
    plain = waiting.filter(election__clock_pauses=False)
    for application in plain.only("pk", "submitted_at", "decision_due_at", "election"):
        if application.submitted_at is None:  # a constraint forbids it
            continue
        due = application.election.calendar.decision_due(application.submitted_at)
        if application.decision_due_at != due:
            yield f"application {application.pk} is due at {application.decision_due_at}, by law at {due}"


def a_file_follows_its_primary_statement() -> Iterator[str]:
    wrong = Application.objects.live().filter(
        ~Q(mission=F("membership__mission")) | ~Q(person=F("membership__person"))
    )
    for pk in wrong.exclude(state="merged").values_list("pk", flat=True):
        yield f"application {pk} is not where its primary membership is"
    for pk in Membership.objects.exclude(mission=F("delegation__mission")).values_list("pk", flat=True):
        yield f"membership {pk} names another mission than its delegation"


def tallies_agree_with_a_count() -> Iterator[str]:
    """What rosters say of a mission's people and files is what there is."""
    with connection.cursor() as cursor:
        cursor.execute(MISCOUNTED)
        for mission, kind, tallied, counted in cursor.fetchall():
            yield f"mission {mission} has {counted} '{kind}', and its tally says {tallied}"


def seals_open() -> Iterator[str]:
    """Every encrypted passport number opens in its own row."""
    for document in IdentityDocument.objects.only("pk", "public_id", "number").iterator(2000):
        try:
            _ = document.number
        except DecryptionError:
            yield f"identity document {document.pk} does not open"


def sent_letters_left_after_their_cause() -> Iterator[str]:
    early = OutboxMessage.objects.filter(sent_at__lt=F("created_at") - timedelta(seconds=1))
    for pk in early.values_list("pk", flat=True):
        yield f"letter {pk} left before it was written"


def every_scan_knows_its_badge() -> Iterator[str]:
    lost = BadgeScan.objects.exclude(badge=None).filter(~Exists(Badge.objects.filter(pk=OuterRef("badge"))))
    for pk, badge in lost.values_list("pk", "badge_id"):
        yield f"scan {pk} is of badge {badge}, which is not there"


PREDICATES: tuple[Predicate, ...] = (
    every_approved_application_was_granted_exactly_once,
    every_decision_is_on_record,
    every_version_has_exactly_one_event,
    every_state_is_what_its_last_event_says,
    events_follow_each_other,
    every_decision_has_its_letter,
    no_letter_tells_of_a_decision_taken_back,
    no_badge_outlives_its_accreditation,
    every_accreditation_in_force_has_had_a_badge,
    no_letter_is_left_leaving,
    the_clock_is_the_law_s,
    a_file_follows_its_primary_statement,
    tallies_agree_with_a_count,
    seals_open,
    sent_letters_left_after_their_cause,
    every_scan_knows_its_badge,
)


def findings() -> list[tuple[str, str]]:
    """All that is broken now, as (predicate, sentence); empty when all is well."""
    return [(predicate.__name__, sentence) for predicate in PREDICATES for sentence in predicate()]
