"""What a delegation's list becomes: people once, memberships, drafts."""

import threading
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.missions.models import Delegation
from accreditation.observers.models import IdentityDocument, Membership, NameToken, Person, PossibleDuplicate
from accreditation.observers.names import tokens
from accreditation.workflow.changing import change_statement
from accreditation.workflow.intake import changes, enter_statement, open_anew, take_in
from accreditation.workflow.models import Application
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    make_clerk,
    make_country,
    make_election,
    make_head,
    make_mission,
    make_user,
    move,
)
from tests.lists import FIRST_FOUR, missions_of_the_samples, read_sample, stated, take_in_sample

db = pytest.mark.django_db
ORDERS = (
    list(FIRST_FOUR),
    ["media", "ru-cec", "ipa-cis", "cis"],
    ["ipa-cis", "cis", "media", "ru-cec"],
)


def take(mission, *rows, by=None):
    return take_in(rows, delegation=mission.delegations.get(), actor=actor(by), now=NOW)


@db
@pytest.mark.parametrize("order", ORDERS)
def test_the_first_four_lists_are_170_people_in_180_memberships_in_any_order(order):
    missions = missions_of_the_samples(make_election())
    results = [take_in_sample(missions[code], FIRST_FOUR[code]) for code in order]
    total = sum(results[1:], results[0])
    assert (total.memberships_created, total.people_created, total.people_matched) == (180, 170, 10)
    assert (Person.objects.count(), Membership.objects.count(), Application.objects.count()) == (
        170,
        180,
        170,
    )
    assert Membership.objects.filter(is_primary=True).count() == 170
    assert Application.objects.filter(state="draft", version=1).count() == 170
    events = AuditEvent.objects.filter(verb="created", subject_type="workflow.application", version=1)
    assert set(events.values_list("subject_id", flat=True)) == set(
        Application.objects.values_list("pk", flat=True)
    )
    connection.check_constraints()


@db
def test_a_list_taken_in_twice_changes_nothing():
    mission = missions_of_the_samples(make_election())["cis"]
    take_in_sample(mission, FIRST_FOUR["cis"])
    before = AuditEvent.objects.count(), IdentityDocument.objects.count(), NameToken.objects.count()
    again = take_in_sample(mission, FIRST_FOUR["cis"])
    assert (again.unchanged, again.memberships_created, again.changed, again.people_created) == (118, 0, 0, 0)
    after = AuditEvent.objects.count(), IdentityDocument.objects.count(), NameToken.objects.count()
    assert before == after
    assert (Person.objects.count(), Application.objects.count()) == (118, 118)


@db
def test_what_was_stated_stands_on_the_membership():
    mission, head = make_mission(default_role="expert"), None
    head = make_head(mission)
    row = stated(
        original_name="Василева Емилия", sex="F", birth_place="Plovdiv", other_citizenships=("SRB",),
        phone="+359 2 1",
        residence_country="BGR", residence_address="1 Main Street", email="e@example.org", function="Deputy",
        organisation="National Assembly", arrives_on=date(2026, 12, 17), arrival_flight="J2 71",
        departs_on=date(2026, 12, 21),
    )  # fmt: skip
    take(mission, row, by=head)
    one = Membership.objects.get()
    assert (one.family_name, one.given_names, one.original_name) == ("Vasileva", "Emiliya", "Василева Емилия")
    assert (one.citizenship_id, one.other_citizenships, one.residence_country_id) == ("BGR", ["SRB"], "BGR")
    assert (one.role, one.function) == ("expert", "Deputy, National Assembly")
    assert (one.arrives_on, one.arrival_flight) == (date(2026, 12, 17), "J2 71")
    assert (one.stated_by, one.is_primary, one.sender_confirmed) == (head, True, True)
    assert one.sort_key == "vasileva emiliya"
    document = one.document
    assert (document.number, document.number_end, document.country_id) == ("P1234567", "4567", "BGR")
    assert not document.country_assumed
    words = set(one.name_tokens.values_list("token", flat=True))
    assert words == tokens("Vasileva", "Emiliya", "Василева Емилия")
    assert Application.objects.get().entered_by == head


