"""What was done to a badge, in the words of the commission's own histories."""

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

HAPPENED: dict[str, str | Promise] = {
    "created": _("Queued"),
    "seal": _("Signed"),
    "hold": _("Put on standby"),
    "release": _("Taken off standby"),
    "print": _("Printed"),
    "make_ready": _("Made ready to collect"),
    "hand_over": _("Handed over"),
    "take_back": _("Taken back"),
    "report_lost": _("Reported as lost"),
    "void": _("Made void"),
    "reissue": _("Replaced by another"),
    "picture_shown": _("Photo shown"),
}


def happened_in_words(verb: str) -> str:
    """A verb of a badge's history in the language of the page; one without words of its own as it is stored."""
    return str(HAPPENED.get(verb) or capfirst(verb.replace("_", " ")))
