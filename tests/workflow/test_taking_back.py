"""A decision is taken back while its letter waits, by whoever made it; then it is as if nobody had decided."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation, Badge
from accreditation.observers.models import Membership, Person
from accreditation.workflow.appeals import standing_refusal
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Amendment, Application, BulkRun, Decision
from accreditation.workflow.states import ACCREDITATION
from tests.badges import make_badge, make_keys
from tests.factories import (
    NOW,
    RULING,
    actor,
    application_in,
    complete,
    head_of,
    make_approver,
    make_clerk,
    make_membership,
    make_mission,
    move,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

SOON = NOW + timedelta(seconds=30)


@pytest.fixture
def approver() -> Any:
    return make_approver()


@pytest.fixture
def approved(approver: Any) -> Application:
    return application_in("approved", approver=approver)


@pytest.fixture
def refused(approver: Any) -> Application:
    return application_in("refused", approver=approver)


def letters(application: Application, kind: str) -> list[str]:
    about = OutboxMessage.objects.about(application).filter(kind=kind)
    return list(about.values_list("state", flat=True))


def test_an_approval_taken_back_leaves_a_recommended_file_no_letter_and_a_cancelled_number(
    approved: Application, approver: Any
) -> None:
    granted = approved.accreditation
    assert granted is not None
    assert letters(approved, "approval") == ["pending"]

    back = move(approved, "take_back_decision", approver, now=SOON)

    assert (back.state, back.accreditation, back.decided_at) == ("recommended", None, None)
    assert (back.recommendation, back.documents_checked) == ("approve", True)
    assert letters(approved, "approval") == ["cancelled"]
    granted.refresh_from_db()
    assert granted.state == "cancelled"
    assert Badge.objects.get(accreditation=granted).state == "void"
    assert Decision.objects.get().taken_back_at == SOON
    assert Person.objects.get(pk=approved.person_id).confirmed_at is None
    event = AuditEvent.objects.about(back).get(verb="take_back_decision")
    assert (event.actor, event.from_state, event.to_state) == (approver, "approved", "recommended")
    assert findings() == []


def test_after_it_the_file_is_decided_again_with_a_new_number_and_its_own_letter(
    approved: Application, approver: Any
) -> None:
    first = approved.accreditation
    assert first is not None
    move(approved, "take_back_decision", approver, now=SOON)

    again = move(approved, "approve", approver, now=SOON + timedelta(seconds=5))

    assert again.accreditation is not None
    assert again.accreditation.number == first.number + 1
    assert sorted(letters(approved, "approval")) == ["cancelled", "pending"]
    assert Badge.objects.filter(state="queued").count() == 1
    assert findings() == []


def test_a_refusal_taken_back_is_no_refusal_any_more(refused: Application, approver: Any) -> None:
    move(refused, "take_back_decision", approver, now=SOON)

    assert standing_refusal(refused) is None
    assert letters(refused, "refusal") == ["cancelled"]
    approved = move(refused, "approve", approver, now=SOON, reason="The information was confirmed.")
    assert approved.state == "approved"
    assert findings() == []


def test_it_is_taken_back_until_the_letter_leaves_and_not_a_moment_later(
    approved: Application, approver: Any
) -> None:
    closes_at = NOW + timedelta(seconds=project.LETTER_UNDO_SECONDS)

    with pytest.raises(Refused) as refusal:
        move(approved, "take_back_decision", approver, now=closes_at)
    assert [reason.code for reason in refusal.value.reasons] == ["letter_left"]

    assert (
        move(approved, "take_back_decision", approver, now=closes_at - timedelta(microseconds=1)).state
        == "recommended"
    )


def test_a_letter_that_has_left_before_its_time_holds_the_decision(
    approved: Application, approver: Any
) -> None:
    OutboxMessage.objects.about(approved).filter(kind="approval").update(state="sent", sent_at=NOW)

    with pytest.raises(Refused) as refusal:
        move(approved, "take_back_decision", approver, now=SOON)

    assert [reason.code for reason in refusal.value.reasons] == ["letter_left"]
    assert Application.objects.get(pk=approved.pk).state == "approved"


def test_a_letter_that_a_clerk_prints_is_stopped_as_well(approver: Any) -> None:
    application = application_in("recommended")
    head_of(application).mission_roles.all().delete()
    Membership.objects.filter(pk=application.membership_id).update(email="")
    move(application, "approve", approver)
    assert letters(application, "approval") == ["to_print"]

    move(application, "take_back_decision", approver, now=SOON)

    assert letters(application, "approval") == ["cancelled"]


def test_nobody_takes_back_what_another_decided(approved: Application) -> None:
    with pytest.raises(NotAllowed):
        move(approved, "take_back_decision", make_approver(), now=SOON)


def test_who_lost_the_role_takes_nothing_back(approved: Application, approver: Any) -> None:
    approver.groups.clear()
    approver.is_staff = False
    approver.save()

    with pytest.raises((NotAllowed, Application.DoesNotExist)):
        move(approved, "take_back_decision", type(approver).objects.get(pk=approver.pk), now=SOON)


def test_a_ruling_is_not_taken_back(approver: Any) -> None:
    appealed = application_in("appealed", approver=approver)
    move(appealed, "overturn", approver, **RULING)

    with pytest.raises(NotAllowed):
        move(appealed, "take_back_decision", approver, now=SOON)


def test_an_accreditation_moved_since_is_ended_by_its_own_moves(approved: Application, approver: Any) -> None:
    perform(
        ACCREDITATION, approved.accreditation_id, "suspend", actor=actor(approver), now=SOON, reason="Wait."
    )

    with pytest.raises(Refused) as refusal:
        move(approved, "take_back_decision", approver, now=SOON)

    assert [reason.code for reason in refusal.value.reasons] == ["grant_in_use"]


def test_a_person_confirmed_by_an_earlier_approval_stays_confirmed(approver: Any) -> None:
    application = application_in("recommended")
    earlier = NOW - timedelta(days=300)
    Person.objects.filter(pk=application.person_id).update(confirmed_at=earlier)
    move(application, "approve", approver)

    move(application, "take_back_decision", approver, now=SOON)

    assert Person.objects.get(pk=application.person_id).confirmed_at == earlier


def test_a_correction_asked_of_the_accreditation_is_a_wish_about_the_file_again(
    approved: Application, approver: Any
) -> None:
    Amendment.objects.create(
        application=approved, membership=approved.membership, fields=["function"],
        wish='{"function": "Expert"}', is_correction=True, asked_at=NOW,
    )  # fmt: skip

    move(approved, "take_back_decision", approver, now=SOON)

    assert Amendment.objects.get().is_correction is False


def test_no_accreditation_page_offers_to_take_it_back(approved: Application, approver: Any) -> None:
    accreditation = Accreditation.objects.get()
    offered = [one.name for one in ACCREDITATION.available(accreditation, actor(approver))]
    assert "take_back_grant" not in offered


def test_a_badge_handed_over_holds_the_decision(approver: Any, tmp_path: Path, settings: Any) -> None:
    settings.SIGNING_KEYS_DIR, settings.PRIVATE_FILES_ROOT = tmp_path / "keys", tmp_path / "files"
    make_keys()
    make_badge("collected", approver=approver)
    approved = Application.objects.get()

    with pytest.raises(Refused) as refusal:
        move(approved, "take_back_decision", approver, now=SOON)

    assert [reason.code for reason in refusal.value.reasons] == ["grant_in_use"]


# On the pages: the clock runs, so these decide now


@pytest.fixture
def decided_now(client: Client, approver: Any) -> Application:
    application = application_in("recommended")
    sign_in(client, approver)
    return move(application, "approve", approver, now=timezone.now())


def page_of(application: Application) -> str:
    return reverse("admin:workflow_application_change", args=[application.pk])


def test_the_review_page_offers_it_says_until_when_and_does_it_with_one_press(
    client: Client, decided_now: Application
) -> None:
    shown = client.get(page_of(decided_now)).content.decode()
    assert "Take the decision back" in shown
    assert "The letter leaves at" in shown
    assert "Baku time (UTC+4)" in shown

    url = reverse("admin:workflow_application_move", args=[decided_now.pk, "take_back_decision"])
    posted = {"version": decided_now.version, "from": "review"}
    answer = client.post(url, posted, follow=True).content.decode()

    assert "is now: recommended" in answer
    assert "taken back" in answer
    assert Application.objects.get(pk=decided_now.pk).state == "recommended"


def test_the_page_says_nothing_of_it_when_the_time_is_over_or_another_decided(
    client: Client, decided_now: Application, settings: Any
) -> None:
    settings.LETTER_UNDO_SECONDS = 0
    late = client.get(page_of(decided_now)).content.decode()
    assert "Take the decision back" not in late
    assert "no longer taken back" not in late

    settings.LETTER_UNDO_SECONDS = 120
    sign_in(client, make_approver())
    assert "Take the decision back" not in client.get(page_of(decided_now)).content.decode()


def approve_in_bulk(client: Client, applications: list[Application]) -> BulkRun:
    shown = " ".join(f"{one.pk}:{one.version}" for one in applications)
    client.post(reverse("admin:workflow_application_bulk_start", args=["approve"]), {"shown": shown})
    return BulkRun.objects.latest("pk")


def test_the_report_of_many_approvals_takes_all_of_them_back_and_reports_who_could_not_be(
    client: Client, approver: Any
) -> None:
    mission = make_mission()
    files = [application_in("recommended", membership=complete(make_membership(mission))) for _ in range(3)]
    sign_in(client, approver)
    run = approve_in_bulk(client, files)
    report = client.get(reverse("admin:workflow_application_run", args=[run.public_id])).content.decode()
    assert "Take 3 approvals back" in report
    assert "Until then you can take all of these approvals back" in report
    OutboxMessage.objects.about(files[1]).filter(kind="approval").update(state="sent", sent_at=NOW)

    back = reverse("admin:workflow_application_run_back", args=[run.public_id])
    answer = client.post(back, follow=True).content.decode()

    assert [Application.objects.get(pk=one.pk).state for one in files] == [
        "recommended", "approved", "recommended",
    ]  # fmt: skip
    undone = BulkRun.objects.latest("pk")
    assert {pk: [one["code"] for one in why] for pk, why in undone.refusals().items()} == {
        files[1].pk: ["letter_left"]
    }
    assert "Take the decisions back" in answer
    assert client.post(back).status_code == 302  # a double click: the same run again, and nothing moves twice
    assert Decision.objects.filter(taken_back_at__isnull=False).count() == 2


def test_a_run_of_another_or_of_another_move_is_not_taken_back(client: Client, approver: Any) -> None:
    one = application_in("recommended")
    sign_in(client, approver)
    run = approve_in_bulk(client, [one])
    stranger = Client()
    sign_in(stranger, make_approver())
    back = reverse("admin:workflow_application_run_back", args=[run.public_id])
    assert stranger.post(back).status_code == 404

    clerk = make_clerk()
    sign_in(stranger, clerk)
    submitted = application_in("submitted")
    stranger.post(
        reverse("admin:workflow_application_bulk_start", args=["take"]),
        {"shown": f"{submitted.pk}:{submitted.version}"},
    )
    taken = BulkRun.objects.latest("pk")
    assert (
        stranger.post(reverse("admin:workflow_application_run_back", args=[taken.public_id])).status_code
        == 404
    )
    assert Application.objects.get(pk=one.pk).state == "approved"
