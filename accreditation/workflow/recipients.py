"""Who reads a letter, where, and in which language (DESIGN.md, section 5)."""

from collections.abc import Iterable
from typing import Any

from accreditation.core.outbox import Recipient
from accreditation.missions.models import Mission, MissionRole

NOBODY = Recipient(email="")
"""No address is known: the commission prints the letter."""


def heads_of(mission: Mission) -> list[Recipient]:
    """Everybody who speaks for the mission today; their due letters of one kind leave as one mail.

    One query; none where `mission.roles` is prefetched.
    """
    if "roles" in getattr(mission, "_prefetched_objects_cache", {}):
        roles: Iterable[MissionRole] = [role for role in mission.roles.all() if role.ended_at is None]
    else:
        roles = MissionRole.objects.current().filter(mission=mission).select_related("user")
    return [
        Recipient(
            email=role.user.email,
            language=role.user.language or mission.language or "en",
            user_id=role.user_id,
            together=True,
        )
        for role in roles
        if role.user.is_active
    ]


def person_behind(subject: Any, *, applicant: Any = None) -> Recipient:
    """The person whom an application or accreditation is about; with an empty address where none is known.

    The address on the primary membership, else the applicant's account. The language is the account's, else the
    mission's, else English.
    """
    language = (applicant.language if applicant is not None else "") or subject.mission.language or "en"
    own = subject.membership.email or (applicant.email if applicant is not None else "")
    return Recipient(
        email=own, language=language, user_id=applicant.pk if own and applicant is not None else None
    )


def readers_of(subject: Any, *, applicant: Any = None) -> list[Recipient]:
    """Who reads a letter about an application or accreditation: never nobody.

    The person, else those who speak for the primary mission, else the commission's printer.
    """
    person = person_behind(subject, applicant=applicant)
    return [person] if person.email else heads_of(subject.mission) or [person]


def each_once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """The first of every address; a letter for the printer only when nobody has an address."""
    by_address: dict[str, Recipient] = {}
    for recipient in recipients:
        by_address.setdefault(recipient.email.lower(), recipient)
    reached = [recipient for address, recipient in by_address.items() if address]
    return reached or list(by_address.values())
