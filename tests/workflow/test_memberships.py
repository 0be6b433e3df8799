"""A sender's word about the own people: ended, confirmed, pledged for, sent."""

import pytest

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.missions.models import MissionRole
from accreditation.observers.models import Membership, Pledge
from accreditation.workflow.admin.desk import flags_of
from accreditation.workflow.desk import BY_CODE, Desk, Filters, page_of
from accreditation.workflow.intake import enter_statement, take_in
from accreditation.workflow.memberships import confirm_sender, declare_pledge, end_membership, give_pledge
from accreditation.workflow.models import Application
from accreditation.workflow.sending import submit_complete
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    head_of,
    make_application,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    make_user,
    move,
)
from tests.lists import stated

pytestmark = pytest.mark.django_db


def two_senders():
    """One person named by two missions; the first leads."""
    first, second = make_mission(election := make_election()), make_mission(election)
    for mission in (first, second):
        take_in([stated()], delegation=mission.delegations.get(), actor=actor(None), now=NOW)
    return list(Membership.objects.order_by("pk"))


def test_another_senders_head_ends_the_own_membership_and_the_file_stays():
    first, second = two_senders()
    end_membership(second, actor=actor(make_head(second.mission)), now=NOW, reason="Not ours.")
    application = Application.objects.get()
    assert (application.state, application.membership, application.mission) == ("draft", first, first.mission)
    second.refresh_from_db()
    assert second.ended_at == NOW
    assert AuditEvent.objects.get(verb="membership_ended").reason == "Not ours."


def test_when_the_membership_that_leads_ends_the_next_one_leads():
    first, second = two_senders()
    end_membership(first, actor=actor(make_head(first.mission)), now=NOW)
    application = Application.objects.get()
    assert (application.state, application.membership, application.mission) == (
        "draft",
        second,
        second.mission,
    )
    assert Membership.objects.get(is_primary=True) == second
    event = AuditEvent.objects.about(application).get(verb="sender_changed")
    assert (event.version, event.facts) == (None, {"membership": second.pk, "before": first.pk})


def test_an_accredited_person_keeps_the_accreditation_under_the_next_sender():
    application = application_in("approved")
    membership, accreditation = application.membership, application.accreditation
    other = make_membership(make_mission(application.election), application.person, is_primary=False)
    end_membership(membership, actor=actor(head_of(application)), now=NOW)
    accreditation.refresh_from_db()
    assert (accreditation.state, accreditation.membership, accreditation.mission) == (
        "active",
        other,
        other.mission,
    )


def test_when_none_is_left_the_file_stays_with_its_clerk_whose_desk_says_so():
    clerk = make_clerk()
    application = application_in("under_review", clerk=clerk)
    end_membership(application.membership, actor=actor(head_of(application)), now=NOW)
    application = Application.objects.get(pk=application.pk)
    assert (application.state, application.assigned_to) == ("under_review", clerk)
    desk = Desk(clerk, application.election, NOW)
    (row,) = page_of(desk.rows(BY_CODE["mine"], Filters()), BY_CODE["mine"]).rows
    assert flags_of(row) == [("no mission names this person", "bad")]
    assert AuditEvent.objects.about(application).filter(verb="left_without_sender").count() == 1


def test_a_confirmed_sender_leads_before_an_unconfirmed_one():
    first, second = two_senders()
    third = make_membership(make_mission(first.mission.election), first.person, is_primary=False)
    Membership.objects.filter(pk=second.pk).update(sender_confirmed=False)
    end_membership(first, actor=actor(make_clerk()), now=NOW)
    assert Application.objects.get().membership == third


@pytest.mark.parametrize("who", ["other head", "stranger", "former head"])
def test_nobody_else_ends_a_membership(who):
    first, second = two_senders()
    former = make_head(first.mission)
    MissionRole.objects.filter(user=former).update(ended_at=NOW)
    user = {"other head": make_head(second.mission), "stranger": make_user(), "former head": former}[who]
    with pytest.raises(NotAllowed):
        end_membership(first, actor=actor(user), now=NOW)
    assert not Membership.objects.filter(ended_at__isnull=False).exists()


def test_a_membership_ends_once():
    first, __ = two_senders()
    head = actor(make_head(first.mission))
    end_membership(first, actor=head, now=NOW)
    with pytest.raises(Refused):
        end_membership(first, actor=head, now=NOW)


