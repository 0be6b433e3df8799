"""What each kind of letter is called on pages; its own words stand in templates/letters/<kind>."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accreditation.core.outbox import OutboxMessage

KINDS: dict[str, str | Promise] = {
    "receipt": _("Receipt"),
    "information_request": _("Request for information"),
    "approval": _("Approval"),
    "refusal": _("Refusal"),
    "withdrawn_notice": _("Notice of withdrawal"),
    "appeal_received": _("Receipt of the appeal"),
    "appeal_outcome": _("Outcome of the appeal"),
    "revocation": _("Revocation"),
    "suspension": _("Suspension"),
    "reinstatement": _("Reinstatement"),
    "cancellation": _("Cancellation of an accreditation"),
    "relinquishment": _("An accreditation was given back"),
    "expiry": _("End of the accreditation"),
    "mission_registered": _("Registration of a mission"),
    "mission_declined": _("A mission is not registered"),
    "mission_suspended": _("Suspension of a mission"),
    "mission_reinstated": _("Reinstatement of a mission"),
    "mission_withdrawn": _("Withdrawal of a mission"),
    "left_without_mission": _("No mission names the person any more"),
    "arrival_reminder": _("Reminder before the arrival, to a mission"),
    "arrival_reminder_person": _("Reminder before the arrival"),
    "badge_ready": _("The digital badge"),
    "badges_not_collected": _("Reminder of badges that were not collected"),
    "deadline_reminder": _("Reminder of the deadline, to a mission"),
    "deadline_reminder_person": _("Reminder of the deadline"),
    "deadline_reminder_begun": _("Reminder of the deadline, before there is an application"),
    "decision_overdue": _("Decision overdue"),
    "election_postponed": _("The election was postponed"),
    "election_cancelled": _("The election was cancelled"),
}
TO_STAFF = frozenset({"decision_overdue"})
"""Letters of the commission to its own people; nobody outside learns that there are any."""


def kind_in_words(kind: str) -> str:
    """The name of a kind in the language of the page. KeyError for a kind that has none."""
    return str(KINDS[kind])


def with_kinds(letters: Iterable[OutboxMessage]) -> list[tuple[OutboxMessage, str]]:
    """Each letter with the name of its kind."""
    return [(letter, kind_in_words(letter.kind)) for letter in letters]
