"""Print runs: who may ask, what is printed in which order, what is left out and why, and on after a crash."""

import io
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.db import IntegrityError, transaction

from accreditation.accounts.roles import AUDITOR, PRINT_DESK
from accreditation.core import storage
from accreditation.core.actors import SYSTEM
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.core.machine import perform
from accreditation.credentials import printing_work
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_orders import start, stop
from accreditation.credentials.print_runs import PrintRun, PrintRunBadge
from accreditation.credentials.printing_work import work_on, work_on_waiting
from accreditation.observers.models import Membership
from tests.badges import make_badge
from tests.factories import (
    NOW,
    actor,
    complete,
    make_approver,
    make_clerk,
    make_head,
    make_membership,
    make_mission,
    make_staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]


def badges_of(mission: Any, count: int, state: str = "queued") -> list[Badge]:
    return [
        make_badge(state, membership=complete(make_membership(mission, family_name=f"Person{letter}")))
        for letter in "ABCDEFGHIJ"[:count]
    ]


def run_over(badges: list[Badge], user: Any = None, layout: str = "a6", **given: Any) -> PrintRun:
    return start(
        [badge.pk for badge in badges],
        election=badges[0].accreditation.election,
        layout=layout,
        actor=actor(user or make_staff(PRINT_DESK)),
        now=NOW,
        **given,
    )


def state_of(run: PrintRun) -> tuple[str, int, int]:
    run.refresh_from_db()
    return run.state, run.done, run.total


def pages_of(run: PrintRun) -> list[str]:
    """The text of each page of a run's file."""
    run.refresh_from_db()
    file = pypdfium2.PdfDocument(storage.read(run.pdf))
    return [page.get_textpage().get_text_bounded() for page in file]


def test_a_run_prints_its_badges_in_the_order_that_was_asked_as_the_clerk_who_asked() -> None:
    mission, desk = make_mission(), make_staff(PRINT_DESK)
    badges = badges_of(mission, 3)
    run = run_over([badges[2], badges[0], badges[1]], desk)

    assert work_on_waiting(now=NOW) == 1

    assert state_of(run) == ("done", 3, 3)
    assert [badge.code_in_words in page for badge, page in zip(
        [badges[2], badges[0], badges[1]], pages_of(run), strict=True
    )] == [True, True, True]  # fmt: skip
    for badge in badges:
        badge.refresh_from_db()
        moved = AuditEvent.objects.about(badge).get(verb="print")
        assert (badge.state, badge.printed_at, moved.actor) == ("printed", NOW, desk)


def test_a4_sheets_hold_four_badges() -> None:
    run = run_over(badges_of(make_mission(), 5), layout="a4")
    work_on(run.pk, now=NOW)
    run.refresh_from_db()
    assert len(pikepdf.Pdf.open(io.BytesIO(storage.read(run.pdf))).pages) == 2


def test_a_run_of_several_chunks_is_one_file_and_leaves_no_part_behind(monkeypatch: Any) -> None:
    monkeypatch.setattr(printing_work, "CHUNK", 2)
    run = run_over(badges_of(make_mission(), 5))
    work_on(run.pk, now=NOW)
    assert len(pages_of(run)) == 5
    assert run.parts.count() == 3
    assert set(run.parts.values_list("name", "settled")) == {("", True)}


