"""What was done, in the words of the commission's own histories: a button says 'Take', a history 'Taken'.

Those outside read less, and in other words: following.py for applicants, own_history.py for heads.
"""

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accreditation.core.audit import CREATED, AuditEvent
from accreditation.credentials.happened import HAPPENED as HAPPENED_TO_BADGES
from accreditation.credentials.happened import happened_in_words
from accreditation.credentials.models import Accreditation, Badge

HAPPENED: dict[str, str | Promise] = {
    CREATED: _("Opened"),
    # moves of the application
    "submit": _("Sent"),
    "take": _("Taken by a clerk"),
    "give_back": _("Given back"),
    "ask": _("Correction asked for"),
    "answer": _("Answered"),
    "resume": _("Resumed without an answer"),
    "recommend_approval": _("Recommended for approval"),
    "recommend_refusal": _("Recommended for refusal"),
    "approve": _("Approved"),
    "refuse": _("Refused"),
    "send_back": _("Sent back"),
    "take_back_decision": _("Decision taken back"),
    "withdraw": _("Withdrawn"),
    "lapse": _("Lapsed"),
    "appeal": _("Appeal filed"),
    "give_way": _("Closed: gave way to an appeal"),
    "uphold": _("Refusal upheld"),
    "withdraw_appeal": _("Appeal withdrawn"),
    "overturn": _("Refusal overturned"),
    "merge": _("Merged"),
    "change_category": _("Category changed"),
    # moves of the accreditation
    "suspend": _("Suspended"),
    "reinstate": _("Reinstated"),
    "revoke": _("Revoked"),
    "restore": _("Restored by a ruling"),
    "relinquish": _("Given back: is not coming"),
    "expire": _("Expired"),
    "cancel": _("Cancelled: issued in error"),
    "correct": _("Corrected"),
    "take_back_grant": _("Cancelled with its decision, which was taken back"),
    # moves of the mission
    "apply": _("Applied for registration"),
    "register": _("Registered"),
    "decline": _("Declined"),
    # beside the moves
    "passport_shown": _("Passport number shown"),
    "amendment_asked": _("Change wished"),
    "amendment_taken": _("Wished change taken over"),
    "amendment_declined": _("Wished change declined"),
    "amendment_taken_back": _("Wished change taken back"),
    "sender_changed": _("Another mission's statement leads"),
    "left_without_sender": _("Left without a mission"),
    "category_changed": _("Category changed"),
    "picture_shown": _("Picture shown"),
    "looked_into": _("Looked into"),
    "added": _("Added by form"),
    "edited": _("Edited by form"),
    "deleted": _("Deleted by form"),
    "replaces": _("Named in the place of somebody who is not coming"),
}

BEGAN: dict[str, str | Promise] = {Accreditation._meta.label_lower: _("Granted")}
"""How the history begins of what is not opened, by kind of object: an accreditation comes with its decision."""


def event_in_words(event: AuditEvent) -> str:
    """What an event says in the history of its object, in the language of the page."""
    if event.subject_type == Badge._meta.label_lower:
        return happened_in_words(event.verb)
    if event.verb == CREATED and event.subject_type in BEGAN:
        return str(BEGAN[event.subject_type])
    return in_words(event.verb)


def in_words(verb: str) -> str:
    """A verb of the audit in the language of the page; one without words of its own as it is stored."""
    return str(HAPPENED.get(verb) or capfirst(verb.replace("_", " ")))


def verbs_worded(words: str) -> list[str]:
    """The verbs whose words hold these, in the language of the page, so that the audit is searched as it is read."""
    sought = words.strip().casefold()
    known = [*HAPPENED.items(), *HAPPENED_TO_BADGES.items()]
    return sorted({verb for verb, said in known if sought and sought in str(said).casefold()})
