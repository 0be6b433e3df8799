"""A badge as those outside see it: the one that stands for an accreditation now, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accreditation.core.actors import Actor
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.models import Accreditation

PLAIN: dict[str, tuple[str, str, str | Promise]] = {
    Badge.State.QUEUED: ("●", "wait", _("Badge is being made")),
    Badge.State.STANDBY: ("○", "calm", _("On standby: no badge is made")),
    Badge.State.PRINTED: ("●", "wait", _("Badge is made")),
    Badge.State.READY: ("✓", "good", _("Badge is ready to collect")),
    Badge.State.COLLECTED: ("✓", "good", _("Badge is collected")),
    Badge.State.RETURNED: ("–", "calm", _("Badge was given back")),
    Badge.State.LOST: ("!", "bad", _("Badge was reported as lost and is void")),
    Badge.State.VOID: ("✕", "bad", _("Badge is void")),
    Badge.State.REISSUED: ("–", "calm", _("Badge was replaced")),
}
"""Sign, tone and words of a state."""


def badge_of(accreditation: Accreditation | None) -> Badge | None:
    """The badge that stands last; None before there is one."""
    if accreditation is None:
        return None
    badges = Badge.objects.filter(accreditation=accreditation, replaced_by=None)
    return badges.select_related("accreditation__membership").order_by("-pk").first()


def offered(badge: Badge, actor: Actor) -> set[str]:
    """What this actor may do with it: 'report_lost', 'hold', 'release'."""
    return {one.name for one in BADGE.available(badge, actor)} & {"report_lost", "hold", "release"}
