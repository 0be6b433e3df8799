"""`manage.py import_list`: a list from the shell, and the job that does the same for a page."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accreditation.core.errors import Busy, NotAllowed, Refused
from accreditation.missions.models import Category
from accreditation.observers.lists.reading import read_table
from accreditation.observers.models import ListImport, Membership, Person
from accreditation.observers.tasks import run_list_imports
from accreditation.workflow import list_runs
from accreditation.workflow.list_imports import (
    Answers,
    answer,
    for_sender,
    preview_of,
    read_again,
    receive,
    send,
)
from accreditation.workflow.list_runs import MOST_TRIES, run, run_waiting
from accreditation.workflow.models import Application
from tests.factories import NOW, actor, make_clerk, make_election, make_head, make_mission, make_user
from tests.lists import FIRST_FOUR, FOLDER, missions_of_the_samples

pytestmark = pytest.mark.django_db
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
HEADER = "Surname;Given names;Date of birth;Citizenship;Passport number\n"


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.PRIVATE_FILES_ROOT = tmp_path / "private"


@pytest.fixture
def mission():
    return make_mission(code="cis")


def shell(path: Path, *options: str) -> tuple[int, dict]:
    """The exit code and the JSON answer."""
    out = io.StringIO()
    try:
        call_command("import_list", str(path), *options, "--json", stdout=out, stderr=io.StringIO())
        code = 0
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(out.getvalue())


def csv(folder: Path, *rows: str, name="list.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "\n".join(rows) + "\n")
    return path


GOOD = ("Vasileva;Emiliya;14.03.1981;BGR;P1234567", "Haddad;Omar;01.01.1970;JOR;H1234567")


@pytest.mark.parametrize("name", EXPECTED["rows"])
def test_every_sample_is_taken_in(mission, name):
    code, answered = shell(FOLDER / name, "--mission", "cis")
    rows = EXPECTED["rows"][name]
    assert code == 0
    assert {key: answered[key] for key in ("rows", "accepted", "refused", "memberships_created",
    "applications_opened")} == {
        "rows": rows, "accepted": rows, "refused": [], "memberships_created": rows,
        "applications_opened": rows,
    }  # fmt: skip
    assert Application.objects.filter(state="draft", mission=mission).count() == rows


def test_the_first_four_samples_are_170_people():
    missions_of_the_samples(make_election())
    answers = [shell(FOLDER / name, "--mission", code)[1] for code, name in FIRST_FOUR.items()]
    assert (
        sum(one["memberships_created"] for one in answers) == EXPECTED["memberships_of_the_first_four"] == 180
    )
    assert (
        sum(one["people_created"] for one in answers) == EXPECTED["distinct_people_of_the_first_four"] == 170
    )
    assert sum(one["people_matched"] for one in answers) == 10


def test_a_second_time_changes_nothing(mission):
    shell(FOLDER / "ipa-cis.csv", "--mission", "cis")
    __, again = shell(FOLDER / "ipa-cis.csv", "--mission", "cis")
    assert (again["unchanged"], again["memberships_created"], again["changed"]) == (21, 0, 0)


def test_a_dry_run_counts_and_writes_nothing(mission):
    code, answered = shell(FOLDER / "oic.xlsx", "--mission", "cis", "--dry-run")
    assert (code, answered["memberships_created"], answered["people_created"]) == (0, 5, 5)
    assert not Person.objects.exists()


def test_a_list_with_refused_rows_is_not_taken_in_until_somebody_says_so(mission, tmp_path):
    path, out = FOLDER / "with-errors.xlsx", tmp_path / "refused.xlsx"
    code, answered = shell(path, "--mission", "cis", "--refused-file", str(out))
    assert (code, answered["accepted"], answered["memberships_created"]) == (1, 2, 0)
    assert answered["error"]["code"] == "rows_refused"
    assert not Person.objects.exists()
    code, answered = shell(path, "--mission", "cis", "--good-rows")
    assert (code, answered["memberships_created"]) == (0, 2)
    assert {row["row"] for row in answered["refused"]} == set(range(3, 14))


def test_the_refused_rows_come_back_with_their_cells_and_reasons(mission, tmp_path):
    out = tmp_path / "refused.xlsx"
    shell(FOLDER / "with-errors.xlsx", "--mission", "cis", "--refused-file", str(out))
    rows = read_table(out.read_bytes()).rows
    assert rows[0][-2:] == ["Row in your list", "Why it was refused"]
    expected = {
        float(number): words for number, words in EXPECTED["with-errors.xlsx"].items() if words != "ok"
    }
    assert {row[-2]: row[-1] for row in rows[1:]} == expected


def test_a_formula_in_a_refused_row_comes_back_as_text(mission, tmp_path):
    out = tmp_path / "refused.xlsx"
    path = csv(tmp_path, '=HYPERLINK("http://evil");Emiliya;14.03.1981;BGR;P1234567')
    shell(path, "--mission", "cis", "--refused-file", str(out))
    import zipfile

    sheet = zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet and b"<hyperlink" not in sheet
    assert read_table(out.read_bytes()).rows[1][0].startswith("=HYPERLINK")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 nothing", "not_a_list"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"x" * (50 * 1024 * 1024), "too_large"),
        ((HEADER + "A;B;14.03.1981;BGR;P1234567\n" * 100_000).encode(), "too_many_rows"),
    ],
    ids=["empty", "PDF", "broken", "50 MB", "100,000 rows"],
)
def test_a_file_that_is_no_list_gives_one_clear_error(mission, tmp_path, content, code):
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    exit_code, answered = shell(path, "--mission", "cis")
    assert (exit_code, list(answered), answered["error"]["code"]) == (1, ["error"], code)
    with pytest.raises(CommandError) as error:
        call_command("import_list", str(path), "--mission", "cis")
    assert "\n" not in str(error.value) and error.value.returncode == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--mission", "nobody"], "no_such_mission"),
        (["--mission", "cis", "--election", "nothing"], "no_such_election"),
        (["--mission", "cis", "--delegation", "none"], "no_such_delegation"),
        (["--mission", "cis", "--category", "king"], "no_such_category"),
        (["--mission", "cis", "--column", "Surname"], "column"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_another_error(mission, options, code):
    exit_code, answered = shell(FOLDER / "oic.xlsx", *options)
    assert (exit_code, answered["error"]["code"]) == (2, code)


def test_a_file_that_is_not_there_is_said_so(mission, tmp_path):
    exit_code, answered = shell(tmp_path / "none.xlsx", "--mission", "cis")
    assert (exit_code, answered["error"]["code"]) == (2, "no_such_file")


def test_a_mission_that_is_not_registered_takes_no_people(tmp_path):
    make_mission(code="early", state="applied")
    exit_code, answered = shell(csv(tmp_path, *GOOD), "--mission", "early")
    assert (exit_code, answered["error"]["code"]) == (1, "mission_not_registered")


def test_of_several_elections_the_latest_published_one_is_meant(mission, tmp_path):
    import datetime

    later = make_mission(make_election(day=datetime.date(2027, 5, 1)), code="cis")
    make_mission(make_election(day=datetime.date(2028, 5, 1), published_at=None), code="cis")
    shell(csv(tmp_path, *GOOD), "--mission", "cis")
    assert set(Membership.objects.values_list("mission", flat=True)) == {later.pk}
    shell(csv(tmp_path, *GOOD), "--mission", "cis", "--election", mission.election.code)
    assert Membership.objects.filter(mission=mission).count() == 2


def test_dates_that_can_be_two_are_asked_and_answered(mission, tmp_path):
    path = csv(tmp_path, "Vasileva;Emiliya;04/03/1981;BGR;P1234567")
    code, answered = shell(path, "--mission", "cis")
    assert (code, answered["refused"]) == (1, [{"row": 2, "reasons": ["ambiguous_date"]}])
    assert answered["questions"]["ambiguous_dates"] == ["Date of birth"]
    assert shell(path, "--mission", "cis", "--dates", "mdy")[0] == 0
    assert str(Membership.objects.get().born) == "1981-04-03"


def test_a_column_and_the_category_can_be_told(mission, tmp_path):
    Category.objects.create(election=mission.election, code="interpreter", name="Interpreter")
    path = tmp_path / "list.csv"
    path.write_text("Qqq;Given names;Date of birth;Citizenship;Passport number\n" + GOOD[0] + "\n")
    code, __ = shell(path, "--mission", "cis", "--column", "Qqq=family_name", "--category", "interpreter")
    one = Membership.objects.get()
    assert (code, one.family_name, one.category.code) == (0, "Vasileva", "interpreter")


def test_without_json_people_are_told_in_words(mission, tmp_path):
    out = io.StringIO()
    call_command("import_list", str(csv(tmp_path, *GOOD)), "--mission", "cis", stdout=out)
    assert out.getvalue().startswith(
        "2 rows, 2 good: 2 people named, 2 applications opened, 2 people new, 0 known"
    )


# --- the job of a page ---

LIST = (HEADER + "\n".join(GOOD)).encode()


def sent(mission, content=LIST, by=None, **answers):
    return receive(
        content, "list.csv", delegation=mission.delegations.get(), actor=actor(by or make_head(mission)),
        now=NOW,
        answers=Answers(**answers),
    )  # fmt: skip


def test_a_list_is_received_shown_sent_and_taken_in(mission):
    head = make_head(mission)
    job = sent(mission, by=head)
    assert (job.state, job.rows_total, job.report["accepted"]) == ("read", 2, 2)
    assert b"Vasileva" not in b"".join(path.read_bytes() for path in _files())
    preview = preview_of(read_again(job, now=NOW), job.delegation)
    assert (preview.new, preview.unchanged, preview.changes) == (2, 0, [])
    assert not Person.objects.exists()
    send(job, good_rows=False, actor=actor(head))
    assert run_list_imports() == 1
    job.refresh_from_db()
    assert (job.state, job.rows_done, job.report["memberships_created"]) == ("done", 2, 2)
    assert Application.objects.filter(entered_by=head).count() == 2
    assert run_list_imports() == 0


def _files():
    from django.conf import settings

    return [path for path in Path(settings.PRIVATE_FILES_ROOT).rglob("*") if path.is_file()]


def test_a_report_for_its_sender_tells_nothing_of_matches(mission):
    job = sent(mission)
    assert {"people_created", "people_matched", "applications_opened"}.isdisjoint(for_sender(job.report))


def test_a_report_holds_no_names(mission):
    job = sent(mission, (HEADER + "Vasileva;Emiliya;;BGR;P1234567").encode())
    assert "Vasileva" not in json.dumps(job.report) and job.report["refused"] == [
        {"row": 2, "reasons": ["no_date_of_birth"]}
    ]


def test_a_file_that_is_no_list_becomes_a_refused_job(mission):
    job = sent(mission, b"%PDF-1.7")
    assert (job.state, job.report["error"]["code"], job.stored_name) == ("refused", "not_a_list", "")


def test_refused_rows_need_a_word_of_the_sender(mission):
    head = make_head(mission)
    job = sent(mission, (HEADER + GOOD[0] + "\nHaddad;Omar;;JOR;H1234567").encode(), by=head)
    with pytest.raises(Refused):
        send(job, good_rows=False, actor=actor(head))
    send(job, good_rows=True, actor=actor(head))
    run(job.pk, now=NOW)
    assert Membership.objects.count() == 1


def test_an_answer_is_kept_and_the_list_read_by_it(mission):
    head = make_head(mission)
    job = sent(mission, (HEADER + "Vasileva;Emiliya;04/03/1981;BGR;P1234567").encode(), by=head)
    assert job.report["questions"]["ambiguous_dates"] == ["Date of birth"]
    read = answer(job, Answers(dates="dmy"), actor=actor(head), now=NOW)
    assert (len(read.good), str(read.good[0].statement.born)) == (1, "1981-03-04")
    send(ListImport.objects.get(pk=job.pk), good_rows=False, actor=actor(head))
    run(job.pk, now=NOW)
    assert str(Membership.objects.get().born) == "1981-03-04"


def test_a_stranger_neither_sends_nor_answers_a_list(mission):
    job = sent(mission)
    for user in (make_user(), make_head(make_mission())):
        with pytest.raises(NotAllowed):
            sent(mission, by=user)
        with pytest.raises(NotAllowed):
            send(job, good_rows=True, actor=actor(user))
        with pytest.raises(NotAllowed):
            answer(job, Answers(), actor=actor(user), now=NOW)


def test_a_list_whose_worker_died_goes_on_where_it_was(mission, monkeypatch):
    monkeypatch.setattr(list_runs, "CHUNK", 1)
    clerk = make_clerk()
    job = sent(mission, by=clerk)
    send(job, good_rows=False, actor=actor(clerk))
    ListImport.objects.filter(pk=job.pk).update(state="running")
    job.refresh_from_db()
    list_runs.take_in_chunk(job, read_again(job, now=NOW), now=NOW)
    assert (job.rows_done, Membership.objects.count()) == (1, 1)
    assert run(job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.rows_done, Membership.objects.count()) == ("done", 2, 2)
    assert (job.report["memberships_created"], job.report["unchanged"]) == (2, 0)


def test_a_list_that_breaks_off_holds_up_no_other_and_its_sender_is_told_in_the_end(mission, settings):
    clerk = make_clerk()
    broken, good = sent(mission, by=clerk), sent(make_mission(mission.election), by=clerk)
    for job in (broken, good):
        send(job, good_rows=False, actor=actor(clerk))
    (settings.PRIVATE_FILES_ROOT / broken.stored_name).unlink()

    assert run_waiting(now=NOW) == 1
    broken.refresh_from_db()
    assert (broken.state, broken.tries, broken.try_again_at) == ("waiting", 1, NOW + timedelta(minutes=1))
    assert ListImport.objects.get(pk=good.pk).state == "done"
    assert run_waiting(now=NOW + timedelta(seconds=59)) == 0
    assert ListImport.objects.get(pk=broken.pk).tries == 1, "it is not tried before its time"

    now = NOW
    for _ in range(MOST_TRIES - 1):
        now = ListImport.objects.get(pk=broken.pk).try_again_at
        run_waiting(now=now)
    broken.refresh_from_db()
    assert (broken.state, broken.tries, broken.report["error"]["code"]) == (
        "refused",
        MOST_TRIES,
        "broke_off",
    )
    assert now - NOW == timedelta(minutes=1 + 2 + 4 + 8)


def test_a_list_that_always_takes_too_long_holds_up_no_other(mission):
    clerk = make_clerk()
    slow, good = sent(mission, by=clerk), sent(make_mission(mission.election), by=clerk)
    for job in (slow, good):
        send(job, good_rows=False, actor=actor(clerk))
    begun = []

    def too_long(execute, sql, params, many, context):
        """The database breaks off whatever the first list inserts."""
        if sql.startswith("INSERT") and not ListImport.objects.filter(pk=good.pk, state="running").exists():
            begun.append(sql)
            raise Busy
        return execute(sql, params, many, context)

    with connection.execute_wrapper(too_long):
        assert run_waiting(now=NOW) == 1
    slow.refresh_from_db()
    assert begun and (slow.state, slow.tries) == ("running", 1)
    assert ListImport.objects.get(pk=good.pk).state == "done"


def test_a_list_that_could_be_read_again_is_taken_in_at_the_next_try(mission, settings):
    clerk = make_clerk()
    job = sent(mission, by=clerk)
    send(job, good_rows=False, actor=actor(clerk))
    stored = settings.PRIVATE_FILES_ROOT / job.stored_name
    stored.rename(stored.with_suffix(".away"))
    assert run_waiting(now=NOW) == 0
    stored.with_suffix(".away").rename(stored)
    assert run_waiting(now=NOW + timedelta(minutes=1)) == 1
    assert ListImport.objects.get(pk=job.pk).state == "done"
