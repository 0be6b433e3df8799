"""The pictures of a membership: kept once, the newest of a kind holds, and given out with a trace.

Whether somebody may add one, and when, is asked at the one door for it, workflow.pictures; what a picture must be
stands here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse

from accreditation.core.actors import Actor, actor_of, moment_of
from accreditation.core.audit import record
from accreditation.core.errors import Busy
from accreditation.core.storage import delete, serve_private, store
from accreditation.core.transactions import all_or_nothing
from accreditation.core.uploads import PASSPORT_PAGE, AcceptedImage, ImageRules, accept_image
from accreditation.missions.models import DocumentKind, Election
from accreditation.observers.models import Membership, Upload

PHOTO_RATIO = 3 / 4
PHOTO_LONGEST_SIDE = 1200


def rules_of(kind: str, election: Election) -> ImageRules:
    """What a picture of this kind must be at this election. KeyError for what is no picture."""
    return {
        DocumentKind.PHOTO: ImageRules(
            max_bytes=election.photo_max_bytes,
            min_width=election.photo_min_width,
            min_height=election.photo_min_height,
            ratio=PHOTO_RATIO,
            max_side=PHOTO_LONGEST_SIDE,
        ),
        DocumentKind.PASSPORT_PAGE: PASSPORT_PAGE,
    }[DocumentKind(kind)]


def keep_picture(
    membership: Membership,
    kind: str,
    file: Any,
    *,
    by: Actor,
    now: datetime,
    election: Election,
    if_it_may: Callable[[], None],
) -> Upload:
    """Take an uploaded file (or bytes) as the current picture of a kind, in place of the older one.

    The same picture sent again is the same Upload, so a retry over a bad network changes nothing. Raises
    UploadRefused with the one reason why the file is not taken, and whatever `if_it_may` raises. Order: judged and
    stored, while nobody waits for a row of ours; then, in one transaction, `if_it_may` and the row.
    """
    picture = accept_image(file, rules_of(kind, election))
    name = store(picture.jpeg)
    try:
        upload = _replace(membership, kind, picture, name, by=by, now=now, if_it_may=if_it_may)
    except BaseException as error:
        if not _may_be_written(error):
            delete(name)
        raise
    if upload.name != name:
        delete(name)
    return upload


def _may_be_written(error: BaseException) -> bool:
    """The database has gone, perhaps after its last word: a file without a row is litter, a row without one a loss."""
    return isinstance(error, OperationalError | InterfaceError) and not isinstance(error, Busy)


@all_or_nothing
def _replace(
    membership: Membership,
    kind: str,
    picture: AcceptedImage,
    name: str,
    *,
    by: Actor,
    now: datetime,
    if_it_may: Callable[[], None],
) -> Upload:
    """The row of the new picture, or the current one where it shows the same; two at once take turns."""
    if_it_may()
    Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.pk)
    digest = bytes.fromhex(picture.sha256)
    current = Upload.objects.filter(membership=membership, kind=kind, replaced_at=None).first()
    if current is not None and bytes(current.sha256) == digest:
        return current
    if current is not None:
        current.replaced_at = now
        current.save(update_fields=["replaced_at"])
    upload = Upload.objects.create(
        membership=membership,
        kind=kind,
        name=name,
        sha256=digest,
        width=picture.width,
        height=picture.height,
        uploaded_by=by.user,
        uploaded_at=now,
    )
    record(membership, "picture_kept", actor=by, now=now, fields=[kind], upload=upload.pk)
    return upload


def serve_upload(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Give a stored picture out and record that it was seen. The caller has asked for permission."""
    try:
        answer = serve_private(request, upload.name, content_type="image/jpeg", filename=f"{upload.kind}.jpg")
    except FileNotFoundError:
        raise Http404 from None
    if request.method != "HEAD":
        actor, now = actor_of(request), moment_of(request)
        record(upload, "picture_seen", actor=actor, now=now, fields=[upload.kind])
    return answer
