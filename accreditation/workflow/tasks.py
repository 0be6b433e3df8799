"""What Celery wakes: the clocks of the law and the reminders."""

from celery import shared_task
from django.utils import timezone

from accreditation.workflow import clocks, reminders, tallies


@shared_task
def lapse_drafts() -> None:
    clocks.lapse_drafts(timezone.now())


@shared_task
def expire_accreditations() -> None:
    clocks.expire_accreditations(timezone.now())


@shared_task
def fold_tallies() -> None:
    tallies.fold()


@shared_task
def write_reminders() -> None:
    reminders.write_reminders(timezone.now())
