"""Why a move is refused: each guard is a sentence. It takes the object and the move, and touches nothing."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import Reason
from accreditation.core.machine import Move
from accreditation.core.moments import in_words
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Category, Election, Invitation, Mission, MissionRole
from accreditation.observers.completeness import missing, pledge_missing
from accreditation.observers.models import Membership, Person, PossibleDuplicate
from accreditation.workflow.appeals import (
    appeal_last_moment,
    drafts_of_others,
    newer_files,
    standing_refusal,
)
from accreditation.workflow.models import Amendment, Application

# To submit


def election_is_on(application: Application, move: Move) -> Reason | None:
    """Nothing is sent to an election that is not published, is cancelled, or has not opened yet."""
    election = application.election
    if election.published_at is None or election.cancelled_at is not None:
        return Reason("election_closed", _("This election takes no applications."))
    window = election.calendar.application_window
    if move.now < window.opens_at:
        words = in_words(window.opens_at, election.time_zone)
        return Reason("not_open_yet", _("Applications open on %(moment)s.") % {"moment": words})
    return None


def mission_is_registered(application: Application, move: Move) -> Reason | None:
    """People follow their mission: it is registered first (DOMAIN: organisation first)."""
    if application.mission.state != Mission.State.REGISTERED:
        return Reason(
            "mission_not_registered",
            _("The mission is “%(state)s”; its people can apply once it is registered.")
            % {"state": application.mission.get_state_display()},
        )
    return None


def complete(application: Application, move: Move) -> Reason | None:
    """Everything that DOMAIN asks 'to submit' is there."""
    membership = Membership.objects.select_related(
        "document", "delegation__organisation", "mission__organisation"
    ).get(pk=application.membership_id)
    uploads = set(membership.uploads.filter(replaced_at=None).values_list("kind", flat=True))
    reachable = (
        application.applicant_id is not None
        or MissionRole.objects.current().filter(mission=application.mission_id).exists()
    )
    lacking = missing(membership, application.category, uploads, reachable=reachable)
    if lacking:
        return Reason(
            "incomplete", _("Still missing: %(list)s.") % {"list": ", ".join(str(one) for one in lacking)}
        )
    return None


def pledge_given(application: Application, move: Move) -> Reason | None:
    """The pledge stands: signed by the person, or declared by the head where the parameter allows."""
    election = application.election
    lacking = pledge_missing(
        application.membership, election.pledge_version, by_head_allowed=election.pledge_by_head
    )
    if lacking:
        return Reason("pledge", _("Still missing: %(list)s.") % {"list": str(lacking)})
    return None


def before_deadline(application: Application, move: Move) -> Reason | None:
    """Refuse a first submission once the window has closed, unless it replaces an accredited person in time."""
    election = application.election
    deadline = election.calendar.application_deadline_for(application.category)
    if move.now < deadline.closes_at or election.late_policy == Election.LatePolicy.ACCEPT:
        return None
    if replaces_within_rule(application, move):
        return None
    return Reason("late", _("Applications closed: %(deadline)s.") % {"deadline": deadline.words})


def replaces_within_rule(application: Application, move: Move) -> bool:
    """A replacement of somebody who gave the accreditation back is taken until its own, later deadline."""
    return (
        application.replaces is not None
        and application.replaces.state == Accreditation.State.RELINQUISHED
        and move.now < application.election.calendar.replacement_deadline.closes_at
    )


def deadline_has_passed(application: Application, move: Move) -> Reason | None:
    """A draft lapses only after its deadline; a replacement within its rule stays."""
    if before_deadline(application, move) is None:
        return Reason("still_open", _("This draft can still be sent."))
    return None


# To ask


def asks_for_something(application: Application, move: Move) -> Reason | None:
    """A request says what is missing, in canned words or the clerk's own."""
    if not move.given.get("reasons") and not str(move.given.get("text") or "").strip():
        return Reason("asks_nothing", _("Say what is missing."))
    return None


def names_a_day_to_come(application: Application, move: Move) -> Reason | None:
    """A request says by when, and that day is not over."""
    due_on = move.given.get("due_on")
    if due_on is None:
        return Reason("no_day", _("Say by which day you need it."))
    if due_on < application.election.calendar.local_date(move.now):
        return Reason("day_passed", _("The day by which you need it has passed already."))
    return None


# To recommend and decide


def documents_are_checked(application: Application, move: Move) -> Reason | None:
    """A clerk has compared the statement with the documents."""
    if not (application.documents_checked or move.given.get("documents_checked")):
        return Reason(
            "documents_not_checked",
            _("Compare the statement with the documents first, and tick what agrees."),
        )
    return None


def no_open_duplicate(application: Application, move: Move) -> Reason | None:
    """Nobody is decided twice: possible duplicates are settled first."""
    person = application.person_id
    if PossibleDuplicate.objects.filter(
        Q(first=person) | Q(second=person), verdict=PossibleDuplicate.Verdict.OPEN
    ).exists():
        return Reason("open_duplicate", _("Settle first whether this is the same person as another."))
    return None


