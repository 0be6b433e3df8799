"""A letter that reaches nobody goes to another address: once, and to nobody whom it does not concern."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.audit import AuditEvent
from accreditation.core.claims import claim
from accreditation.core.correspondence import settle
from accreditation.core.errors import NotAllowed, Refused, WrongState
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.appeals import appeal_last_moment
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from accreditation.workflow.readdressing import known_address, send_elsewhere
from accreditation.workflow.reminders import badge_ready
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    make_approver,
    make_clerk,
    make_head,
    make_membership,
    make_mission,
    make_staff,
    make_user,
    move,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
LATER = NOW + timedelta(hours=1)
NEW, NOTE = "ada@new.example", "Said on the telephone."


def refused(**fields: Any) -> Application:
    """A refusal whose letter has waited its time, to somebody with an address of the own."""
    membership = complete(make_membership(make_mission(), **{"email": "ada@old.example"} | fields))
    return application_in("refused", membership=membership)


def letter_of(application: Application, kind: str = "refusal") -> OutboxMessage:
    return OutboxMessage.objects.about(application).get(kind=kind)


def sent_to(letter: OutboxMessage, email: str = NEW, note: str = NOTE, **given: Any) -> OutboxMessage:
    who = given.pop("actor", None) or actor(make_clerk())
    return send_elsewhere(letter.pk, email, actor=who, now=given.pop("now", LATER), reason=note)


def against(letter: OutboxMessage, email: str, note: str = NOTE) -> list[str]:
    """The codes for which it is refused; and that nothing was written then."""
    with pytest.raises(Refused) as error:
        sent_to(letter, email, note)
    assert (
        OutboxMessage.objects.filter(email__iexact=email, kind=letter.kind).exclude(pk=letter.pk).count() == 0
    )
    letter.refresh_from_db()
    assert letter.state != State.CANCELLED
    return [reason.code for reason in error.value.reasons]


# What happens


@pytest.mark.parametrize(
    "standing",
    [
        {"state": State.FAILED, "attempts": 1, "error": "550 no such mailbox"},
        {"state": State.SENT, "attempts": 1, "sent_at": NOW, "bounced_at": NOW},
        {"state": State.PENDING, "attempts": 3, "due_at": LATER + timedelta(minutes=30)},
        {"state": State.TO_PRINT, "email": ""},
    ],
    ids=["refused by the server", "came back", "tried again and again", "to be printed"],
)
def test_the_letter_is_written_anew_and_the_old_one_never_leaves(standing: dict[str, Any]) -> None:
    old = letter_of(refused())
    OutboxMessage.objects.filter(pk=old.pk).update(**standing)
    old.refresh_from_db()
    new = sent_to(old)
    old.refresh_from_db()
    assert (new.email, new.state, new.due_at, new.attempts) == (NEW, State.PENDING, LATER, 0)
    for name in (
        "kind",
        "facts",
        "language",
        "about_type",
        "about_id",
        "only_while",
        "created_at",
        "not_after",
    ):
        assert getattr(new, name) == getattr(old, name), name
    assert new.key != old.key and new.message_id != old.message_id
    assert (old.state, old.sent_at, old.bounced_at) == (State.CANCELLED, None, None)
    assert old.email == standing.get("email", "ada@old.example"), "the record says to whom it went"
    assert [[letter.pk for letter in mail] for mail in claim(1, LATER) if mail[0].kind == "refusal"] == [
        [new.pk]
    ]
    assert {broken for broken, __ in findings()} == {
        "no_letter_is_left_leaving"
    }  # the claim above is nobody's


def test_it_is_audited_at_both_letters_with_the_note_and_without_an_address() -> None:
    old, clerk = letter_of(refused()), make_clerk()
    new = sent_to(old, actor=actor(clerk))
    (first,) = AuditEvent.objects.about(old)
    (second,) = AuditEvent.objects.about(new)
    assert (first.verb, first.facts) == ("letter_readdressed", {"letter": new.pk})
    assert (second.verb, second.facts) == ("letter_in_place_of_another", {"letter": old.pk})
    for event in (first, second):
        assert (event.actor, event.reason) == (clerk, NOTE)
        assert "@" not in f"{event.facts} {event.reason} {event.fields}"


def test_no_stored_address_changes() -> None:
    applicant = make_user("signs-in@example.org")
    application = application_in(
        "refused", membership=complete(make_membership(email="ada@old.example")), applicant=applicant
    )
    sent_to(letter_of(application))
    application.membership.refresh_from_db()
    applicant.refresh_from_db()
    assert (application.membership.email, applicant.email) == ("ada@old.example", "signs-in@example.org")


def test_a_letter_that_is_held_back_stays_so_and_is_stopped_with_its_decision() -> None:
    application = application_in("recommended")
    approver = make_approver()
    move(application, "approve", approver)
    old = letter_of(application, "approval")
    new = sent_to(old, now=NOW + timedelta(seconds=1))
    assert new.due_at == old.due_at == NOW + timedelta(seconds=settings.LETTER_UNDO_SECONDS)
    move(application, "take_back_decision", approver)
    new.refresh_from_db()
    assert new.state == State.CANCELLED
    assert findings() == []


def test_the_time_to_appeal_counts_from_the_letter_that_arrives() -> None:
    application = refused()
    old = letter_of(application)
    OutboxMessage.objects.filter(pk=old.pk).update(state=State.SENT, sent_at=NOW, bounced_at=LATER)
    assert appeal_last_moment(application) is not None
    new = sent_to(old)
    assert appeal_last_moment(application) is None
    (event,) = AuditEvent.objects.about(old)
    assert event.facts == {
        "letter": new.pk,
        "sent_at": NOW.isoformat(),
        "bounced_at": LATER.isoformat(),
    }
    left = NOW + timedelta(days=2)
    OutboxMessage.objects.filter(pk=new.pk).update(state=State.SENT, sent_at=left)
    assert appeal_last_moment(application) == application.election.calendar.appeal_closes_at(left)


def test_what_was_tried_as_one_mail_goes_on_as_one_mail() -> None:
    mission = make_mission()
    make_head(mission, "head@old.example")
    three = [
        application_in("submitted", membership=complete(make_membership(mission, email="")))
        for _one in range(3)
    ]
    letters = [letter_of(application, "receipt") for application in three]
    tried, alone = letters[:2], letters[2]
    OutboxMessage.objects.filter(pk__in=[letter.pk for letter in tried]).update(
        state=State.FAILED, attempts=1, message_id="<one@mail>"
    )
    tried[0].refresh_from_db()
    sent_to(tried[0], "office@new.example")
    ((first, second),) = claim(1, LATER)[-1:]
    assert {first.email, second.email} == {"office@new.example"}
    assert [first.about_id, second.about_id] == [application.pk for application in three[:2]]
    alone.refresh_from_db()
    assert (alone.email, alone.state) == ("head@old.example", State.SENDING)


# What is refused


def test_an_address_is_checked_and_the_note_is_asked_for_all_at_once() -> None:
    letter = letter_of(refused())
    for wrong in (
        "",
        "ada",
        "ada@",
        "ada@new",
        "ada@new.example, bo@new.example",
        "ада@new.example",
        "a\n@b.example",
    ):
        assert against(letter, wrong, note=" ") == ["no_address", "no_note"], wrong
    assert against(letter, "ADA@old.example") == ["same_address"]


def test_a_reader_who_has_the_letter_already_gets_no_second_one() -> None:
    application = application_in("submitted", membership=complete(make_membership(email="ada@old.example")))
    head = make_head(application.mission, "second@mission.example")
    move(application, "withdraw", head)
    notices = OutboxMessage.objects.about(application).filter(kind="withdrawn_notice")
    with pytest.raises(Refused) as error:
        sent_to(notices.get(email="ada@old.example"), "Second@mission.example")
    assert [reason.code for reason in error.value.reasons] == ["written_already"]


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN, State.SENT, State.CANCELLED])
def test_what_leaves_or_has_arrived_or_is_in_doubt_is_not_readdressed(state: str) -> None:
    letter = letter_of(refused())
    times = {"sent_at": NOW} if state == State.SENT else {}
    OutboxMessage.objects.filter(pk=letter.pk).update(
        state=state, claimed_by=1 if state == State.SENDING else None, **times
    )
    with pytest.raises(WrongState):
        sent_to(letter)
    assert not OutboxMessage.objects.filter(email=NEW).exists()


def test_twice_the_same_wish_writes_one_letter() -> None:
    letter = letter_of(refused())
    sent_to(letter)
    with pytest.raises(WrongState):
        sent_to(letter)
    assert OutboxMessage.objects.filter(email=NEW).count() == 1


@pytest.mark.parametrize(
    "owner",
    [
        lambda application: make_user("applicant@elsewhere.example").email,
        lambda application: make_head(make_mission(application.election), "head@elsewhere.example").email,
        lambda application: make_clerk().email,
        lambda application: (
            make_membership(make_mission(application.election), email="x@elsewhere.example").email
        ),
        lambda application: make_membership(application.mission, email="colleague@own.example").email,
    ],
    ids=[
        "another applicant",
        "another mission's head",
        "the commission's own",
        "another mission's person",
        "a colleague",
    ],
)
def test_a_letter_is_not_handed_to_somebody_whom_it_does_not_concern(
    owner: Callable[[Application], str],
) -> None:
    application = refused()
    assert against(letter_of(application), owner(application).upper()) == ["address_of_another"]


@pytest.mark.parametrize(
    "who", ["the account", "a head", "an address that another mission states for this person"]
)
def test_it_goes_to_those_whom_it_concerns(who: str) -> None:
    stated = complete(make_membership(make_mission(), email="ada@old.example"))
    application = application_in("refused", membership=stated, applicant=make_user("ada@applies.example"))
    other = make_mission(application.election)
    address = {
        "the account": "ada@applies.example",
        "a head": make_head(application.mission, "head@own.example").email,
        "an address that another mission states for this person": make_membership(
            other, stated.person, is_primary=False, email="ada@other.example"
        ).email,
    }[who]
    assert sent_to(letter_of(application), address).email == address


def test_a_letter_to_a_head_is_not_handed_to_the_person_it_tells_of() -> None:
    mission = make_mission()
    make_head(mission, "head@old.example")
    application = application_in("refused", membership=complete(make_membership(mission, email="")))
    application.membership.email = "ada@late.example"
    application.membership.save()
    assert against(letter_of(application), "ada@late.example") == ["address_of_another"]


def test_a_letter_that_opens_the_badge_goes_only_where_its_reader_is_known(
    settings: Any, tmp_path: Any
) -> None:
    membership = complete(make_membership(email="ada@old.example"))
    application = application_in("approved", membership=membership)
    badge = application.accreditation.badges.get()
    letter = OutboxMessage.objects.create(
        kind=badge_ready.KIND, key="badge", email="ada@old.example", state=State.FAILED, facts={"to_head": False},
        about_type="credentials.badge", about_id=badge.pk, created_at=NOW, due_at=NOW,
    )  # fmt: skip
    assert against(letter, NEW) == ["opens_the_badge"]
    assert known_address(letter) == ""
    membership.email = "ada@corrected.example"  # its mission has corrected the statement
    membership.save()
    assert known_address(letter) == "ada@corrected.example"
    assert sent_to(letter, "ada@corrected.example").state == State.PENDING


def test_what_the_commission_writes_to_its_own_people_stays_inside() -> None:
    staff = make_approver()
    letter = OutboxMessage.objects.create(
        kind="decision_overdue", key="overdue", email=staff.email, user=staff, state=State.FAILED, facts={},
        created_at=NOW, due_at=NOW,
    )  # fmt: skip
    assert against(letter, NEW) == ["stays_inside"]


@pytest.mark.parametrize("role", [AUDITOR, PRINT_DESK, "nobody"])
def test_only_clerks_supervisors_and_approvers_do_it(role: str) -> None:
    letter = letter_of(refused())
    user = make_user() if role == "nobody" else make_staff(role)
    with pytest.raises(NotAllowed):
        sent_to(letter, actor=actor(user))


# The page


def page(letter: OutboxMessage, name: str = "another_address") -> str:
    return reverse(f"admin:core_outboxmessage_{name}", args=[letter.pk])


@pytest.mark.parametrize(
    ("role", "status"), [(CLERK, 200), (SUPERVISOR, 200), (APPROVER, 200), (AUDITOR, 404)]
)
def test_the_page_is_offered_to_who_may_do_it(role: str, status: int) -> None:
    letter, client = letter_of(refused()), sign_in(Client(), make_staff(role))
    assert client.get(page(letter)).status_code == status
    shown = client.get(page(letter, "change")).content.decode()
    assert (page(letter) in shown) is (status == 200)


def test_a_clerk_says_the_address_and_lands_at_the_new_letter() -> None:
    letter, client = letter_of(refused()), sign_in(Client(), make_clerk())
    answer = client.post(page(letter), {"email": NEW, "note": NOTE}, follow=True)
    new = OutboxMessage.objects.get(email=NEW)
    assert answer.redirect_chain[-1][0] == page(new, "change")
    shown = answer.content.decode()
    assert "Written in place of the same letter to another address" in shown and NOTE in shown
    assert f'href="{page(letter, "change")}"' in shown
    assert "Sent to another address instead" in client.get(page(letter, "change")).content.decode()


def test_a_refused_address_stays_in_its_field_with_the_reason_beside_it() -> None:
    letter, client = letter_of(refused()), sign_in(Client(), make_clerk())
    answer = client.post(page(letter), {"email": "ada@", "note": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "email": ["Enter an e-mail address in the right format, like name@example.org"],
        "note": ["Say where the new address comes from."],
    }
    assert 'value="ada@"' in answer.content.decode()


def test_the_page_offers_the_address_at_which_the_reader_is_known_by_now() -> None:
    application = refused()
    letter, client = letter_of(application), sign_in(Client(), make_clerk())
    assert client.get(page(letter)).context["form"]["email"].value() == ""
    application.membership.email = "ada@corrected.example"
    application.membership.save()
    assert client.get(page(letter)).context["form"]["email"].value() == "ada@corrected.example"


def test_the_page_of_a_letter_that_has_left_meanwhile_leads_back_and_says_so() -> None:
    letter, client = letter_of(refused()), sign_in(Client(), make_clerk())
    OutboxMessage.objects.filter(pk=letter.pk).update(state=State.SENT, sent_at=NOW)
    for answer in (
        client.get(page(letter), follow=True),
        client.post(page(letter), {"email": NEW, "note": NOTE}, follow=True),
    ):
        assert answer.redirect_chain[-1][0] == page(letter, "change")
        assert "sent" in str(*answer.context["messages"])
    assert not OutboxMessage.objects.filter(email=NEW).exists()


def test_a_letter_that_was_given_on_paper_is_no_longer_sent() -> None:
    letter = letter_of(refused(email=""))
    OutboxMessage.objects.filter(pk=letter.pk).update(state=State.TO_PRINT, email="")
    settle(letter.pk, "printed", actor=actor(make_clerk()), now=LATER)
    with pytest.raises(WrongState):
        sent_to(letter)
