"""The desk: who waits where, in which order, for whom; and that no two clerks take one file."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accreditation.accounts.roles import APPROVER, CLERK
from accreditation.core.actors import Actor
from accreditation.core.errors import NotAllowed
from accreditation.observers.models import PossibleDuplicate
from accreditation.workflow.desk import BY_CODE, Desk, Filters, neighbours, page_of, take_next
from accreditation.workflow.models import Application
from tests.factories import (
    NOW,
    application_in,
    complete,
    make_application,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    make_staff,
    make_user,
    move,
)
from tests.signing_in import sign_in

DESK = "admin:workflow_application_changelist"
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client: Client):
    """A clerk who is signed in."""
    user = make_clerk()
    sign_in(client, user)
    return user


def file_of(mission, **names) -> Application:
    return make_application(complete(make_membership(mission, **names)))


def submitted(mission, *, at=NOW, **names) -> Application:
    return move(file_of(mission, **names), "submit", make_head(mission), now=at)


def queue_of(user, election, code: str, now=NOW) -> list[int]:
    desk = Desk(user, election, now)
    return [row.pk for row in page_of(desk.rows(BY_CODE[code], Filters()), BY_CODE[code]).rows]


def test_each_queue_holds_exactly_its_files_and_the_soonest_due_first():
    mission, clerk, other = make_mission(), make_clerk(), make_clerk()
    draft = file_of(mission)
    later = submitted(mission, at=NOW - timedelta(days=1))
    overdue = submitted(mission, at=NOW - timedelta(days=6))
    today = submitted(mission, at=NOW - timedelta(days=3))
    mine, theirs = submitted(mission), submitted(mission)
    move(mine, "take", clerk)
    move(theirs, "take", other)
    asked = submitted(mission)
    move(asked, "ask", clerk, text="A sharper photo.", due_on=NOW.date() + timedelta(days=2))
    recommended = submitted(mission)
    move(recommended, "take", clerk)
    move(recommended, "recommend_approval", clerk, documents_checked=True)
    appealed = application_in("appealed", membership=complete(make_membership(mission)))
    elsewhere = submitted(make_mission())

    election = mission.election
    assert queue_of(clerk, election, "mine") == [mine.pk, asked.pk, recommended.pk]
    assert queue_of(clerk, election, "unassigned") == [overdue.pk, today.pk, later.pk]
    assert queue_of(clerk, election, "waiting") == [asked.pk]
    assert queue_of(clerk, election, "today") == [today.pk]
    assert queue_of(clerk, election, "overdue") == [overdue.pk]
    assert queue_of(clerk, election, "decide") == [recommended.pk]
    assert queue_of(clerk, election, "appeals") == [appealed.pk]
    everything = [draft, later, overdue, today, mine, theirs, asked, recommended, appealed]
    assert queue_of(clerk, election, "all") == [one.pk for one in reversed(everything)]
    assert queue_of(clerk, elsewhere.election, "unassigned") == [elsewhere.pk]
    assert Desk(clerk, election, NOW).counts() == {
        "mine": 3,
        "unassigned": 3,
        "waiting": 1,
        "today": 1,
        "overdue": 1,
        "decide": 1,
        "appeals": 1,
        "all": 9,
    }


def test_pages_by_key_lead_through_everything_and_back_without_a_gap():
    mission, clerk = make_mission(), make_clerk()
    files = [submitted(mission, at=NOW - timedelta(days=i % 3)) for i in range(7)]
    for queue in (BY_CODE["unassigned"], BY_CODE["all"]):
        rows = Desk(clerk, mission.election, NOW).rows(queue, Filters())
        first = page_of(rows, queue, size=3)
        second = page_of(rows, queue, after=first.following, size=3)
        third = page_of(rows, queue, after=second.following, size=3)
        assert [len(one.rows) for one in (first, second, third)] == [3, 3, 1]
        assert first.previous == third.following == ""
        seen = [row.pk for page in (first, second, third) for row in page.rows]
        assert sorted(seen) == sorted(one.pk for one in files)
        assert [row.pk for row in page_of(rows, queue, before=third.previous, size=3).rows] == seen[3:6]
        assert neighbours(rows, queue, second.rows[1]) == (seen[3], seen[5])
        assert neighbours(rows, queue, first.rows[0]) == (None, seen[1])


def test_a_key_that_is_none_begins_at_the_beginning():
    mission, clerk = make_mission(), make_clerk()
    one = submitted(mission)
    queue = BY_CODE["unassigned"]
    rows = Desk(clerk, mission.election, NOW).rows(queue, Filters())
    for nonsense in ("", "x", "2026_", "2026-01-01_1' OR 1=1", "_5", "9" * 40):
        assert [row.pk for row in page_of(rows, queue, after=nonsense).rows] == [one.pk]


def test_filters_narrow_a_queue_exactly():
    election = make_election()
    here, there = make_mission(election), make_mission(election)
    journalist = election.categories.get(code="foreign-journalist")
    clerk = make_clerk()
    a, b = submitted(here), submitted(there)
    c = make_application(complete(make_membership(here, category=journalist)))
    desk, queue = Desk(clerk, election, NOW), BY_CODE["all"]

    def found(**values) -> set[int]:
        return {row.pk for row in desk.rows(queue, Filters(**values))}

    move(a, "take", clerk)
    assert found(mission=here.pk) == {a.pk, c.pk}
    assert found(category=journalist.pk) == {c.pk}
    assert found(citizenship="GEO") == {a.pk, b.pk, c.pk}
    assert found(citizenship="FRA") == set()
    assert found(citizenship="G'R") == set()
    assert found(state="draft") == {c.pk}
    assert found(assigned=clerk.pk) == {a.pk}
    assert found(assigned=0) == {b.pk, c.pk}


def test_the_print_desk_sees_approved_files_only_and_no_passport(client: Client):
    approved = application_in("approved")
    draft = make_application(complete(make_membership(approved.mission)))
    user = make_staff("print_desk")
    sign_in(client, user)
    page = client.get(reverse(DESK), {"election": approved.election.code})
    assert [line.pk for line in page.context["lines"]] == [approved.pk]
    assert client.get(reverse("admin:workflow_application_change", args=[draft.pk])).status_code == 404
    review = client.get(reverse("admin:workflow_application_change", args=[approved.pk]))
    assert review.status_code == 200
    assert approved.membership.document.number_end not in review.content.decode()
    assert client.post(reverse("admin:workflow_application_passport", args=[approved.pk])).status_code == 403


def test_an_auditor_reads_everything_and_is_offered_no_move(client: Client):
    application = application_in("under_review")
    sign_in(client, make_staff("auditor"))
    page = client.get(reverse(DESK), {"queue": "all"})
    assert [line.pk for line in page.context["lines"]] == [application.pk]
    assert page.context["bulk"] == []
    review = client.get(reverse("admin:workflow_application_change", args=[application.pk]))
    assert review.context["buttons"] == []
    assert review.context["checks"] is False


def test_who_reads_no_people_learns_nothing_from_any_address(client: Client):
    application = application_in("under_review")
    head = make_head(application.mission)
    addresses = [
        reverse(DESK),
        reverse("admin:workflow_application_change", args=[application.pk]),
        reverse("admin:workflow_application_move", args=[application.pk, "take"]),
        reverse("admin:workflow_application_picture", args=["x"]),
        reverse("admin:observers_person_change", args=[application.person_id]),
        reverse("admin:observers_person_changelist"),
        reverse("admin:workflow_application_bulk", args=["take"]) + f"?pk={application.pk}",
        reverse("admin:observers_possibleduplicate_changelist"),
        reverse("admin:credentials_accreditation_changelist"),
    ]
    posted = [
        reverse("admin:workflow_application_search"),
        reverse("admin:workflow_application_next"),
        reverse("admin:workflow_application_passport", args=[application.pk]),
        reverse("admin:workflow_application_presence", args=[application.pk]),
        reverse("admin:workflow_application_move", args=[application.pk, "take"]),
    ]
    secret = application.membership.family_name
    for user in (None, make_user(), head, make_staff(), make_user(is_staff=True, is_superuser=True)):
        visitor = Client()
        if user is not None:
            sign_in(visitor, user)
        answers = [visitor.get(url, follow=True) for url in addresses]
        answers += [visitor.post(url, follow=True) for url in posted]
        for answer in answers:
            assert secret not in answer.content.decode()
            shows_a_page_of_ours = answer.status_code == 200 and answer.context.get("keys_off") is not None
            assert not shows_a_page_of_ours, (user, answer.request["PATH_INFO"])
    assert Application.objects.get(pk=application.pk).version == application.version


def test_a_row_says_its_time_left_its_state_and_its_flags_in_words(client: Client, clerk):
    now = timezone.now()
    election = make_election(
        day=(now + timedelta(days=27)).date(), called_on=(now - timedelta(days=40)).date(), published_at=now
    )
    mission = make_mission(election)
    one = submitted(
        mission, at=now, family_name="Vasileva", given_names="Emiliya", original_name="Васильева Эмилия"
    )
    other = make_membership(mission)
    first, second = sorted([one.person_id, other.person_id])
    PossibleDuplicate.objects.create(first_id=first, second_id=second, agrees=["birth"], similarity=0.9)
    words = client.get(reverse(DESK), {"queue": "all"}).content.decode()
    assert "VASILEVA Emiliya" in words
    assert "Васильева Эмилия" in words
    assert "Baku time (UTC+4)" in words
    assert " left</bdi></b>" in words
    assert "possible duplicate" in words
    assert one.number in words


def test_an_appeal_is_ruled_on_in_its_file_and_not_in_bulk(client: Client):
    mission = make_mission()
    application_in("appealed", membership=complete(make_membership(mission)))
    submitted(mission)
    sign_in(client, make_staff(CLERK, APPROVER))

    def shown(queue: str) -> str:
        return client.get(reverse(DESK) + f"?queue={queue}").content.decode()

    appeals, unassigned = shown("appeals"), shown("unassigned")
    assert "Court of Appeal rules on appeals" in appeals and "upheld or overturned" in appeals
    assert "/bulk/" not in appeals and 'name="pk"' not in appeals
    assert "/bulk/approve/" in unassigned and 'name="pk"' in unassigned and "rules on" not in unassigned


def test_the_desk_asks_as_many_queries_for_thirty_rows_as_for_one(client: Client, clerk):
    mission = make_mission()
    submitted(mission)
    url = reverse(DESK) + "?queue=unassigned"
    client.get(url)
    with_one = queries_of(client, url)
    for _index in range(29):
        submitted(mission)
    assert queries_of(client, url) == with_one
    assert with_one <= 12


def queries_of(client: Client, url: str) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_admins_front_page_leads_a_clerk_to_the_desk_and_an_administrator_to_the_records(
    client: Client, clerk
):
    assert client.get(reverse("admin:index")).headers["Location"] == reverse(DESK)
    assert client.get(reverse("admin:index") + "?records").status_code == 200
    visitor = Client()
    sign_in(visitor, make_user(is_staff=True, is_superuser=True))
    assert visitor.get(reverse("admin:index")).status_code == 200


# Taking


def test_take_next_takes_the_unassigned_file_that_is_due_first():
    mission, clerk = make_mission(), make_clerk()
    submitted(mission)
    soonest = submitted(mission, at=NOW - timedelta(days=2))
    taken = take_next(Actor(user=clerk), mission.election, now=NOW)
    assert taken is not None
    assert (taken.pk, taken.state, taken.assigned_to) == (soonest.pk, "under_review", clerk)


def test_take_next_gives_nothing_where_nothing_waits_and_nobody_but_a_clerk_takes():
    mission = make_mission()
    assert take_next(Actor(user=make_clerk()), mission.election, now=NOW) is None
    submitted(mission)
    with pytest.raises(NotAllowed):
        take_next(Actor(user=make_approver()), mission.election, now=NOW)


def test_take_next_leaves_an_answered_file_with_its_clerk():
    mission, clerk = make_mission(), make_clerk()
    head = make_head(mission)
    asked = move(file_of(mission), "submit", head)
    move(asked, "ask", clerk, text="A sharper photo.", due_on=NOW.date() + timedelta(days=2))
    move(asked, "answer", head)
    assert take_next(Actor(user=make_clerk()), mission.election, now=NOW) is None


@pytest.mark.django_db(transaction=True)
def test_twenty_clerks_at_once_each_take_another_file():
    mission = make_mission()
    files = [submitted(mission, at=NOW - timedelta(minutes=i)) for i in range(20)]
    clerks = [make_clerk() for _index in range(20)]
    barrier, taken, failed = threading.Barrier(20), {}, []

    def take(clerk) -> None:
        try:
            barrier.wait()
            taken[clerk.pk] = take_next(Actor(user=clerk), mission.election, now=NOW).pk
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(clerk,)) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(taken.values()) == sorted(one.pk for one in files)
    assert {one.assigned_to_id: one.pk for one in Application.objects.filter(pk__in=taken.values())} == taken


def test_the_button_takes_the_next_file_and_opens_it(client: Client, clerk):
    one = submitted(make_mission())
    answer = client.post(reverse("admin:workflow_application_next"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(
        reverse("admin:workflow_application_change", args=[one.pk])
    )
    assert Application.objects.get(pk=one.pk).assigned_to == clerk
