"""Heads are reminded of badges that lie ready for people who have arrived: once a delegation, day and step."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.badges import Badge
from accreditation.missions.models import Delegation
from accreditation.observers.models import Membership
from accreditation.workflow.reminders import write_reminders
from tests.badges import make_badge, make_keys
from tests.factories import NOW, complete, make_head, make_membership, make_mission

pytestmark = pytest.mark.django_db

ARRIVAL = date(2026, 12, 10)


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Any) -> None:
    settings.SIGNING_KEYS_DIR, settings.PRIVATE_FILES_ROOT = str(tmp_path / "keys"), str(tmp_path / "files")
    make_keys()


@pytest.fixture
def mission() -> Any:
    mission = make_mission()
    make_head(mission)
    return mission


def of(mission: Any, name: str, state: str = "ready", **fields: Any) -> Badge:
    fields = {"family_name": name, "arrives_on": ARRIVAL} | fields
    return make_badge(state, membership=complete(make_membership(mission, **fields)))


def written(day: int, month: int = 12) -> list[OutboxMessage]:
    """The letters that a walk at noon of that day writes."""
    before = set(OutboxMessage.objects.values_list("pk", flat=True))
    write_reminders(datetime(2026, month, day, 8, tzinfo=UTC))
    return list(
        OutboxMessage.objects.filter(kind="badges_not_collected").exclude(pk__in=before).order_by("pk")
    )


def test_a_head_is_reminded_once_a_step_from_the_day_after_the_arrival_on(mission: Any) -> None:
    of(mission, "Alpha")
    assert [len(written(day)) for day in range(9, 19)] == [0, 0, 1, 1, 0, 1, 0, 0, 0, 0]


def test_of_several_missed_steps_only_the_latest_is_written(mission: Any) -> None:
    of(mission, "Alpha")
    assert [letter.key.split(":")[3] for letter in written(17)] == ["4"]
    assert written(18) == []


@pytest.mark.parametrize("who", [Membership, Delegation])
def test_who_is_said_to_have_arrived_is_reminded_the_same_day(mission: Any, who: Any) -> None:
    of(mission, "Alpha")
    assert written(10) == []
    who.objects.filter(mission=mission).update(arrived_at=NOW)
    assert len(written(10)) == 1


@pytest.mark.parametrize("state", ["queued", "standby", "printed", "collected", "lost", "void"])
def test_nobody_is_reminded_of_a_badge_that_is_not_ready(mission: Any, state: str) -> None:
    of(mission, "Alpha", state)
    assert written(12) == []


def test_the_letter_names_each_whose_badge_waits_by_delegation_and_day(mission: Any) -> None:
    of(mission, "Alpha")
    of(mission, "Beta")
    of(mission, "Taken", "collected")
    of(mission, "Later", arrives_on=date(2026, 12, 11))

    first, later = written(12)

    assert [len(letter.facts["people"]) for letter in (first, later)] == [2, 1]
    words = render(first.kind, "en", [first.facts], sent_at=NOW)
    assert "2 badges of" in words.text and "10 December 2026" in words.text
    assert "BETA" in words.text.upper() and "TAKEN" not in words.text.upper()
    assert f"Badges of {mission.name} are waiting" in words.subject


def test_after_election_day_nobody_is_reminded(mission: Any) -> None:
    of(mission, "Alpha")
    assert written(21) == []
