"""The audit as people read it: no code of a verb or of a state, and hours on the election's clocks."""

import pytest
from django.test import Client
from django.urls import reverse

from accreditation.accounts.permissions import grant_group_permissions
from accreditation.accounts.roles import AUDITOR
from accreditation.core.audit import AuditEvent
from tests.factories import application_in, make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    grant_group_permissions()
    return sign_in(Client(), make_staff(AUDITOR))


def test_verbs_and_states_are_words_and_times_have_the_election_s_zone(auditor: Client) -> None:
    application = application_in("recommended")
    page = auditor.get(reverse("admin:core_auditevent_changelist")).content.decode()
    assert "Recommended for approval" in page and "under review" in page and "Baku time (UTC+4)" in page
    assert (
        "recommend_approval" not in page and "recommend approval" not in page and "under_review" not in page
    )
    assert ">workflow.application<" not in page  # among the kinds of the filter
    event = AuditEvent.objects.about(application).latest("pk")
    one = auditor.get(reverse("admin:core_auditevent_change", args=[event.pk])).content.decode()
    assert "Recommended for approval" in one and "Baku time (UTC+4)" in one and "under_review" not in one


@pytest.mark.parametrize("sought", ["recommended for", "recommend_approval"])
def test_it_is_searched_by_the_words_that_it_shows_and_by_the_code(auditor: Client, sought: str) -> None:
    application = application_in("recommended")
    answer = auditor.get(reverse("admin:core_auditevent_changelist"), {"q": sought})
    found = [event.verb for event in answer.context["cl"].result_list if event.subject_id == application.pk]
    assert found == ["recommend_approval"]
