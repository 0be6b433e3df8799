"""What may happen to a mission, an application, an accreditation: the page to read first.

Each row: name, from, to, who; then what must hold (guards), what is set, what is written (effects), and which
letters leave. core/machine.py carries them out in one transaction each. Source: DOMAIN section 7.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.roles import roles_of
from accreditation.core.actors import Actor
from accreditation.core.errors import Reason
from accreditation.core.machine import ANY_STATE_IT_IS_IN, Machine, Transition
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Category, Election, Mission
from accreditation.observers.matching import lock_people
from accreditation.workflow import letters, mission_letters
from accreditation.workflow.amendments import take_over_correction
from accreditation.workflow.badge_effects import (
    queue_the_badge,
    queue_the_badge_anew,
    replace_the_badge,
    void_the_badge,
)
from accreditation.workflow.effects import (
    close_the_request,
    confirm_the_person,
    drafts_give_way,
    due_after_the_pause,
    due_by_law,
    given_category,
    granted_accreditation,
    nobody,
    nothing,
    open_a_request,
    paused_where_the_law_pauses,
    record_appeal,
    record_approval,
    record_overturned,
    record_refusal,
    record_revocation,
    record_upheld,
    record_withdrawn_appeal,
    state_the_category,
    stop_the_word_of_the_grant,
    the_actor,
    the_moment,
    yes,
)
from accreditation.workflow.guards import (
    a_refusal_stands,
    asks_for_something,
    before_deadline,
    category_of_this_election,
    checked_statement_leads,
    cites_the_ruling,
    complete,
    deadline_has_passed,
    documents_are_checked,
    election_is_on,
    invitation_is_recorded,
    judged_the_same_by_another,
    keeps_its_category,
    mission_is_registered,
    names_a_day_to_come,
    names_an_open_correction,
    names_grounds_of_the_law,
    no_current_accreditation,
    no_newer_application,
    no_open_duplicate,
    not_appealed_before,
    not_entered_by_actor,
    notes_the_hearing,
    pledge_given,
    reason_against_the_recommendation,
    second_person_for_approval,
    second_person_for_refusal,
    sender_has_confirmed,
    suspended_by_somebody_else,
    term_has_ended,
    term_lies_ahead,
    within_the_appeal_period,
)
from accreditation.workflow.merging import move_memberships_to_kept_person
from accreditation.workflow.models import Application
from accreditation.workflow.parties import (
    applicant,
    approver,
    approver_who_decided,
    clerk,
    clerk_who_entered_it,
    clerk_who_holds_it,
    focal_point,
    supervisor,
    system,
)
from accreditation.workflow.plain_states import plain_state
from accreditation.workflow.taking_back import (
    letter_still_waits,
    nothing_rests_on_the_grant,
    take_back_the_decision,
)
from accreditation.workflow.told import told_state

# --- The application ---------------------------------------------------------------------------------------------

DRAFT = Application.State.DRAFT
SUBMITTED = Application.State.SUBMITTED
UNDER_REVIEW = Application.State.UNDER_REVIEW
INFORMATION_REQUESTED = Application.State.INFORMATION_REQUESTED
RECOMMENDED = Application.State.RECOMMENDED
APPROVED = Application.State.APPROVED
REFUSED = Application.State.REFUSED
APPEALED = Application.State.APPEALED
WITHDRAWN = Application.State.WITHDRAWN
LAPSED = Application.State.LAPSED
MERGED = Application.State.MERGED

FOR_APPROVAL = {"recommendation": lambda application, move: Application.Recommendation.APPROVE}
FOR_REFUSAL = {"recommendation": lambda application, move: Application.Recommendation.REFUSE}
UNDECIDED = {"recommendation": nothing, "recommended_by": nobody}
CLOCK_RUNS_ON = {"decision_due_at": due_after_the_pause, "clock_paused_at": nobody}


def applications_of(actor: Actor) -> QuerySet[Application]:
    """The applications that the actor may see, with their statements."""
    rows = Application.objects.select_related("membership")
    return rows if actor.user is None else rows.visible_to(actor.user)


def with_its_law(application: Application, actor: Actor) -> None:
    """Give the application its election, mission and category, which a bulk run reads once and not per file."""
    shared: tuple[tuple[str, type[Any]], ...] = (("election", Election), ("mission", Mission), ("category", Category))
    for name, model in shared:
        pk = getattr(application, f"{name}_id")
        setattr(application, name, actor.remember((model, pk), partial(model.objects.get, pk=pk)))


def told_to_outsiders(application: Application, actor: Actor, now: datetime) -> tuple[str, str] | None:
    """Outside the commission one state for all that happens inside, and nobody's name."""
    if actor.user is None or roles_of(actor.user):
        return None
    return told_state(application, now), str(plain_state(application, now).word)


