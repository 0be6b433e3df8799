"""A mission comes into the books with its first delegation and its event, or not at all."""

from datetime import date

import pytest
from django.db import connection

from accreditation.core.actors import SYSTEM
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.missions.models import Delegation, Election, Invitation, Mission, Organisation
from accreditation.missions.registration import open_mission
from tests import factories
from tests.factories import NOW, actor, make_staff

pytestmark = pytest.mark.django_db


def organisation() -> Organisation:
    return Organisation.objects.create(name="Interparliamentary Assembly", kind="assembly")


def invitation(election: Election, to: Organisation, inviter: str = "parliament") -> Invitation:
    return Invitation.objects.create(
        election=election, organisation=to, inviter=inviter, number="12", dated=date(2026, 10, 5)
    )


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def test_an_opened_mission_has_its_delegation_its_event_and_the_election_s_first_category() -> None:
    election, sender = factories.make_election(), organisation()
    mission = open_mission(
        election=election,
        organisation=sender,
        code="ipa",
        name="Assembly",
        actor=SYSTEM,
        now=NOW,
        expected_people=21,
        language="ru",
    )
    assert (mission.state, mission.version, mission.language) == ("invited", 1, "ru")
    assert mission.default_category.code == "international-observer"
    delegation = Delegation.objects.get()
    assert (delegation.mission, delegation.name, delegation.expected_people) == (mission, "Assembly", 21)
    event = AuditEvent.objects.about(mission).get()
    assert (event.verb, event.version, event.to_state, event.at) == ("created", 1, "invited", NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the commit asks


def test_observers_are_registered_at_once_with_an_invitation_of_a_body_that_may_invite() -> None:
    election, sender = factories.make_election(inviters=["parliament"]), organisation()
    asked = {"election": election, "organisation": sender, "code": "ipa", "name": "A", "state": "registered"}
    with pytest.raises(Refused) as refused:
        open_mission(**asked, actor=SYSTEM, now=NOW)
    assert codes(refused) == ["no_invitation"]
    by_president = invitation(election, sender, "president")
    with pytest.raises(Refused) as refused:
        open_mission(**asked, invitation=by_president, actor=SYSTEM, now=NOW)
    assert codes(refused) == ["inviter"]
    other = Organisation.objects.create(name="Other", kind="ngo")
    with pytest.raises(Refused) as refused:
        open_mission(
            **{**asked, "organisation": other},
            invitation=Invitation.objects.create(
                election=election,
                organisation=sender,
                inviter="parliament",
                number="13",
                dated=date(2026, 10, 5),
            ),
            actor=SYSTEM,
            now=NOW,
        )
    assert codes(refused) == ["other_invitation"]
    Invitation.objects.filter(pk=by_president.pk).update(inviter="parliament")
    by_president.refresh_from_db()
    assert open_mission(**asked, invitation=by_president, actor=SYSTEM, now=NOW).state == "registered"


@pytest.mark.parametrize("kind", ["media", "guests"])
def test_media_and_guests_are_registered_without_invitation(kind: str) -> None:
    election = factories.make_election()
    asked = {"election": election, "organisation": organisation(), "code": "x", "name": "X"}
    mission = open_mission(**asked, kind=kind, state="registered", actor=SYSTEM, now=NOW)
    assert (mission.kind, mission.state) == (kind, "registered")


def test_every_reason_is_told_and_nothing_is_written() -> None:
    election = factories.make_election(cancelled_at=NOW)
    foreign = factories.make_election().categories.first()
    with pytest.raises(Refused) as refused:
        open_mission(
            election=election,
            organisation=organisation(),
            code="x",
            name="X",
            state="suspended",
            default_category=foreign,
            actor=SYSTEM,
            now=NOW,
        )
    assert codes(refused) == ["state", "election_cancelled", "unknown_category"]
    assert not Mission.objects.exists() and not Delegation.objects.exists()


def test_a_code_is_used_once_an_election() -> None:
    election, sender = factories.make_election(), organisation()
    asked = {"election": election, "organisation": sender, "code": "ipa", "name": "A"}
    open_mission(**asked, actor=SYSTEM, now=NOW)
    with pytest.raises(Refused):
        open_mission(**asked, actor=SYSTEM, now=NOW)
    assert Mission.objects.count() == Delegation.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "may"),
    [("clerk", True), ("supervisor", True), ("approver", False), ("auditor", False), ("print_desk", False)],
)
def test_clerks_and_supervisors_open_missions(role: str, may: bool) -> None:
    asked = {"election": factories.make_election(), "organisation": organisation(), "code": "x", "name": "X"}
    somebody = actor(make_staff(role))
    if may:
        assert open_mission(**asked, actor=somebody, now=NOW).pk
    else:
        with pytest.raises(NotAllowed):
            open_mission(**asked, actor=somebody, now=NOW)