@db
def test_where_the_list_does_not_say_who_issued_a_document_citizenship_stands_in():
    take(make_mission(), stated(document_country=""))
    document = IdentityDocument.objects.get()
    assert (document.country_id, document.country_assumed) == ("BGR", True)


@db
def test_a_second_mission_opens_no_second_file_and_does_not_lead():
    first, second = make_mission(election := make_election()), make_mission(election)
    take(first, stated())
    result = take(second, stated())
    assert (result.memberships_created, result.people_matched, result.applications_opened) == (1, 1, 0)
    assert Application.objects.get().mission == first
    assert list(Membership.objects.order_by("pk").values_list("is_primary", flat=True)) == [True, False]


@db
def test_what_a_sender_sees_of_a_match_is_what_it_sees_of_a_stranger():
    first, second, third = (make_mission(election) for election in [make_election()] * 3)
    take(first, stated())
    met = take(second, stated()).for_sender()
    fresh = take(
        third, stated(document_number="X1", family_name="Haddad", born=date(1970, 1, 1))
    ).for_sender()
    assert met == fresh


@db
def test_each_sender_keeps_the_own_document_row():
    first, second = make_mission(election := make_election()), make_mission(election)
    take(first, stated(document_number="P 123 4567"))
    take(second, stated(document_number="P1234567"))
    assert set(Membership.objects.values_list("document", flat=True)) == set(
        IdentityDocument.objects.values_list("pk", flat=True)
    )
    assert [m.document.number for m in Membership.objects.order_by("pk")] == ["P 123 4567", "P1234567"]


@db
def test_an_accredited_person_gets_no_second_file():
    application = application_in("approved")
    membership = application.membership
    row = stated(
        family_name=membership.family_name, given_names=membership.given_names, born=membership.born,
        citizenship="GEO", document_country="GEO", document_number=membership.document.number,
    )  # fmt: skip
    result = take(make_mission(application.election), row)
    assert (result.people_matched, result.applications_opened) == (1, 0)


@db
def test_somebody_whose_file_was_withdrawn_elsewhere_gets_a_new_one_that_leads():
    first, second = make_mission(election := make_election()), make_mission(election)
    take(first, stated())
    move(Application.objects.get(), "withdraw", make_head(first))
    assert take(second, stated()).applications_opened == 1
    assert [m.is_primary for m in Membership.objects.order_by("pk")] == [False, True]


@db
def test_something_that_agrees_is_a_doubt_for_the_clerks_and_another_person():
    first, second = make_mission(election := make_election()), make_mission(election)
    take(first, stated())
    result = take(second, stated(family_name="Vasilevska"))
    assert (result.people_created, result.applications_opened) == (1, 1)
    doubt = PossibleDuplicate.objects.get()
    assert doubt.first_id < doubt.second_id
    assert (doubt.agrees, doubt.verdict) == (["document", "birth", "name"], "open")


@db
def test_a_doubt_between_two_rows_of_one_list_is_raised_too():
    take(make_mission(), stated(), stated(given_names="Emiliyana", document_number="X7654321"))
    assert PossibleDuplicate.objects.get().agrees == ["birth", "name"]


@db
def test_a_row_given_twice_names_the_person_once():
    assert take(make_mission(), stated(), stated()).memberships_created == 1
    assert (Person.objects.count(), Membership.objects.count(), Application.objects.count()) == (1, 1, 1)


@db
def test_a_list_speaks_for_its_own_mission_only():
    stranger = make_head(make_mission())
    with pytest.raises(NotAllowed):
        take(make_mission(), stated(), by=stranger)
    assert not Person.objects.exists()


@db
@pytest.mark.parametrize(
    ("state", "election", "code"),
    [
        ("applied", {}, "mission_not_registered"),
        ("registered", {"published_at": None}, "election_closed"),
        ("registered", {"cancelled_at": NOW}, "election_closed"),
    ],
)
def test_no_file_is_opened_where_nothing_can_be_applied_for(state, election, code):
    mission = make_mission(make_election(**election), state=state)
    with pytest.raises(Refused) as refused:
        take_in([stated()], delegation=Delegation(mission=mission), actor=actor(None), now=NOW)
    assert [reason.code for reason in refused.value.reasons] == [code]


