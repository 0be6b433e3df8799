"""Why a move is refused: every guard, its refusal and its pass. Who may move, and when, is test_every_move's."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, CLERK
from accreditation.core.errors import Refused
from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Category, DocumentKind, Election, Invitation, Mission, MissionRole
from accreditation.observers.models import Membership, Pledge, PossibleDuplicate, Upload
from accreditation.workflow.desk import Desk
from accreditation.workflow.invariants import findings
from accreditation.workflow.memberships import end_membership
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.states import ACCREDITATION, APPLICATION, MISSION
from tests.factories import (
    GROUND,
    NOW,
    REQUEST,
    RULING,
    actor,
    application_in,
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_country,
    make_election,
    make_head,
    make_membership,
    make_mission,
    make_person,
    make_staff,
    make_user,
    move,
)

pytestmark = pytest.mark.django_db

DEADLINE = datetime(2026, 12, 10, 20, 0, tzinfo=UTC)  # 11 December, 00:00 in Baku: the first moment too late
REPLACEMENTS_END = datetime(2026, 12, 17, 20, 0, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


def why(application: Application, name: str, user: User | None, **given: Any) -> list[str]:
    """The codes of all reasons for which the move is refused; empty when it was made."""
    try:
        move(application, name, user, **given)
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


def why_of(accreditation: Accreditation, name: str, user: User | None, **given: Any) -> list[str]:
    try:
        perform(ACCREDITATION, accreditation.pk, name, actor=actor(user), **({"now": NOW} | given))
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


def submit(application: Application, now: datetime = NOW) -> list[str]:
    return why(application, "submit", head_of(application), now=now)


def ready(**law: Any) -> Application:
    """A complete draft at an election with these parameters."""
    return make_application(complete(make_membership(make_mission(make_election(**law)))))


def ready_in_category(**law: Any) -> Application:
    """A complete draft in a category with these parameters."""
    election = make_election(published_at=None)
    Category.objects.filter(election=election, code="international-observer").update(**law)
    Election.objects.filter(pk=election.pk).update(published_at=NOW)
    return make_application(complete(make_membership(make_mission(Election.objects.get(pk=election.pk)))))


def recommended(by: User, name: str = "recommend_approval", **law: Any) -> Application:
    application = ready(**law)
    submit(application)
    move(application, "take", by)
    return move(application, name, by, documents_checked=True, **GROUND)


# --- To submit ---------------------------------------------------------------------------------------------------


def test_nothing_is_sent_to_an_election_that_is_not_published() -> None:
    assert submit(ready(published_at=None)) == ["election_closed"]


def test_nothing_is_sent_to_a_cancelled_election() -> None:
    assert submit(ready(cancelled_at=NOW)) == ["election_closed"]


def test_nothing_is_sent_before_the_window_opens_and_the_first_moment_counts() -> None:
    opens = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # 25 November, 00:00 in Baku
    application = ready(application_opens_on=date(2026, 11, 25))
    assert submit(application, opens - A_MOMENT) == ["not_open_yet"]
    assert submit(application, opens) == []


def test_people_wait_for_the_registration_of_their_mission() -> None:
    application = make_application(complete(make_membership(make_mission(state="applied"))))
    assert submit(application) == ["mission_not_registered"]


def test_what_is_missing_is_said_all_at_once() -> None:
    application = make_application(make_membership())
    assert submit(application) == ["incomplete", "pledge"]
    complete(application.membership)
    assert submit(application) == []


def test_an_incomplete_answer_is_refused_and_a_complete_one_is_taken_after_the_deadline() -> None:
    application = application_in("information_requested")
    late = DEADLINE + timedelta(days=1)
    photo = Upload.objects.filter(membership=application.membership, kind=DocumentKind.PHOTO)
    photo.update(replaced_at=NOW)
    assert why(application, "answer", head_of(application), now=late) == ["incomplete"]
    photo.update(replaced_at=None)
    due, clerk = application.decision_due_at, application.assigned_to
    assert why(application, "answer", head_of(application), now=late) == []
    application.refresh_from_db()
    assert (application.decision_due_at, application.assigned_to) == (due, clerk)


def test_a_pledge_to_an_older_text_is_none() -> None:
    application = ready()
    Pledge.objects.update(version="0")
    assert submit(application) == ["pledge"]


@pytest.mark.parametrize(("allowed", "against"), [(True, []), (False, ["pledge"])])
def test_a_head_declares_the_pledge_where_the_law_allows_it(allowed: bool, against: list[str]) -> None:
    application = ready(pledge_by_head=allowed)
    Pledge.objects.update(declared_by_head=True)
    assert submit(application) == against


def test_the_printed_minute_still_counts_to_its_last_moment() -> None:
    assert submit(ready(), DEADLINE - A_MOMENT) == [], "23:59:59.999999"
    assert submit(ready(), DEADLINE) == ["late"], "00:00:00"


@pytest.mark.parametrize(
    ("zone", "closes_at"),
    [
        ("Pacific/Kiritimati", datetime(2026, 12, 10, 10, 0, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 12, 11, 11, 0, tzinfo=UTC)),
    ],
)
def test_the_deadline_is_read_from_the_election_s_own_clocks(zone: str, closes_at: datetime) -> None:
    assert submit(ready(time_zone=zone), closes_at - A_MOMENT) == []
    assert submit(ready(time_zone=zone), closes_at) == ["late"]


def test_a_category_closes_at_its_own_deadline() -> None:
    later = DEADLINE + timedelta(days=5)
    assert submit(ready_in_category(deadline_days=5), later - A_MOMENT) == []
    assert submit(ready_in_category(deadline_days=5), later) == ["late"]


def test_where_the_law_takes_late_applications_they_are_taken() -> None:
    assert submit(ready(late_policy=Election.LatePolicy.ACCEPT), DEADLINE + timedelta(days=3)) == []


def test_a_replacement_is_taken_until_the_end_of_its_own_last_day() -> None:
    application = replacement(Accreditation.State.RELINQUISHED)
    assert submit(application, REPLACEMENTS_END) == ["late"]
    assert submit(application, REPLACEMENTS_END - A_MOMENT) == []


def test_nobody_replaces_somebody_who_still_holds_the_accreditation() -> None:
    assert submit(replacement(Accreditation.State.ACTIVE), DEADLINE) == ["late"]


def test_a_draft_lapses_after_its_deadline_and_a_replacement_after_its_own() -> None:
    assert why(ready(), "lapse", None, now=DEADLINE - A_MOMENT) == ["still_open"]
    assert why(ready(), "lapse", None, now=DEADLINE) == []
    application = replacement(Accreditation.State.RELINQUISHED)
    assert why(application, "lapse", None, now=REPLACEMENTS_END - A_MOMENT) == ["still_open"]
    assert why(application, "lapse", None, now=REPLACEMENTS_END) == []


def replacement(state: str) -> Application:
    """A draft for somebody in the seat of an accredited person, whose accreditation is in this state."""
    before = application_in("approved")
    if state == Accreditation.State.RELINQUISHED:
        assert why_of(before.accreditation, "relinquish", head_of(before)) == []
    membership = complete(make_membership(before.mission))
    return make_application(membership, replaces=before.accreditation)


# --- To ask ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "against"),
    [
        ({}, ["asks_nothing", "no_day"]),
        ({"text": "  ", "due_on": date(2026, 12, 1)}, ["asks_nothing"]),
        ({"text": "The photo."}, ["no_day"]),
        ({"text": "The photo.", "due_on": date(2026, 11, 22)}, ["day_passed"]),
        ({"text": "The photo.", "due_on": date(2026, 11, 23)}, []),
        ({"reasons": ["photo"], "due_on": date(2026, 12, 1)}, []),
    ],
)
def test_a_request_says_what_and_by_which_day_to_come(wish: dict[str, Any], against: list[str]) -> None:
    assert why(application_in("under_review"), "ask", make_clerk(), **wish) == against


def test_the_clock_stands_while_information_is_requested_where_the_law_says_so() -> None:
    application = ready(clock_pauses=True)
    submit(application)
    due = Application.objects.get(pk=application.pk).decision_due_at
    assert due is not None
    move(application, "ask", make_clerk(), **REQUEST)
    late = due + timedelta(days=1)
    assert not Application.objects.overdue(late).exists(), "a clock that stands runs out for nobody"
    counts = Desk(make_clerk(), application.election, late).counts()
    assert (counts["waiting"], counts["overdue"]) == (1, 0)
    assert Desk(make_clerk(), application.election, due - timedelta(hours=1)).counts()["today"] == 0
    move(application, "answer", head_of(application), now=NOW + timedelta(days=2))
    application.refresh_from_db()
    assert (application.decision_due_at, application.clock_paused_at) == (due + timedelta(days=2), None)
    assert Application.objects.overdue(due + timedelta(days=2)).exists()


def test_the_clock_runs_on_where_the_law_does_not_stop_it() -> None:
    application = ready()
    submit(application)
    due = Application.objects.get(pk=application.pk).decision_due_at
    assert due is not None
    move(application, "ask", make_clerk(), **REQUEST)
    assert Application.objects.overdue(due).exists()
    move(application, "resume", make_clerk(), now=NOW + timedelta(days=2))
    assert Application.objects.get(pk=application.pk).decision_due_at == due


# --- To recommend ------------------------------------------------------------------------------------------------


def test_a_recommendation_says_that_the_documents_were_checked() -> None:
    application, clerk = application_in("under_review"), make_clerk()
    assert why(application, "recommend_approval", clerk) == ["documents_not_checked"]
    assert why(application, "recommend_approval", clerk, documents_checked=True) == []


@pytest.mark.parametrize("place", ["first", "second"])
def test_nobody_is_recommended_while_a_possible_duplicate_is_open(place: str) -> None:
    application, clerk = application_in("under_review"), make_clerk()
    pair = {"first": application.person, "second": make_person()}
    if place == "second":  # a pair is kept in the order of its keys
        newer = application_in("under_review")
        pair, application = {"first": application.person, "second": newer.person}, newer
    doubt = PossibleDuplicate.objects.create(**pair, agrees=["name"], similarity=0.9)
    assert why(application, "recommend_approval", clerk, documents_checked=True) == ["open_duplicate"]
    PossibleDuplicate.objects.filter(pk=doubt.pk).update(verdict="different", decided_by=clerk)
    assert why(application, "recommend_approval", clerk, documents_checked=True) == []


def test_who_joined_by_link_waits_for_the_mission() -> None:
    application, clerk = application_in("under_review"), make_clerk()
    statement = Membership.objects.filter(pk=application.membership_id)
    statement.update(sender_confirmed=False)
    assert why(application, "recommend_approval", clerk, documents_checked=True) == ["sender_not_confirmed"]
    statement.update(sender_confirmed=True, ended_at=NOW)
    assert why(application, "recommend_approval", clerk, documents_checked=True) == ["no_sender"]


def test_a_refusal_rests_on_grounds_of_the_election_s_own_list() -> None:
    application, clerk = application_in("under_review"), make_clerk()
    checked = {"documents_checked": True}
    assert why(application, "recommend_refusal", clerk, **checked) == ["no_ground"]
    foreign = {"grounds": [*GROUND["grounds"], "late"]}
    assert why(application, "recommend_refusal", clerk, **checked, **foreign) == ["unknown_ground"]
    assert why(application, "recommend_refusal", clerk, **checked, **GROUND) == []
    assert why(application, "refuse", make_approver()) == ["no_ground"]


# --- To decide ---------------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_entered() -> None:
    approver = make_approver()
    application = application_in("recommended", entered_by=approver)
    assert why(application, "approve", approver) == ["entered_by_you"]
    assert why(application, "approve", make_approver()) == []


@pytest.mark.parametrize(
    ("parameter", "approval", "refusal"),
    [("none", [], []), ("refusals", [], ["second_person"]), ("all", ["second_person"], ["second_person"])],
)
def test_how_many_people_decide_is_the_election_s_parameter(
    parameter: str, approval: list[str], refusal: list[str]
) -> None:
    both = make_staff(CLERK, APPROVER)
    assert why(recommended(both, second_review=parameter), "approve", both) == approval
    to_refuse = recommended(both, "recommend_refusal", second_review=parameter)
    assert why(to_refuse, "refuse", both, **GROUND) == refusal


def test_nobody_is_refused_whom_nobody_recommended_to_refuse() -> None:
    assert why(application_in("recommended"), "refuse", make_approver(), **GROUND) == ["not_recommended"]


def test_approving_against_the_recommendation_needs_a_reason() -> None:
    application, approver = recommended(make_clerk(), "recommend_refusal"), make_approver()
    assert why(application, "approve", approver) == ["no_reason"]
    assert why(application, "approve", approver, reason="  ") == ["no_reason"]
    assert why(application, "approve", approver, reason="The passport has arrived.") == []


def test_one_person_holds_one_accreditation_at_an_election() -> None:
    application = application_in("recommended")
    before = application_in("approved").accreditation
    Accreditation.objects.filter(pk=before.pk).update(
        person=application.person, election=application.election, number=77
    )
    assert why(application, "approve", make_approver()) == ["accredited_already"]
    Accreditation.objects.filter(pk=before.pk).update(person=before.person)
    assert why(application, "approve", make_approver()) == []


# --- To appeal ---------------------------------------------------------------------------------------------------


def sent(application: Application, at: datetime) -> Application:
    OutboxMessage.objects.about(application).filter(kind="refusal").update(state="sent", sent_at=at)
    return application


def test_the_appeal_period_counts_from_the_sending_of_the_refusal() -> None:
    late_sending = NOW + timedelta(days=5)
    ends = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)  # the end of the third day after 28 November in Baku
    application = sent(application_in("refused"), late_sending)
    head = head_of(application)
    assert why(application, "appeal", head, now=ends) == ["appeal_late"]
    assert why(application, "appeal", head, now=ends - A_MOMENT) == []


def test_a_refusal_that_has_not_left_takes_nobody_s_right_to_appeal() -> None:
    application = application_in("refused")
    assert why(application, "appeal", head_of(application), now=NOW + timedelta(days=30)) == []


def test_who_has_applied_anew_does_not_appeal() -> None:
    application = application_in("refused")
    anew = make_application(application.membership)
    assert why(application, "appeal", head_of(application)) == ["newer_application"]
    move(anew, "withdraw", head_of(anew))
    assert why(application, "appeal", head_of(application)) == []


def named_by_another_mission(application: Application) -> Application:
    """A draft that another mission has opened for the same person since."""
    theirs = make_membership(make_mission(application.election), application.person, is_primary=False)
    Membership.objects.filter(pk=application.membership_id).update(is_primary=False)
    Membership.objects.filter(pk=theirs.pk).update(is_primary=True)
    return make_application(complete(theirs))


@pytest.mark.parametrize("who", ["the applicant", "the head", "a clerk"])
def test_a_draft_that_another_sender_opened_gives_way_to_an_appeal(who: str) -> None:
    applicant = make_user()
    application = application_in("refused", applicant=applicant)
    theirs = named_by_another_mission(application)
    people = {"the applicant": applicant, "the head": head_of(application), "a clerk": make_clerk()}
    assert why(application, "appeal", people[who]) == []
    states = {one.pk: one.state for one in Application.objects.all()}
    assert states == {application.pk: "appealed", theirs.pk: "merged"}
    leads = {one.pk: (one.is_primary, one.ended_at) for one in Membership.objects.all()}
    assert leads == {application.membership_id: (True, None), theirs.membership_id: (False, None)}
    assert findings() == []


def test_an_application_that_another_sender_has_sent_since_is_decided_instead_and_not_spoken_of() -> None:
    applicant = make_user()
    application = application_in("refused", applicant=applicant)
    theirs = named_by_another_mission(application)
    move(theirs, "submit", head_of(theirs))
    for outsider in (applicant, head_of(application)):
        with pytest.raises(Refused) as refused:
            move(application, "appeal", outsider)
        assert [(one.code, str(one)) for one in refused.value.reasons] == [
            ("no_appeal_here", "This appeal cannot be filed on this site. Write to the commission.")
        ]
    assert why(application, "appeal", make_clerk()) == ["newer_application"]


def test_a_newer_draft_of_the_applicant_s_own_is_an_application_anew_with_whichever_mission() -> None:
    applicant = make_user()
    application = application_in("refused", applicant=applicant)
    theirs = named_by_another_mission(application)
    Application.objects.filter(pk=theirs.pk).update(applicant=applicant)
    assert why(application, "appeal", applicant) == ["newer_application"]
    assert why(application, "appeal", head_of(application)) == ["no_appeal_here"]


def test_a_refusal_must_stand_on_record_to_be_appealed() -> None:
    application = application_in("refused")
    application.decisions.all().delete()
    assert why(application, "appeal", head_of(application)) == ["no_refusal"]


@pytest.mark.parametrize("name", ["uphold", "overturn"])
def test_the_end_of_an_appeal_cites_its_ruling(name: str) -> None:
    application, approver = application_in("appealed"), make_approver()
    assert why(application, name, approver, ruling=" ") == ["no_ruling"]
    assert why(application, name, approver, **RULING) == []


def test_an_appeal_is_withdrawn_without_a_ruling_and_cannot_be_filed_again() -> None:
    application = application_in("appealed")
    applicant = make_user()
    Application.objects.filter(pk=application.pk).update(applicant=applicant)
    move(application, "withdraw_appeal", applicant)
    assert application.decisions.last().ruling == "withdrawn by the appellant on 2026-11-23"
    assert why(application, "appeal", head_of(application)) == ["appealed_already"]


def test_an_appeal_that_was_ruled_on_cannot_be_filed_again() -> None:
    application = application_in("appealed")
    move(application, "uphold", make_approver(), **RULING)
    assert why(application, "appeal", head_of(application)) == ["appealed_already"]


def test_what_was_recommended_is_what_is_approved() -> None:
    application = application_in("recommended")
    other = make_membership(make_mission(application.election), application.person, is_primary=False)
    end_membership(application.membership, actor=actor(head_of(application)), now=NOW)
    assert Application.objects.get(pk=application.pk).membership == other
    assert why(application, "approve", make_approver()) == ["statement_changed"]


# --- To merge and to change --------------------------------------------------------------------------------------


def test_a_merge_rests_on_a_verdict_by_somebody_else() -> None:
    application, clerk = application_in("submitted"), make_clerk()
    kept = application_in("submitted").person
    wish = {"kept_person": kept.pk}
    assert why(application, "merge", clerk) == ["no_verdict"]
    assert why(application, "merge", clerk, **wish) == ["no_verdict"]
    PossibleDuplicate.objects.create(
        first=application.person, second=kept, agrees=["name"], similarity=1, verdict="same", decided_by=clerk
    )
    assert why(application, "merge", clerk, **wish) == ["second_person"]
    assert why(application, "merge", make_clerk(), **wish) == []


def test_a_new_category_is_another_one_of_the_same_election() -> None:
    application, clerk = application_in("submitted"), make_clerk()
    journalists = application.election.categories.get(code="foreign-journalist")
    elsewhere = make_election().categories.get(code="foreign-journalist")
    assert why(application, "change_category", clerk) == ["unknown_category"]
    assert why(application, "change_category", clerk, category=elsewhere) == ["unknown_category"]
    assert why(application, "change_category", clerk, category=application.category) == ["same_category"]
    assert why(application, "change_category", clerk, category=journalists) == []


def test_a_citizen_of_the_host_country_is_no_international_observer_but_may_be_of_another_category() -> None:
    for allowed, against in ((False, ["host_citizen"]), (True, [])):
        application, clerk = ready_in_category(host_citizens_allowed=allowed), make_clerk()
        Membership.objects.update(citizenship=make_country("AZE"))
        observers = application.category
        journalists = application.election.categories.get(code="foreign-journalist")
        assert why(application, "change_category", clerk, category=journalists) == []
        assert why(application, "change_category", clerk, category=observers) == against


# --- Missions ----------------------------------------------------------------------------------------------------


def register(mission: Mission) -> list[str]:
    clerk = make_clerk()
    try:
        for name in ("apply", "take", "register"):
            perform(MISSION, mission.pk, name, actor=actor(clerk), now=NOW)
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


def test_a_mission_of_observers_is_registered_on_an_invitation_by_a_body_that_may_invite() -> None:
    assert register(make_mission(state="invited")) == []
    uninvited = make_mission(state="invited")
    Mission.objects.filter(pk=uninvited.pk).update(invitation=None)
    assert register(uninvited) == ["no_invitation"]
    by_another = make_mission(make_election(inviters=["parliament"]), state="invited")
    assert register(by_another) == ["inviter"]
    Invitation.objects.filter(mission=by_another).update(inviter="parliament")
    perform(MISSION, by_another.pk, "register", actor=actor(make_clerk()), now=NOW)
    declined = make_mission(state="invited")
    Invitation.objects.filter(mission=declined).update(answer="declined", answered_on=NOW.date())
    assert register(declined) == ["invitation_declined"]


@pytest.mark.parametrize("law", [{"kind": "media"}, {"election": {"invitation_required": False}}])
def test_media_and_guests_need_no_invitation_nor_does_anybody_where_the_law_wants_none(
    law: dict[str, Any],
) -> None:
    election = make_election(**law.get("election", {}))
    mission = make_mission(election, state="invited", kind=law.get("kind", "observers"))
    Mission.objects.filter(pk=mission.pk).update(invitation=None)
    assert register(mission) == []


# --- Accreditations ----------------------------------------------------------------------------------------------


def test_a_term_ends_with_the_local_day_of_the_results_and_not_before() -> None:
    accreditation = application_in("approved").accreditation
    assert why_of(accreditation, "expire", None, now=NOW + timedelta(days=400)) == ["term_runs"]
    Election.objects.update(results_published_on=date(2026, 12, 28))
    ends = datetime(2026, 12, 28, 20, 0, tzinfo=UTC)
    assert why_of(accreditation, "expire", None, now=ends - A_MOMENT) == ["term_runs"]
    assert why_of(accreditation, "expire", None, now=ends) == []


@pytest.mark.parametrize(
    ("parameter", "against"), [("refusals", ["second_person"]), ("all", ["second_person"]), ("none", [])]
)
def test_one_suspends_and_another_revokes(parameter: str, against: list[str]) -> None:
    approver = make_approver()
    accreditation = move(
        recommended(make_clerk(), second_review=parameter), "approve", approver
    ).accreditation
    why_of(accreditation, "suspend", approver, reason="Campaigned.")
    wish = {"reason": "Campaigned.", "hearing_note": "Heard by telephone."}
    assert why_of(accreditation, "revoke", approver, **wish) == against


def test_nobody_loses_an_accreditation_unheard_or_without_a_reason() -> None:
    accreditation = application_in("approved").accreditation
    why_of(accreditation, "suspend", make_approver(), reason="Campaigned.")
    assert why_of(accreditation, "revoke", make_approver()) == ["no_reason", "no_hearing"]
    wish = {"reason": "Campaigned.", "hearing_note": "Heard by telephone."}
    assert why_of(accreditation, "revoke", make_approver(), **wish) == []


def test_a_revocation_is_undone_by_a_ruling_alone() -> None:
    accreditation = application_in("approved").accreditation
    why_of(accreditation, "suspend", make_approver(), reason="Campaigned.")
    why_of(accreditation, "revoke", make_approver(), reason="Campaigned.", hearing_note="Heard.")
    assert why_of(accreditation, "restore", make_approver()) == ["no_ruling"]
    assert why_of(accreditation, "restore", make_approver(), **RULING) == []


def test_a_correction_is_asked_by_one_and_approved_by_another() -> None:
    application, asked_by = application_in("approved"), make_approver()
    accreditation = application.accreditation
    other = application_in("approved")

    def wish(of: Application) -> Amendment:
        return Amendment.objects.create(
            application=of, membership=of.membership, fields=["function"], asked_by=asked_by, asked_at=NOW,
            wish='{"function": "Member of parliament"}', is_correction=True,
        )  # fmt: skip

    amendment = wish(application)
    assert why_of(accreditation, "correct", make_approver()) == ["no_amendment"]
    assert why_of(accreditation, "correct", make_approver(), amendment=wish(other)) == ["no_amendment"]
    assert why_of(accreditation, "correct", asked_by, amendment=amendment) == ["second_person"]
    assert why_of(accreditation, "correct", make_approver(), amendment=amendment) == []
    assert why_of(accreditation, "correct", make_approver(), amendment=amendment) == ["settled_already"]
    amendment.refresh_from_db()
    assert why_of(accreditation, "correct", make_approver(), amendment=amendment) == ["no_amendment"]


# --- What an account may see -------------------------------------------------------------------------------------


def test_who_was_relieved_of_speaking_for_a_mission_sees_its_people_no_more() -> None:
    mission = make_mission()
    head = make_head(mission)
    statement = make_membership(mission, stated_by=head)
    assert list(Membership.objects.visible_to(head)) == [statement]
    MissionRole.objects.filter(user=head).update(ended_at=NOW)
    assert list(Membership.objects.visible_to(head)) == []


def test_an_applicant_sees_the_own_statement_and_nobody_else_s_about_the_same_person() -> None:
    applicant = make_head(make_mission())
    own = make_membership(stated_by=applicant)
    make_application(own, applicant=applicant)
    make_membership(make_mission(own.mission.election), own.person, is_primary=False)
    assert list(Membership.objects.visible_to(applicant)) == [own]


def test_every_guard_of_the_tables_is_proved_here_by_its_words() -> None:
    """A new guard needs its sentence here, too."""
    guards = {
        guard.__name__
        for machine in (APPLICATION, ACCREDITATION, MISSION)
        for transition in machine.transitions
        for guard in transition.guards
    }
    assert guards == {
        "election_is_on", "mission_is_registered", "complete", "pledge_given", "before_deadline",
        "deadline_has_passed", "asks_for_something", "names_a_day_to_come", "documents_are_checked",
        "no_open_duplicate", "sender_has_confirmed", "names_grounds_of_the_law", "not_entered_by_actor",
        "checked_statement_leads", "not_appealed_before",
        "second_person_for_approval", "second_person_for_refusal", "reason_against_the_recommendation",
        "no_current_accreditation", "term_lies_ahead", "within_the_appeal_period", "a_refusal_stands",
        "no_newer_application", "cites_the_ruling", "judged_the_same_by_another",
        "category_of_this_election", "invitation_is_recorded", "term_has_ended",
        "suspended_by_somebody_else", "notes_the_hearing", "names_an_open_correction", "keeps_its_category",
        "letter_still_waits", "nothing_rests_on_the_grant",  # in test_taking_back.py
    }  # fmt: skip
