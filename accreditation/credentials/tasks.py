"""What Celery wakes for badges: fetch, call, nothing else."""

from celery import shared_task
from celery.utils.log import get_task_logger
from django.utils import timezone

from accreditation.credentials import retention
from accreditation.credentials.alarms import raise_alarms
from accreditation.credentials.keyring import NoPrivateKey
from accreditation.credentials.listing import publish_list
from accreditation.credentials.printing_work import work_on_waiting
from accreditation.credentials.reissuing import reissue_badges_of_revoked_keys
from accreditation.credentials.sealing import seal_waiting

log = get_task_logger(__name__)


@shared_task(ignore_result=True)
def seal_badges() -> int:
    """Sign the badges that wait; how many were. Without a key they wait on, and the log says what to do."""
    try:
        return seal_waiting(now=timezone.now())
    except NoPrivateKey as error:
        log.warning("Badges wait for their signature: %s", error)
        return 0


@shared_task(ignore_result=True)
def publish_signed_list() -> int | None:
    """Publish the list of void badges where it has changed; its version."""
    try:
        made = publish_list(timezone.now())
    except NoPrivateKey as error:
        log.warning("Verifiers wait for a list: %s", error)
        return None
    return made.version if made else None


@shared_task(ignore_result=True)
def reissue_after_revocation() -> int:
    """Go on with replacing the badges of revoked keys; how many were."""
    return reissue_badges_of_revoked_keys(timezone.now(), at_most=5000)


@shared_task(ignore_result=True)
def work_on_print_runs() -> int:
    """Make the print runs that wait, and go on with those whose worker died; how many."""
    return work_on_waiting(now=timezone.now())


@shared_task(ignore_result=True)
def join_scans() -> int:
    """Look through the scans that have come in; how many alarms were raised."""
    if raised := raise_alarms(timezone.now()):
        log.warning("%d alarms about scans of badges were raised", raised)
    return raised


@shared_task(ignore_result=True)
def forget_what_is_old() -> None:
    """Delete scans and sheets whose time is over."""
    now = timezone.now()
    retention.forget_scans(now)
    retention.forget_sheets(now)
