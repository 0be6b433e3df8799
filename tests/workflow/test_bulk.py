"""Many files at once: a page first, then each by itself, and a report that leaves nobody out."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent
from accreditation.observers.models import PossibleDuplicate
from accreditation.workflow import bulk
from accreditation.workflow.models import Application, BulkRun
from accreditation.workflow.postponement import postpone
from accreditation.workflow.states import APPLICATION
from tests.factories import (
    GROUND,
    NOW,
    complete,
    make_application,
    make_approver,
    make_clerk,
    make_head,
    make_membership,
    make_mission,
    make_person,
    make_staff,
    move,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def submitted(mission, head, **names) -> Application:
    return move(make_application(complete(make_membership(mission, **names))), "submit", head)


@pytest.fixture
def mission():
    return make_mission()


@pytest.fixture
def head(mission):
    return make_head(mission)


def raise_doubt(application: Application) -> None:
    first, second = sorted([application.person_id, make_person().pk])
    PossibleDuplicate.objects.create(first_id=first, second_id=second, agrees=["name"], similarity=0.9)


def page(client: Client, name: str, **posted: Any):
    return client.get(reverse("admin:workflow_application_bulk", args=[name]), posted)


def start(client: Client, name: str, applications, **posted: Any):
    shown = " ".join(f"{one.pk}:{one.version}" for one in applications)
    return client.post(
        reverse("admin:workflow_application_bulk_start", args=[name]), {"shown": shown} | posted, follow=True
    )


def states(*applications) -> list[str]:
    by_pk = dict(Application.objects.values_list("pk", "state"))
    return [by_pk[one.pk] for one in applications]


def mixed_recommended(mission, head, clerk) -> dict[str, Application]:
    """Four files that wait for a decision, and one that does not; of the four, two cannot be approved at once."""
    files = {
        name: submitted(mission, head) for name in ("good", "better", "to_refuse", "early", "accredited")
    }
    for name, one in files.items():
        if name == "early":
            continue
        move(one, "take", clerk)
        if name == "to_refuse":
            move(one, "recommend_refusal", clerk, documents_checked=True, **GROUND)
        else:
            move(one, "recommend_approval", clerk, documents_checked=True)
    from accreditation.credentials.models import Accreditation

    held = files["accredited"]
    Accreditation.objects.create(
        election=held.election,
        person=held.person,
        membership=held.membership,
        mission=held.mission,
        category=held.category,
        number=77,
        valid_from=NOW.date(),
        granted_at=NOW,
    )
    AuditEvent.objects.create(
        at=NOW,
        verb="created",
        subject_type="credentials.accreditation",
        subject_id=Accreditation.objects.get(number=77).pk,
        version=1,
        to_state="active",
    )
    return {name: Application.objects.get(pk=one.pk) for name, one in files.items()}


def test_a_bulk_approval_is_shown_first_with_who_is_left_out_and_why_and_then_reported_row_by_row(
    client: Client, mission, head
):
    files = mixed_recommended(mission, head, make_clerk())
    approver = make_approver()
    sign_in(client, approver)
    shown = page(client, "approve", pk=[one.pk for one in files.values()])
    assert [one.pk for one in shown.context["good"]] == [files["good"].pk, files["better"].pk]
    against = {one.pk: [reason.code for reason in reasons] for one, reasons in shown.context["against"]}
    assert against == {
        files["to_refuse"].pk: ["no_reason"],
        files["early"].pk: ["wrong_state"],
        files["accredited"].pk: ["accredited_already"],
    }
    assert states(*files.values()) == [
        "recommended",
        "recommended",
        "recommended",
        "submitted",
        "recommended",
    ]

    assert "left out, with the reason" in shown.content.decode()
    assert '<details class="sheet" open>' in shown.content.decode()  # few enough to be read at once

    raced = files["better"]
    move(raced, "send_back", approver, reason="Look again.")
    report = start(client, "approve", [files["good"], raced])
    assert states(files["good"], raced) == ["approved", "under_review"]
    rows = {row["number"]: row["reasons"] for row in report.context["rows"]}
    assert rows[files["good"].number] == []
    assert rows[raced.number] == [
        "This is now “under review”; the page you saw is older. Look again before you decide."
    ]
    said = report.content.decode()
    assert f"not done</span> {rows[raced.number][0]}" in said
    assert "refused" not in said  # a word for decisions, and no decision was made here
    assert "23 November 2026" in said
    assert str(approver) in said
    assert len(rows) == 2


def test_a_report_names_its_files_as_before_after_a_postponement_to_another_year(
    client: Client, mission, head
):
    file = submitted(mission, head)
    sign_in(client, make_clerk())
    report = start(client, "take", [file])
    approver = Actor(user=make_approver())
    postpone(mission.election, date(2027, 2, 14), reason="Flood", actor=approver, now=NOW)
    again = client.get(report.request["PATH_INFO"])
    assert [row["number"] for row in again.context["rows"]] == [f"2026-{file.pk:06d}"]


def test_the_page_before_is_an_address_that_back_leads_to_and_that_says_when_nothing_was_marked(
    client: Client, mission, head
):
    sign_in(client, make_clerk())
    url = reverse("admin:workflow_application_bulk", args=["take"])
    assert client.post(url, {"pk": submitted(mission, head).pk}).status_code == 405
    nothing = client.get(url, {"queue": "unassigned"}, follow=True)
    assert [(one.level_tag, str(one)) for one in nothing.context["messages"]] == [
        ("warning", "Mark some rows first.")
    ]
    assert nothing.request["QUERY_STRING"] == "queue=unassigned"


def test_what_is_refused_in_advance_is_exactly_what_each_guard_refuses_one_by_one(mission, head):
    clerk, approver = make_clerk(), make_approver()
    files = list(mixed_recommended(mission, head, clerk).values())
    held = [submitted(mission, head) for _index in range(3)]
    for one in held:
        move(one, "take", clerk)
    raise_doubt(held[0])
    held[1].membership.sender_confirmed = False
    held[1].membership.save()
    pks = [one.pk for one in (*files, *held)]
    for name, user in (
        ("approve", approver),
        ("recommend_approval", clerk),
        ("take", clerk),
        ("approve", clerk),
    ):
        actor, given = Actor(user=user), {"documents_checked": True}
        rows = list(bulk.rows_for(actor, mission.election, pks))
        at_once = bulk.refused_in_advance(rows, name, actor=actor, now=NOW, **given)
        one_by_one = {}
        for row in bulk.rows_for(actor, mission.election, pks):
            found = APPLICATION.reasons_against(row, name, actor=actor, now=NOW, reason="", **given)
            if found:
                one_by_one[row.pk] = found
        assert codes(at_once) == codes(one_by_one)


def codes(against) -> dict[int, list[str]]:
    return {pk: [reason.code for reason in reasons] for pk, reasons in against.items()}


def test_looking_at_many_costs_no_more_queries_than_looking_at_few(mission, head):
    clerk, approver = make_clerk(), make_approver()
    pks = []

    def add(count: int) -> None:
        for _index in range(count):
            one = submitted(mission, head)
            move(one, "take", clerk)
            move(one, "recommend_approval", clerk, documents_checked=True)
            pks.append(one.pk)

    def queries() -> int:
        actor = Actor(user=approver)
        with CaptureQueriesContext(connection) as found:
            rows = list(bulk.rows_for(actor, mission.election, pks))
            assert bulk.refused_in_advance(rows, "approve", actor=actor, now=NOW) == {}
        return len(found)

    add(1)
    queries()
    with_one = queries()
    add(14)
    assert queries() == with_one


def test_more_than_twenty_need_the_typed_number_and_nothing_happens_without_it(client: Client, mission, head):
    clerk = make_clerk()
    sign_in(client, clerk)
    files = [submitted(mission, head) for _index in range(21)]
    shown = page(client, "take", whole="yes", queue="unassigned", election=mission.election.code)
    assert shown.context["typed"] == 21
    refused = start(client, "take", files, typed="20")
    assert refused.status_code == 422
    assert "Type the number of files, 21, to confirm." in refused.content.decode()
    assert set(states(*files)) == {"submitted"}
    start(client, "take", files, typed="21")
    assert set(states(*files)) == {"under_review"}
    assert set(Application.objects.values_list("assigned_to", flat=True)) == {clerk.pk}


def test_everything_in_a_list_is_what_its_queue_and_filters_show(client: Client, mission, head):
    sign_in(client, make_clerk())
    other = make_mission(mission.election)
    here = [submitted(mission, head) for _index in range(3)]
    submitted(other, make_head(other))
    shown = page(
        client, "take", whole="yes", queue="unassigned", mission=mission.pk, election=mission.election.code
    )
    assert [one.pk for one in shown.context["good"]] == [one.pk for one in here]


def test_asking_many_needs_words_and_a_day_and_keeps_what_was_typed(client: Client, mission, head):
    sign_in(client, make_clerk())
    files = [submitted(mission, head) for _index in range(2)]
    refused = start(client, "ask", files, text="", due_on="")
    assert refused.status_code == 422
    assert refused.context["form"].errors == {
        "reasons": ["Say what is missing."],
        "due_on": ["Say by which day you need it."],
    }
    assert [one.pk for one in refused.context["good"]] == [one.pk for one in files]
    assert 'href="#id_due_on"' in refused.content.decode()
    refused = start(client, "ask", files, text="Send a sharper photo.", due_on="2026-11-22")
    assert refused.context["form"].errors == {"due_on": ["The day by which you need it has passed already."]}
    assert states(*files) == ["submitted"] * 2
    due = (timezone.now() + timedelta(days=3)).date().isoformat()
    refused = start(client, "ask", files, text="Send a sharper photo.", due_on="soon")
    assert "Send a sharper photo." in refused.content.decode()
    start(client, "ask", files, text="Send a sharper photo.", due_on=due)
    assert states(*files) == ["information_requested"] * 2
    assert [one.information_requests.get().text for one in files] == ["Send a sharper photo."] * 2


def test_recommending_many_needs_the_word_that_their_documents_were_checked(client: Client, mission, head):
    clerk = make_clerk()
    sign_in(client, clerk)
    files = [move(submitted(mission, head), "take", clerk) for _index in range(2)]
    assert start(client, "recommend_approval", files).status_code == 422
    many = [move(submitted(mission, head), "take", clerk) for _index in range(21)]
    again = start(client, "recommend_approval", many, documents_checked="yes", typed="12").content.decode()
    assert 'name="documents_checked" value="yes" checked' in again  # what was ticked stays ticked
    assert 'value="12"' in again
    assert states(*files) == ["under_review"] * 2
    start(client, "recommend_approval", files, documents_checked="yes")
    assert states(*files) == ["recommended"] * 2


def test_a_run_goes_on_where_it_stopped_and_a_row_done_twice_is_done_once(
    client: Client, mission, head, monkeypatch
):
    clerk = make_clerk()
    sign_in(client, clerk)
    files = [submitted(mission, head) for _index in range(5)]
    monkeypatch.setattr(bulk, "ROWS_A_STEP", 2)
    halfway = start(client, "take", files)
    run = BulkRun.objects.get()
    assert (run.done, run.total) == (2, 5)
    assert "2 of 5 are done." in halfway.content.decode()
    # Two tabs: the second one makes moves that the first has made already.
    lost = dict(run.outcomes)
    BulkRun.objects.update(outcomes={})
    url = reverse("admin:workflow_application_run", args=[run.public_id])
    for _step in range(3):
        client.post(url)
    run.refresh_from_db()
    assert run.finished
    assert lost.items() <= run.outcomes.items()
    assert run.refusals() == {}
    assert AuditEvent.objects.filter(verb="take").count() == 5


def test_nobody_refuses_in_bulk_and_nobody_does_in_bulk_what_they_may_not_do_singly(
    client: Client, mission, head
):
    one = submitted(mission, head)
    for user, name in (
        (make_clerk(), "refuse"),
        (make_clerk(), "approve"),
        (make_approver(), "take"),
        (make_staff("auditor"), "take"),
        (make_staff("print_desk"), "take"),
    ):
        visitor = Client()
        sign_in(visitor, user)
        assert page(visitor, name, pk=one.pk).status_code == 404
        assert start(visitor, name, [one]).status_code == 404
    assert states(one) == ["submitted"]


def test_a_run_is_shown_to_who_asked_for_it_and_to_nobody_else(client: Client, mission, head):
    sign_in(client, make_clerk())
    start(client, "take", [submitted(mission, head)])
    visitor = Client()
    sign_in(visitor, make_clerk())
    url = reverse("admin:workflow_application_run", args=[BulkRun.objects.get().public_id])
    assert client.get(url).status_code == 200
    assert visitor.get(url).status_code == 404
