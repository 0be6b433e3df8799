"""Celery only wakes; the truth is in PostgreSQL.

Every job finds what is due in the database and is safe to run twice or not at all: a tick that is lost
costs the seconds until the next one. Ticks expire, so that they do not pile up while no worker runs.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("accreditation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

MINUTE = 60.0


def _every(seconds: float, task: str) -> dict[str, object]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


app.conf.beat_schedule = {
    "deliver letters": _every(5.0, "accreditation.core.tasks.deliver_letters"),
    "run waiting lists": _every(5.0, "accreditation.observers.tasks.run_list_imports"),
    "let drafts lapse": _every(5 * MINUTE, "accreditation.workflow.tasks.lapse_drafts"),
    "let accreditations expire": _every(10 * MINUTE, "accreditation.workflow.tasks.expire_accreditations"),
    "write reminders": _every(10 * MINUTE, "accreditation.workflow.tasks.write_reminders"),
}
