"""The demonstration with its people: every state, and nothing that breaks a rule."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accreditation.accounts.models import User
from accreditation.accounts.roles import roles_of
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.demo import texts
from accreditation.demo.law import CANNED_REASONS
from accreditation.demo.staff import STAFF, password_of
from accreditation.missions.models import CannedReason, Mission, MissionRole
from accreditation.observers.models import Membership, Person, PossibleDuplicate, Upload
from accreditation.observers.pictures import rules_of
from accreditation.reports.models import PastElection
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Amendment, Application, InformationRequest
from tests.demo.loaded import loaded

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.django_db]  # loaded once, by one worker


@pytest.fixture(scope="module")
def election(django_db_setup, django_db_blocker, tmp_path_factory):
    with loaded(django_db_blocker, tmp_path_factory.mktemp("files")) as election:
        yield election


def test_people_stand_in_every_state_of_an_application(election):
    assert set(election.applications.values_list("state", flat=True)) == set(Application.State.values)


def test_accreditations_were_suspended_revoked_and_given_back(election):
    assert set(election.accreditations.values_list("state", flat=True)) == {
        Accreditation.State.ACTIVE,
        Accreditation.State.SUSPENDED,
        Accreditation.State.REVOKED,
        Accreditation.State.RELINQUISHED,
    }


def test_the_six_missions_are_registered_and_others_are_on_their_way(election):
    states = dict(election.missions.values_list("code", "state"))
    six = {"cis", "ipa-cis", "ru-cec", "media", "odihr", "oic"}
    assert {states[code] for code in six} == {Mission.State.REGISTERED}
    assert {states[code] for code in states.keys() - six} == {
        Mission.State.REGISTERED,
        Mission.State.INVITED,
        Mission.State.APPLIED,
        Mission.State.DECLINED,
    }


def test_nothing_that_must_always_hold_is_broken(election):
    assert list(findings()) == []


def test_loading_again_says_so_and_changes_nothing(election):
    before = (User.objects.count(), Application.objects.count(), OutboxMessage.objects.count())
    said = StringIO()
    call_command("load_demo", stdout=said)
    assert "loaded already" in said.getvalue()
    assert (User.objects.count(), Application.objects.count(), OutboxMessage.objects.count()) == before


def test_members_of_two_missions_are_one_person_with_two_memberships(election):
    people, memberships = Person.objects.filter(merged_into=None).count(), Membership.objects.count()
    assert 60 <= people <= 120
    assert memberships == people + 3  # two members of parliament, and one who was merged


def test_one_file_is_overdue_and_some_are_due_today(election):
    now = datetime.now(UTC)
    assert election.applications.overdue(now).count() == 1
    end_of_today = election.calendar.end_of(election.calendar.today(now))
    assert election.applications.due_before(end_of_today).count() > 1


def test_a_delegation_lands_tomorrow(election):
    tomorrow = election.calendar.today(datetime.now(UTC)) + timedelta(days=1)
    landing = Membership.objects.current().filter(arrives_on=tomorrow)
    assert set(landing.values_list("mission__code", flat=True)) == {"odihr"}


def test_the_journalists_have_arrived_already(election):
    arrived = Membership.objects.exclude(arrived_at=None)
    assert set(arrived.values_list("mission__code", flat=True)) == {"media"}
    assert arrived.count() == election.missions.get(code="media").memberships.count()


def test_clerks_have_doubts_requests_and_wishes_to_settle(election):
    assert PossibleDuplicate.objects.filter(verdict=PossibleDuplicate.Verdict.OPEN).count() == 2
    assert InformationRequest.objects.filter(answered_at=None).count() == 2
    assert sorted(Amendment.objects.values_list("is_correction", "verdict")) == [
        (False, "open"),
        (True, "open"),
    ]
    assert Membership.objects.filter(sender_confirmed=False).count() == 1


def test_whoever_applied_has_pictures_that_the_rules_take(election):
    applied = election.applications.exclude(submitted_at=None)
    without = applied.exclude(membership__uploads__kind="photo")
    assert not without.exists()
    rules = rules_of("photo", election)
    for photo in Upload.objects.filter(kind="photo"):
        assert photo.width >= rules.min_width and photo.height >= rules.min_height
    faces = Upload.objects.filter(kind="photo")
    different = {bytes(digest) for digest in faces.values_list("sha256", flat=True)}
    assert len(different) == faces.count() - 1  # somebody is named twice, with an old and a new passport


def test_letters_wait_for_the_mail_server(election):
    kinds = set(OutboxMessage.objects.filter(state="pending").values_list("kind", flat=True))
    assert {"receipt", "approval", "refusal", "information_request", "revocation", "appeal_received"} <= kinds
    assert not OutboxMessage.objects.exclude(email__endswith="@demo.example").exists()


def test_each_role_has_its_account_and_opens_with_the_printed_password(election):
    for one in STAFF:
        user = User.objects.get(email=one.email)
        assert user.check_password(password_of(one.email))
        assert roles_of(user) == {one.role}


def test_printed_passwords_differ_and_follow_from_the_secret_of_the_installation(settings):
    ours = [password_of(one.email) for one in STAFF]
    assert len(set(ours)) == len(STAFF)
    assert all(len(password) >= 15 for password in ours)
    settings.SECRET_KEY = "of another installation"
    assert set(ours).isdisjoint(password_of(one.email) for one in STAFF)


def test_every_mission_that_comes_has_a_head(election):
    headed = MissionRole.objects.current().filter(duty="head").values("mission")
    assert not election.missions.filter(state=Mission.State.REGISTERED).exclude(pk__in=headed).exists()


def test_the_commission_has_worded_everything_in_five_languages(election):
    languages = {"en", "az", "ru", "fr", "ar"}
    assert [set(words) for words in (texts.ELECTION, texts.PLEDGE, texts.PRIVACY, texts.NOT_CONFIRMED)] == [
        languages
    ] * 4
    for category in election.categories.all():
        names = {getattr(category, f"name_{language}") for language in languages}
        assert len(names) == len(languages) and all(names)
    canned = CannedReason.objects.filter(code__in=CANNED_REASONS)
    assert {reason.code: reason.field for reason in canned} == CANNED_REASONS
    assert all(getattr(reason, f"words_{language}") for reason in canned for language in languages)


def test_past_elections_are_told_with_their_source(election):
    assert PastElection.objects.get(day=date(2024, 9, 1)).international_observers == 598
    assert PastElection.objects.count() == 7
    assert not PastElection.objects.filter(source="").exists()