@db
def test_thirty_rows_take_as_many_queries_as_one():
    def counted(rows):
        mission = make_mission(election)
        with CaptureQueriesContext(connection) as queries:
            take(mission, *rows)
        return len(queries)

    election = make_election()
    many = [stated(document_number=f"R{n:07d}", born=date(1950 + n, 1, 1)) for n in range(25)]
    assert counted([stated(document_number="Q1234567", family_name="Haddad")]) == counted(many)


# --- corrected lists ---


@db
def test_a_corrected_row_is_shown_first_and_then_changes_the_draft():
    mission = make_mission()
    take(mission, stated(), stated(family_name="Haddad", document_number="H1234567", born=date(1970, 1, 1)))
    corrected = stated(family_name="Vasilieva", arrives_on=date(2026, 12, 17))
    (change,) = changes([corrected], delegation=mission.delegations.get())
    assert (change.row, change.fields, change.kind) == (0, ["arrives_on", "family_name"], "draft")
    assert not Membership.objects.filter(family_name="Vasilieva").exists()
    result = take(mission, corrected)
    assert (result.changed, result.memberships_created, result.unchanged) == (1, 0, 0)
    one = Membership.objects.get(family_name="Vasilieva")
    assert (one.sort_key, one.arrives_on) == ("vasilieva emiliya", date(2026, 12, 17))
    assert set(one.name_tokens.values_list("token", flat=True)) == tokens("Vasilieva", "Emiliya")
    assert Membership.objects.filter(family_name="Haddad", ended_at=None).count() == 1
    event = AuditEvent.objects.get(verb="statement_changed")
    assert (event.subject_id, event.fields) == (one.pk, ["arrives_on", "family_name"])


@db
def test_a_corrected_draft_is_met_under_its_new_name_by_the_next_sender():
    first, second = make_mission(election := make_election()), make_mission(election)
    take(first, stated(family_name="Vasilova", born=date(1981, 3, 15)))
    take(first, stated())
    assert take(second, stated()).people_matched == 1


@db
def test_a_blank_in_a_list_takes_nothing_away():
    mission = make_mission()
    take(mission, stated(phone="+359 2 123456", email="e@example.org"))
    assert take(mission, stated()).unchanged == 1
    assert Membership.objects.get().phone == "+359 2 123456"


@db
def test_another_passport_is_another_row_and_finds_the_person_by_birth_and_name():
    mission = make_mission()
    take(mission, stated())
    before = IdentityDocument.objects.get()
    assert take(mission, stated(document_number="N7654321", document_expires=date(2035, 5, 5))).changed == 1
    one = Membership.objects.get()
    assert (one.document.number, one.document.expires_on) == ("N7654321", date(2035, 5, 5))
    assert IdentityDocument.objects.get(pk=before.pk).number == "P1234567"
    assert Person.objects.count() == 1


@db
def test_a_document_of_the_assumed_country_follows_a_corrected_citizenship():
    mission = make_mission()
    take(mission, stated(document_country=""))
    row = stated(citizenship="SRB", document_country="SRB", document_country_assumed=True)
    take(mission, row)
    document = Membership.objects.get().document
    assert (document.country_id, document.country_assumed) == ("SRB", True)


@db
def test_a_correction_that_makes_people_alike_raises_a_doubt():
    first, second = make_mission(election := make_election()), make_mission(election)
    take(first, stated())
    take(second, stated(born=date(1971, 3, 14), document_number="X7654321", given_names="Emilija"))
    assert not PossibleDuplicate.objects.exists()
    take(second, stated(document_number="X7654321", given_names="Emilija"))
    assert PossibleDuplicate.objects.get().agrees == ["birth", "name"]


@db
def test_a_missing_row_changes_nothing():
    mission = make_mission()
    take(mission, stated(), stated(family_name="Haddad", document_number="H1234567", born=date(1970, 1, 1)))
    take(mission, stated())
    assert Membership.objects.filter(ended_at=None).count() == 2
    assert Application.objects.filter(state="draft").count() == 2


@db
def test_a_draft_follows_a_corrected_category():
    mission = make_mission()
    take(mission, stated())
    take(mission, stated(category="foreign_journalist"))
    assert Application.objects.get().category.code == "foreign-journalist"
    assert Membership.objects.get().category.code == "foreign-journalist"


# --- one by one ---


