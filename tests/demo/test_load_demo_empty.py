"""The demonstration without people: ready for the lists."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from accreditation.missions.models import Delegation, Mission
from accreditation.observers.models import Membership
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from tests.demo.loaded import loaded
from tests.lists import FOLDER

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def election(django_db_setup, django_db_blocker, tmp_path_factory):
    with loaded(
        django_db_blocker, tmp_path_factory.mktemp("files"), day=date(2026, 12, 20), empty=True
    ) as election:
        yield election


def test_it_has_the_day_that_was_asked_for_and_its_calendar(election):
    assert election.day == date(2026, 12, 20)
    assert election.calendar.application_deadline.closes_at.isoformat() == "2026-12-10T20:00:00+00:00"


def test_it_has_six_registered_missions_with_one_delegation_each_and_nobody_in_them(election):
    assert set(election.missions.values_list("code", "state")) == {
        (code, Mission.State.REGISTERED) for code in ("cis", "ipa-cis", "ru-cec", "media", "odihr", "oic")
    }
    assert Delegation.objects.filter(mission__election=election).count() == 6
    assert not Membership.objects.exists() and not Application.objects.exists()


def test_usual_category_and_role_follow_from_the_mission(election):
    usual = {m.code: (m.default_category.code, m.default_role) for m in election.missions.all()}
    assert usual["media"] == ("foreign-journalist", "")
    assert usual["ipa-cis"] == ("international-observer", "parliamentarian")


def test_the_list_of_118_goes_in(election):
    said = StringIO()
    file = FOLDER / "cis-observer-mission.xlsx"
    call_command("import_list", str(file), mission="cis", json=True, stdout=said)
    report = json.loads(said.getvalue())
    assert (report["rows"], report["accepted"], report["applications_opened"]) == (118, 118, 118)
    assert list(findings()) == []
