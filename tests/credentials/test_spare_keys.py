"""Who has no spare key hears of it before it is needed: on /readyz, on the print desk."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.accounts.roles import PRINT_DESK
from accreditation.core.actors import SYSTEM
from accreditation.core.machine import perform
from accreditation.core.watch import look_everywhere
from accreditation.credentials import keyring
from accreditation.credentials.badge_states import SIGNING_KEY
from accreditation.credentials.keys import SigningKey
from accreditation.missions.models import Election
from tests.badges import make_badge
from tests.factories import NOW, make_staff
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]


@pytest.fixture(autouse=True)
def nothing_else_is_amiss(settings: Any) -> None:
    settings.BACKUP_MAX_AGE_HOURS, settings.DISK_MIN_FREE_MB = 0, 0


def warnings() -> list[str]:
    return [warning.code for warning in look_everywhere(NOW).warnings]


def publish(purpose: str, at: datetime = NOW) -> SigningKey:
    key = keyring.make_key(purpose, actor=SYSTEM, now=at)
    published: SigningKey = perform(SIGNING_KEY, key.pk, "publish", actor=SYSTEM, now=at)
    return published


def test_a_purpose_without_a_spare_key_is_warned_of_until_one_is_published() -> None:
    make_badge("printed")
    assert warnings() == ["badge_key_without_spare", "list_key_without_spare"]
    publish("badge")
    assert warnings() == ["list_key_without_spare"]
    publish("list")
    with CaptureQueriesContext(connection) as asked:
        assert warnings() == []
    assert len(asked) == 1


def test_after_a_theft_without_a_spare_that_is_due_nothing_signs_and_that_is_said(
    signing_keys: dict[str, Any],
) -> None:
    make_badge("printed")
    publish("list")
    spare = publish("badge")
    perform(SIGNING_KEY, signing_keys["badge"].pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    assert warnings() == ["badge_key_missing"]
    perform(SIGNING_KEY, spare.pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied too.")
    assert warnings() == ["badge_key_missing"]


def test_who_has_a_spare_that_is_due_is_told_to_publish_the_next_one(signing_keys: dict[str, Any]) -> None:
    make_badge("printed")
    publish("list")
    publish("badge", NOW - timedelta(hours=48))
    perform(SIGNING_KEY, signing_keys["badge"].pk, "revoke", actor=SYSTEM, now=NOW, reason="Copied.")
    assert warnings() == ["badge_key_without_spare"]


@pytest.mark.parametrize("ended", ["published_at", "cancelled_at", "results_published_on", "void"])
def test_where_no_badge_is_to_be_signed_nobody_is_warned(ended: str) -> None:
    badge = make_badge("void" if ended == "void" else "printed")
    elections = Election.objects.filter(pk=badge.accreditation.election_id)
    values = {"published_at": None, "cancelled_at": NOW, "results_published_on": date(2026, 12, 25)}
    if ended in values:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        elections.update(**{ended: values[ended]})
    assert warnings() == []


def test_machines_and_people_are_told() -> None:
    make_badge("printed")
    with time_machine.travel(NOW):
        said = Client().get("/readyz").json()["warnings"]
        client = sign_in(Client(), make_staff(PRINT_DESK))
        page = client.get(reverse("admin:credentials_badge_changelist")).content.decode()
    assert said == ["badge_key_without_spare", "list_key_without_spare"]
    assert "No spare key for badges is published" in page
    assert "none could be signed for 48 hours. Tell those who run the server." in page
