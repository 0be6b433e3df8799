"""The letter with the link to the digital badge: once a badge, to whom it concerns, never of a badge that is void."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client

from accreditation.core.actors import SYSTEM
from accreditation.core.claims import claim
from accreditation.core.machine import perform
from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.workflow.reminders import write_reminders
from tests.badges import make_badge, make_keys
from tests.factories import NOW, complete, make_head, make_membership, make_mission

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Any) -> None:
    settings.SIGNING_KEYS_DIR, settings.PRIVATE_FILES_ROOT = str(tmp_path / "keys"), str(tmp_path / "files")
    make_keys()


@pytest.fixture
def mission() -> Any:
    return make_mission()


def of(mission: Any, state: str = "queued", **fields: Any) -> Badge:
    return make_badge(state, membership=complete(make_membership(mission, **fields)))


def written() -> list[OutboxMessage]:
    """The letters that stand after two walks, since the second must write nothing."""
    write_reminders(NOW)
    write_reminders(NOW)
    return list(OutboxMessage.objects.filter(kind="badge_ready").order_by("pk"))


def test_the_person_gets_one_letter_with_a_link_that_opens_the_badge(mission: Any) -> None:
    badge = of(mission, email="ada@example.org")
    (letter,) = written()
    assert (letter.email, letter.about_id, letter.together) == ("ada@example.org", badge.pk, False)
    words = render(letter.kind, "en", [letter.facts], sent_at=NOW)
    link = re.search(r"\S+/en/badge/\S+", words.text)
    assert link is not None and link[0].startswith(project.SITE_URL) and link[0] in words.html
    assert Client().get(link[0].removeprefix(project.SITE_URL)).status_code == 200
    assert "14 days" in words.text


def test_without_an_address_the_heads_get_the_links_of_all_in_one_mail(mission: Any) -> None:
    head = make_head(mission)
    of(mission, email="", family_name="Alpha")
    of(mission, email="", family_name="Beta")
    letters = written()
    assert [(one.email, one.together) for one in letters] == [(head.email, True)] * 2
    words = render("badge_ready", "en", [one.facts for one in letters], sent_at=NOW)
    assert len(re.findall(r"/en/badge/", words.text)) == 2
    assert "ALPHA" in words.text.upper() and "BETA" in words.text.upper()
    assert "digital badges of 2 people" in words.subject


def test_where_nobody_has_an_address_no_link_is_put_on_paper(mission: Any) -> None:
    badge = of(mission, email="")
    mission.roles.all().delete()
    write_reminders(NOW)
    assert not OutboxMessage.objects.about(badge).exists()


@pytest.mark.parametrize("state", ["standby", "returned", "lost", "void"])
def test_of_a_badge_that_does_not_hold_there_is_no_letter(mission: Any, state: str) -> None:
    of(mission, state)
    assert written() == []


def test_the_badge_that_replaces_another_has_a_letter_of_its_own(mission: Any) -> None:
    of(mission)
    (first,) = written()
    perform(BADGE, first.about_id, "reissue", actor=SYSTEM, now=NOW, reason="A spoilt sheet.")
    assert len(written()) == 1, "the new one is not signed yet"


@pytest.mark.parametrize(("void", "leaves"), [(True, 0), (False, 1)])
def test_the_letter_is_cancelled_where_the_badge_is_void_before_it_leaves(
    mission: Any, void: bool, leaves: int
) -> None:
    badge = of(mission, "ready")
    (letter,) = written()
    OutboxMessage.objects.exclude(pk=letter.pk).delete()
    if void:
        perform(BADGE, badge.pk, "void", actor=SYSTEM, now=NOW, reason="Test.")

    mails = claim(1, NOW + timedelta(hours=1))

    letter.refresh_from_db()
    assert len(mails) == leaves and letter.state == ("cancelled" if void else "sending")


def test_printing_a_badge_cancels_no_letter(mission: Any) -> None:
    badge = of(mission)
    (letter,) = written()
    OutboxMessage.objects.exclude(pk=letter.pk).delete()
    perform(BADGE, badge.pk, "print", actor=SYSTEM, now=NOW)
    assert len(claim(1, NOW + timedelta(hours=1))) == 1


def test_the_letter_waits_for_the_end_of_the_undo_window(mission: Any) -> None:
    of(mission)
    (letter,) = written()
    assert letter.due_at == NOW + timedelta(seconds=project.LETTER_UNDO_SECONDS)
