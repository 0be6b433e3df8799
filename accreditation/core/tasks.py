"""What Celery wakes on the ground floor."""

from celery import shared_task
from django.utils import timezone

from accreditation.core.backups.keeping import keep_backups as keep
from accreditation.core.delivery import deliver
from accreditation.core.shown_again import forget_expired


@shared_task
def deliver_letters() -> None:
    """Send what is due; every few seconds, and it does not matter how many run at once."""
    deliver()


@shared_task
def keep_backups() -> None:
    """Make the night's backup where it has not been made, in the process that has the folder."""
    keep(timezone.now())


@shared_task
def forget_refused_pages() -> None:
    """Refused pages go soon after their hour, and with them whatever else has expired in the cache."""
    forget_expired(timezone.now())
