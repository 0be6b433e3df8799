"""What happens to files and terms once the results are published, or the election is cancelled."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accreditation.core.errors import Refused
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Election
from accreditation.workflow.clocks import expire_accreditations
from tests.factories import NOW, RULING, application_in, make_approver, move

pytestmark = pytest.mark.django_db

AFTER_RESULTS = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)


def test_once_the_results_are_published_nobody_is_approved() -> None:
    application = application_in("recommended")
    Election.objects.update(results_published_on=date(2026, 12, 28))
    with pytest.raises(Refused) as refused:
        move(application, "approve", make_approver(), now=AFTER_RESULTS)
    assert [reason.code for reason in refused.value.reasons] == ["term_over"]


def test_nobody_is_approved_for_a_cancelled_election() -> None:
    application = application_in("recommended")
    Election.objects.update(cancelled_at=NOW)
    with pytest.raises(Refused) as refused:
        move(application, "approve", make_approver())
    assert [reason.code for reason in refused.value.reasons] == ["election_cancelled"]


def test_a_ruling_after_the_results_is_carried_out_for_the_day_that_is_left() -> None:
    application = application_in("appealed")
    Election.objects.update(results_published_on=date(2026, 12, 28))
    move(application, "overturn", make_approver(), now=AFTER_RESULTS, **RULING)
    granted = Accreditation.objects.get()
    assert (granted.valid_from, granted.valid_until) == (date(2027, 1, 10), date(2027, 1, 10))


def test_a_term_that_would_begin_after_the_results_ends_as_it_begins_and_holds_up_no_other() -> None:
    application, other = application_in("approved"), application_in("approved")
    Accreditation.objects.filter(pk=application.accreditation_id).update(valid_from=date(2027, 1, 5))
    Election.objects.update(results_published_on=date(2026, 12, 28))
    assert expire_accreditations(datetime(2026, 12, 30, tzinfo=UTC)) == 1
    assert expire_accreditations(datetime(2027, 1, 5, 12, tzinfo=UTC)) == 0
    assert expire_accreditations(datetime(2027, 1, 5, 12, tzinfo=UTC) + timedelta(days=1)) == 1
    ended = dict(Accreditation.objects.filter(state="expired").values_list("application", "valid_until"))
    assert ended == {application.pk: date(2027, 1, 5), other.pk: date(2026, 12, 28)}