APPLICATION = Machine(
    Application,
    [
        Transition(
            "submit", DRAFT, SUBMITTED, by=applicant | focal_point | clerk_who_entered_it, label=_("Send"),
            guards=[election_is_on, mission_is_registered, complete, pledge_given, before_deadline],
            sets={"submitted_at": the_moment, "decision_due_at": due_by_law}, letters=[letters.receipt],
        ),
        Transition("take", SUBMITTED, UNDER_REVIEW, by=clerk, label=_("Take"), sets={"assigned_to": the_actor}),
        Transition(
            "give_back", UNDER_REVIEW, SUBMITTED, by=clerk_who_holds_it | supervisor, label=_("Give back"),
            sets={"assigned_to": nobody},
        ),
        Transition(
            "ask", [SUBMITTED, UNDER_REVIEW], INFORMATION_REQUESTED, by=clerk, label=_("Ask for correction"),
            guards=[asks_for_something, names_a_day_to_come],
            sets={"assigned_to": the_actor, "clock_paused_at": paused_where_the_law_pauses},
            effects=[open_a_request], letters=[letters.information_request],
        ),
        Transition(
            "answer", INFORMATION_REQUESTED, SUBMITTED, by=applicant | focal_point, label=_("Send the answer"),
            guards=[complete], sets=CLOCK_RUNS_ON, effects=[close_the_request],
        ),
        Transition(
            "resume", INFORMATION_REQUESTED, UNDER_REVIEW, by=clerk, label=_("Resume without an answer"),
            sets={"assigned_to": the_actor, **CLOCK_RUNS_ON}, effects=[close_the_request],
        ),
        Transition(
            "recommend_approval", UNDER_REVIEW, RECOMMENDED, by=clerk, label=_("Recommend approval"),
            guards=[documents_are_checked, no_open_duplicate, sender_has_confirmed],
            sets={**FOR_APPROVAL, "recommended_by": the_actor, "documents_checked": yes},
        ),
        Transition(
            "recommend_refusal", UNDER_REVIEW, RECOMMENDED, by=clerk, label=_("Recommend refusal"), grave=True,
            guards=[documents_are_checked, no_open_duplicate, sender_has_confirmed, names_grounds_of_the_law],
            sets={**FOR_REFUSAL, "recommended_by": the_actor, "documents_checked": yes},
        ),
        Transition(
            "approve", RECOMMENDED, APPROVED, by=approver, label=_("Approve"),
            guards=[
                not_entered_by_actor, checked_statement_leads, second_person_for_approval,
                reason_against_the_recommendation, no_current_accreditation, term_lies_ahead,
            ],
            sets={"accreditation": granted_accreditation, "decided_at": the_moment},
            effects=[record_approval, confirm_the_person, queue_the_badge], letters=[letters.approval],
        ),
        Transition(
            "refuse", RECOMMENDED, REFUSED, by=approver, label=_("Refuse"), grave=True,
            guards=[second_person_for_refusal, names_grounds_of_the_law],
            sets={"decided_at": the_moment}, effects=[record_refusal], letters=[letters.refusal],
        ),
        Transition(
            "send_back", RECOMMENDED, UNDER_REVIEW, by=approver, label=_("Send back"), reason=True, sets=UNDECIDED
        ),
        Transition(
            "take_back_decision", [APPROVED, REFUSED], RECOMMENDED, by=approver_who_decided,
            label=_("Take the decision back"), guards=[letter_still_waits, nothing_rests_on_the_grant],
            beforehand=[take_back_the_decision], sets={"decided_at": nobody, "accreditation": nobody},
        ),
        Transition(
            "withdraw", [DRAFT, SUBMITTED, UNDER_REVIEW, INFORMATION_REQUESTED, RECOMMENDED], WITHDRAWN,
            by=applicant | focal_point, label=_("Withdraw"), grave=True, effects=[close_the_request],
            letters=[letters.withdrawn_notice],
        ),
        Transition("lapse", DRAFT, LAPSED, by=system, label=_("Lapse"), guards=[deadline_has_passed]),
        Transition(
            "appeal", REFUSED, APPEALED, by=applicant | focal_point | clerk, label=_("Appeal"),
            guards=[a_refusal_stands, not_appealed_before, within_the_appeal_period, no_newer_application],
            beforehand=[drafts_give_way], effects=[record_appeal], letters=[letters.appeal_received], turn=lock_people,
        ),
        Transition("give_way", DRAFT, MERGED, by=system, label=_("Give way to an appeal")),
        Transition(
            "uphold", APPEALED, REFUSED, by=approver, label=_("Uphold the refusal"), grave=True,
            guards=[cites_the_ruling], effects=[record_upheld], letters=[letters.appeal_outcome],
        ),
        Transition(
            "withdraw_appeal", APPEALED, REFUSED, by=applicant | approver, label=_("Withdraw the appeal"), grave=True,
            effects=[record_withdrawn_appeal], letters=[letters.appeal_outcome],
        ),
        Transition(
            "overturn", APPEALED, APPROVED, by=approver, label=_("Overturn the refusal"), grave=True,
            guards=[cites_the_ruling, no_current_accreditation],
            sets={"accreditation": granted_accreditation, "decided_at": the_moment},
            effects=[record_overturned, confirm_the_person, queue_the_badge], letters=[letters.appeal_outcome],
        ),
        Transition(
            "merge", Application.LIVE, MERGED, by=clerk, label=_("Merge"), grave=True,
            guards=[judged_the_same_by_another], effects=[close_the_request, move_memberships_to_kept_person],
            turn=lock_people,
        ),
        Transition(
            "change_category", [DRAFT, SUBMITTED, UNDER_REVIEW], ANY_STATE_IT_IS_IN, by=focal_point | clerk,
            label=_("Change the category"), guards=[category_of_this_election], sets={"category": given_category},
            effects=[state_the_category],
        ),
    ],
    visible=applications_of,
    relate=with_its_law,
    states_with_letters=[DRAFT, INFORMATION_REQUESTED],
    told=told_to_outsiders,
    constraints={
        "one_live_application": Reason("live_already", _("This person has another application under way.")),
        "one_current_accreditation": Reason("accredited_already", _("This person is accredited already.")),
        "one_membership_a_delegation": Reason(
            "named_twice", _("Both people are named in the same delegation; end one of the memberships first.")
        ),
        "one_open_request": Reason("asked_already", _("A request is open already.")),
    },
)

