"""What Celery wakes on the ground floor."""

from celery import shared_task

from accreditation.core.delivery import deliver


@shared_task
def deliver_letters() -> None:
    """Send what is due; every few seconds, and it does not matter how many run at once."""
    deliver()