def sender_has_confirmed(application: Application, move: Move) -> Reason | None:
    """Somebody who joined with the mission's link waits until the mission has said yes."""
    if application.membership.ended_at is not None:
        return Reason("no_sender", _("No mission names this person any more."))
    if not application.membership.sender_confirmed:
        return Reason("sender_not_confirmed", _("The mission has not confirmed this person yet."))
    return None


def names_grounds_of_the_law(application: Application, move: Move) -> Reason | None:
    """A refusal rests on grounds of the election's own list and on nothing else."""
    grounds = set(move.given.get("grounds") or [])
    if not grounds:
        return Reason("no_ground", _("Choose the ground of the refusal."))
    known = set(application.election.refusal_grounds.filter(code__in=grounds).values_list("code", flat=True))
    if known != grounds:
        return Reason("unknown_ground", _("This election's law knows no such ground of refusal."))
    return None


def not_entered_by_actor(application: Application, move: Move) -> Reason | None:
    """Nobody approves what they entered themselves."""
    if application.entered_by_id is not None and application.entered_by_id == move.actor.user_id:
        return Reason("entered_by_you", _("You entered this application; somebody else must approve it."))
    return None


def checked_statement_leads(application: Application, move: Move) -> Reason | None:
    """What was recommended is what is approved: not another sender's statement that leads the file since."""
    if not application.documents_checked:
        return Reason(
            "statement_changed",
            _(
                "Another mission's statement leads this file since it was recommended; send it back to be checked."
            ),
        )
    return None


def second_person_for_approval(application: Application, move: Move) -> Reason | None:
    """Where the election wants two people for every decision, who recommended does not approve."""
    if application.election.second_review == Election.SecondReview.ALL:
        return _second_person(application, move)
    return None


def second_person_for_refusal(application: Application, move: Move) -> Reason | None:
    """A refusal rests on a recommendation to refuse by somebody else (parameter second_review)."""
    if application.recommendation != Application.Recommendation.REFUSE:
        return Reason("not_recommended", _("Nobody has recommended to refuse this application."))
    if application.election.second_review != Election.SecondReview.NONE:
        return _second_person(application, move)
    return None


def _second_person(application: Application, move: Move) -> Reason | None:
    if application.recommended_by_id == move.actor.user_id:
        return Reason("second_person", _("You recommended this; somebody else must decide."))
    return None


def reason_against_the_recommendation(application: Application, move: Move) -> Reason | None:
    """Approving what was recommended for refusal needs a reason."""
    if application.recommendation == Application.Recommendation.REFUSE and not move.reason:
        return Reason("no_reason", _("The recommendation was to refuse; say why you approve."))
    return None


def no_current_accreditation(application: Application, move: Move) -> Reason | None:
    """One person holds one accreditation at an election."""
    if (
        Accreditation.objects.current()
        .filter(person=application.person_id, election=application.election_id)
        .exists()
    ):
        return Reason("accredited_already", _("This person is accredited at this election already."))
    return None


def term_lies_ahead(application: Application, move: Move) -> Reason | None:
    """Nobody is accredited to an election that was cancelled, or whose results end every term."""
    election = application.election
    if election.cancelled_at is not None:
        return Reason("election_cancelled", _("This election was cancelled."))
    ends = election.results_published_on
    if ends is not None and election.calendar.term_starts(move.now) > ends:
        return Reason("term_over", _("The results are published: no accreditation can begin any more."))
    return None


# To appeal


def within_the_appeal_period(application: Application, move: Move) -> Reason | None:
    """An appeal is filed until the end of its last day, counted from the sending of the refusal."""
    last = appeal_last_moment(application)
    if last is not None and move.now >= last:
        words = in_words(last - timedelta(minutes=1), application.election.time_zone)
        return Reason("appeal_late", _("Appeals could be filed until %(moment)s.") % {"moment": words})
    return None


def a_refusal_stands(application: Application, move: Move) -> Reason | None:
    """What is appealed is a decision on record."""
    if standing_refusal(application) is None:
        return Reason("no_refusal", _("There is no refusal to appeal against."))
    return None


def not_appealed_before(application: Application, move: Move) -> Reason | None:
    """A refusal is appealed once: what was ruled on it, or withdrawn, is final."""
    if application.appeals.filter(outcome__isnull=False).exists():
        return Reason("appealed_already", _("An appeal against this refusal has been settled already."))
    return None


def no_newer_application(application: Application, move: Move) -> Reason | None:
    """Who has applied anew has chosen that road; a draft that another sender opened has chosen nothing.

    Whoever may not see the newer application does not learn that somebody else named the person.
    """
    newer = newer_files(application).exclude(pk__in=drafts_of_others(application).values("pk"))
    if not newer.exists():
        return None
    if move.actor.user is None or newer.visible_to(move.actor.user).exists():
        return Reason("newer_application", _("There is a newer application of this person."))
    return no_appeal_here()