# --- The accreditation -------------------------------------------------------------------------------------------

ACTIVE = Accreditation.State.ACTIVE
SUSPENDED = Accreditation.State.SUSPENDED
REVOKED = Accreditation.State.REVOKED
RELINQUISHED = Accreditation.State.RELINQUISHED
EXPIRED = Accreditation.State.EXPIRED
CANCELLED = Accreditation.State.CANCELLED


def accreditations_of(actor: Actor) -> QuerySet[Accreditation]:
    """The accreditations that the actor may see, with what the guards read."""
    rows = Accreditation.objects.select_related("election", "mission", "membership")
    return rows if actor.user is None else rows.visible_to(actor.user)


def last_day_of_the_term(accreditation: Accreditation, move: object) -> object:
    until = accreditation.valid_until or accreditation.election.results_published_on
    return max(until, accreditation.valid_from) if until else None


ACCREDITATION = Machine(
    Accreditation,
    [
        Transition(
            "suspend", ACTIVE, SUSPENDED, by=approver, label=_("Suspend"), reason=True, grave=True,
            effects=[void_the_badge], letters=[letters.suspension],
        ),
        Transition(
            "reinstate", SUSPENDED, ACTIVE, by=approver, label=_("Reinstate"), effects=[queue_the_badge_anew],
            letters=[letters.reinstatement],
        ),
        Transition(
            "revoke", SUSPENDED, REVOKED, by=approver, label=_("Revoke"), reason=True, grave=True,
            guards=[suspended_by_somebody_else, notes_the_hearing],
            effects=[record_revocation, void_the_badge], letters=[letters.revocation],
        ),
        Transition(
            "restore", REVOKED, ACTIVE, by=approver, label=_("Restore by a ruling"), guards=[cites_the_ruling],
            effects=[queue_the_badge_anew], letters=[letters.reinstatement],
        ),
        Transition(
            "relinquish", ACTIVE, RELINQUISHED, by=focal_point, label=_("Is not coming"), grave=True,
            effects=[void_the_badge, stop_the_word_of_the_grant], letters=[letters.relinquishment],
        ),
        Transition(
            "expire", [ACTIVE, SUSPENDED], EXPIRED, by=system, label=_("Expire"), guards=[term_has_ended],
            sets={"valid_until": last_day_of_the_term}, letters=[letters.expiry],
        ),
        Transition(
            "cancel", ACTIVE, CANCELLED, by=approver, label=_("Cancel: issued in error"), reason=True, grave=True,
            effects=[void_the_badge, stop_the_word_of_the_grant], letters=[letters.cancellation],
        ),
        Transition(
            "take_back_grant", ACTIVE, CANCELLED, by=system, label=_("Take back with its decision"),
            effects=[void_the_badge],
        ),
        Transition(
            "correct", ACTIVE, ACTIVE, by=approver, label=_("Correct"),
            guards=[names_an_open_correction, keeps_its_category],
            effects=[take_over_correction, replace_the_badge], turn=lock_people,
        ),
    ],
    visible=accreditations_of,
    states_with_letters=[ACTIVE, SUSPENDED],
    constraints={
        "one_current_accreditation": Reason("accredited_already", _("This person has another accreditation.")),
    },
)

