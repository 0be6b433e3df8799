"""Celery only wakes; the truth is in PostgreSQL.

Every job finds what is due in the database and is safe to run twice or not at all: a tick that is lost
costs the seconds until the next one. Ticks expire, so that they do not pile up while no worker runs.
"""

import os

from celery import Celery
from celery.schedules import crontab
from kombu.entity import Queue

from config import patience

patience.this_is_a("worker")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("accreditation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A tick is never acknowledged: nothing is lost with it. And a worker that holds an unacknowledged message when
# Redis goes away does not survive it (kombu wants to restore the message over the lost connection, and raises).
app.conf.task_queues = [Queue("celery", no_ack=True)]

MINUTE = 60.0


def _every(seconds: float, task: str) -> dict[str, object]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


def _nightly(task: str) -> dict[str, object]:
    """When the offices are closed, in Baku and elsewhere in Europe. What is missed is done the night after."""
    return {"task": task, "schedule": crontab(hour="22", minute="30"), "options": {"expires": 3600.0}}


app.conf.beat_schedule = {
    "deliver letters": _every(5.0, "accreditation.core.tasks.deliver_letters"),
    "run waiting lists": _every(5.0, "accreditation.observers.tasks.run_list_imports"),
    "let drafts lapse": _every(5 * MINUTE, "accreditation.workflow.tasks.lapse_drafts"),
    "let accreditations expire": _every(10 * MINUTE, "accreditation.workflow.tasks.expire_accreditations"),
    "sign badges": _every(5.0, "accreditation.credentials.tasks.seal_badges"),
    "publish the signed list": _every(30.0, "accreditation.credentials.tasks.publish_signed_list"),
    "replace badges of revoked keys": _every(
        MINUTE, "accreditation.credentials.tasks.reissue_after_revocation"
    ),
    "make print runs": _every(5.0, "accreditation.credentials.tasks.work_on_print_runs"),
    "join scans": _every(10.0, "accreditation.credentials.tasks.join_scans"),
    "forget what is old": _nightly("accreditation.credentials.tasks.forget_what_is_old"),
    "forget refused pages": _every(15 * MINUTE, "accreditation.core.tasks.forget_refused_pages"),
    "keep backups": _every(15 * MINUTE, "accreditation.core.tasks.keep_backups"),
    "fold tallies": _every(MINUTE, "accreditation.workflow.tasks.fold_tallies"),
    "write reminders": _every(10 * MINUTE, "accreditation.workflow.tasks.write_reminders"),
}
