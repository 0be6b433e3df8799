"""The commission's longer ways in a browser: many at once, two who are one, suspended, corrected, postponed, ended."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from PIL import Image

from accreditation.accounts.permissions import grant_group_permissions
from accreditation.core import storage
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation, Badge
from accreditation.missions.models import Election
from accreditation.observers.models import Membership, Person, PossibleDuplicate, Upload
from accreditation.workflow.clocks import expire_accreditations
from accreditation.workflow.models import Application
from tests import factories as make
from tests.browser.accessibility import violations
from tests.browser.windows import DESK, PHONE, OpenWindow, overflows, press, told

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("told_at_once"),
]


@pytest.fixture(autouse=True)
def commission_at_work(settings: Any, tmp_path: Any) -> None:
    """Its groups may open what they may, and pictures lie in a folder of the test."""
    settings.PRIVATE_FILES_ROOT = tmp_path
    grant_group_permissions()


@pytest.fixture
def mission() -> Any:
    return make.make_mission(name="CIS Observer Mission", code="cis")


def file_in(state: str, mission: Any, family: str, given: str = "Ada", **fields: Any) -> Application:
    membership = make.complete(make.make_membership(mission, family_name=family, given_names=given, **fields))
    for upload in membership.uploads.all():
        drawn = BytesIO()
        Image.new("RGB", (90, 120), (200, 210, 220)).save(drawn, "JPEG")
        Upload.objects.filter(pk=upload.pk).update(name=storage.store(drawn.getvalue()), width=90, height=120)
    return make.application_in(state, membership=membership)


def state_of(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


def without_faults(page: Any) -> None:
    """The page breaks no rule of accessibility, on a desk or on a phone, and is not wider than either."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert violations(page) == [], (page.url, size)


def test_many_are_approved_at_once_while_a_colleague_decides_one_of_them_first(
    window: OpenWindow, mission: Any
) -> None:
    names = ("Akhmetov", "Beridze", "Garnier", "Hansen")
    files = {name: file_in("recommended", mission, name) for name in names}
    one, colleague = window(make.make_approver()), window(make.make_approver())
    one.goto(reverse("admin:workflow_application_changelist") + "?queue=decide")
    press(one, "Approve…")
    assert told(one) == ["Mark some rows first."]
    one.get_by_label("Mark all on this page").check()
    press(one, "Approve…")
    assert one.locator("h1").inner_text() == "Approve"
    without_faults(one)
    colleague.goto(reverse("admin:workflow_application_change", args=[files["Beridze"].pk]))
    press(colleague, "Send back")
    colleague.get_by_label("Reason").fill("Look at the passport again.")
    press(colleague, "Send back")
    assert state_of(files["Beridze"]) == "under_review"

    press(one, "Approve: 4 files")
    assert one.locator(".figures").inner_text().split() == ["3", "done", "1", "not", "done"]
    first = one.locator("tbody tr").first.inner_text()
    assert "BERIDZE" in first.upper() and "This is now “under review”" in first
    assert {name: state_of(file) for name, file in files.items()} == {
        "Akhmetov": "approved", "Beridze": "under_review", "Garnier": "approved", "Hansen": "approved",
    }  # fmt: skip
    one.go_back()
    assert "left out, with the reason" in one.inner_text("main")
    assert "Approve: " not in one.inner_text("main")  # there is nothing left to be done twice
    assert Accreditation.objects.count() == 3


def test_asking_many_for_nothing_keeps_the_form_and_what_was_chosen(window: OpenWindow, mission: Any) -> None:
    files = [file_in("submitted", mission, name) for name in ("Akhmetov", "Beridze")]
    page = window(make.make_clerk())
    page.goto(reverse("admin:workflow_application_changelist") + "?queue=unassigned")
    page.get_by_label("Mark all on this page").check()
    press(page, "Ask for correction…")
    press(page, "Ask for correction: 2 files")
    assert page.evaluate("document.activeElement.className") == "summary"
    page.get_by_role("link", name="Say what is missing.").click()
    without_faults(page)
    page.get_by_label("In your own words").fill("Send the whole passport page.")
    press(page, "Ask for correction: 2 files")
    assert [state_of(one) for one in files] == ["information_requested"] * 2


