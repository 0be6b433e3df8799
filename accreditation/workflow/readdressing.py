"""Sending a letter to another address: who may read it there.

Only the letter is readdressed. An address that is stored belongs to somebody else to change: that of a statement to the
mission that made it, that of an account to whoever signs in with it, since it is an identity and would open the account
to its new owner. Whoever corrects one of these has it offered here at the next letter.

A letter tells of a person, so a clerk's typing must not hand it to another one: refused is an address with which
somebody signs in whom the letter does not concern, the commission's own people included, and one that a mission states
for somebody else. A letter that opens something to whoever has it goes only where we know the reader.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, CLERK, SUPERVISOR
from accreditation.core.actors import Actor
from accreditation.core.errors import NotAllowed, Reason
from accreditation.core.outbox import OutboxMessage
from accreditation.core.readdressing import can_be_readdressed, readdress
from accreditation.credentials.models import Accreditation, Badge
from accreditation.missions.models import Mission
from accreditation.observers.models import Membership
from accreditation.workflow.letter_kinds import TO_STAFF
from accreditation.workflow.models import Application
from accreditation.workflow.parties import has_role
from accreditation.workflow.recipients import heads_of

OPEN_TO_WHOEVER_HAS_THEM = frozenset({"badge_ready"})
"""Letters with a link that shows the badge to whoever follows it, without signing in."""


@dataclass(frozen=True)
class Concerned:
    """Whom a letter concerns: its election by its mission, its person where it is written to one, the addresses at
    which we know its reader, the best first, and those of who speaks for the mission and may read it as well.
    """

    mission: Mission | None
    person: int | None
    reader: tuple[str, ...]
    heads: tuple[str, ...]


def is_offered(letter: OutboxMessage) -> bool:
    """Whether another address can be said: not for what the commission writes to its own people."""
    return letter.kind not in TO_STAFF and can_be_readdressed(letter)


def known_address(letter: OutboxMessage) -> str:
    """The address at which its reader is known by now, where that is another one than the letter's; else ''."""
    others = (one for one in concerned_with(letter).reader if one.lower() != letter.email.lower())
    return next(others, "")


def send_elsewhere(pk: int, email: str, *, actor: Actor, now: datetime, reason: str) -> OutboxMessage:
    """The letter that leaves in place of letter `pk`. Raises NotAllowed, and what core's readdress() raises."""
    if not has_role(actor, CLERK, SUPERVISOR, APPROVER):
        raise NotAllowed()
    return readdress(pk, email, actor=actor, now=now, reason=reason, against=reasons_against)


def reasons_against(letter: OutboxMessage, email: str) -> list[Reason]:
    """Why the letter may not be read at that address."""
    if letter.kind in TO_STAFF:
        return [Reason("stays_inside", _("This letter is for the commission's own people."))]
    concerned = concerned_with(letter)
    if email.lower() in {one.lower() for one in (*concerned.reader, *concerned.heads)}:
        return []
    account = User.objects.filter(email=email.lower()).first()
    if account is not None:
        words = (
            _("This is the address of somebody at the commission.")
            if account.is_staff
            else _("Somebody whom this letter does not concern signs in with this address.")
        )
        return [Reason("address_of_another", words)]
    if _stated_for_another(concerned, email):
        words = _(
            "A mission states this address for somebody else. If it is this reader's as well, have the mission "
            "correct its statement."
        )
        return [Reason("address_of_another", words)]
    if letter.kind in OPEN_TO_WHOEVER_HAS_THEM:
        words = _(
            "This letter opens the badge to whoever has it. It goes only to the address of the statement or of the "
            "account, or to those who speak for the mission: have that corrected first."
        )
        return [Reason("opens_the_badge", words)]
    return []


def concerned_with(letter: OutboxMessage) -> Concerned:
    """Whom the letter concerns, from what it is about; the account that it was written to where that says nothing."""
    about: Any = _about(letter)
    if isinstance(about, Badge):
        about = about.accreditation
    mission = about if isinstance(about, Mission) else getattr(about, "mission", None)
    person = None if letter.facts.get("to_head") else getattr(about, "person_id", None)
    account = User.objects.filter(pk=letter.user_id).first() if letter.user_id else None
    reader = [
        *(_of_person(about) if person is not None else []),
        account.email if account is not None else "",
    ]
    heads = [head.email for head in heads_of(mission)] if mission is not None else []
    return Concerned(mission, person, tuple(filter(None, reader)), tuple(heads))


def _about(letter: OutboxMessage) -> Any:
    if not letter.about_type:
        return None
    return apps.get_model(letter.about_type)._default_manager.filter(pk=letter.about_id).first()


def _of_person(about: Application | Accreditation | Membership) -> list[str]:
    """The address of the statement, then that of the account with which the person applies."""
    statement = about if isinstance(about, Membership) else about.membership
    file: Any = about
    if not isinstance(about, Application):
        files = {"accreditation": about} if isinstance(about, Accreditation) else {"membership": about}
        file = Application.objects.filter(**files).select_related("applicant").first()
    account = file.applicant if file is not None else None
    return [statement.email, account.email if account is not None else ""]


def _stated_for_another(concerned: Concerned, email: str) -> bool:
    """Whether a mission of the election states the address for somebody who is not this letter's reader."""
    stated = Membership.objects.current().filter(email__iexact=email)
    if concerned.mission is not None:
        stated = stated.filter(mission__election=concerned.mission.election_id)
    if concerned.person is not None:
        stated = stated.exclude(person=concerned.person)
    return stated.exists()
