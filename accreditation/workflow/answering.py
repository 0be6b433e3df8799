"""Saving what an applicant answers, one page at a time, and beginning again after a withdrawal.

Files and statements are written by intake, changing and the write door.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.errors import Reason, Refused
from accreditation.core.outbox import cancel_with_its_object
from accreditation.core.transactions import all_or_nothing
from accreditation.missions.models import Delegation, Election, Mission
from accreditation.observers.answers import can_be_entered, statement_of
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership, MembershipQuerySet, Upload
from accreditation.observers.statements import refusals
from accreditation.observers.stating import FIELDS, as_wish, rules_for
from accreditation.workflow.applying import ENDED, Applying, applying_of
from accreditation.workflow.changing import change_statement
from accreditation.workflow.intake import enter_statement, open_anew
from accreditation.workflow.models import Application
from accreditation.workflow.pictures import add_picture

State = Application.State


def reasons_against_answers(applying: Applying, answers: Mapping[str, Any], mission: Mission) -> list[Reason]:
    """What the rules of a row say against the statement with these answers; what is not answered yet is no fault."""
    said = replace(applying.statement, **answers)
    today = applying.election.calendar.local_date(applying.now)
    unanswered = {"no_name", "no_date_of_birth", "no_citizenship", "no_document_number"}
    return [why for why in refusals(said, rules_for(mission), today) if why.code not in unanswered]


def save_answers(
    applying: Applying,
    answers: Mapping[str, Any],
    *,
    actor: Actor,
    mission: Mission | None = None,
    delegation: Delegation | None = None,
) -> None:
    """Keep one page's answers: in the beginning, which may thereby become a draft, or on the own statement.

    `mission`, and its `delegation` where it has several, are given by the page that asks for them. Raises
    Refused; then nothing is kept.
    """
    if applying.application is not None:
        open_states = (State.DRAFT, State.INFORMATION_REQUESTED)
        if applying.membership is None or applying.application.state not in open_states:
            raise Refused([Reason("sent_already", sent_already())])
        said = replace(applying.statement, **answers)
        change_statement(applying.membership, said, actor=actor, now=applying.now, fields=tuple(answers))
    elif not _save_in_beginning(applying, answers, actor, mission, delegation):
        now_open = applying_of(applying.user, applying.election, applying.now)
        save_answers(now_open, answers, actor=actor)


@all_or_nothing
def _save_in_beginning(
    applying: Applying,
    answers: Mapping[str, Any],
    actor: Actor,
    mission: Mission | None,
    delegation: Delegation | None,
) -> bool:
    """False, with nothing kept, where another tab has opened the file between our look and our write."""
    beginning, made = Beginning.objects.select_for_update(of=("self",)).get_or_create(
        user=applying.user, election=applying.election, defaults={"begun_at": applying.now}
    )
    files = Application.objects.live().filter(applicant=applying.user, election=applying.election)
    if made and files.exists():
        beginning.delete()
        return False
    if mission is not None:
        beginning.mission, beginning.delegation = mission, delegation
    beginning.add(as_wish(answers))
    beginning.save()
    _enter_when_complete(beginning, applying, actor)
    return True


def _enter_when_complete(beginning: Beginning, applying: Applying, actor: Actor) -> None:
    statement = statement_of(beginning.answered)
    mission = beginning.mission
    if mission is None or not can_be_entered(statement):
        return
    mission.election = applying.election
    delegations = list(mission.delegations.all())
    if not delegations:
        raise Refused([Reason("no_delegation", _("This mission has no delegation yet. Ask for help."))])
    delegation = beginning.delegation_of(delegations)
    if delegation is None:
        return  # the answers wait until it is known which
    delegation.mission = mission
    statement.email = statement.email or applying.user.email
    own = MembershipQuerySet.about_themselves(applying.user)
    before = Membership.objects.current().filter(own, mission=mission).first()
    if before is None:
        enter_statement(
            statement, delegation=delegation, actor=actor, now=applying.now, applicant=applying.user
        )
    else:  # withdrawn, and back with the same mission
        open_anew(before, actor=actor, now=applying.now)
        fields = tuple(name for name in beginning.answered if name in FIELDS)
        change_statement(before, statement, actor=actor, now=applying.now, fields=fields)
    end_beginning(beginning)


@transaction.atomic
def end_beginning(beginning: Beginning) -> None:
    """What was begun has become a draft, or is thrown away: no reminder speaks of it any more."""
    cancel_with_its_object(beginning)
    beginning.delete()


def registered_missions(election: Election) -> Iterable[Mission]:
    """The missions that an applicant may name, with their delegations."""
    missions = election.missions.filter(state=Mission.State.REGISTERED).order_by("name")
    return missions.prefetch_related("delegations")


def save_picture(applying: Applying, kind: str, file: Any, *, actor: Actor) -> Upload:
    """Keep a picture on the own statement while the file may be changed. Raises UploadRefused and Refused."""
    assert applying.membership is not None
    return add_picture(
        applying.membership,
        kind,
        file,
        actor=actor,
        now=applying.now,
        while_it_is=(State.DRAFT, State.INFORMATION_REQUESTED),
        too_late=lambda: Reason("sent_already", sent_already()),
    )


def sent_already() -> str:
    return _("Your application has been sent already. This change was not saved.")


def begin_again(applying: Applying, *, actor: Actor) -> Application:
    """Open another draft after one that was withdrawn or lapsed, with the same answers. Raises Refused."""
    application, membership = applying.application, applying.membership
    if application is None or membership is None or not can_begin_again(applying):
        raise Refused([Reason("cannot_begin_again", _("You cannot apply again now."))])
    return open_anew(membership, actor=actor, now=applying.now)


def begin_with_another_mission(applying: Applying, mission: Mission | None = None) -> None:
    """Take the answers of a withdrawn application into a new beginning, where the mission is asked anew.

    Pictures and pledge were given to the former mission's statement and are asked again. Raises Refused.
    """
    if not can_begin_again(applying):
        raise Refused([Reason("cannot_begin_again", _("You cannot apply again now."))])
    said = {name: getattr(applying.statement, name) for name in FIELDS if name != "category"}
    with transaction.atomic():
        beginning, _made = Beginning.objects.select_for_update(of=("self",)).get_or_create(
            user=applying.user, election=applying.election, defaults={"begun_at": applying.now}
        )
        beginning.mission, beginning.delegation = mission, None
        beginning.add(as_wish({name: value for name, value in said.items() if value}))
        beginning.save()


def can_begin_again(applying: Applying) -> bool:
    application, membership = applying.application, applying.membership
    return (
        application is not None
        and membership is not None
        and membership.ended_at is None
        and application.state in ENDED
        and not applying.is_late
    )
