"""From publication on an election's rules stand still; what must change is set by hand, with its reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from accreditation.accounts.roles import ADMINISTRATOR, APPROVER, SUPERVISOR, roles_of
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.missions.calendar import Calendar
from accreditation.missions.elections import DateOverride, Election
from accreditation.missions.legal_dates import OF_CATEGORY, OPENS, SETTABLE

PUBLISHERS = frozenset({SUPERVISOR, ADMINISTRATOR})
DATE_SETTERS = frozenset({APPROVER, ADMINISTRATOR})

WORDED = ("name", "commission", "pledge_text", "privacy_notice", "appeal_body")
"""What of an election people read, and so must be worded before it is published."""


# Publishing


def reasons_against_publishing(election: Election, now: datetime) -> list[Reason]:
    """Everything that is still missing before the rules may be frozen."""
    found = []
    if election.published_at is not None:
        found.append(Reason("published", _("This election is published already.")))
    if election.cancelled_at is not None:
        found.append(Reason("cancelled", _("This election was cancelled.")))
    if now >= election.calendar.election_day.closes_at:
        found.append(Reason("past", _("Election day is over.")))
    categories, grounds = list(election.categories.all()), list(election.refusal_grounds.all())
    if not categories:
        found.append(Reason("no_category", _("There is no category of people yet.")))
    if not grounds:
        found.append(Reason("no_ground", _("There is no ground of refusal yet.")))
    for row, fields in [
        (election, WORDED),
        *((category, ("name",)) for category in categories),
        *((ground, ("words",)) for ground in grounds),
    ]:
        found += _texts_missing(row, fields)
    return found


def _texts_missing(row: models.Model, fields: tuple[str, ...]) -> list[Reason]:
    languages = dict(settings.LANGUAGES)
    return [
        Reason(
            "text_missing",
            _("“%(field)s” of %(kind)s %(code)s has no words in this language: %(language)s.")
            % {
                "field": _verbose_name(row, field),
                "kind": row._meta.verbose_name,
                "code": getattr(row, "code", ""),
                "language": languages[language],
            },
        )
        for field in fields
        for language in settings.PUBLICATION_LANGUAGES
        if not (getattr(row, build_localized_fieldname(field, language)) or "").strip()
    ]


def _verbose_name(row: models.Model, field: str) -> str:
    found = row._meta.get_field(field)
    return str(found.verbose_name) if isinstance(found, models.Field) else field


@all_or_nothing
def publish(election: Election, *, actor: Actor, now: datetime) -> Election:
    """Open the election to the world and freeze its rules. Raises NotAllowed, Refused (every reason)."""
    if actor.user is not None and roles_of(actor.user).isdisjoint(PUBLISHERS):
        raise NotAllowed()
    locked = _locked(election)
    if against := reasons_against_publishing(locked, now):
        raise Refused(against)
    locked.published_at = election.published_at = now
    locked.save(update_fields=["published_at"])
    record(locked, "published", actor=actor, now=now, fields=["published_at"])
    return locked


# What is frozen


def open_columns(model: type[models.Model], names: frozenset[str]) -> list[str]:
    """The columns that stay open after publication: those named, and their wording in every language."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.name in names or getattr(field, "translated_field", None) is not None
    ]


def changed_frozen_fields(election: Election) -> list[str]:
    """The names of the fields that differ from what was published; empty while nothing is."""
    if election.pk is None:
        return []
    stored = Election.objects.filter(pk=election.pk).first()
    if stored is None or not stored.is_frozen:
        return []
    open_ones = set(open_columns(Election, Election.OPEN_AFTER_PUBLICATION)) - {"published_at"}
    return [
        field.name
        for field in Election._meta.concrete_fields
        if field.name not in open_ones and getattr(stored, field.attname) != getattr(election, field.attname)
    ]


@contextmanager
def rules_reopened() -> Iterator[None]:
    """Let this transaction change frozen columns: for the audited postponement and nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL accreditation.postponing = 'on'")
        yield
        cursor.execute("SET LOCAL accreditation.postponing = 'off'")


# Dates set by hand


@all_or_nothing
def override_date(
    election: Election, name: str, closes_at: datetime, reason: str, *, actor: Actor, now: datetime
) -> DateOverride:
    """Set a legal date by hand: `closes_at` is the first moment too late (of the opening: the first one).

    For approvers. Raises NotAllowed, Refused. The caller recomputes what hangs on the date (workflow).
    """
    if actor.user is None or roles_of(actor.user).isdisjoint(DATE_SETTERS):
        raise NotAllowed()
    locked = _locked(election)
    before = moment_of_date(locked, name)
    if against := _against_override(locked, name, closes_at, reason):
        raise Refused(against)
    made = DateOverride.objects.create(
        election=locked, date_name=name, closes_at=closes_at, reason=reason.strip(), made_by=actor.user
    )
    record(
        locked,
        "date_set",
        actor=actor,
        now=now,
        fields=[name],
        reason=made.reason,
        before=before.isoformat() if before else None,
        after=closes_at.isoformat(),
    )
    election.__dict__.pop("calendar", None)
    return made


def moment_of_date(election: Election, name: str) -> datetime | None:
    """What the calendar says now of a date by its name, or None where the law has no such date."""
    for date in Calendar.of(election).dates(election.categories.all()):
        if date.name == name:
            return date.closes_at
    return None


def _against_override(election: Election, name: str, closes_at: datetime, reason: str) -> list[Reason]:
    calendar = Calendar.of(election)
    found = []
    if not reason.strip():
        found.append(Reason("no_reason", _("Give a reason.")))
    own = {f"{OF_CATEGORY}{pk}" for pk in election.categories.values_list("pk", flat=True)}
    if name not in {*SETTABLE, *own}:
        return [*found, Reason("unknown_date", _("There is no such date in the calendar."))]
    if closes_at > calendar.election_day.closes_at:
        found.append(Reason("after_election", _("This is after election day.")))
    opens, closes = calendar.application_opens.closes_at, calendar.application_deadline.closes_at
    if (name == OPENS and closes_at >= closes) or (name != OPENS and closes_at <= opens):
        found.append(Reason("empty_window", _("Applications would close before they open.")))
    return found


def _locked(election: Election) -> Election:
    return Election.objects.select_for_update(of=("self",), no_key=True).get(pk=election.pk)