# --- The mission -------------------------------------------------------------------------------------------------

INVITED = Mission.State.INVITED
APPLIED = Mission.State.APPLIED
MISSION_UNDER_REVIEW = Mission.State.UNDER_REVIEW
REGISTERED = Mission.State.REGISTERED
DECLINED = Mission.State.DECLINED
MISSION_SUSPENDED = Mission.State.SUSPENDED
MISSION_WITHDRAWN = Mission.State.WITHDRAWN


def missions_of(actor: Actor) -> QuerySet[Mission]:
    """The missions that the actor may see, with what the guards read."""
    rows = Mission.objects.select_related("election", "invitation")
    return rows if actor.user is None else rows.visible_to(actor.user)


MISSION = Machine(
    Mission,
    [
        Transition("apply", INVITED, APPLIED, by=focal_point | clerk, label=_("Apply for registration")),
        Transition("take", APPLIED, MISSION_UNDER_REVIEW, by=clerk, label=_("Take")),
        Transition(
            "register", MISSION_UNDER_REVIEW, REGISTERED, by=clerk, label=_("Register"),
            guards=[invitation_is_recorded], letters=[mission_letters.registered],
        ),
        Transition(
            "decline", MISSION_UNDER_REVIEW, DECLINED, by=approver, label=_("Decline"), reason=True, grave=True,
            letters=[mission_letters.declined],
        ),
        Transition(
            "suspend", REGISTERED, MISSION_SUSPENDED, by=approver, label=_("Suspend"), reason=True, grave=True,
            effects=[mission_letters.tell_its_people], letters=[mission_letters.suspended],
        ),
        Transition(
            "reinstate", MISSION_SUSPENDED, REGISTERED, by=approver, label=_("Reinstate"),
            effects=[mission_letters.tell_its_people], letters=[mission_letters.reinstated],
        ),
        Transition(
            "withdraw", REGISTERED, MISSION_WITHDRAWN, by=focal_point | clerk, label=_("Withdraw"), grave=True,
            effects=[mission_letters.stop_what_holds_no_more, mission_letters.tell_its_people],
            letters=[mission_letters.withdrawn],
        ),
    ],
    visible=missions_of,
)
