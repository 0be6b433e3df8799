"""A head who applies online for the own person, with the account that has named the others."""

from datetime import date

import pytest

from accreditation.observers.models import Membership
from accreditation.workflow.answering import save_answers
from accreditation.workflow.applying import applying_of
from accreditation.workflow.intake import enter_statement
from accreditation.workflow.models import Application
from tests.factories import NOW, actor, make_country, make_head, make_mission, move
from tests.lists import stated

pytestmark = pytest.mark.django_db


def test_a_head_s_own_application_leaves_the_people_alone_whom_the_head_has_named() -> None:
    make_country("BGR")
    mission = make_mission()
    head = make_head(mission)
    named = enter_statement(stated(), delegation=mission.delegations.get(), actor=actor(head), now=NOW)
    assert named.application is not None
    move(named.application, "withdraw", head)

    answers = {
        "family_name": "Headley", "given_names": "Hilda", "born": date(1970, 2, 3), "citizenship": "BGR",
        "document_number": "H7654321", "document_country": "BGR", "document_expires": date(2031, 1, 1),
    }  # fmt: skip
    save_answers(applying_of(head, mission.election, NOW), answers, actor=actor(head), mission=mission)

    named.membership.refresh_from_db()
    assert (named.membership.family_name, named.membership.born) == ("Vasileva", date(1981, 3, 14))
    own = applying_of(head, mission.election, NOW)
    assert own.membership is not None and own.membership.family_name == "Headley"
    assert [one.family_name for one in Membership.objects.order_by("pk")] == ["Vasileva", "Headley"]
    assert list(Application.objects.order_by("pk").values_list("state", "applicant")) == [
        ("withdrawn", None),
        ("draft", head.pk),
    ]