@db
def test_a_head_names_a_person_and_a_second_time_is_refused():
    mission = make_mission()
    head = actor(make_head(mission))
    entered = enter_statement(stated(), delegation=mission.delegations.get(), actor=head, now=NOW)
    assert entered.application.membership == entered.membership
    with pytest.raises(Refused) as refused:
        enter_statement(stated(), delegation=mission.delegations.get(), actor=head, now=NOW)
    assert [reason.code for reason in refused.value.reasons] == ["named_already"]


@db
def test_a_form_obeys_the_rules_of_a_row():
    mission = make_mission()
    with pytest.raises(Refused) as refused:
        enter_statement(
            stated(citizenship="AZE", born=None), delegation=mission.delegations.get(),
            actor=actor(make_head(mission)), now=NOW,
        )  # fmt: skip
    assert {reason.code for reason in refused.value.reasons} == {"host_citizen", "no_date_of_birth"}


@db
def test_a_stranger_who_knows_all_of_a_passport_gets_an_own_file_and_changes_nothing():
    mission = make_mission()
    take(mission, stated(email="real@example.org"))
    before = Membership.objects.values().get()
    stranger = make_user()
    entered = enter_statement(
        stated(email="stranger@example.org"), delegation=mission.delegations.get(), actor=actor(stranger),
        now=NOW,
        applicant=stranger,
    )  # fmt: skip
    assert entered.application.applicant == stranger
    assert (entered.membership.sender_confirmed, entered.application.state) == (False, "draft")
    assert Membership.objects.exclude(pk=entered.membership.pk).values().get() == before
    assert entered.membership.person_id != before["person_id"]
    assert PossibleDuplicate.objects.get().agrees == ["document", "birth", "name"]


@db
def test_a_list_is_not_caught_by_a_stranger_who_came_first():
    mission = make_mission()
    stranger = make_user()
    claim = enter_statement(
        stated(), delegation=mission.delegations.get(), actor=actor(stranger), now=NOW, applicant=stranger
    )
    result = take(mission, stated())
    assert (result.memberships_created, result.applications_opened) == (1, 1)
    claim.membership.refresh_from_db()
    assert not claim.membership.sender_confirmed
    assert PossibleDuplicate.objects.count() == 1


@db
def test_an_applicant_has_one_file_under_way():
    mission, user = make_mission(), make_user()
    entered = enter_statement(
        stated(), delegation=mission.delegations.get(), actor=actor(user), now=NOW, applicant=user
    )
    with pytest.raises(Refused) as refused:
        enter_statement(
            stated(document_number="Z1234567"), delegation=mission.delegations.get(), actor=actor(user),
            now=NOW,
            applicant=user,
        )  # fmt: skip
    assert [reason.code for reason in refused.value.reasons] == ["applied_already"]
    move(entered.application, "withdraw", user)
    again = open_anew(entered.membership, actor=actor(user), now=NOW)
    assert (again.applicant, again.state, again.membership) == (user, "draft", entered.membership)


@db
def test_nobody_enters_an_applicant_who_is_somebody_else():
    mission = make_mission()
    with pytest.raises(NotAllowed):
        enter_statement(
            stated(),
            delegation=mission.delegations.get(),
            actor=actor(make_user()),
            now=NOW,
            applicant=make_user(),
        )


@db
def test_a_clerk_enters_a_person_and_the_file_says_so():
    mission, clerk = make_mission(), make_clerk()
    entered = enter_statement(stated(), delegation=mission.delegations.get(), actor=actor(clerk), now=NOW)
    assert entered.application.entered_by == clerk
    complete(entered.membership)


# --- at once ---


@pytest.mark.django_db(transaction=True)
def test_two_missions_that_send_the_same_people_at_once_give_each_one_file():
    first, second = make_mission(election := make_election()), make_mission(election)
    rows = [stated(document_number=f"R{n:07d}", family_name=f"Person{chr(97 + n)}") for n in range(20)]
    make_country("BGR")
    barrier, results = threading.Barrier(2), []

    def send(mission):
        barrier.wait()
        try:
            results.append(take(mission, *rows))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(mission,)) for mission in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result.people_created for result in results) == 20
    assert sum(result.applications_opened for result in results) == 20
    assert (Person.objects.count(), Membership.objects.count(), Application.objects.count()) == (20, 40, 20)


