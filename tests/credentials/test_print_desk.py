"""The print desk's pages: the queue, a run from its page to its file, the counter, the pick list; and strangers."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.accounts.roles import AUDITOR, PRINT_DESK, SUPERVISOR
from accreditation.core import moments
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.payload import address_of, digits_of
from accreditation.credentials.print_runs import PrintRun
from accreditation.credentials.printing_work import work_on_waiting
from accreditation.missions.models import Delegation
from tests.badges import make_badge
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    make_clerk,
    make_membership,
    make_mission,
    make_staff,
)
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]

QUEUE = "/admin/credentials/badge/"


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_staff(PRINT_DESK))


def of(mission: Any, name: str, state: str = "queued", **fields: Any) -> Badge:
    return make_badge(state, membership=complete(make_membership(mission, family_name=name, **fields)))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def names_in(answer: Any) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]+"><bdi>(\w+)', answer.content.decode())


def counts_in(answer: Any) -> dict[str, str]:
    tabs = re.findall(r"<b>(\d+\+?)</b> <span>([^<]+)</span>", answer.content.decode())
    return {words: count for count, words in tabs}


def shown_in(answer: Any) -> str:
    found = re.search(r'name="shown" value="([^"]*)"', answer.content.decode())
    assert found is not None
    return found[1]


# The queue


def test_the_queue_counts_first_and_says_why_a_badge_cannot_be_printed(desk: Client) -> None:
    mission = make_mission()
    of(mission, "Alpha")
    of(mission, "Beta", "standby")
    of(mission, "Gamma", "ready")
    application_in("approved", membership=complete(make_membership(mission, family_name="Unsigned")))

    queue = desk.get(QUEUE)

    assert [name.title() for name in names_in(queue)] == ["Alpha"]
    counts = counts_in(queue)
    assert (counts["to be printed"], counts["cannot be printed yet"], counts["on standby"]) == ("1", "1", "1")
    assert (counts["ready to collect"], counts["collected"], counts["not collected"]) == ("1", "0", "0")
    assert "Waits for its signature" in text_of(desk.get(QUEUE, {"queue": "blocked"}))


def test_a_suspended_accreditation_and_a_missing_photo_are_named(desk: Client) -> None:
    mission = make_mission()
    badge = of(mission, "Alpha")
    Badge.objects.filter(pk=badge.pk).update(sealed_at=None, unsealable="no_photo")
    assert "there is no photo" in text_of(desk.get(QUEUE, {"queue": "blocked"}))


def test_the_queue_is_in_the_order_of_arrival_then_mission_then_name(desk: Client) -> None:
    mission = make_mission()
    of(mission, "Zulu")
    of(mission, "Alpha")
    of(mission, "Early", arrives_on=date(2026, 12, 10))
    assert [name.title() for name in names_in(desk.get(QUEUE))] == ["Early", "Alpha", "Zulu"]


def test_filters_narrow_by_day_mission_delegation_and_category(desk: Client) -> None:
    mission = make_mission()
    other = make_mission(mission.election)
    team = Delegation.objects.create(
        mission=mission, name="Team", arrives_on=date(2026, 12, 16), departs_on=date(2026, 12, 22)
    )
    of(mission, "Alpha")
    of(mission, "Beta", delegation=team)
    of(other, "Gamma", arrives_on=date(2026, 12, 10))
    journalists = mission.election.categories.get(code="foreign-journalist")

    def names(**asked: Any) -> list[str]:
        return [name.title() for name in names_in(desk.get(QUEUE, asked))]

    assert names(mission=mission.pk) == ["Alpha", "Beta"]
    assert names(delegation=team.pk) == ["Beta"]
    assert names(day="2026-12-10") == ["Gamma"]
    assert names(category=journalists.pk) == []
    assert names(day="nonsense", mission="x") == ["Gamma", "Alpha", "Beta"]


def test_a_code_an_address_a_number_and_a_name_find_a_badge(desk: Client) -> None:
    mission = make_mission()
    badge, other = of(mission, "Alpha", "ready"), of(mission, "Beta")
    assert badge.signed is not None
    page = reverse("admin:credentials_badge_change", args=[badge.pk])
    search = reverse("admin:credentials_badge_search")
    typed = badge.code_in_words.lower()
    for text in (
        typed,
        address_of(bytes(badge.signed), "https://any.example"),
        digits_of(bytes(badge.signed)),
    ):
        assert desk.post(search, {"text": text}).headers["Location"] == page
    for text in ("alp", badge.accreditation.number_in_words):
        found = desk.post(search, {"text": text}, follow=True)
        assert [name.title() for name in names_in(found)] == ["Alpha"]
        assert text not in found.request["QUERY_STRING"]
    nobody = desk.post(search, {"text": "nobody of this name"}, follow=True)
    assert names_in(nobody) == [] and "No badge was found here" in text_of(nobody)
    assert other.state == "queued"


def test_a_forged_address_opens_no_badge(desk: Client) -> None:
    badge = of(make_mission(), "Alpha", "ready")
    assert badge.signed is not None
    forged = bytearray(bytes(badge.signed))
    forged[-1] ^= 1
    answer = desk.post(reverse("admin:credentials_badge_counter"), {"code": digits_of(bytes(forged))})
    assert answer.status_code == 422
    assert "No badge of this commission has this code" in text_of(answer)


def test_the_queue_takes_as_many_queries_for_thirty_badges_as_for_one(desk: Client) -> None:
    mission = make_mission()
    rows = [of(mission, "Alpha")]
    desk.get(QUEUE)
    with CaptureQueriesContext(connection) as one:
        assert len(names_in(desk.get(QUEUE))) == 1
    for number in range(29):
        application_in("approved", membership=complete(make_membership(mission, family_name=f"B{number}")))
    picture = Badge.objects.get(pk=rows[0].pk)
    Badge.objects.filter(sealed_at=None).update(
        sealed_at=NOW, signed=b"\x01" * 100, key=picture.key, picture=picture.picture, latest_end=NOW
    )
    with CaptureQueriesContext(connection) as thirty:
        assert len(names_in(desk.get(QUEUE))) == 30
    assert len(thirty) == len(one) <= 25


# Printing


def test_from_the_queue_to_the_sheets(desk: Client) -> None:
    mission = make_mission()
    of(mission, "Alpha")
    of(mission, "Beta")
    confirm = desk.post(reverse("admin:credentials_badge_print"), {"queue": "print", "whole": "yes"})
    assert "Print 2 badges" in text_of(confirm)

    begun = desk.post(
        reverse("admin:credentials_badge_print_start"),
        {"shown": shown_in(confirm), "layout": "a4", "whole": "yes", "queue": "print"},
    )
    address = begun.headers["Location"]
    assert "0 of 2 badges" in text_of(desk.get(address))
    assert "0 of 2 badges" in text_of(desk.get(address, headers={"HX-Request": "true"}))
    work_on_waiting(now=NOW)
    assert desk.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "Download the sheets (A4)" in text_of(desk.get(address))

    sheets = desk.get(f"{address}sheets.pdf")

    assert sheets.headers["Content-Type"] == "application/pdf" and sheets.content.startswith(b"%PDF")
    run = PrintRun.objects.get()
    assert AuditEvent.objects.about(run).filter(verb="downloaded").count() == 1
    assert set(Badge.objects.values_list("state", flat=True)) == {"printed"}
    log = text_of(desk.get(reverse("admin:credentials_badge_runs")))
    assert str(run.asked_by) in log


def test_the_print_log_begins_with_the_newest_run(desk: Client) -> None:
    mission = make_mission()
    for name in ("Alpha", "Beta", "Gamma"):
        of(mission, name)
        confirm = desk.post(reverse("admin:credentials_badge_print"), {"queue": "print", "whole": "yes"})
        asked = {"shown": shown_in(confirm), "layout": "a6", "whole": "yes", "queue": "print"}
        desk.post(reverse("admin:credentials_badge_print_start"), asked)
        work_on_waiting(now=NOW)
    shown = [one.pk for one, *_rest in desk.get(reverse("admin:credentials_badge_runs")).context["runs"]]
    assert len(shown) == 3
    assert shown == sorted(shown, reverse=True)


def test_the_page_before_names_what_cannot_be_printed(desk: Client) -> None:
    mission = make_mission()
    good, strange, ready = (
        of(mission, "Alpha"),
        of(mission, "Beta", original_name="অ"),
        of(mission, "C", "ready"),
    )
    confirm = desk.post(
        reverse("admin:credentials_badge_print"), {"pk": [good.pk, strange.pk, ready.pk], "queue": "print"}
    )
    text = text_of(confirm)
    assert "Print 1 badge" in text and "U+0985" in text and "ready to collect" in text
    assert shown_in(confirm).split() == [f"{good.pk}:{good.version}"]


def test_what_another_run_has_cannot_be_chosen_again(desk: Client) -> None:
    badge = of(make_mission(), "Alpha")
    confirm = desk.post(reverse("admin:credentials_badge_print"), {"pk": [badge.pk]})
    begin = reverse("admin:credentials_badge_print_start")
    asked = {"shown": shown_in(confirm), "layout": "a6"}
    assert desk.post(begin, asked).status_code == 302
    assert desk.post(begin, asked).status_code == 422
    assert "Another print run has it" in text_of(
        desk.post(reverse("admin:credentials_badge_print"), {"pk": [badge.pk]})
    )
    assert PrintRun.objects.count() == 1


@pytest.mark.parametrize("role", [AUDITOR, SUPERVISOR])
def test_other_staff_read_the_desk_and_print_hand_over_and_download_nothing(role: str) -> None:
    badge = of(make_mission(), "Alpha")
    run = PrintRun.objects.create(election=badge.accreditation.election, asked_at=NOW, state="done", pdf="x")
    reader = sign_in(Client(), make_staff(role))
    assert [name.title() for name in names_in(reader.get(QUEUE))] == ["Alpha"]
    assert "Print everything" not in text_of(reader.get(QUEUE))
    page = reader.get(reverse("admin:credentials_badge_change", args=[badge.pk]))
    assert page.status_code == 200 and "Hand over to" not in text_of(page)
    assert reader.get(reverse("admin:credentials_badge_run_file", args=[run.public_id])).status_code == 403
    for name, args in (("print", []), ("print_start", []), ("many", ["hold"]), ("many_start", ["hold"]),
                       ("run_stop", [run.public_id])):  # fmt: skip
        answer = reader.post(reverse(f"admin:credentials_badge_{name}", args=args), {"pk": badge.pk})
        assert (name, answer.status_code) == (name, 403)
    move = reverse("admin:credentials_badge_move", args=[badge.pk, "void"])
    assert reader.post(move, {"version": badge.version, "reason": "x"}).status_code == 403
    badge.refresh_from_db()
    assert badge.state == "queued"


# Handing over


def test_scan_press_next(desk: Client) -> None:
    badge = of(make_mission(), "Alpha", "ready")
    counter = reverse("admin:credentials_badge_counter")
    opened = desk.post(counter, {"code": badge.code_in_words})
    assert opened.headers["Location"].endswith(f"/{badge.pk}/change/?counter")
    page = desk.get(opened.headers["Location"])
    assert f'src="{reverse("admin:credentials_badge_photo", args=[badge.pk])}"' in page.content.decode()

    done = desk.post(
        reverse("admin:credentials_badge_hand_over", args=[badge.pk]),
        {"version": badge.version, "bearer": "yes", "counter": "yes"},
        follow=True,
    )

    badge.refresh_from_db()
    assert (badge.state, badge.collected_by) == ("collected", badge.accreditation.membership.full_name)
    assert done.request["PATH_INFO"] == counter and "handed to" in text_of(done)


def test_a_badge_is_handed_to_somebody_else_with_a_name_or_not_at_all(desk: Client) -> None:
    badge = of(make_mission(), "Alpha", "printed")
    address = reverse("admin:credentials_badge_hand_over", args=[badge.pk])
    nameless = desk.post(address, {"version": badge.version, "receiver": " "})
    assert nameless.status_code == 422 and "Write the name" in text_of(nameless)
    endless = desk.post(address, {"version": badge.version, "receiver": "x" * 201})
    assert endless.status_code == 422 and "longer than 200 characters" in text_of(endless)
    desk.post(address, {"version": badge.version, "receiver": "The driver"})
    badge.refresh_from_db()
    assert (badge.state, badge.collected_by) == ("collected", "The driver")


def test_a_name_whose_badge_is_not_ready_is_told_what_became_of_it(desk: Client) -> None:
    mission = make_mission()
    for name, state in (("Alpha", "collected"), ("Beta", "lost"), ("Gamma", "ready")):
        of(mission, name, state)

    def typed(name: str) -> str:
        answer = desk.post(reverse("admin:credentials_badge_counter"), {"code": name}, follow=True)
        assert answer.redirect_chain[0][0].startswith(f"{QUEUE}?queue=ready")
        return text_of(answer)

    collected = Badge.objects.get(state="collected")
    assert collected.moved_at is not None
    said = typed("alp")
    assert "Not in this list, but here:" in said
    when = moments.in_words(collected.moved_at, mission.election.time_zone)
    assert f"{collected.code_in_words} ✓ collected collected by {collected.collected_by} {when}" in said
    assert f"! lost {when}" in typed("beta")
    assert "Not in this list" not in typed("gamma")
    assert "No badge was found here" in typed("delta")


def test_each_look_at_a_photo_is_written_down(desk: Client) -> None:
    badge = of(make_mission(), "Alpha")
    photo = desk.get(reverse("admin:credentials_badge_photo", args=[badge.pk]))
    assert photo.headers["Content-Type"] == "image/jpeg"
    assert AuditEvent.objects.about(badge).filter(verb="picture_shown").count() == 1


def test_a_whole_delegation_is_handed_to_its_head_and_what_was_suspended_meanwhile_is_left_out(
    desk: Client,
) -> None:
    mission = make_mission()
    badges = [of(mission, name, "ready") for name in ("Alpha", "Beta", "Gamma")]
    many = reverse("admin:credentials_badge_many", args=["hand_over"])
    page = desk.post(many, {"queue": "ready", "mission": mission.pk, "whole": "yes"})
    assert "Hand over: 3 badges" in text_of(page)
    perform(BADGE, badges[1].pk, "void", actor=actor(None), now=NOW, reason="Suspended.")
    start = reverse("admin:credentials_badge_many_start", args=["hand_over"])
    nameless = desk.post(start, {"shown": shown_in(page), "queue": "ready"})
    assert nameless.status_code == 422

    done = desk.post(
        start, {"shown": shown_in(page), "queue": "ready", "receiver": "Head of the delegation"}, follow=True
    )

    text = text_of(done)
    assert "done for 2 badges" in text and "Left out: B" in text
    collected = Badge.objects.filter(state="collected")
    assert set(collected.values_list("pk", "collected_by")) == {
        (badges[0].pk, "Head of the delegation"), (badges[2].pk, "Head of the delegation"),
    }  # fmt: skip


def test_a_badge_that_has_arrived_and_was_not_collected_is_listed(desk: Client) -> None:
    mission = make_mission()
    of(mission, "Late", "ready", arrives_on=date(2026, 11, 20))
    of(mission, "Today", "ready", arrives_on=date(2026, 11, 23))
    queue = desk.get(QUEUE, {"queue": "not_collected"})
    assert [name.title() for name in names_in(queue)] == ["Late"]
    assert counts_in(queue)["not collected"] == "1"


# Grave moves


def test_a_reissue_asks_for_a_reason_and_leads_to_the_badge_in_its_place(desk: Client) -> None:
    badge = of(make_mission(), "Alpha", "collected")
    address = reverse("admin:credentials_badge_move", args=[badge.pk, "reissue"])
    assert "another with a new code" in text_of(desk.get(address))
    refused = desk.post(address, {"version": badge.version, "reason": ""})
    assert refused.status_code == 422 and "Give a reason" in text_of(refused)

    done = desk.post(address, {"version": badge.version, "reason": "Spoilt."})

    another = Badge.objects.get(replaces=badge)
    assert done.headers["Location"] == reverse("admin:credentials_badge_change", args=[another.pk])
    badge.refresh_from_db()
    assert (badge.state, another.state) == ("reissued", "queued")
    page = text_of(desk.get(done.headers["Location"]))
    assert badge.code_in_words in page


@pytest.mark.parametrize(("state", "name", "reached"), [
    ("collected", "take_back", "returned"), ("printed", "make_ready", "ready"), ("queued", "hold", "standby"),
    ("standby", "release", "queued"), ("ready", "report_lost", "lost"),
])  # fmt: skip
def test_moves_are_made_by_their_buttons(desk: Client, state: str, name: str, reached: str) -> None:
    badge = make_badge(state)
    desk.post(reverse("admin:credentials_badge_move", args=[badge.pk, name]), {"version": badge.version})
    badge.refresh_from_db()
    assert badge.state == reached


def test_an_old_page_moves_nothing(desk: Client) -> None:
    badge = make_badge("printed")
    other = sign_in(Client(), make_staff(PRINT_DESK))
    move = reverse("admin:credentials_badge_move", args=[badge.pk, "make_ready"])
    desk.post(move, {"version": badge.version})
    late = other.post(
        reverse("admin:credentials_badge_move", args=[badge.pk, "void"]),
        {"version": badge.version, "reason": "Spoilt."},
    )
    badge.refresh_from_db()
    assert (late.status_code, badge.state) == (409, "ready")


# The pick list


def test_the_pick_list_has_the_day_s_badges_by_delegation_with_their_ways(desk: Client) -> None:
    mission = make_mission()
    Delegation.objects.filter(mission=mission).update(arrival_place="Baku", arrival_flight="J2 076")
    of(mission, "Beta", "ready")
    of(mission, "Alpha", "printed")
    of(mission, "Gone", "void")
    of(mission, "Other", "ready", arrives_on=date(2026, 12, 10))

    page = desk.get(reverse("admin:credentials_badge_picklist"), {"day": "2026-12-16"})

    assert [name.title() for name in names_in(page)] == ["Alpha", "Beta"]
    text = text_of(page)
    assert "2 badges" in text and "Baku, J2 076" in text
    assert "Nobody with a badge arrives" in text_of(
        desk.get(reverse("admin:credentials_badge_picklist"), {"day": "2026-12-11"})
    )


def test_a_clerk_reads_the_badges_but_the_print_desk_begins_there() -> None:
    make_mission()
    clerk, printer = sign_in(Client(), make_clerk()), sign_in(Client(), make_staff(PRINT_DESK))
    assert clerk.get(QUEUE).status_code == 200
    assert clerk.get("/admin/").headers["Location"] == "/admin/workflow/application/"
    assert printer.get("/admin/").headers["Location"] == QUEUE