def no_appeal_here() -> Reason:
    """The words for what an outsider may not learn more of."""
    return Reason("no_appeal_here", _("This appeal cannot be filed on this site. Write to the commission."))


def cites_the_ruling(subject: Any, move: Move) -> Reason | None:
    """What a court or a superior commission said is cited by its number and day."""
    if not str(move.given.get("ruling") or "").strip():
        return Reason("no_ruling", _("Cite the ruling: its body, number and day."))
    return None


# To merge and to change


def judged_the_same_by_another(application: Application, move: Move) -> Reason | None:
    """A merge rests on a verdict 'the same person' by another user."""
    kept = move.given.get("kept_person")
    pair = sorted([application.person_id, kept or 0])
    verdict = PossibleDuplicate.objects.filter(
        first=pair[0], second=pair[1], verdict=PossibleDuplicate.Verdict.SAME
    ).first()
    if verdict is None:
        return Reason("no_verdict", _("Nobody has judged these two to be the same person."))
    if verdict.decided_by_id == move.actor.user_id:
        return Reason("second_person", _("You judged them to be the same; somebody else must merge."))
    if Person.objects.filter(pk=kept or 0, merged_into__isnull=False).exists():
        return Reason("kept_is_merged", _("That person was merged into another one: keep that one."))
    return None


def category_of_this_election(application: Application, move: Move) -> Reason | None:
    """The new category is another one of the same election."""
    category = move.given.get("category")
    if not isinstance(category, Category) or category.election_id != application.election_id:
        return Reason("unknown_category", _("Choose a category of this election."))
    if category.pk == application.category_id:
        return Reason("same_category", _("The application is in this category already."))
    host_citizen = application.election.host_is(application.membership.citizenship_id)
    if host_citizen and category.counts_as_observer and not category.host_citizens_allowed:
        return Reason("host_citizen", _("Citizens of the host country cannot be in this category."))
    return None


# Missions


def invitation_is_recorded(mission: Mission, move: Move) -> Reason | None:
    """A mission of observers needs an invitation by a body that may invite (parameters)."""
    election = mission.election
    if mission.kind != Mission.Kind.OBSERVERS or not election.invitation_required:
        return None
    if mission.invitation is None:
        return Reason("no_invitation", _("Record the invitation first."))
    if mission.invitation.inviter not in election.inviters:
        return Reason("inviter", _("The body that invited may not invite to this election."))
    if mission.invitation.answer == Invitation.Answer.DECLINED:
        return Reason("invitation_declined", _("The invitation was declined; record the new answer first."))
    return None


# Accreditations


def term_has_ended(accreditation: Accreditation, move: Move) -> Reason | None:
    """An accreditation ends with the publication of the results, not before."""
    until = accreditation.valid_until or accreditation.election.results_published_on
    today = accreditation.election.calendar.local_date(move.now)
    if until is None or today <= max(until, accreditation.valid_from):
        return Reason("term_runs", _("The term has not ended yet."))
    return None


def suspended_by_somebody_else(accreditation: Accreditation, move: Move) -> Reason | None:
    """Two people revoke: one suspends, another revokes (parameter second_review)."""
    if accreditation.election.second_review == Election.SecondReview.NONE:
        return None
    suspension = AuditEvent.objects.about(accreditation).filter(verb="suspend").last()
    if suspension is not None and suspension.actor_id == move.actor.user_id:
        return Reason("second_person", _("You suspended this accreditation; somebody else must revoke it."))
    return None


def notes_the_hearing(accreditation: Accreditation, move: Move) -> Reason | None:
    """Nobody loses an accreditation unheard."""
    if not str(move.given.get("hearing_note") or "").strip():
        return Reason("no_hearing", _("Note how the person was heard."))
    return None


def names_an_open_correction(accreditation: Accreditation, move: Move) -> Reason | None:
    """A correction is asked by one and taken over by another."""
    amendment = move.given.get("amendment")
    if not isinstance(amendment, Amendment) or amendment.verdict != Amendment.Verdict.OPEN:
        return Reason("no_amendment", _("Choose the correction that was asked for."))
    if amendment.membership.person_id != accreditation.person_id:
        return Reason("no_amendment", _("This correction is about another person."))
    if amendment.asked_by_id == move.actor.user_id:
        return Reason("second_person", _("You asked for this correction; somebody else must approve it."))
    return None


def keeps_its_category(accreditation: Accreditation, move: Move) -> Reason | None:
    """A category is changed by a move of the file before it is recommended; a correction changes none."""
    amendment = move.given.get("amendment")
    if isinstance(amendment, Amendment) and "category" in amendment.fields:
        return Reason(
            "category_stays",
            _("The category of an accreditation does not change: decline this wish and say why."),
        )
    return None