@pytest.mark.django_db(transaction=True)
def test_one_list_sent_twice_at_once_is_taken_in_once():
    mission = make_mission()
    rows = [stated(document_number=f"R{n:07d}", family_name=f"Person{chr(97 + n)}") for n in range(20)]
    make_country("BGR")
    barrier, results = threading.Barrier(2), []

    def send():
        barrier.wait()
        try:
            results.append(take(mission, *rows))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for __ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.memberships_created for result in results) == [0, 20]
    assert sorted(result.unchanged for result in results) == [0, 20]


@db
def test_samples_are_read_by_the_missions_own_rules():
    mission = missions_of_the_samples(make_election())["media"]
    assert len(read_sample(mission, FIRST_FOUR["media"]).good) == 27


# --- a statement that becomes one about somebody else ---


def two_missions_name_one_person():
    first, second = make_mission(election := make_election()), make_mission(election)
    take(first, stated())
    take(second, stated())
    return first, second


OTHER = {
    "family_name": "Haddad",
    "given_names": "Omar",
    "born": date(1970, 1, 1),
    "document_number": "H1234567",
    "citizenship": "JOR",
    "document_country": "JOR",
}


def edit(mission, **changed):
    return change_statement(
        mission.memberships.get(), stated(**changed), actor=actor(make_head(mission)), now=NOW
    )


@db
def test_who_turns_the_leading_row_into_somebody_else_takes_no_person_from_the_other_sender():
    first, second = two_missions_name_one_person()
    edit(first, **OTHER)
    one, other = first.memberships.get(), second.memberships.get()
    assert one.person_id != other.person_id
    assert (one.person.family_name, other.person.family_name) == ("Haddad", "Vasileva")
    files = {file.membership_id: file for file in Application.objects.all()}
    assert set(files) == {one.pk, other.pk}
    assert (files[one.pk].person, files[other.pk].person) == (one.person, other.person)
    assert (files[one.pk].state, files[other.pk].state, files[other.pk].entered_by) == (
        "draft",
        "draft",
        None,
    )
    assert set(Membership.objects.values_list("is_primary", flat=True)) == {True}
    assert one.document.person == one.person
    connection.check_constraints()


@db
def test_who_turns_the_second_row_into_somebody_else_names_a_new_person():
    first, second = two_missions_name_one_person()
    edit(second, **OTHER)
    one, other = first.memberships.get(), second.memberships.get()
    assert one.person_id != other.person_id
    assert Application.objects.get(membership=one).person == one.person
    assert Application.objects.get(membership=other).person == other.person


@db
@pytest.mark.parametrize(
    "correction",
    [
        {"born": date(1981, 3, 15)},
        {"document_number": "N7654321"},
        {"family_name": "Haddad", "given_names": "Ana"},
    ],
)
def test_an_honest_correction_leaves_the_person_one(correction):
    first, __ = two_missions_name_one_person()
    edit(first, **correction)
    assert (Person.objects.count(), Application.objects.count()) == (1, 1)


@db
def test_a_row_that_one_sender_alone_has_named_may_become_anybody():
    mission = make_mission()
    take(mission, stated())
    edit(mission, **OTHER)
    assert Person.objects.get().family_name == "Haddad"


@db
def test_what_lists_and_edits_leave_breaks_no_invariant():
    missions = missions_of_the_samples(make_election())
    for code, name in FIRST_FOUR.items():
        take_in_sample(missions[code], name)
    first, __ = two_missions_name_one_person()
    edit(first, **OTHER)
    call_command("verify_invariants")


@db
def test_a_head_who_has_named_others_may_apply_as_well():
    """What an account has stated about others is no file of its own."""
    mission = make_mission()
    head = make_head(mission)
    other = make_mission(mission.election)
    named = enter_statement(stated(), delegation=mission.delegations.get(), actor=actor(head), now=NOW)
    own = enter_statement(
        stated(family_name="Headley", given_names="Hilda", document_number="H7654321"),
        delegation=other.delegations.get(), actor=actor(head), now=NOW, applicant=head,
    )  # fmt: skip
    assert own.application is not None
    assert own.application.applicant == head
    assert own.membership.person_id != named.membership.person_id
