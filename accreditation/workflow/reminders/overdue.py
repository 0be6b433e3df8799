"""Decisions whose legal time has passed."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.conf import settings
from django.utils import translation

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER
from accreditation.core.outbox import WHILE_LIVE, Letter, Recipient
from accreditation.missions.models import Election
from accreditation.workflow.letters import election_facts
from accreditation.workflow.models import Application
from accreditation.workflow.reminders.writing import Due, Reminder


def overdue_notices(election: Election, now: datetime) -> Iterator[Due]:
    """To every approver, once a file and due date: escalated, never decided by itself."""
    late = Application.objects.filter(election=election).overdue(now).select_related("election", "mission")
    late = late.order_by("decision_due_at", "pk")
    files = list(late)
    if not files:
        return
    for approver in User.objects.filter(groups__name=APPROVER, is_active=True, is_staff=True).order_by("pk"):
        for one in files:
            key = f"overdue:{one.pk}:{one.decision_due_at:%Y%m%dT%H%M}:{approver.pk}"
            yield key, partial(_to_approver, one, approver)


def _to_approver(application: Application, approver: User) -> Reminder:
    with translation.override(approver.language):
        due = application.decision_due_at
        facts = {
            **election_facts(application.election),
            "to_staff": True,
            "number": application.number,
            "mission": application.mission.name,
            "state": application.get_state_display(),
            "decision_due_at": due.isoformat() if due else "",
            "link": f"{settings.SITE_URL}/admin/",
        }
    to = Recipient(approver.email, approver.language, approver.pk, together=True)
    return Reminder(Letter("decision_overdue", to, facts, only_while=WHILE_LIVE), application)