def test_two_who_are_one_are_judged_by_one_and_merged_by_another(window: OpenWindow, mission: Any) -> None:
    kept = file_in("under_review", mission, "Novik", "Ihar")
    double = file_in("submitted", make.make_mission(mission.election, name="Guests"), "Novik", "Ihar")
    first, second = sorted([kept.person_id, double.person_id])
    PossibleDuplicate.objects.create(
        first_id=first, second_id=second, agrees=["name", "birth"], similarity=0.9
    )
    judge, merger = window(make.make_clerk()), window(make.make_clerk())
    pairs = reverse("admin:observers_possibleduplicate_changelist")
    judge.goto(pairs)
    press(judge, "The same person")
    assert told(judge) == ["Noted: the same person. Somebody else may now merge the two."]
    judge.goto(f"{pairs}?show=merge")
    assert "You said so: somebody else merges the two." in judge.inner_text("main")

    merger.goto(f"{pairs}?show=merge")
    press(merger, f"Merge {double.number} into {kept.number}")
    page = merger.inner_text("main")
    assert f"file {double.number} is closed as merged" in page
    assert f"Is kept: {kept.person}" in page and kept.number in page
    without_faults(merger)
    press(merger, "Merge")
    assert told(merger) == [f"{double.number} is now: merged."]
    assert "Merged into Novik Ihar" in merger.inner_text("main")
    assert (state_of(double), state_of(kept)) == ("merged", "under_review")
    assert Person.objects.get(pk=double.person_id).merged_into_id == kept.person_id
    assert set(Membership.objects.values_list("person", flat=True)) == {kept.person_id}


def test_an_accreditation_is_suspended_revoked_by_another_and_restored_by_a_ruling(
    window: OpenWindow, mission: Any
) -> None:
    held = file_in("approved", mission, "Akhmetov").accreditation
    address = reverse("admin:credentials_accreditation_change", args=[held.pk])
    one, other = window(make.make_approver()), window(make.make_approver())
    one.goto(address)
    press(one, "Suspend")
    press(one, "Suspend")  # without a reason
    one.get_by_role("link", name="Give a reason.").click()
    assert one.evaluate("document.activeElement.id") == "id_reason"
    without_faults(one)
    one.keyboard.type("Campaigned for a candidate in public.")
    press(one, "Preview the letter")
    assert "Campaigned for a candidate in public." in one.inner_text(".preview")
    press(one, "Suspend")
    assert told(one) == [f"{held} is now: suspended."]
    assert "You suspended this accreditation; somebody else must revoke it." in one.inner_text("main")

    other.goto(address)
    press(other, "Revoke")
    other.get_by_label("Reason").fill("Campaigned, and did not dispute it.")
    other.get_by_label("How the person was heard").fill("By telephone, with the head of mission.")
    press(other, "Revoke")
    assert told(other) == [f"{held} is now: revoked."]
    press(other, "Restore by a ruling")
    press(other, "Restore by a ruling")
    other.get_by_role("link", name="Cite the ruling").click()
    other.keyboard.type("Court of Appeal, 2/2026, 24 November 2026")
    press(other, "Restore by a ruling")
    assert told(other) == [f"{held} is now: active."]
    shown = other.locator("section", has_text="Badges").locator("li").all_inner_texts()
    assert [words.split("\n")[-1] for words in shown] == ["to be printed", "void"]
    kinds = OutboxMessage.objects.about(held).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["suspension", "revocation", "reinstatement"]


