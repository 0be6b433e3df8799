"""What Celery wakes for badges: fetch, call, nothing else."""

from celery import shared_task
from django.utils import timezone

from accreditation.credentials.listing import publish_list
from accreditation.credentials.reissuing import reissue_badges_of_revoked_keys


@shared_task(ignore_result=True)
def publish_signed_list() -> int | None:
    """Publish the list of void badges where it has changed; its version."""
    made = publish_list(timezone.now())
    return made.version if made else None


@shared_task(ignore_result=True)
def reissue_after_revocation() -> int:
    """Go on with replacing the badges of revoked keys; how many were."""
    return reissue_badges_of_revoked_keys(timezone.now(), at_most=5000)
