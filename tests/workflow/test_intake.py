"""What a delegation's list becomes: people once, memberships, drafts."""

import itertools

import pytest
from django.db import connection
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.missions.models import Delegation, Mission
from accreditation.observers.models import IdentityDocument, Membership, NameToken, Person, PossibleDuplicate
from accreditation.observers.names import tokens
from accreditation.workflow.intake import changes, take_in
from accreditation.workflow.models import Application

from tests.factories import NOW, actor, make_clerk, make_election, make_head, make_mission, make_user
from tests.lists import FIRST_FOUR, missions_of_the_samples, read_sample, stated, take_in_sample

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "order", [list(FIRST_FOUR), ["media", "ru-cec", "ipa-cis", "cis"], ["ipa-cis", "cis", "media", "ru-cec"]]
)
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