def test_a_misspelt_name_is_corrected_from_the_head_s_wish_to_the_new_badge(
    window: OpenWindow, mission: Any
) -> None:
    application = file_in("approved", mission, "Rossi", "Ana")
    held, public_id = application.accreditation, application.membership.public_id
    head, approver = window(make.head_of(application), size=PHONE), window(make.make_approver())
    head.goto(reverse("missions:person", args=[mission.election.code, mission.code, public_id]))
    press(head, "Ask for a change")
    head.fill("#id_given_names", "Anna")
    press(head, "Ask for the change")
    assert told(head)[0] == "Sent to the commission: once it is approved the badge is made again."
    assert not overflows(head)

    approver.goto(reverse("admin:credentials_accreditation_changelist"))
    assert "1 accreditation waits for a correction" in told(approver)[0]
    press(approver, "Show them")
    press(approver, str(held))
    cells = approver.locator("table.plain tbody tr").first.locator("th, td").all_inner_texts()
    assert cells == ["given names", "Ana", "Anna"]
    without_faults(approver)
    press(approver, "Correct")
    press(approver, "Correct")
    assert told(approver) == [f"{held}: Corrected."]
    assert approver.locator("h1").inner_text().startswith("ROSSI Anna")
    new, old = Badge.objects.filter(accreditation=held).order_by("-pk")
    assert (new.state, old.state) == ("queued", "void")
    head.reload()
    assert head.inner_text("h1").startswith("ROSSI Anna")
    assert new.code_in_words in head.inner_text("main") and old.code_in_words not in head.inner_text("main")


def test_an_election_is_postponed_once_everything_that_changes_was_read(
    window: OpenWindow, mission: Any
) -> None:
    file_in("approved", mission, "Akhmetov")
    election = mission.election
    page = window(make.make_approver(), size=PHONE)
    page.goto(reverse("admin:workflow_postpone", args=[election.pk]))
    press(page, "Show what changes")
    assert page.evaluate("document.activeElement.className") == "summary"
    for part, value in (("day", "17"), ("month", "January"), ("year", "2027")):
        page.fill(f"[name=new_day_{part}]", value)
    page.get_by_label("Reason").fill("State of emergency.")
    press(page, "Show what changes")
    assert "7 January 2027, 23:59 Baku time (UTC+4)" in page.inner_text("main")
    narrowest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('dl.facts dd')].map(d => d.offsetWidth))"
    )
    assert narrowest > 60  # wide enough for words, not one letter a line
    without_faults(page)
    press(page, "Postpone to 17 January 2027")
    assert page.get_by_role("link", name=f"Type {election.code} to confirm.").is_visible()
    page.get_by_label("To confirm").fill(election.code)
    press(page, "Postpone to 17 January 2027")
    assert "The election is postponed to 17 January 2027" in told(page)[0]
    assert Election.objects.get().day == date(2027, 1, 17)


def test_the_published_results_end_every_term_with_its_letter(window: OpenWindow, mission: Any) -> None:
    held = [file_in("approved", mission, name).accreditation for name in ("Akhmetov", "Beridze")]
    day = datetime(2027, 1, 5, 15, 0, tzinfo=UTC)
    with time_machine.travel(day):
        page = window(make.make_staff("supervisor"))
        page.goto(reverse("admin:workflow_results", args=[mission.election.pk]))
        for part, value in (("day", "5"), ("month", "1"), ("year", "2027")):
            page.fill(f"[name=day_{part}]", value)
        press(page, "Show what ends")
        facts = page.inner_text("dl.facts")
        assert "2" in facts.split() and "5 January 2027, 23:59 Baku time (UTC+4)" in facts
        without_faults(page)
        press(page, "Record the publication")
        page.get_by_label("To confirm").fill(mission.election.code)
        press(page, "Record the publication")
    assert Election.objects.get().results_published_on == date(2027, 1, 5)
    with time_machine.travel(day + timedelta(hours=6)):
        assert expire_accreditations(day + timedelta(hours=6)) == 2
        reader = window(make.make_staff("auditor"))
        reader.goto(reverse("admin:credentials_accreditation_change", args=[held[0].pk]))
        shown = reader.inner_text("main")
    assert "expired" in shown and "until 5 January 2027" in shown
    assert OutboxMessage.objects.filter(kind="expiry").count() == 2
