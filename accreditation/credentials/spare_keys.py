"""Whether something could still be signed tomorrow: no key is ready at once, so the next one is published ahead."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accreditation.core.errors import Reason
from accreditation.core.watch import watches
from accreditation.credentials.badges import Badge
from accreditation.credentials.keys import SigningKey

Purpose = SigningKey.Purpose
NOTHING_SIGNS: dict[str, str | Promise] = {
    Purpose.BADGE: _("No key signs badges now: badges that wait cannot be printed."),
    Purpose.LIST: _(
        "No key signs the list of void badges now: those who check badges soon rely on an old one."
    ),
}
NO_SPARE: dict[str, str | Promise] = {
    Purpose.BADGE: _(
        "No spare key for badges is published: if the one in use were stolen, none could be signed for 48 hours."
    ),
    Purpose.LIST: _(
        "No spare key for the list of void badges is published: if the one in use were stolen, none could be signed for"
        " 48 hours."
    ),
}


def lacking(now: datetime) -> list[Reason]:
    """What is missing among the published keys, by purpose: one that signs now, else one that could take its place."""
    published = SigningKey.objects.filter(state=SigningKey.State.PUBLISHED)
    keys = list(published.values_list("purpose", "first_use_at"))
    found = []
    for purpose in Purpose.values:
        first_uses = [first_use for of, first_use in keys if of == purpose]
        if not any(first_use is not None and first_use <= now for first_use in first_uses):
            found.append(Reason(f"{purpose}_key_missing", NOTHING_SIGNS[purpose]))
        elif len(first_uses) < 2:
            found.append(Reason(f"{purpose}_key_without_spare", NO_SPARE[purpose]))
    return found


@watches
def warned_of(now: datetime) -> list[Reason]:
    """The same, while a published election has badges that hold: one query where nothing is missing, else two."""
    found = lacking(now)
    return [_for_the_desk(reason) for reason in found] if found and _badges_are_about() else []


def _for_the_desk(reason: Reason) -> Reason:
    return Reason(reason.code, f"{reason.words} {_('Tell those who run the server.')}")


def _badges_are_about() -> bool:
    return (
        Badge.objects.live()
        .filter(
            accreditation__election__published_at__isnull=False,
            accreditation__election__cancelled_at=None,
            accreditation__election__results_published_on=None,
        )
        .exists()
    )
