"""Until when a refusal can be appealed, which refusal that is, and which newer files of the person there are."""

from datetime import datetime

from django.db.models import Q

from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.models import Application, ApplicationQuerySet, Decision


def standing_refusal(application: Application) -> Decision | None:
    """The newest refusal of the application; None when none stands."""
    return application.decisions.standing().filter(kind=Decision.Kind.REFUSAL).last()


def appeal_last_moment(application: Application) -> datetime | None:
    """The first moment that is too late to appeal; None while the refusal has not been sent.

    The period counts from the sending of the letter (DESIGN section 5), so a letter that does not leave takes
    nobody's right away. With several readers the last sending counts.
    """
    refusal = standing_refusal(application)
    if refusal is None:
        return None
    sent = (
        OutboxMessage.objects.about(application)
        .filter(kind="refusal", created_at__gte=refusal.decided_at, sent_at__isnull=False)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
        .first()
    )
    return application.election.calendar.appeal_closes_at(sent) if sent else None


def newer_files(application: Application) -> ApplicationQuerySet:
    """The live files of the same person at this election that were opened after this one."""
    of_person = Application.objects.filter(person=application.person_id, election=application.election_id)
    return of_person.filter(pk__gt=application.pk).live()


def drafts_of_others(application: Application) -> ApplicationQuerySet:
    """Newer drafts that neither this mission nor this applicant opened: nobody has applied with them yet."""
    drafts = newer_files(application).filter(state=Application.State.DRAFT)
    others = drafts.exclude(mission=application.mission_id)
    if application.applicant_id is None:
        return others
    return others.filter(Q(applicant=None) | ~Q(applicant=application.applicant_id))