def test_who_was_taken_from_the_list_can_be_named_again():
    first, __ = two_senders()
    end_membership(first, actor=actor(make_head(first.mission)), now=NOW)
    result = take_in([stated()], delegation=first.delegation, actor=actor(None), now=NOW)
    assert (result.memberships_created, result.people_matched, result.applications_opened) == (1, 1, 0)


def test_the_mission_confirms_who_joined_by_link_once():
    mission, user = make_mission(), make_user()
    entered = enter_statement(
        stated(), delegation=mission.delegations.get(), actor=actor(user), now=NOW, applicant=user
    )
    with pytest.raises(NotAllowed):
        confirm_sender(entered.membership, actor=actor(user), now=NOW)
    head = actor(make_head(mission))
    assert confirm_sender(entered.membership, actor=head, now=NOW).sender_confirmed
    confirm_sender(entered.membership, actor=head, now=NOW)
    assert AuditEvent.objects.filter(verb="sender_confirmed").count() == 1


# --- the pledge ---


def test_a_head_declares_the_pledge_for_named_people():
    memberships = two_senders()[:1]
    head = make_head(memberships[0].mission)
    assert declare_pledge(memberships, actor=actor(head), now=NOW) == 1
    assert declare_pledge(memberships, actor=actor(head), now=NOW) == 0
    pledge = Pledge.objects.get()
    assert (pledge.declared_by_head, pledge.given_by, pledge.version) == (True, head, "1")
    assert AuditEvent.objects.filter(verb="pledge_declared").count() == 1


def test_a_head_declares_it_for_nobody_elses_people():
    first, second = two_senders()
    with pytest.raises(NotAllowed):
        declare_pledge([first, second], actor=actor(make_head(first.mission)), now=NOW)
    assert not Pledge.objects.exists()


def test_where_everybody_signs_in_person_no_head_declares():
    membership = make_membership(make_mission(make_election(pledge_by_head=False)))
    with pytest.raises(Refused):
        declare_pledge([membership], actor=actor(make_head(membership.mission)), now=NOW)


def test_a_pledge_to_an_older_text_is_renewed_and_one_given_in_person_stays():
    election = make_election(pledge_version="2")
    old, signed = (make_membership(mission) for mission in [make_mission(election)] * 2)
    Pledge.objects.create(membership=old, version="1", given_at=NOW)
    Pledge.objects.create(membership=signed, version="2", given_at=NOW)
    assert declare_pledge([old, signed], actor=actor(make_head(old.mission)), now=NOW) == 1
    assert Pledge.objects.get(membership=old).version == "2"
    assert not Pledge.objects.get(membership=signed).declared_by_head


def test_an_applicant_gives_the_own_pledge():
    user = make_user()
    application = make_application(make_membership(), applicant=user)
    assert give_pledge(application.membership, actor=actor(user), now=NOW).given_by == user
    with pytest.raises(NotAllowed):
        give_pledge(application.membership, actor=actor(make_user()), now=NOW)


# --- sending all that is complete ---


def test_all_complete_drafts_are_sent_and_the_others_say_what_they_lack():
    mission = make_mission()
    head = actor(make_head(mission))
    ready = make_application(complete(make_membership(mission, family_name="Aa")))
    lacking = make_application(make_membership(mission, family_name="Bb"))
    other = make_application(complete(make_membership(make_mission(mission.election))))
    answers = submit_complete(mission, actor=head, now=NOW)
    assert [(one.application.pk, one.was_sent) for one in answers] == [(ready.pk, True), (lacking.pk, False)]
    assert {reason.code for reason in answers[1].reasons} == {"incomplete", "pledge"}
    states = dict(Application.objects.values_list("pk", "state"))
    assert states == {ready.pk: "submitted", lacking.pk: "draft", other.pk: "draft"}
    assert [one.application.pk for one in submit_complete(mission, actor=head, now=NOW)] == [lacking.pk]


def test_nobody_else_sends_a_missions_drafts():
    application = make_application()
    with pytest.raises(NotAllowed):
        submit_complete(application.mission, actor=actor(make_head(make_mission())), now=NOW)


def test_a_withdrawn_file_leaves_the_membership():
    first, __ = two_senders()
    move(Application.objects.get(), "withdraw", make_head(first.mission))
    first.refresh_from_db()
    assert first.ended_at is None
