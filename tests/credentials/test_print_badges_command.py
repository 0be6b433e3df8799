"""`manage.py print_badges`: signs, prints, writes one file; a path or a mission that is none moves nothing."""

from io import StringIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import CommandError, call_command

from accreditation.core.audit import AuditEvent
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_runs import PrintRun
from tests.badges import give_photo, make_badge
from tests.factories import application_in, complete, make_election, make_membership, make_mission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]


def print_badges(**options: Any) -> str:
    said = StringIO()
    call_command("print_badges", stdout=said, stderr=StringIO(), **options)
    return said.getvalue()


def granted(mission: Any, name: str, *, photo: bool = True) -> Badge:
    accreditation = application_in(
        "approved", membership=complete(make_membership(mission, family_name=name))
    ).accreditation
    assert accreditation is not None
    if photo:
        give_photo(accreditation.membership)
    return Badge.objects.get(accreditation=accreditation)


def test_it_signs_what_waits_and_prints_what_is_queued_as_the_system(tmp_path: Path) -> None:
    mission = make_mission(code="odihr")
    granted(mission, "Alpha")
    make_badge(membership=complete(make_membership(mission, family_name="Beta")))
    make_badge("standby", membership=complete(make_membership(mission, family_name="Held")))
    elsewhere = granted(make_mission(mission.election), "Elsewhere")
    out = tmp_path / "badges.pdf"

    said = print_badges(mission="odihr", out=out, layout="a4")

    assert said.startswith("odihr: 2 badges printed, 0 left out;") and str(out) in said
    assert len(pikepdf.Pdf.open(out).pages) == 1
    printed = Badge.objects.filter(state="printed", accreditation__mission=mission)
    assert printed.count() == 2
    for badge in printed:
        assert AuditEvent.objects.about(badge).get(verb="print").actor is None
    elsewhere.refresh_from_db()
    assert elsewhere.state == "queued"
    assert list(tmp_path.glob(".badges*")) == []


def test_who_has_no_photo_is_named_and_the_others_are_printed(tmp_path: Path) -> None:
    mission = make_mission(code="odihr")
    granted(mission, "Alpha")
    granted(mission, "Faceless", photo=False)

    said = print_badges(mission="odihr", out=tmp_path / "badges.pdf")

    assert "1 badges printed" in said
    assert "FACELESS" in said.upper() and "photo" in said


def test_nothing_to_print_is_said_with_the_reasons(tmp_path: Path) -> None:
    mission = make_mission(code="odihr")
    with pytest.raises(CommandError, match="no badge is waiting"):
        print_badges(mission="odihr", out=tmp_path / "badges.pdf")
    granted(mission, "Faceless", photo=False)
    with pytest.raises(CommandError, match=r"(?is)faceless.*photo"):
        print_badges(mission="odihr", out=tmp_path / "badges.pdf")
    assert not PrintRun.objects.exists() and list(tmp_path.glob("*badges*")) == []


@pytest.mark.parametrize("path", ["no/such/folder/badges.pdf", "."])
def test_a_path_that_takes_no_file_fails_before_a_badge_is_moved(path: str, tmp_path: Path) -> None:
    mission = make_mission(code="odihr")
    badge = granted(mission, "Alpha")
    with pytest.raises(CommandError):
        print_badges(mission="odihr", out=tmp_path / path)
    badge.refresh_from_db()
    assert (badge.state, badge.sealed_at, PrintRun.objects.count()) == ("queued", None, 0)


def test_the_mission_is_that_of_the_election_named(tmp_path: Path) -> None:
    first, second = make_mission(code="odihr"), make_mission(make_election(), code="odihr")
    granted(first, "Alpha")
    granted(second, "Beta")
    print_badges(mission="odihr", election=second.election.code, out=tmp_path / "badges.pdf")
    assert list(Badge.objects.filter(state="printed").values_list("accreditation__mission", flat=True)) == [
        second.pk
    ]
    with pytest.raises(CommandError, match="no mission"):
        print_badges(mission="unknown", out=tmp_path / "badges.pdf")
