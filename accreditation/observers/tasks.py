"""What wakes for lists: Celery calls, the rules do."""

from celery import shared_task
from django.utils import timezone

from accreditation.workflow.list_runs import run_waiting


@shared_task(ignore_result=True)
def run_list_imports() -> int:
    """Take in the lists that wait; how many."""
    return run_waiting(now=timezone.now())
