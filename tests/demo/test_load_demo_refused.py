"""When the demonstration is not loaded, and says why."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from accreditation.accounts.models import User
from accreditation.demo.loading import CannotLoad, load
from accreditation.missions.models import Election

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_people_who_still_apply_need_an_election_some_days_ahead():
    with pytest.raises(CannotLoad, match="on 2026-12-04 or later; --empty takes any day"):
        load(now=NOW, day=NOW.date() + timedelta(days=10))
    assert not Election.objects.exists() and not User.objects.exists()


def test_no_demonstration_is_loaded_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not in production"):
        call_command("load_demo")
    assert not Election.objects.exists() and not User.objects.exists()


def test_no_demonstration_runs_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not run in production"):
        call_command("run_demo", port=1)


def test_a_day_that_is_no_day_is_refused_in_one_line():
    with pytest.raises(CommandError, match="election-day"):
        call_command("load_demo", "--election-day", "20.12.2026")