@pytest.mark.parametrize("who", ["clerk", "approver", "auditor", "head"])
def test_nobody_but_the_print_desk_and_the_system_starts_or_stops_a_run(who: str) -> None:
    mission = make_mission()
    badges = badges_of(mission, 1)
    people = {
        "clerk": make_clerk(), "approver": make_approver(), "auditor": make_staff(AUDITOR),
        "head": make_head(mission),
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        run_over(badges, people[who])
    run = run_over(badges)
    with pytest.raises(NotAllowed):
        stop(run, actor=actor(people[who]), now=NOW)
    assert PrintRun.objects.count() == 1


def test_a_badge_that_another_run_has_is_left_to_it() -> None:
    first, second, third = badges_of(make_mission(), 3)
    run_over([first, second])

    later = run_over([second, third])

    assert list(later.rows.values_list("badge", flat=True)) == [third.pk]
    with pytest.raises(Refused) as refused:
        run_over([first, second])
    assert [reason.code for reason in refused.value.reasons] == ["nothing_to_print"]
    assert PrintRun.objects.count() == 2


def test_the_database_refuses_a_badge_in_two_runs() -> None:
    (badge,) = badges_of(make_mission(), 1)
    run_over([badge])
    other = PrintRun.objects.create(election=badge.accreditation.election, asked_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        PrintRunBadge.objects.create(run=other, badge=badge, position=1)


@pytest.mark.parametrize("state", ["standby", "printed", "collected", "void", "lost"])
def test_only_queued_badges_come_into_a_run(state: str) -> None:
    badge = make_badge(state)
    with pytest.raises(Refused):
        run_over([badge])


def test_a_badge_that_is_void_when_its_turn_comes_is_left_out_and_named() -> None:
    good, bad = badges_of(make_mission(), 2)
    run = run_over([good, bad])
    perform(BADGE, bad.pk, "void", actor=SYSTEM, now=NOW, reason="Suspended.")

    work_on(run.pk, now=NOW)

    assert state_of(run) == ("done", 2, 2)
    row = run.rows.get(badge=bad)
    assert row.outcome == "skipped" and "void" in row.reason
    assert len(pages_of(run)) == 1


def test_a_badge_made_void_while_its_sheet_is_set_is_taken_off_the_sheet(monkeypatch: Any) -> None:
    good, bad = badges_of(make_mission(), 2)
    run = run_over([good, bad])
    typeset = printing_work._set

    def slowly(*args: Any, **options: Any) -> bytes:
        sheets = typeset(*args, **options)
        if Badge.objects.get(pk=bad.pk).state == "queued":  # somebody suspends while the sheets are made
            perform(BADGE, bad.pk, "void", actor=SYSTEM, now=NOW, reason="Suspended.")
        return sheets

    monkeypatch.setattr(printing_work, "_set", slowly)
    work_on(run.pk, now=NOW)

    (page,) = pages_of(run)
    assert good.code_in_words in page
    assert run.rows.get(badge=bad).outcome == "skipped"


def test_a_letter_without_a_font_is_named_before_anything_is_printed() -> None:
    good, bad = badges_of(make_mission(), 2)
    Membership.objects.filter(pk=bad.accreditation.membership_id).update(original_name="অনন্যা")
    run = run_over([good, bad])

    work_on(run.pk, now=NOW)

    row = run.rows.get(badge=bad)
    bad.refresh_from_db()
    assert (row.outcome, bad.state) == ("skipped", "queued")
    assert "U+0985" in row.reason and "BENGALI" in row.reason
    assert len(pages_of(run)) == 1


def test_a_picture_that_is_gone_stops_its_own_badge_only() -> None:
    good, bad = badges_of(make_mission(), 2)
    assert bad.picture is not None
    storage.delete(bad.picture.name)
    run = run_over([good, bad])

    work_on(run.pk, now=NOW)

    bad.refresh_from_db()
    assert (run.rows.get(badge=bad).outcome, bad.state) == ("skipped", "queued")
    assert len(pages_of(run)) == 1


def test_a_stopped_run_keeps_what_is_printed_and_gives_the_rest_back_to_the_queue(monkeypatch: Any) -> None:
    monkeypatch.setattr(printing_work, "CHUNK", 2)
    badges, desk = badges_of(make_mission(), 4), make_staff(PRINT_DESK)
    run = run_over(badges, desk)
    typeset = printing_work._set

    def stopped_meanwhile(*args: Any, **options: Any) -> bytes:
        stop(run, actor=actor(desk), now=NOW)
        return typeset(*args, **options)

    monkeypatch.setattr(printing_work, "_set", stopped_meanwhile)
    work_on(run.pk, now=NOW)

    assert state_of(run) == ("cancelled", 4, 4)
    assert len(pages_of(run)) == 2
    again = run_over(badges)
    assert sorted(again.rows.values_list("badge", flat=True)) == [badges[2].pk, badges[3].pk]


def test_a_run_that_waits_is_stopped_without_a_sheet_and_is_not_stopped_twice() -> None:
    run = run_over(badges_of(make_mission(), 2))
    stop(run, actor=SYSTEM, now=NOW)
    work_on_waiting(now=NOW)
    run.refresh_from_db()
    assert (run.state, run.pdf) == ("cancelled", "")
    with pytest.raises(Refused):
        stop(run, actor=SYSTEM, now=NOW)


def test_a_run_whose_sheets_cannot_be_made_says_so_and_its_badges_stay_in_the_queue(monkeypatch: Any) -> None:
    monkeypatch.setattr(printing_work, "SECONDS_A_PART", 0.001)
    (badge,) = badges_of(make_mission(), 1)
    run = run_over([badge])

    work_on(run.pk, now=NOW)

    badge.refresh_from_db()
    assert state_of(run) == ("failed", 1, 1)
    assert "longer than" in run.error and badge.state == "queued"
    monkeypatch.undo()
    again = run_over([badge])
    work_on(again.pk, now=NOW)
    assert state_of(again) == ("done", 1, 1)


class Killed(BaseException):
    """As if the process ended here: nothing catches it."""


@pytest.mark.parametrize("point", ["set", "first badge", "second badge", "bind"])
def test_whoever_comes_next_goes_on_and_no_badge_is_printed_twice(point: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(printing_work, "CHUNK", 2)
    badges = badges_of(make_mission(), 3)
    run = run_over(badges)
    name = {"set": "_set", "bind": "bound"}.get(point, "perform")
    real, calls = getattr(printing_work, name), iter(range(99))

    def dies(*args: Any, **options: Any) -> Any:
        if next(calls) == (1 if point == "second badge" else 0):
            raise Killed
        return real(*args, **options)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(printing_work, name, dies)
        work_on(run.pk, now=NOW)
    assert state_of(run)[0] == "working"

    work_on(run.pk, now=NOW)

    assert state_of(run) == ("done", 3, 3)
    assert len(pages_of(run)) == 3
    for badge in badges:
        assert AuditEvent.objects.about(badge).filter(verb="print").count() == 1


def test_that_passport_numbers_were_opened_for_printing_is_written_down() -> None:
    run = run_over(badges_of(make_mission(), 2))
    work_on(run.pk, now=NOW)
    seen = AuditEvent.objects.about(run).get(verb="passport_numbers_printed")
    assert seen.facts == {"badges": 2}


def test_a_reissued_badge_is_printed_by_another_run_with_another_serial() -> None:
    (badge,) = badges_of(make_mission(), 1)
    desk = make_staff(PRINT_DESK)
    work_on(run_over([badge], desk).pk, now=NOW)
    perform(BADGE, badge.pk, "reissue", actor=actor(desk), now=NOW, reason="Spoilt in printing.")
    another = Badge.objects.get(replaces=badge)
    from tests.badges import SIGNED_WITH, seal

    seal(list(Badge.objects.filter(pk=another.pk).select_related(*SIGNED_WITH)), now=NOW)

    run = run_over([another], desk)
    work_on(run.pk, now=NOW)

    (page,) = pages_of(run)
    assert another.code_in_words in page and badge.code_in_words not in page
