"""The digital badge is there: a letter with its link, once a badge, to the person or to those who speak for the
mission.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import translation

from accreditation.core.outbox import WHILE_LIVE, Letter, OutboxMessage, Recipient, undo_window
from accreditation.credentials.digital import GIVEN_OUT, LINK_HOLDS, token_of
from accreditation.credentials.models import Accreditation, Badge
from accreditation.missions.models import Election, Mission
from accreditation.workflow.letters import election_facts, roster_link, status_link
from accreditation.workflow.models import Application
from accreditation.workflow.recipients import readers_of
from accreditation.workflow.reminders.deadline import missions_of
from accreditation.workflow.reminders.writing import Due, Reminder

KIND = "badge_ready"
AT_ONCE = 2000
"""Badges of an election whose letters one walk writes; the next walk goes on."""


def badges_ready(election: Election, now: datetime) -> Iterator[Due]:
    """One letter a sealed badge and reader, cancelled where the badge is void before it leaves.

    It waits for the end of the undo window of the approval, whose letter it must not overtake.
    """
    missions = {one.pk: one for one in missions_of(election)}
    badges = list(_unwritten(election))
    files = Application.objects.filter(accreditation__in={badge.accreditation_id for badge in badges})
    file_of = {one.accreditation_id: one for one in files.select_related("applicant")}
    for badge in badges:
        held, application = badge.accreditation, file_of.get(badge.accreditation_id)
        held.mission, held.election = missions.get(held.mission_id, held.mission), election
        for reader in readers_of(held, applicant=application.applicant if application else None):
            if reader.email:
                key = f"{KIND}:{badge.pk}:{reader.user_id or 'person'}"
                yield key, partial(_letter, badge, application, reader)


def _unwritten(election: Election) -> Iterator[Badge]:
    """Sealed badges that hold and of which no letter was ever written; one query."""
    written = OutboxMessage.objects.filter(
        about_type=Badge._meta.label_lower, about_id=OuterRef("pk"), kind=KIND
    )
    badges = Badge.objects.filter(
        ~Exists(written),
        GIVEN_OUT,
        accreditation__election=election,
        accreditation__state=Accreditation.State.ACTIVE,
        accreditation__mission__state=Mission.State.REGISTERED,
    )
    related = ("accreditation__membership", "accreditation__mission", "accreditation__category")
    return badges.select_related(*related).order_by("-pk")[:AT_ONCE].iterator()


def _letter(badge: Badge, application: Application | None, reader: Recipient) -> Reminder:
    held = badge.accreditation
    assert badge.sealed_at is not None
    with translation.override(reader.language):
        to_roster = reader.together or application is None
        facts = {
            **election_facts(held.election),
            "name": held.membership.full_name,
            "number": application.number if application is not None else "",
            "accreditation_number": held.number_in_words,
            "mission": held.mission.name,
            "to_head": reader.together,
            "link": roster_link(held.mission, reader.language)
            if to_roster or application is None
            else status_link(application, reader.language),
            "badge_link": f"{settings.SITE_URL}/{reader.language}/badge/{token_of(badge)}/",
            "badge_link_days": LINK_HOLDS.days,
        }
    not_before = badge.sealed_at + undo_window()
    return Reminder(Letter(KIND, reader, facts, only_while=WHILE_LIVE, not_before=not_before), badge)
